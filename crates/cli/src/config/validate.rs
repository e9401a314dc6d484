//! `clawdia config validate`: everything that is wrong with the configuration, odd about it, or could be better.
//!
//! Separate because its output is its work: the problems go to standard output, for people or as JSON for programs.

use std::io::Write as _;

use clap::Args;
use clawdia::Host;
use clawdia::config::Severity;

use crate::failure::Failure;
use crate::process;
use crate::status::Status;

/// The arguments of `clawdia config validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Write `{"valid", "file", "problems"}` as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Checks, and tells.
pub(crate) fn run(arguments: &ValidateArguments) -> Result<Status, Failure> {
    let report = Host::check(process::environment())?;
    let text = if arguments.json {
        serde_json::to_string(&report)
            .map_err(|error| Failure::failed("could not write the report as JSON").because(&error))?
    } else {
        report.to_string()
    };
    // A reader that has gone away is no failure.
    let _ = anstream::stdout().lock().write_all((text + "\n").as_bytes());
    Ok(if report.count(Severity::Error) == 0 { Status::Done } else { Status::Refused })
}
