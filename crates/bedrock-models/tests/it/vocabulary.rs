//! Facts in the words of the core: nothing is lost on the way.

use clawdia_bedrock_models::{all, find};
use clawdia_core::{Modality, ThinkingLevel, Usage};

#[test]
fn a_message_is_charged_at_the_tables_rates() {
    let facts = find("us.anthropic.claude-sonnet-4-5-20250929-v1:0").expect("known").facts;
    let usage = Usage { input: 1_000_000, output: 1_000_000, ..Usage::default() };
    let charge = facts.cost().of(&usage, None);
    // Above 200,000 tokens the dearer tier holds: 6.6 and 24.75 dollars per million.
    assert_eq!(charge.total.to_string(), "$31.3500");
}

#[test]
fn every_service_tier_is_carried_over() {
    for facts in all() {
        let cost = facts.cost();
        assert_eq!(cost.tiers.len(), facts.tiers.len());
        for tier in facts.service_tiers {
            let found = cost.service_tiers.get(tier.tier.as_str()).expect("the tier");
            assert_eq!(found.input, Some(tier.rates.input), "{}", facts.id);
        }
        assert_eq!(cost.service_tiers.len(), facts.service_tiers.len());
    }
}

#[test]
fn video_is_an_input_of_models_that_watch_it() {
    let nova = find("amazon.nova-2-lite-v1:0").expect("known").facts;
    assert_eq!(nova.input_modalities(), [Modality::Text, Modality::Image, Modality::Video]);
    let titan = find("amazon.titan-text-express-v1").expect("known").facts;
    assert_eq!(titan.input_modalities(), [Modality::Text]);
}

#[test]
fn every_thinking_level_of_the_table_is_one_of_the_cores() {
    for facts in all() {
        assert_eq!(facts.thinking_level_map().len(), facts.thinking_levels.len(), "{}", facts.id);
    }
    let fable = find("anthropic.claude-fable-5").expect("known").facts.thinking_level_map();
    assert_eq!(fable.get(&ThinkingLevel::Off), Some(&None));
    assert_eq!(fable.get(&ThinkingLevel::XHigh), Some(&Some("xhigh".to_owned())));
}
