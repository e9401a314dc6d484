//! The documented configurations, exactly as they are printed.

use clawdia_config_schema::ModelsMode;
use clawdia_core::{Modality, ModelConfig, ProviderId};

use crate::plugins::parse;

#[test]
fn the_discovery_block_is_accepted_with_a_word_about_its_owner() {
    let config = parse(include_str!("data/discovery.json5"));
    assert_eq!(config.models.providers.len(), 0);
    let warnings = config.warnings().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        warnings,
        ["line 3, column 5 (models.bedrockDiscovery): this has no effect, since the host does not link \
             `clawdia-discovery`; add `use clawdia_discovery as _;` to it"]
    );
}

#[test]
fn the_provider_block_is_read_in_full() {
    let config = parse(include_str!("data/provider.json5"));
    assert_eq!(config.warnings(), []);
    assert_eq!(config.models.mode, ModelsMode::Merge);

    let provider = &config.models.providers["amazon-bedrock"];
    assert_eq!(provider.id, Some(ProviderId::new("amazon-bedrock")));
    assert_eq!(provider.base_url.as_deref(), Some("https://bedrock-runtime.us-east-1.amazonaws.com"));
    assert_eq!(provider.api.as_ref().unwrap().as_str(), "bedrock-converse-stream");
    assert_eq!(provider.auth.as_deref(), Some("aws-sdk"));

    let mut model = ModelConfig::new("anthropic.claude-opus-4-5-20251101-v1:0");
    model.name = Some("Claude Opus 4.5 (Bedrock)".to_owned());
    model.reasoning = Some(true);
    model.input = Some(vec![Modality::Text, Modality::Image]);
    // Zeros that are written are not zeros that are absent.
    model.cost.input = Some(0.0);
    model.cost.output = Some(0.0);
    model.cost.cache_read = Some(0.0);
    model.cost.cache_write = Some(0.0);
    model.context_window = Some(200_000);
    model.max_tokens = Some(8_192);
    assert_eq!(provider.models, [model]);

    let choice = config.agents.defaults.model.unwrap();
    assert_eq!(choice.primary.unwrap().to_string(), "amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1:0");
    assert_eq!(choice.fallbacks, None);
}

#[test]
fn a_model_may_be_chosen_by_a_text_or_with_fallbacks() {
    let config = parse("{ agents: { defaults: { model: 'Amazon-Bedrock/large' } } }");
    assert_eq!(config.agents.defaults.model.unwrap().primary.unwrap().to_string(), "amazon-bedrock/large");

    let text = "{ agents: { defaults: { model: { primary: 'amazon-bedrock/a', fallbacks: ['amazon-bedrock/b/c'] } } } }";
    let choice = parse(text).agents.defaults.model.unwrap();
    assert_eq!(choice.fallbacks.unwrap()[0].model, "b/c");
}

#[test]
fn an_id_that_a_plugin_owns_needs_no_api_and_another_may_use_its_protocol() {
    let text = r#"{
        "$schema": "./clawdia.schema.json",
        models: { mode: 'replace', providers: {
            "amazon-bedrock": { region: "eu-central-1", params: { serviceTier: "flex" } },
            second: { api: "bedrock-converse-stream", profile: "other", timeouts: { idleMs: 0 } },
        } },
    }"#;
    let config = parse(text);
    assert_eq!(config.models.mode, ModelsMode::Replace);
    assert_eq!(config.models.providers["second"].timeouts.idle_ms, Some(0));
    assert_eq!(config.models.providers["amazon-bedrock"].params["serviceTier"], "flex");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_eq!(parse("\u{feff}{ models: { mode: 'replace' } }").models.mode, ModelsMode::Replace);
}
