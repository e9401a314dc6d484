//! `clawdia config`: looking after the configuration.
//!
//! Separate from the commands that use a configuration: these also work when it is wrong.

mod validate;

use clap::Subcommand;

use crate::failure::Failure;
use crate::status::Status;

/// What `clawdia config` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say everything that is wrong with the configuration, in one run
    Validate(validate::ValidateArguments),
}

/// Does it.
pub(crate) fn run(command: &ConfigCommand) -> Result<Status, Failure> {
    match command {
        ConfigCommand::Validate(arguments) => validate::run(arguments),
    }
}
