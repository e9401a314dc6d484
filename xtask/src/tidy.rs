//! `cargo xtask tidy`: the house rules that no compiler knows.
//!
//! A rule is a function from the tree, read once, to what is wrong with it. The rules are tests too, so that
//! plain `cargo test` fails where this command would.

use std::fmt;
use std::path::Path;

use anyhow::bail;

pub mod manifests;
pub mod packages;
pub mod references;
pub mod text;
pub mod tree;

pub use tree::{Dependency, DependencyKind, Package, SourceFile, Tree};

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file or directory, from the workspace's root.
    pub path: String,
    /// The line, counted from one, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Finding {
    /// A finding about a whole file or directory.
    pub fn in_file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, message: message.into() }
    }

    /// A finding in a line, counted from one.
    pub fn in_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

/// A house rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name, for messages and tests.
    pub name: &'static str,
    /// What breaks it in a tree.
    pub check: fn(&Tree) -> Vec<Finding>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule { name: "module_docs", check: text::module_docs },
    Rule { name: "file_names", check: text::file_names },
    Rule { name: "whitespace", check: text::whitespace },
    Rule { name: "file_length", check: text::file_length },
    Rule { name: "numbered_reminders", check: text::numbered_reminders },
    Rule { name: "no_private_paths", check: text::no_private_paths },
    Rule { name: "documents_exist", check: references::documents_exist },
    Rule { name: "commands_exist", check: references::commands_exist },
    Rule { name: "crates_are_described", check: references::crates_are_described },
    Rule { name: "licences", check: packages::licences },
    Rule { name: "metadata", check: packages::metadata },
    Rule { name: "arrows", check: packages::arrows },
    Rule { name: "aws_crates", check: packages::aws_crates },
    Rule { name: "rust_version", check: packages::rust_version },
    Rule { name: "inherited_manifests", check: manifests::inherited },
    Rule { name: "used_workspace_dependencies", check: manifests::used_workspace_dependencies },
];

/// Checks every rule and names all that is wrong.
///
/// # Errors
///
/// When the tree cannot be read, and when a rule is broken.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    let broken: Vec<String> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.check)(&tree).into_iter().map(|finding| format!("  {finding} [{}]", rule.name))
        })
        .collect();
    if !broken.is_empty() {
        let are = if broken.len() == 1 { "house rule is" } else { "house rules are" };
        bail!("{} {are} broken:\n{}", broken.len(), broken.join("\n"));
    }
    Ok(())
}
