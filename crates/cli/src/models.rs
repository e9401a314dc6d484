//! `clawdia models`: which models there are, whether they can be called, and which of them agents use.
//!
//! Separate from `config`, which knows paths and values: these commands know what a model is, and change the
//! configuration in the same way.

mod aliases;
mod cells;
mod chosen;
mod fallbacks;
mod list;
pub(crate) mod probe;
mod set;
mod status;
mod table;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::status::Status;

/// The arguments of `clawdia models`, which alone is `clawdia models status`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ModelsArguments {
    #[command(subcommand)]
    command: Option<ModelsCommand>,
    #[command(flatten)]
    status: status::StatusArguments,
}

/// What `clawdia models` can do.
#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Show which models there are
    List(list::ListArguments),
    /// Show what agents use, and as whom and where providers call; the default
    Status(status::StatusArguments),
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
pub(crate) fn run(arguments: &ModelsArguments) -> Result<Status, Failure> {
    match &arguments.command {
        None => status::run(&arguments.status),
        Some(ModelsCommand::List(arguments)) => list::run(arguments),
        Some(ModelsCommand::Status(arguments)) => status::run(arguments),
        Some(ModelsCommand::Set(arguments)) => set::run(arguments),
        Some(ModelsCommand::Aliases(command)) => aliases::run(command),
        Some(ModelsCommand::Fallbacks(command)) => fallbacks::run(command),
    }
}
