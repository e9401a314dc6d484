//! Rules about manifests as text: versions and settings stand once, in the workspace's own manifest. Cargo's
//! metadata no longer knows what was inherited, so these read the lines.

use super::{Finding, SourceFile, Tree};

/// Fields that every member takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "repository"];

/// Members take versions, features of the package and lints from the workspace.
pub fn inherited(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in members(tree) {
        let entries: Vec<Entry<'_>> = entries(&manifest.text).collect();
        for entry in entries.iter().filter(|entry| is_dependency_table(entry.table)) {
            if !entry.is_inherited() && !entry.is_the_crate_itself() {
                let message = format!("give `{}` its version in [workspace.dependencies]", entry.key);
                findings.push(Finding::in_line(&manifest.path, entry.line, message));
            }
        }
        for field in INHERITED {
            let inherits = |entry: &Entry<'_>| {
                entry.table == "package" && entry.key.split('.').next() == Some(field) && entry.is_inherited()
            };
            if !entries.iter().any(inherits) {
                findings.push(Finding::in_file(&manifest.path, format!("write `{field}.workspace = true`")));
            }
        }
        if !entries.iter().any(|entry| entry.table == "lints" && entry.key == "workspace") {
            findings.push(Finding::in_file(
                &manifest.path,
                "take the lints from the workspace: `[lints] workspace = true`",
            ));
        }
    }
    findings
}

/// The workspace lists no dependency that nobody uses.
pub fn used_workspace_dependencies(tree: &Tree) -> Vec<Finding> {
    let Some(workspace) = tree.text("Cargo.toml") else {
        return vec![Finding::in_file("Cargo.toml", "is missing")];
    };
    let used: Vec<&str> = members(tree)
        .flat_map(|manifest| entries(&manifest.text))
        .filter(|entry| is_dependency_table(entry.table))
        .map(|entry| entry.package())
        .collect();
    entries(workspace)
        .filter(|entry| entry.table == "workspace.dependencies" && !used.contains(&entry.package()))
        .map(|entry| {
            Finding::in_line(
                "Cargo.toml",
                entry.line,
                format!("no crate uses `{}`; remove it", entry.package()),
            )
        })
        .collect()
}

fn members(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    let manifests = tree.files.iter().filter(|file| file.name() == "Cargo.toml" && file.path != "Cargo.toml");
    // A workspace of its own, such as the fuzz targets, has nothing to inherit from.
    manifests.filter(|manifest| !manifest.text.lines().any(|line| line.trim() == "[workspace]"))
}

fn is_dependency_table(table: &str) -> bool {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .any(|kind| table == *kind || (table.starts_with("target.") && table.ends_with(kind)))
}

/// A `key = value` line of a manifest.
struct Entry<'a> {
    table: &'a str,
    key: &'a str,
    value: &'a str,
    line: usize,
}

impl<'a> Entry<'a> {
    fn is_inherited(&self) -> bool {
        let compact: String = self.value.split_whitespace().collect();
        (self.key.ends_with(".workspace") && compact == "true") || compact.contains("workspace=true")
    }

    /// Whether a crate depends on itself for its tests. The entry names no version, so that it vanishes from
    /// what is published; an inherited one would ask for a version that is not published yet.
    fn is_the_crate_itself(&self) -> bool {
        let compact: String = self.value.split_whitespace().collect();
        self.table.ends_with("dev-dependencies")
            && compact.contains("path=\".\"")
            && !compact.contains("version=")
    }

    /// The dependency's name, without what is set about it.
    fn package(&self) -> &'a str {
        self.key.split('.').next().unwrap_or_default()
    }
}

/// The entries of a manifest. A value that goes on over several lines counts by its first: inner lines have no
/// `=` outside of brackets that they do not close.
fn entries(manifest: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut table = "";
    let mut depth = 0_i32;
    manifest.lines().enumerate().filter_map(move |(index, line)| {
        let line = line.trim();
        if line.starts_with('#') {
            return None;
        }
        if depth == 0 && line.starts_with('[') {
            table = line.trim_matches(['[', ']']);
            return None;
        }
        let outside = depth == 0;
        for character in line.chars() {
            match character {
                '[' | '{' => depth += 1,
                ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        let (key, value) = line.split_once('=').filter(|_| outside)?;
        Some(Entry { table, key: key.trim(), value: value.trim(), line: index + 1 })
    })
}
