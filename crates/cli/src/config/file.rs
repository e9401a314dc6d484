//! `clawdia config file`: where the configuration is, for scripts.
//!
//! Separate, as every command is.

use super::target::Target;
use crate::failure::Failure;
use crate::output::print;
use crate::status::Status;

/// Prints the path. The file itself need not exist yet.
pub(crate) fn run() -> Result<Status, Failure> {
    let target = Target::locate()?;
    print(&format!("{}\n", target.path().display()))?;
    Ok(Status::Done)
}
