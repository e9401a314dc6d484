//! House keeping of the workspace, as a library so that its rules can be tested like any other code.
//!
//! Every command is a file; `main.rs` only chooses between them.

mod arguments;

pub mod ci;
pub mod codegen;
pub mod editor_test;
pub mod tidy;

mod ensure;
mod root;

pub use arguments::{Arguments, Command};
pub use ensure::{Mode, ensure};
pub use root::root;
