//! `clawdia config unset`: one setting less.
//!
//! Separate from `set`: nothing is typed that would have to be understood.

use clap::Args;
use clawdia::config::edit::{ConfigPath, RemovedComments, default_value};

use super::change::{self, Change, ChangeArguments};
use super::target::Target;
use crate::failure::Failure;
use crate::status::Status;

/// The arguments of `clawdia config unset`.
#[derive(Debug, Args)]
pub(crate) struct UnsetArguments {
    /// Which setting; elements behind a removed element of a list move up
    path: ConfigPath,
    #[command(flatten)]
    change: ChangeArguments,
}

/// Removes it.
pub(crate) fn run(arguments: &UnsetArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    let path = &arguments.path;
    change::make(&target, &arguments.change, |document| {
        document.unset(path, RemovedComments::SameLine).map_err(|error| {
            let failure = change::refused(&error);
            match default_value(target.schema(), path).filter(|_| document.get(path).is_none()) {
                Some(default) => {
                    failure.with_hint(format!("`{default}` is its default, which holds already"))
                }
                None => failure,
            }
        })?;
        Ok(Change::removed(path.clone()))
    })
}
