//! The command line of `cargo xtask`. In the library, so that `tidy` can tell a document that names a command
//! which does not exist.

use clap::{Parser, Subcommand};

/// House keeping of the Clawdia workspace.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the files that are made from data, such as the Bedrock model table.
    Codegen {
        /// Change nothing; fail when a file is not what it should be.
        #[arg(long)]
        check: bool,
    },
    /// Ask the editors' own programs what they make of the configuration's schema; needs Node.js and installs packages.
    EditorTest,
    /// Check the house rules that no compiler knows.
    Tidy,
    /// Run everything that must pass before a change is merged; stop at the first failure.
    Ci,
}
