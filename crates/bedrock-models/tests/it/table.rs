//! The table against the data it is made from. The data file is read here as plain JSON, not through the
//! generator, so that a mistake of the generator's shows.
#![expect(clippy::float_cmp, reason = "prices are decimal numbers of a few digits, compared as written")]

use clawdia_bedrock_models::{Effort, Geography, ModelFacts, ServiceTier, Source, all, find};
use serde_json::Value;

fn data() -> Vec<Value> {
    let text = include_str!("../../data/models.json");
    let data: Value = serde_json::from_str(text).expect("the data file is JSON");
    data["models"].as_array().expect("it has models").clone()
}

fn facts(id: &str) -> &'static ModelFacts {
    all().iter().find(|facts| facts.id == id).unwrap_or_else(|| panic!("no row for {id}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^52")]
fn settled(facts: &ModelFacts, field: &str) -> f64 {
    let limit = |limit: Option<u64>| limit.expect("a disputed limit is known") as f64;
    match field {
        "contextWindow" => limit(facts.context_window),
        "maxTokens" => limit(facts.max_tokens),
        "cost.input" => facts.rates.input,
        "cost.output" => facts.rates.output,
        "cost.cacheRead" => facts.rates.cache_read,
        "cost.cacheWrite" => facts.rates.cache_write,
        "cost.cacheWrite1h" => facts.rates.cache_write_1h.expect("a disputed rate is known"),
        other => panic!("no rule for {other}"),
    }
}

#[test]
fn ids_are_sorted_unique_and_in_lower_case() {
    for pair in all().windows(2) {
        assert!(pair[0].id < pair[1].id, "{} before {}", pair[0].id, pair[1].id);
    }
    for facts in all() {
        assert_eq!(facts.id, facts.id.to_ascii_lowercase());
    }
}

#[test]
fn every_row_of_the_data_is_there() {
    let ids: Vec<_> = data().iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, all().iter().map(|facts| facts.id).collect::<Vec<_>>());
    assert_eq!(ids.len(), 321);
}

#[test]
fn undisputed_facts_are_taken_over_as_they_are() {
    for row in data() {
        let facts = facts(row["id"].as_str().expect("an id"));
        assert_eq!(facts.base_id, row["baseId"]);
        assert_eq!(facts.geography.as_ref().map(Geography::as_str), row["geography"].as_str());
        for (key, value) in row["cost"].as_object().expect("rates") {
            assert!(
                (settled(facts, &format!("cost.{key}")) - number(value)).abs() < 1e-9,
                "{} {key}",
                facts.id
            );
        }
        for (key, value) in [("contextWindow", facts.context_window), ("maxTokens", facts.max_tokens)] {
            if row["disputed"].get(key).is_none() {
                assert_eq!(value, row[key].as_u64(), "{} {key}", facts.id);
            }
        }
        assert_eq!(facts.tiers.len(), row["tiers"].as_array().map_or(0, Vec::len), "{}", facts.id);
        assert_eq!(facts.deprecation_date, row["deprecationDate"].as_str());
        if let Some(name) = row["name"].as_str() {
            assert_eq!(facts.name, Some(name));
        }
    }
}

#[test]
fn disputes_are_settled_the_cautious_way_and_stay_visible() {
    let mut settled_disputes = 0;
    for row in data() {
        let facts = facts(row["id"].as_str().expect("an id"));
        let disputed = row["disputed"].as_object().cloned().unwrap_or_default();
        assert_eq!(facts.disputed.len(), disputed.len(), "{}", facts.id);
        for (field, claims) in &disputed {
            let (pi_ai, litellm) = (&claims["pi-ai"], &claims["litellm"]);
            let shown = facts.disputed.iter().find(|dispute| dispute.field == field).expect("it is shown");
            let (pi_ai_text, litellm_text) = (pi_ai.to_string(), litellm.to_string());
            assert_eq!(shown.values, [(Source::PiAi, &*pi_ai_text), (Source::LiteLlm, &*litellm_text)]);
            if field == "reasoning" {
                assert_eq!(Some(facts.reasoning), pi_ai.as_bool(), "{}", facts.id);
            } else {
                let claims = [number(pi_ai), number(litellm)];
                let cautious = if field.starts_with("cost.") {
                    claims[0].max(claims[1])
                } else {
                    claims[0].min(claims[1])
                };
                assert!((settled(facts, field) - cautious).abs() < 1e-9, "{} {field}", facts.id);
            }
            settled_disputes += 1;
        }
    }
    assert!(settled_disputes > 100, "the data has disputes: {settled_disputes}");
}

#[test]
fn a_disputed_field_has_no_second_value_in_the_data() {
    for row in data() {
        for field in row["disputed"].as_object().into_iter().flat_map(|disputed| disputed.keys()) {
            let value = match field.strip_prefix("cost.") {
                Some(rate) => row["cost"].get(rate),
                None => row.get(field),
            };
            assert_eq!(value, None, "{} {field}", row["id"]);
        }
    }
}

#[test]
fn rates_make_sense() {
    for facts in all() {
        let id = facts.id;
        let every = [facts.rates]
            .into_iter()
            .chain(facts.tiers.iter().map(|tier| tier.rates))
            .chain(facts.service_tiers.iter().map(|tier| tier.rates));
        for rates in every {
            let all = [rates.input, rates.output, rates.cache_read, rates.cache_write];
            assert!(all.iter().all(|rate| rate.is_finite() && *rate >= 0.0), "{id} {rates:?}");
            assert!(rates.output > 0.0, "{id} {rates:?}");
            assert!(
                rates.cache_read <= rates.input,
                "{id}: reading from the cache never costs more {rates:?}"
            );
        }
        assert!(
            facts.tiers.windows(2).all(|pair| pair[0].input_tokens_above < pair[1].input_tokens_above),
            "{id}"
        );
        for tier in facts.tiers {
            assert!(tier.rates.input > facts.rates.input, "{id}: long requests cost more");
        }
        let flex = facts.rates_for(ServiceTier::Flex);
        let priority = facts.rates_for(ServiceTier::Priority);
        assert!(flex.input <= facts.rates.input && facts.rates.input <= priority.input, "{id}");
        assert!(flex.output <= facts.rates.output && facts.rates.output <= priority.output, "{id}");
    }
}

#[test]
fn limits_make_sense() {
    for facts in all() {
        if let (Some(context_window), Some(max_tokens)) = (facts.context_window, facts.max_tokens) {
            assert!(0 < max_tokens && max_tokens <= context_window, "{}", facts.id);
        }
    }
}

#[test]
fn a_model_without_caching_has_no_cache_rates() {
    let command = facts("cohere.command-text-v14");
    assert_eq!(
        (command.rates.cache_read, command.rates.cache_write, command.rates.cache_write_1h),
        (0.0, 0.0, None)
    );
}

#[test]
fn a_missing_write_rate_is_a_siblings_or_that_of_input() {
    assert_eq!(facts("us.openai.gpt-5.4").rates.cache_write, 0.0, "as pi-ai says of openai.gpt-5.4");
    assert_eq!(facts("us-gov.xai.grok-4.6").rates.cache_write, 0.0, "as the us profile");
    assert_eq!(facts("amazon.nova-premier-v1:0").rates.cache_write, 2.5, "as the us profile");
    assert_eq!(facts("us.amazon.nova-2-pro-preview-20251202-v1:0").rates.cache_write, 1.375, "as input");
}

#[test]
fn what_belongs_to_the_model_is_shared_among_its_profiles() {
    let bare = facts("openai.gpt-5.4").capabilities;
    assert_eq!(bare.tools, Some(true), "only the us and global rows of the data say so");
    assert_eq!(facts("us-gov.anthropic.claude-opus-5").thinking_level("xhigh"), Some(Some("xhigh")));
    assert!(facts("us-gov.nvidia.nemotron-nano-3-30b").reasoning, "as pi-ai says of the model");
}

#[test]
fn a_flag_of_the_row_itself_is_never_overruled() {
    for row in data() {
        let flags = facts(row["id"].as_str().expect("an id")).capabilities;
        let shown = format!("{flags:?}").replace('_', "").to_lowercase();
        for (flag, value) in row["capabilities"].as_object().into_iter().flatten() {
            let expected = format!("{}: some({value})", flag.to_lowercase());
            assert!(shown.contains(&expected), "{} {flag}", row["id"]);
        }
    }
}

#[test]
fn thinking_levels_tell_absence_from_silence() {
    let fable = facts("anthropic.claude-fable-5");
    assert_eq!(fable.thinking_level("off"), Some(None));
    assert_eq!(fable.thinking_level("max"), Some(Some("max")));
    assert_eq!(fable.thinking_level("low"), None);
}

#[test]
fn capabilities_and_ceilings_are_carried_over() {
    let opus = find("us.anthropic.claude-opus-4-7").expect("known").facts;
    assert_eq!(opus.capabilities.adaptive_thinking, Some(true));
    assert_eq!(opus.capabilities.sampling_params, Some(false));
    assert_eq!(opus.capabilities.video, None);
    assert_eq!(opus.effort_ceiling, Some(Effort::Xhigh));
    assert!(Effort::Xhigh > Effort::High);
    assert_eq!(opus.prompt_cache_min_tokens, Some(2048));
}

#[test]
fn models_that_are_gone_are_marked() {
    assert!(facts("anthropic.claude-instant-v1").end_of_life);
    assert!(facts("amazon.titan-text-express-v1").end_of_life);
    assert!(!facts("amazon.nova-lite-v1:0").end_of_life);
}

#[test]
fn every_model_has_a_name_but_for_other_spellings() {
    for facts in all().iter().filter(|facts| facts.name.is_none()) {
        assert_eq!(facts.id, "anthropic.claude-3-7-sonnet-20240620-v1:0", "a mistaken date of litellm's");
    }
    assert_eq!(facts("us-gov.anthropic.claude-opus-5").name, Some("Claude Opus 5 (GovCloud)"));
}
