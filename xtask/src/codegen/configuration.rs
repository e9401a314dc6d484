//! Makes `schema/clawdia.schema.json` and `docs/configuration.md`.
//!
//! Separate from the generators that read data: a schema knows the options of the linked providers, so it is printed by
//! an example of the facade, which links them. This program links none.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use super::Generated;

pub(super) fn generate(root: &Path) -> anyhow::Result<Vec<Generated>> {
    Ok(vec![
        Generated { path: "schema/clawdia.schema.json", contents: printed(root, &[])? },
        Generated { path: "docs/configuration.md", contents: printed(root, &["--reference"])? },
    ])
}

/// The schema as a host prints it that knows models, for trying it out.
pub(crate) fn schema_with_proposals(root: &Path) -> anyhow::Result<String> {
    printed(root, &["--with-proposals"])
}

/// The schema of a host that has a further protocol, for trying it out.
pub(crate) fn schema_with_another_protocol(root: &Path) -> anyhow::Result<String> {
    printed(root, &["--with-another-protocol"])
}

/// What the example prints.
fn printed(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let run = ["run", "--quiet", "--package", "clawdia", "--example", "configuration_schema", "--"];
    let shown = format!("cargo {} {}", run.join(" "), arguments.join(" "));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args(run)
        .args(arguments)
        .current_dir(root)
        .output()
        .with_context(|| format!("cannot run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed no text"))
}
