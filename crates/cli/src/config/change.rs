//! Changing the configuration: one path for every command that does.
//!
//! Separate from the commands, which only say what is to change: here the result is checked as a whole, shown or
//! written, and told.

use std::error::Error as _;
use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clawdia::config::edit::{
    ConfigPath, Dropped, EditError, EditFileError, EditFileOptions, EditableDocument, Expected, Outcome,
    Segment, TEMPLATE, difference_hiding, edit_file,
};
use clawdia::config::{Problem, Report, Severity};
use serde_json::{Value, json};

use super::target::Target;
use crate::failure::{Failure, warn, write_to_stderr};
use crate::output::print;
use crate::status::Status;

/// How a change is made and told.
#[derive(Debug, Args)]
pub(crate) struct ChangeArguments {
    /// Show what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Tell the outcome as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What was changed, as it is told.
#[derive(Debug)]
pub(crate) struct Change {
    /// The settings.
    pub(crate) paths: Vec<ConfigPath>,
    pub(crate) verb: Verb,
    /// Where models stand of which everything was said already, by somebody who knows what was discovered, too.
    judged: Option<ConfigPath>,
}

/// What a change did to its settings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verb {
    Updated,
    Removed,
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Updated => "Updated",
            Self::Removed => "Removed",
        })
    }
}

impl Change {
    pub(crate) fn updated(paths: impl IntoIterator<Item = ConfigPath>) -> Self {
        Self { paths: paths.into_iter().collect(), verb: Verb::Updated, judged: None }
    }

    pub(crate) fn removed(path: ConfigPath) -> Self {
        Self { paths: vec![path], verb: Verb::Removed, judged: None }
    }

    /// Keeps what could be remarked on the models at a path from being said again.
    pub(crate) fn judged(self, path: ConfigPath) -> Self {
        Self { judged: Some(path), ..self }
    }
}

/// Why nothing was changed.
#[derive(Debug)]
enum Refusal {
    Failure(Failure),
    /// The file cannot be edited as it is.
    Unreadable(Box<Report>),
    /// The result would be worse; the report has the new errors alone.
    Worse(Box<Report>),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Refusal {
    /// What is wrong, if a report has it.
    fn report(&self) -> Option<&Report> {
        match self {
            Self::Failure(_) => None,
            Self::Unreadable(report) | Self::Worse(report) => Some(report),
        }
    }

    /// Shows what is wrong, and gives the rest.
    fn into_failure(self, target: &Target) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Unreadable(report) => {
                write_to_stderr(&format!("{report}\n\n"));
                let file = target.path().display();
                Failure::refused(format!("nothing was written to {file}, which cannot be edited as it is"))
            }
            Self::Worse(report) => invalid(target, &report),
        }
    }
}

/// A text that was checked, with what is new about it.
struct Checked {
    old: String,
    new: String,
    change: Change,
    /// What would be in force, with the environment.
    report: Report,
    /// Errors that keep nobody from writing, and what else the text before did not deserve.
    warnings: Vec<String>,
}

/// Makes a change and tells what became of it. `edit` may be called on a file that someone else has just changed.
pub(crate) fn make(
    target: &Target,
    arguments: &ChangeArguments,
    mut edit: impl FnMut(&mut EditableDocument) -> Result<Change, Failure>,
) -> Result<Status, Failure> {
    let mut checked = None;
    let outcome = if arguments.dry_run {
        target.text().map_err(Refusal::from).and_then(|current| {
            let created = current.is_none();
            let text = current.map_or_else(|| TEMPLATE.to_owned(), |current| current.text);
            let result = check(target, &text, &mut edit)?;
            let written = result.new != text;
            checked = Some(result);
            Ok(Done { written, created })
        })
    } else {
        write(target, Expected::Anything, |text| {
            let result = check(target, text, &mut edit)?;
            let new = result.new.clone();
            checked = Some(result);
            Ok(new)
        })
    };
    let told = match (outcome, checked) {
        (Ok(done), Some(checked)) => tell(target, arguments, &done, &checked).map(|()| Status::Done),
        (Ok(_), None) => Ok(Status::Done),
        (Err(refusal), _) => {
            if arguments.json
                && let Some(report) = refusal.report()
            {
                let line = json!({ "ok": false, "changed": false, "problems": report.problems });
                print(&format!("{line}\n"))?;
                return Err(refusal.into_failure(target));
            }
            Err(refusal.into_failure(target))
        }
    };
    if let Err(failure) = &told
        && arguments.json
    {
        let line =
            json!({ "ok": false, "changed": false, "message": failure.message(), "hint": failure.hint() });
        print(&format!("{line}\n"))?;
    }
    told
}

/// Replaces the text of the file by one that was checked elsewhere.
pub(super) fn replace(target: &Target, expected: Expected, text: &str) -> Result<(), Failure> {
    let outcome = write(target, expected, |_| Ok(text.to_owned()));
    outcome.map(drop).map_err(|refusal| refusal.into_failure(target))
}

/// Shows the errors of a text that was not written.
pub(super) fn invalid(target: &Target, report: &Report) -> Failure {
    write_to_stderr(&format!("{report}\n\n"));
    Failure::refused(format!(
        "nothing was written to {}, since that would be wrong with it which is not wrong now",
        target.path().display()
    ))
}

/// The errors of a text that the text before did not have; `None` if there are none. What was wrong already can be
/// mended one thing after the other, so a text is refused only if it is worse.
pub(super) fn new_errors(target: &Target, old: &str, new: &str) -> Option<Report> {
    let mut errors = target.check_edited(new);
    errors.problems.retain(|problem| problem.severity == Severity::Error);
    // The lines are those of the result, which is in no file.
    let name = target.path().file_name().unwrap_or_default().to_string_lossy();
    errors.file = Some(PathBuf::from(format!("the changed {name}")));
    if errors.problems.is_empty() {
        return None;
    }
    // Nothing could mend what cannot even be read.
    if EditableDocument::parse(new).is_err() {
        return Some(errors);
    }
    let before = target.check_edited(old);
    let mut known =
        before.problems.iter().filter(|problem| problem.severity == Severity::Error).collect::<Vec<_>>();
    errors.problems.retain(|problem| match known.iter().position(|known| is_same(known, problem)) {
        Some(position) => {
            known.swap_remove(position);
            false
        }
        None => true,
    });
    (!errors.problems.is_empty()).then_some(errors)
}

/// Whether two problems are one, told of two texts. Lines move with a change, and so do places in lists.
fn is_same(one: &Problem, other: &Problem) -> bool {
    let name = |problem: &Problem| problem.path.replace(|character: char| character.is_ascii_digit(), "");
    one.message == other.message && name(one) == name(other)
}

/// What to say of a text that is written all the same: errors, which it had before or which only the environment makes,
/// and whatever else is new.
pub(super) fn warnings(
    target: &Target,
    old: &str,
    report: &Report,
    judged: Option<&ConfigPath>,
) -> Result<Vec<String>, Failure> {
    if report.problems.is_empty() {
        return Ok(Vec::new());
    }
    let before = target.check(old)?;
    let judged = judged.map(ToString::to_string);
    let is_judged =
        |problem: &Problem| judged.as_ref().is_some_and(|judged| problem.path.starts_with(judged.as_str()));
    let is_worth_it = |problem: &&Problem| {
        problem.severity == Severity::Error
            || !(is_judged(problem) || before.problems.iter().any(|known| is_same(known, problem)))
    };
    Ok(report.problems.iter().filter(is_worth_it).map(ToString::to_string).collect())
}

/// What became of the file.
struct Done {
    written: bool,
    created: bool,
}

fn write(
    target: &Target,
    expected: Expected,
    edit: impl FnMut(&str) -> Result<String, Refusal>,
) -> Result<Done, Refusal> {
    let options = EditFileOptions::default().with_expected(expected);
    match edit_file(target.path(), &options, edit) {
        Ok(Outcome { written, created, hard_linked, .. }) => {
            if hard_linked {
                warn(&format!(
                    "{} was one file of several names; under the others the old one is still there",
                    target.path().display()
                ));
            }
            Ok(Done { written, created })
        }
        Err(EditFileError::Edit(refusal)) => Err(refusal),
        // That somebody else was faster is no fault of the user's.
        Err(EditFileError::File(error)) if error.is_changed() => {
            Err(Failure::failed(error.to_string()).into())
        }
        Err(error) => Err(Failure::refused(match error {
            EditFileError::File(error) => error.to_string(),
            _ => format!("could not edit {}", target.path().display()),
        })
        .into()),
    }
}

fn check(
    target: &Target,
    old: &str,
    edit: &mut dyn FnMut(&mut EditableDocument) -> Result<Change, Failure>,
) -> Result<Checked, Refusal> {
    let mut document =
        EditableDocument::parse(old).map_err(|_| Refusal::Unreadable(Box::new(target.check_edited(old))))?;
    let change = edit(&mut document)?;
    let new = document.to_text();
    let report = target.check(&new)?;
    let mut told = Vec::new();
    if new != old {
        if let Some(errors) = new_errors(target, old, &new) {
            return Err(Refusal::Worse(Box::new(errors)));
        }
        told = warnings(target, old, &report, change.judged.as_ref())?;
    }
    let warnings = told;
    Ok(Checked { old: old.to_owned(), new, change, report, warnings })
}

fn tell(target: &Target, arguments: &ChangeArguments, done: &Done, checked: &Checked) -> Result<(), Failure> {
    let Checked { old, new, change, report, warnings } = checked;
    let file = target.path().display().to_string();
    let is_created = done.created && done.written;
    let shown = arguments.dry_run.then(|| {
        let old = if done.created { "" } else { old };
        difference_hiding(&file, old, new, &[&target.check_edited(old), report])
    });
    let overridden = change.paths.iter().flat_map(|path| overriding(path, report));
    let warnings = warnings.iter().cloned().chain(overridden).collect::<Vec<_>>();
    if arguments.json {
        if is_created && !arguments.dry_run {
            target.created();
        }
        let mut line = json!({
            "ok": true,
            "changed": done.written && !arguments.dry_run,
            "created": is_created && !arguments.dry_run,
            "file": file,
            "paths": change.paths.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "warnings": warnings,
        });
        if let Some(difference) = shown {
            line["wouldChange"] = Value::from(done.written);
            line["difference"] = Value::from(difference);
        }
        return print(&format!("{line}\n"));
    }
    for warning in &warnings {
        warn(warning);
    }
    let what = match change.paths.as_slice() {
        [only] => only.to_string(),
        several => format!("{} settings", several.len()),
    };
    match shown {
        _ if !done.written => print(&format!("No change: {file} says that already.\n")),
        Some(difference) => {
            print(&difference)?;
            write_to_stderr("Nothing was written: this was a dry run.\n");
            Ok(())
        }
        None => {
            let created = if is_created { target.created() } else { String::new() };
            print(&format!("{created}{} {what}.\n", change.verb))
        }
    }
}

/// Says which environment variables go before a setting, or before a part of it.
fn overriding(path: &ConfigPath, report: &Report) -> Vec<String> {
    let origins = report.origins();
    let told = origins.overrides().filter_map(|(place, variable)| {
        let keys = |path: &ConfigPath| path.segments().iter().map(Segment::as_key).collect::<Vec<_>>();
        let (above, below) = (keys(path), keys(&place));
        let what = if below.starts_with(&above) { &place } else { path };
        (below.starts_with(&above) || above.starts_with(&below))
            .then(|| format!("the environment variable {variable} goes before `{what}` as long as it is set"))
    });
    told.collect()
}

/// What to say of an edit that cannot be.
pub(crate) fn refused(error: &EditError) -> Failure {
    if matches!(error, EditError::NotSet { .. }) {
        return Failure::failed(error.to_string());
    }
    let failure = Failure::refused(error.to_string());
    match error.source() {
        Some(source) => failure.because(source),
        None => failure,
    }
}

/// What to say of entries that would be gone.
pub(super) fn would_drop(dropped: &[Dropped]) -> Failure {
    let dropped = dropped.iter().map(ToString::to_string).collect::<Vec<_>>();
    Failure::refused(format!("nothing was changed: {}", dropped.join("; ")))
        .with_hint("add `--merge` to keep what is there, or `--replace` to let it go")
}
