//! `cargo xtask editor-test`: what editors make of the schema of the configuration.
//!
//! Separate from the tests of the crates because the judge is another's program: the library that VS Code ships and the
//! server that Helix and Neovim start, which run on Node.js and are installed into the target directory. A test that could
//! not run has failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::codegen;

/// What is copied beside the installed packages, from `xtask/editor-test`.
const SCRIPTS: &[&str] = &["editors.mjs", "cursors.mjs", "run.mjs"];

/// What says which packages are installed, and in which versions to the byte.
const MANIFESTS: &[&str] = &["package.json", "package-lock.json"];

/// Installs the packages if need be and asks every editor about every cursor.
///
/// # Errors
///
/// When Node.js is missing, when the packages cannot be installed, and when an editor shows something else than it should.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let directory = directory(root);
    let source = root.join("xtask/editor-test");
    fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
    for program in ["node", "npm"] {
        let found = Command::new(program).arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            bail!("cannot run `{program}`, which the editors' programs need; install Node.js 20 or newer");
        }
    }
    install(&source, &directory)?;
    for name in SCRIPTS {
        copy(&source, &directory, name)?;
    }
    let printed = |name: &str, schema: String| {
        let path = directory.join(name);
        fs::write(&path, schema).with_context(|| format!("cannot write {}", path.display()))?;
        anyhow::Ok(path)
    };
    let proposing = printed("proposing.schema.json", codegen::schema_with_proposals(root)?)?;
    let another = printed("another.schema.json", codegen::schema_with_another_protocol(root)?)?;
    let status = Command::new("node")
        .arg("run.mjs")
        .args([root, &proposing, &another, &directory.join("work")])
        .current_dir(&directory)
        .status()
        .context("cannot run `node run.mjs`")?;
    if !status.success() {
        bail!(
            "editors show something else than `xtask/editor-test/cursors.mjs` expects; the differences are above"
        );
    }
    Ok(())
}

/// Where cargo builds, since nothing there is kept.
fn directory(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    root.join(target).join("editor-test")
}

/// Installs what the lock file says, unless that was done before. The lock file is copied last: an installation that was
/// broken off is begun again.
fn install(source: &Path, directory: &Path) -> anyhow::Result<()> {
    let text = |path: PathBuf| fs::read(path).ok();
    let is_done = MANIFESTS.iter().all(|name| {
        let wanted = text(source.join(name));
        wanted.is_some() && wanted == text(directory.join("installed").join(name))
    });
    if is_done && directory.join("node_modules").is_dir() {
        return Ok(());
    }
    for name in MANIFESTS {
        copy(source, directory, name)?;
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let shown = format!("npm {}", install.join(" "));
    let status = Command::new("npm")
        .args(install)
        .current_dir(directory)
        .status()
        .with_context(|| format!("cannot run `{shown}`"))?;
    if !status.success() {
        bail!(
            "`{shown}` failed ({status}) in {}; without its packages nothing was tested",
            directory.display()
        );
    }
    let installed = directory.join("installed");
    fs::create_dir_all(&installed).with_context(|| format!("cannot create {}", installed.display()))?;
    MANIFESTS.iter().try_for_each(|name| copy(source, &installed, name))
}

fn copy(source: &Path, directory: &Path, name: &str) -> anyhow::Result<()> {
    let (from, to) = (source.join(name), directory.join(name));
    fs::copy(&from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
