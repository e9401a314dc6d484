//! Rules about single files: what they begin with, how long they are, what must not stand in them.

use super::{Finding, SourceFile, Tree};

/// Lines that a file written by people may have.
const MOST_LINES: usize = 600;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "misc", "common", "types"];

/// Words for work left undone, in pieces so that this file does not break the rule it makes.
const REMINDERS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Beginnings of paths that exist on one machine only, in pieces for the same reason.
const PRIVATE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Every Rust file says at its top what lives in it.
pub fn module_docs(tree: &Tree) -> Vec<Finding> {
    let begins_well = |file: &&SourceFile| {
        let first = file.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        first.starts_with("//!") || first.starts_with("#![doc = include_str!(")
    };
    rust(tree)
        .filter(|file| !begins_well(file))
        .map(|file| Finding::in_file(&file.path, "begin with `//!`: what lives here, and why it is separate"))
        .collect()
}

/// No file is named for being left over.
pub fn file_names(tree: &Tree) -> Vec<Finding> {
    rust(tree)
        .filter(|file| {
            let parts = file.path.trim_end_matches(".rs").split('/');
            parts.into_iter().any(|part| EMPTY_NAMES.contains(&part))
        })
        .map(|file| Finding::in_file(&file.path, "name it for the one concept it holds"))
        .collect()
}

/// No blanks at the ends of lines, no tabs, a line break at the end.
pub fn whitespace(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let kinds = ["rs", "md", "toml"];
    for file in tree.files.iter().filter(|file| kinds.iter().any(|kind| file.has_extension(kind))) {
        for (number, line) in lines(&file.text) {
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::in_line(&file.path, number, "blanks at the end of the line"));
            } else if line.contains('\t') {
                findings.push(Finding::in_line(&file.path, number, "a tab; indent with blanks"));
            }
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            findings.push(Finding::in_file(&file.path, "the last line has no end"));
        }
    }
    findings
}

/// No file outgrows a reader.
pub fn file_length(tree: &Tree) -> Vec<Finding> {
    rust(tree)
        .filter(|file| !file.is_generated())
        .filter_map(|file| {
            let length = file.text.lines().count();
            let message = || format!("{length} lines, and {MOST_LINES} are allowed; split it by concept");
            (length > MOST_LINES).then(|| Finding::in_file(&file.path, message()))
        })
        .collect()
}

/// What is left undone has an issue.
pub fn numbered_reminders(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let kinds = ["rs", "md", "toml", "py", "sh", "mjs", "js", "yml"];
    for file in tree.files.iter().filter(|file| kinds.iter().any(|kind| file.has_extension(kind))) {
        for (number, line) in lines(&file.text) {
            if REMINDERS.iter().any(|word| has_unnumbered(line, word)) {
                findings.push(Finding::in_line(
                    &file.path,
                    number,
                    "a reminder without an issue; write the number behind it, as in `(#123)`",
                ));
            }
        }
    }
    findings
}

/// Whether the word stands in the line without `(#number)` right behind it.
fn has_unnumbered(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let rest = &line[start + word.len()..];
        let whole = !before.is_some_and(char::is_alphanumeric)
            && !rest.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_');
        let numbered = rest
            .trim_start()
            .strip_prefix("(#")
            .is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
        whole && !numbered
    })
}

/// Nothing refers to a place that only one machine has.
pub fn no_private_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.name() != "Cargo.lock") {
        for (number, line) in lines(&file.text) {
            if let Some(path) = PRIVATE_PATHS.iter().find(|path| line.contains(**path)) {
                let message =
                    format!("`{path}` exists on one machine only; name things from the repository's root");
                findings.push(Finding::in_line(&file.path, number, message));
            }
        }
    }
    findings
}

fn rust(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    tree.files.iter().filter(|file| file.has_extension("rs"))
}

/// Lines with their numbers, counted from one; a carriage return stays part of the line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
}
