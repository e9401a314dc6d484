//! The schema of the configuration with the providers of this workspace: fresh, well made, and of one mind with the host.
//!
//! Here and not beside its generator, since here the providers are linked.

use std::path::PathBuf;
use std::sync::LazyLock;

use clawdia::Plugins;
use clawdia::config::schema::{Proposals, generate, reference, to_text};
use jsonschema::Validator;
use serde_json::Value;

mod corpora;
mod generated_documents;
mod shape;

/// What the program links, but for the provider that other tests bring along.
pub(crate) fn plugins() -> Plugins {
    let linked = Plugins::linked().unwrap();
    let ours = |owner: &str| owner != "clawdia-echo-provider";
    Plugins::new(
        linked.providers().filter(|plugin| ours(plugin.owner)),
        linked.sources().filter(|plugin| ours(plugin.owner)),
        linked.sections().filter(|plugin| ours(plugin.owner)),
    )
    .unwrap()
}

static SCHEMA: LazyLock<Value> = LazyLock::new(|| generate(&plugins(), &Proposals::default()).unwrap());

/// A validator that knows the schema and nothing else.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

/// The file of the repository.
fn repository(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

#[track_caller]
fn check_fresh(path: &str, expected: &str) {
    let found = std::fs::read_to_string(repository(path)).unwrap();
    assert!(found == expected, "{path} is not what its generator writes; run `cargo xtask codegen`");
}

#[test]
fn the_files_are_fresh() {
    check_fresh("schema/clawdia.schema.json", &to_text(&SCHEMA));
    check_fresh("docs/configuration.md", &reference(&SCHEMA));
}
