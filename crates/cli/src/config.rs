//! `clawdia config`: showing, checking and changing the configuration.
//!
//! Separate from the commands that use a configuration: these also work when it is wrong.

pub(crate) mod change;
pub(crate) mod target;

mod edit;
mod file;
mod get;
mod patch;
mod schema;
mod set;
mod unset;
mod validate;

use clap::Subcommand;

use crate::failure::Failure;
use crate::status::Status;

/// What `clawdia config` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show a setting, or all of them
    Get(get::GetArguments),
    /// Change a setting
    Set(set::SetArguments),
    /// Remove a setting
    Unset(unset::UnsetArguments),
    /// Change several settings at once
    Patch(patch::PatchArguments),
    /// Open the configuration in an editor, and check it before it is saved
    Edit,
    /// Say everything that is wrong with the configuration, in one run
    Validate(validate::ValidateArguments),
    /// Print the JSON Schema of the configuration
    Schema(schema::SchemaArguments),
    /// Say where the configuration is
    File,
}

/// Does it.
pub(crate) fn run(command: &ConfigCommand) -> Result<Status, Failure> {
    match command {
        ConfigCommand::Get(arguments) => get::run(arguments),
        ConfigCommand::Set(arguments) => set::run(arguments),
        ConfigCommand::Unset(arguments) => unset::run(arguments),
        ConfigCommand::Patch(arguments) => patch::run(arguments),
        ConfigCommand::Edit => edit::run(),
        ConfigCommand::Validate(arguments) => validate::run(arguments),
        ConfigCommand::Schema(arguments) => schema::run(arguments),
        ConfigCommand::File => file::run(),
    }
}
