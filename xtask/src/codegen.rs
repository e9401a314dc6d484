//! `cargo xtask codegen`: the files that are made from data. They are committed, so that nobody needs this
//! command to build, and compared by a test, so that nobody edits them.

use std::path::Path;

use anyhow::Context;

use crate::{Mode, ensure};

mod bedrock_models;

/// A file that a generator makes.
#[derive(Debug)]
pub struct Generated {
    /// Where it belongs, from the workspace's root.
    pub path: &'static str,
    /// What belongs in it.
    pub contents: String,
}

type Generator = fn(&Path) -> anyhow::Result<Vec<Generated>>;

/// Every generator, with a name for messages.
const GENERATORS: &[(&str, Generator)] = &[("the Bedrock model table", bedrock_models::generate)];

/// Brings every generated file up to date, or checks that it is.
///
/// # Errors
///
/// When the data cannot be read or contradicts itself, and when a file differs in [`Mode::Check`].
pub fn run(root: &Path, mode: Mode) -> anyhow::Result<()> {
    for (name, generator) in GENERATORS {
        for file in generator(root).with_context(|| format!("cannot generate {name}"))? {
            ensure(mode, &root.join(file.path), &file.contents)?;
        }
    }
    Ok(())
}
