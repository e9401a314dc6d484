//! What the rules look at: the text files of the workspace and what cargo says about its packages. Read once,
//! and constructible by hand, so that every rule can be shown a tree that breaks it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

/// Entries that hold nothing of ours. `.git` is a directory, or in a second work tree a file.
const FOREIGN: &[&str] = &["target", ".git", "node_modules"];

/// The workspace as the rules see it.
#[derive(Debug, Default)]
pub struct Tree {
    /// Every text file, sorted by path.
    pub files: Vec<SourceFile>,
    /// Every member of the workspace.
    pub members: Vec<Package>,
    /// Every package the workspace is built from, members included.
    pub packages: Vec<Package>,
}

/// A text file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// From the workspace's root, with forward slashes.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A package, as `cargo metadata` describes it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Where it lies, from the workspace's root; empty for packages from elsewhere.
    #[serde(skip)]
    pub directory: String,
    /// Its one-line description.
    pub description: Option<String>,
    /// Its licence expression.
    pub license: Option<String>,
    /// Its README.
    pub readme: Option<String>,
    /// The oldest compiler it builds with.
    pub rust_version: Option<String>,
    /// Where it may be published; empty is nowhere, absent is anywhere.
    pub publish: Option<Vec<String>>,
    /// The `[package.metadata]` table.
    #[serde(default)]
    pub metadata: serde_json::Value,
    /// What it depends on.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// Its manifest, as an absolute path.
    pub manifest_path: String,
    /// Cargo's name for this very version of it.
    pub id: String,
}

/// An entry of a dependency table.
#[derive(Debug, Clone, Deserialize)]
pub struct Dependency {
    /// The package depended on.
    pub name: String,
    /// Why.
    #[serde(default)]
    pub kind: DependencyKind,
}

/// Why a package is depended on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Option<String>")]
pub enum DependencyKind {
    /// To be linked.
    #[default]
    Normal,
    /// For tests and examples.
    Development,
    /// For the build script.
    Build,
}

impl From<Option<String>> for DependencyKind {
    fn from(kind: Option<String>) -> Self {
        match kind.as_deref() {
            Some("dev") => Self::Development,
            Some("build") => Self::Build,
            _ => Self::Normal,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

impl Tree {
    /// Reads the workspace and asks cargo about it.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or cargo refuses.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        read_directory(root, "", &mut files)?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let Metadata { mut packages, workspace_members } = cargo_metadata(root)?;
        for package in &mut packages {
            let directory =
                Path::new(&package.manifest_path).parent().and_then(|path| path.strip_prefix(root).ok());
            if let Some(directory) = directory {
                package.directory = directory.to_string_lossy().replace('\\', "/");
            }
        }
        let members =
            packages.iter().filter(|package| workspace_members.contains(&package.id)).cloned().collect();
        Ok(Self { files, members, packages })
    }

    /// The text of a file, if there is such a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

impl SourceFile {
    /// Whether the name ends in `.` and this.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// The name without directories.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether a generator made it, by its first line.
    pub fn is_generated(&self) -> bool {
        self.text.lines().next().is_some_and(|line| line.contains("do not edit"))
    }
}

fn read_directory(root: &Path, relative: &str, files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let directory = root.join(relative);
    let context = || format!("cannot read {}", directory.display());
    for entry in fs::read_dir(&directory).with_context(context)? {
        let entry = entry.with_context(context)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if relative.is_empty() { name.clone() } else { format!("{relative}/{name}") };
        // A link to a file reads as that file; one to a directory is not followed, since it may lead in circles.
        let kind = entry.file_type().with_context(context)?;
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            read_directory(root, &path, files)?;
        } else if root.join(&path).is_file() {
            let bytes = fs::read(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(SourceFile { path, text });
            }
        }
    }
    Ok(())
}

fn cargo_metadata(root: &Path) -> anyhow::Result<Metadata> {
    // Only this platform's packages: the others may never have been downloaded, and a test needs no network.
    let rustc = Command::new("rustc").arg("-vV").output().context("cannot run `rustc -vV`")?;
    let version = String::from_utf8(rustc.stdout).context("`rustc -vV` answered in no text")?;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("`rustc -vV` names no host")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(root)
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!("`cargo metadata --locked` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cannot understand what `cargo metadata` says")
}
