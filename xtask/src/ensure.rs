//! Writing and checking generated files is one operation with a switch, so that the check can never look at
//! something else than the generator writes.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};

/// What to do with a file that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write,
    /// Fail.
    Check,
}

/// Makes sure that a file has these contents; says whether it had to be written.
///
/// # Errors
///
/// When it cannot be read or written, and in [`Mode::Check`] when it differs.
pub fn ensure(mode: Mode, path: &Path, contents: &str) -> anyhow::Result<bool> {
    let found = match fs::read_to_string(path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if found.as_deref() == Some(contents) {
        return Ok(false);
    }
    match mode {
        Mode::Write => {
            fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(true)
        }
        Mode::Check => bail!(
            "{} is not what its generator writes{}; run `cargo xtask codegen` and commit the result",
            path.display(),
            first_difference(found.as_deref().unwrap_or_default(), contents),
        ),
    }
}

/// Where two texts part, for the message.
fn first_difference(found: &str, wanted: &str) -> String {
    let line = found.lines().zip(wanted.lines()).take_while(|(found, wanted)| found == wanted).count();
    match (found.lines().nth(line), wanted.lines().nth(line)) {
        (Some(found), Some(wanted)) => {
            format!(" (line {}: found `{}`, wanted `{}`)", line + 1, found.trim(), wanted.trim())
        }
        _ => format!(" (one ends at line {line})"),
    }
}
