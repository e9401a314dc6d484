//! `clawdia config edit`: the whole file in the user's own editor.
//!
//! Separate from the other changes: a person makes this one, in any order and with mistakes, so it is made on a copy.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use clawdia::config::edit::{EditFileOptions, Expected, create_file};

use super::change;
use super::target::Target;
use crate::failure::{Failure, warn, write_to_stderr};
use crate::output::print;
use crate::status::Status;

/// The editor of those who chose none.
const EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Opens the configuration, and takes over what is valid.
pub(crate) fn run() -> Result<Status, Failure> {
    let target = Target::locate()?;
    if target.text()?.is_none() {
        create_file(target.path(), &EditFileOptions::default())
            .map_err(|error| Failure::refused(error.to_string()))?;
        print(&target.created())?;
    }
    let Some(current) = target.text()? else {
        return Err(Failure::failed(format!("{} has gone away meanwhile", target.path().display())));
    };
    // Beside the file, so that the schema it names is found; with its mode, since it has the same secrets in it.
    let copy = copy_of(target.path());
    fs::copy(target.path(), &copy).map_err(|error| {
        Failure::refused(format!("could not copy the configuration to {}", copy.display())).because(&error)
    })?;
    loop {
        open(&target, &copy).map_err(|failure| set_aside(&copy, &current.text, failure))?;
        let text = fs::read_to_string(&copy).map_err(|error| {
            Failure::refused(format!("could not read what was edited, {}", copy.display())).because(&error)
        })?;
        if text == current.text {
            discard(&copy);
            print(&format!("No change: {} is as it was.\n", target.path().display()))?;
            return Ok(Status::Done);
        }
        let Some(mut errors) = change::new_errors(&target, &current.text, &text) else {
            let report = target.check(&text)?;
            change::replace(&target, Expected::Unchanged(current.fingerprint), &text)
                .map_err(|failure| failure.with_hint(format!("what was edited is in {}", copy.display())))?;
            discard(&copy);
            for warning in change::warnings(&target, &current.text, &report, None)? {
                warn(&warning);
            }
            print(&format!("Updated {}.\n", target.path().display()))?;
            return Ok(Status::Done);
        };
        // That is where its lines are.
        errors.file = Some(copy.clone());
        let failure = change::invalid(&target, &errors);
        if !wants_to_go_on() {
            return Err(failure.with_hint(format!("what was edited is in {}", copy.display())));
        }
    }
}

/// Keeps what was edited, if there is any of it, and says where.
fn set_aside(copy: &Path, original: &str, failure: Failure) -> Failure {
    if fs::read(copy).is_ok_and(|bytes| bytes == original.as_bytes()) {
        discard(copy);
        return failure;
    }
    failure.with_hint(format!("what was edited is in {}", copy.display()))
}

fn copy_of(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}.edit-{}.{extension}", std::process::id()))
}

fn discard(copy: &Path) {
    if let Err(error) = fs::remove_file(copy)
        && error.kind() != ErrorKind::NotFound
    {
        warn(&format!("could not remove {}: {error}", copy.display()));
    }
}

fn open(target: &Target, copy: &Path) -> Result<(), Failure> {
    let chosen = ["VISUAL", "EDITOR"].into_iter().find_map(|name| target.environment().get(name));
    let editor = chosen.filter(|editor| !editor.trim().is_empty()).unwrap_or(EDITOR);
    let status = command(editor, copy).status();
    let failed = |why: String| {
        Failure::failed(format!(
            "could not edit the configuration with `{editor}`: {why}; nothing was changed"
        ))
        .with_hint("set EDITOR to the command of an editor that waits until the file is closed")
    };
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("it ended with {status}"))),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// An editor may be a command with arguments, which a shell takes apart as it would at a prompt.
fn command(editor: &str, copy: &Path) -> Command {
    if cfg!(windows) {
        let mut words = editor.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(EDITOR));
        command.args(words).arg(copy);
        return command;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$@\""), editor]).arg(copy);
    command
}

/// Asks a person whether to open the editor again. Nobody else can answer.
fn wants_to_go_on() -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    write_to_stderr("Edit it again? [Y/n] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    matches!(read, Ok(length) if length > 0) && !answer.trim().to_lowercase().starts_with('n')
}
