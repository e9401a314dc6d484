//! `clawdia config validate`: everything that is wrong with the configuration, odd about it, or could be better.
//!
//! Separate because its output is its work: the problems go to standard output, for people or as JSON for programs.

use std::path::PathBuf;

use clap::Args;
use clawdia::config::locate;
use clawdia::{Environment, Host};

use super::target::warn_of_ignored;
use crate::failure::Failure;
use crate::output::print;
use crate::process;
use crate::status::Status;

/// The arguments of `clawdia config validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Which configuration; default is the one in use
    file: Option<PathBuf>,
    /// Write `{"valid", "file", "problems"}` as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Checks, and tells.
pub(crate) fn run(arguments: &ValidateArguments) -> Result<Status, Failure> {
    let environment = environment(arguments)?;
    warn_of_ignored(&locate(&environment));
    let report = Host::check(environment)?;
    let text = if arguments.json {
        serde_json::to_string(&report)
            .map_err(|error| Failure::failed("could not write the report as JSON").because(&error))?
    } else {
        report.to_string()
    };
    print(&(text + "\n"))?;
    Ok(if report.is_valid() { Status::Done } else { Status::Refused })
}

/// The environment, in which the file that was named is the configuration.
fn environment(arguments: &ValidateArguments) -> Result<Environment, Failure> {
    let environment = process::environment();
    let Some(file) = &arguments.file else { return Ok(environment) };
    // Absolute, so that a name such as `~backup` is a name.
    let file = std::path::absolute(file)
        .map_err(|error| Failure::refused(format!("could not find {}", file.display())).because(&error))?;
    let Some(file) = file.to_str() else {
        return Err(Failure::refused(format!("could not name {}: it is not UTF-8", file.display())));
    };
    let named = [("CLAWDIA_CONFIG_PATH", file)];
    Ok(environment.iter().filter(|(name, _)| *name != named[0].0).chain(named).collect())
}
