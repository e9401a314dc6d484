//! The house rules, held against this workspace and against trees that break them.

mod ensure;
mod rules;
mod workspace;
