//! Prints the schema of the configuration of a host with every provider of this workspace, or its reference.
//!
//! Separate from the programs of the workspace because it serves `cargo xtask`, which links no provider itself: what is
//! printed here is what is kept in `schema/` and `docs/`, and what editors are tried on.

use std::io::{self, Write};

use std::sync::Arc;

use clawdia::config::schema::{ModelProposal, Proposals, generate, reference, to_text};
use clawdia::core::schemars::{self, JsonSchema};
use clawdia::core::{Capability, Modality, Provider, ProviderConfig, ProviderPlugin};
use clawdia::{ErrorKind, HostContext, Plugins, ProviderError};
use serde::Deserialize;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plugins = Plugins::linked()?;
    let schema = generate(&plugins, &Proposals::default())?;
    let text = match std::env::args().nth(1).as_deref() {
        None => to_text(&schema),
        Some("--reference") => reference(&schema),
        Some("--with-proposals") => to_text(&generate(&plugins, &proposals()?)?),
        Some("--with-another-protocol") => {
            let providers = plugins.providers().chain([&ANOTHER]);
            let plugins = Plugins::new(providers, plugins.sources(), plugins.sections())?;
            to_text(&generate(&plugins, &Proposals::default())?)
        }
        Some(other) => {
            let known = "write `--reference`, `--with-proposals`, `--with-another-protocol` or nothing";
            return Err(format!("`{other}` is unknown here; {known}").into());
        }
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// What a host could know of an account's models.
fn proposals() -> Result<Proposals, Box<dyn std::error::Error>> {
    let mut claude = ModelProposal::new("amazon-bedrock/us.anthropic.claude-opus-4-5-20251101-v1:0".parse()?);
    claude.name = Some("Claude Opus 4.5".to_owned());
    claude.context_window = Some(200_000);
    claude.max_tokens = Some(64_000);
    claude.input_price = Some(5.0);
    claude.output_price = Some(25.0);
    claude.input = vec![Modality::Text, Modality::Image];
    claude.reasoning = Some(true);
    // Longer than what editors show of a label.
    let arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcdefghijkl";
    let profile = ModelProposal::new(format!("amazon-bedrock/{arn}").parse()?);
    let mut proposals = Proposals::default();
    proposals.models = vec![claude, profile];
    proposals.regions = vec!["eu-central-1".to_owned(), "us-east-1".to_owned()];
    Ok(proposals)
}

/// A protocol that shares an option with those of this workspace, and writes one in two ways.
static ANOTHER: ProviderPlugin = ProviderPlugin::new("another-chat", "another-crate", connect)
    .with_default_id("another")
    .with_params::<AnotherConfig>()
    .with_capabilities(&[Capability { name: "hearing", description: "It hears." }]);

/// Options of that protocol.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is printed")]
struct AnotherConfig {
    /// Heat, 0 to 2.
    #[schemars(range(min = 0, max = 2), extend("examples" = [0.2]))]
    temperature: Option<f64>,
    /// Where answers are kept.
    store: Option<Store>,
}

/// A place, by its name or in full.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is printed")]
enum Store {
    /// Its name.
    Name(String),
    /// What it is.
    Full(Kind),
}

/// What a place is.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is printed")]
enum Kind {
    /// A directory.
    Directory {
        /// Its path.
        #[schemars(example = &"~/answers")]
        path: String,
    },
    /// A table.
    Table {
        /// Its name.
        #[schemars(example = &"answers")]
        name: String,
    },
}

fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Other, "this provider is for its schema alone"))
}
