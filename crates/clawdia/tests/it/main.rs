//! Tests of the facade, through its public API.

mod models;
mod plugins;
mod providers;
mod setup;
