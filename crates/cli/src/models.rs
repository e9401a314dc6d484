//! `clawdia models`: choosing the models that agents use.
//!
//! Separate from `config`, which knows paths and values: these commands know what a model is, and change the
//! configuration in the same way.

mod aliases;
mod chosen;
mod fallbacks;
mod set;

use clap::Subcommand;

use crate::failure::Failure;
use crate::status::Status;

/// What `clawdia models` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Choose the model that agents use
    Set(set::SetArguments),
    /// Short names for models
    #[command(subcommand)]
    Aliases(aliases::AliasesCommand),
    /// The models to try when the chosen one fails
    #[command(subcommand)]
    Fallbacks(fallbacks::FallbacksCommand),
}

/// Does it.
pub(crate) fn run(command: &ModelsCommand) -> Result<Status, Failure> {
    match command {
        ModelsCommand::Set(arguments) => set::run(arguments),
        ModelsCommand::Aliases(command) => aliases::run(command),
        ModelsCommand::Fallbacks(command) => fallbacks::run(command),
    }
}
