//! `cargo xtask ci`: everything that must pass before a change is merged, in one list. Whoever runs it on a
//! laptop sees what the server sees.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::{Mode, codegen, editor_test, tidy};

/// Programs to run, cheapest first, each with what to do when it fails.
const STEPS: &[Step] = &[
    Step { arguments: &["fmt", "--all", "--check"], variables: &[], advice: "run `cargo fmt --all`" },
    Step {
        arguments: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        variables: &[],
        advice: "fix what clippy says",
    },
    Step { arguments: &["test", "--workspace"], variables: &[], advice: "the failing test is named above" },
    Step {
        arguments: &["doc", "--workspace", "--no-deps"],
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        advice: "fix what rustdoc says",
    },
    // What would be published can be put together. Not compiled again, and everything it asks the registry for is
    // here by now.
    Step {
        arguments: &["package", "--workspace", "--no-verify", "--allow-dirty", "--offline"],
        variables: &[],
        advice: "fix the manifest that cargo names",
    },
];

struct Step {
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    advice: &'static str,
}

/// Runs every step and stops at the first that fails.
///
/// # Errors
///
/// When a step fails; the message names it and what to do.
pub fn run(root: &Path) -> anyhow::Result<()> {
    announce("cargo xtask codegen --check");
    codegen::run(root, Mode::Check)?;
    announce("cargo xtask tidy");
    tidy::run(root)?;
    announce("cargo xtask editor-test");
    editor_test::run(root)?;
    for step in STEPS {
        step.run(root)?;
    }
    announce("everything passed");
    Ok(())
}

impl Step {
    fn run(&self, root: &Path) -> anyhow::Result<()> {
        let shown = format!("cargo {}", self.arguments.join(" "));
        announce(&shown);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let status = Command::new(cargo)
            .args(self.arguments)
            .envs(self.variables.iter().copied())
            .current_dir(root)
            .status()
            .with_context(|| format!("cannot run `{shown}`"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status}); {}", self.advice);
        }
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "a command at a terminal says what it is doing")]
fn announce(step: &str) {
    println!("==> {step}");
}
