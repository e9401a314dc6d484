//! Prints the schema of the configuration of a host with every provider of this workspace, or its reference.
//!
//! Separate from the programs of the workspace because it serves `cargo xtask`, which links no provider itself: what is
//! printed here is what is kept in `schema/` and `docs/`, and what editors are tried on.

use std::io::{self, Write};

use clawdia::Plugins;
use clawdia::config::schema::{ModelProposal, Proposals, generate, reference, to_text};
use clawdia::core::Modality;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plugins = Plugins::linked()?;
    let schema = generate(&plugins, &Proposals::default())?;
    let text = match std::env::args().nth(1).as_deref() {
        None => to_text(&schema),
        Some("--reference") => reference(&schema),
        Some("--with-proposals") => to_text(&generate(&plugins, &proposals()?)?),
        Some(other) => {
            let known = "write `--reference`, `--with-proposals` or nothing";
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
