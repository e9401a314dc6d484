//! Makes `crates/bedrock-models/src/generated.rs` from the crate's `data/` directory, and keeps the data files in
//! one formatting, so that a change of a fact is a change of a line.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Generated;

mod behaviours;
mod render;
mod resolve;
mod source;

const MODELS: &str = "crates/bedrock-models/data/models.json";
const INFERENCE: &str = "crates/bedrock-models/data/inference.json";
const NAMES: &str = "crates/bedrock-models/data/names.json";
const BEHAVIOURS: &str = "crates/bedrock-models/data/behaviours.json";

pub(super) fn generate(root: &Path) -> anyhow::Result<Vec<Generated>> {
    let mut models: source::Models = read(root, MODELS)?;
    let mut inference: source::Inference = read(root, INFERENCE)?;
    let names: source::Names = read(root, NAMES)?;
    let behaviours: source::Behaviours = read(root, BEHAVIOURS)?;
    models.models.sort_by(|left, right| left.id.cmp(&right.id));
    inference.profile_only.sort();
    inference.end_of_life.sort();
    if let Some(pair) = models.models.windows(2).find(|pair| pair[0].id == pair[1].id) {
        bail!("{MODELS} has two rows for `{}`; keep one", pair[0].id);
    }
    let table = resolve::resolve(&models.models, &inference, &names.names)?;
    behaviours::check(&behaviours, &models.models).with_context(|| format!("{BEHAVIOURS} is wrong"))?;
    let mut rust = render::render(&table, &models.models);
    rust.push_str(&behaviours::render(&behaviours.rules));
    Ok(vec![
        Generated { path: MODELS, contents: canonical(&models)? },
        Generated { path: INFERENCE, contents: canonical(&inference)? },
        Generated { path: NAMES, contents: canonical(&names)? },
        Generated { path: BEHAVIOURS, contents: canonical(&behaviours)? },
        Generated { path: "crates/bedrock-models/src/generated.rs", contents: rust },
    ])
}

fn read<T: DeserializeOwned>(root: &Path, path: &str) -> anyhow::Result<T> {
    let text = fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| format!("{path} does not have the expected shape"))
}

fn canonical(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
