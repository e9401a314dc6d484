//! Rules about what the documents say: the files, crates and commands they name exist, and no crate goes unnamed.

use clap::CommandFactory;

use super::{Finding, SourceFile, Tree};
use crate::Arguments;

/// A document that is named somewhere is there.
pub fn documents_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in documents(tree) {
        for (index, line) in file.text.lines().enumerate() {
            for name in document_names(line) {
                // A relative path is looked for everywhere: what counts is that the reader can find it.
                let end = name.trim_start_matches(['.', '/']);
                let is_named = |path: &str| {
                    path.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('/'))
                };
                if !tree.files.iter().any(|candidate| is_named(&candidate.path)) {
                    let message = format!("`{name}` does not exist; name a document of this repository");
                    findings.push(Finding::in_line(&file.path, index + 1, message));
                }
            }
        }
    }
    findings
}

/// Every `cargo xtask` command that a document names exists.
pub fn commands_exist(tree: &Tree) -> Vec<Finding> {
    let commands: Vec<String> =
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut findings = Vec::new();
    for file in documents(tree) {
        for (index, line) in file.text.lines().enumerate() {
            for (start, marker) in line.match_indices("cargo xtask ") {
                let rest = &line[start + marker.len()..];
                let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '-');
                let command = &rest[..end.unwrap_or(rest.len())];
                let is_word = command.starts_with(|letter: char| letter.is_ascii_lowercase());
                if is_word && !commands.iter().any(|known| known == command) {
                    findings.push(Finding::in_line(
                        &file.path,
                        index + 1,
                        format!("`cargo xtask` has no command `{command}` (it has {})", commands.join(", ")),
                    ));
                }
            }
        }
    }
    findings
}

/// README.md and ARCHITECTURE.md name every crate and example.
pub fn crates_are_described(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md"] {
        let Some(text) = tree.text(document) else {
            findings.push(Finding::in_file(document, "is missing"));
            continue;
        };
        for member in &tree.members {
            let described = ["crates/", "examples/"].iter().any(|start| member.directory.starts_with(start));
            if described && !text.contains(&member.directory) {
                findings.push(Finding::in_file(
                    document,
                    format!("does not say what `{}` is for", member.directory),
                ));
            }
        }
    }
    findings
}

/// Files that people read for what they say. The tests of these rules name things that do not exist, on purpose.
fn documents(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    let is_read = |file: &&SourceFile| file.has_extension("md") || file.has_extension("rs");
    tree.files.iter().filter(is_read).filter(|file| !file.path.starts_with("xtask/tests/"))
}

/// The Markdown files that a line names, but for those behind a URL.
fn document_names(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-./:".contains(character);
    line.split(move |character: char| !is_part(character))
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| word.strip_suffix(".md").is_some_and(|stem| !stem.is_empty() && !stem.ends_with('/')))
        .filter(|word| !word.contains("://"))
}
