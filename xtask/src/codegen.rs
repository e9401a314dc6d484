//! `cargo xtask codegen`: the files that are made from data. They are committed, so that nobody needs this
//! command to build, and compared by a test, so that nobody edits them.

use std::path::Path;

use anyhow::Context;

use crate::{Mode, ensure};

mod bedrock_models;
mod configuration;

pub(crate) use configuration::{schema_with_another_protocol, schema_with_proposals};

/// A file that a generator makes.
#[derive(Debug)]
pub struct Generated {
    /// Where it belongs, from the workspace's root.
    pub path: &'static str,
    /// What belongs in it.
    pub contents: String,
}

type Generator = fn(&Path) -> anyhow::Result<Vec<Generated>>;

/// Every generator that reads data, with a name for messages.
const FROM_DATA: &[(&str, Generator)] = &[("the Bedrock model table", bedrock_models::generate)];

/// Every generator that has cargo build something first.
const FROM_PROGRAMS: &[(&str, Generator)] =
    &[("the schema of the configuration and its reference", configuration::generate)];

/// Brings every generated file up to date, or checks that it is.
///
/// # Errors
///
/// When the data cannot be read or contradicts itself, when a program that generates cannot be built, and when a file
/// differs in [`Mode::Check`].
pub fn run(root: &Path, mode: Mode) -> anyhow::Result<()> {
    run_from_data(root, mode)?;
    run_generators(root, mode, FROM_PROGRAMS)
}

/// As [`run`], for the files that are made from data alone. The others are compared by tests of the crates that know
/// what belongs in them.
///
/// # Errors
///
/// As [`run`].
pub fn run_from_data(root: &Path, mode: Mode) -> anyhow::Result<()> {
    run_generators(root, mode, FROM_DATA)
}

fn run_generators(root: &Path, mode: Mode, generators: &[(&str, Generator)]) -> anyhow::Result<()> {
    for (name, generator) in generators {
        for file in generator(root).with_context(|| format!("cannot generate {name}"))? {
            ensure(mode, &root.join(file.path), &file.contents)?;
        }
    }
    Ok(())
}
