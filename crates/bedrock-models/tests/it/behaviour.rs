//! How models are spoken to: what the rows leave open is answered by family, for new models too, and never the
//! other way round.

use std::collections::{BTreeMap, BTreeSet};

use clawdia_bedrock_models::{
    Behaviour, CachePlace, CacheRules, Effort, Family, LEAST_THINKING_BUDGET, Replay, ReplayText,
    ThinkingDialect, all, capabilities,
};
use clawdia_core::ThinkingLevel;
use proptest::prelude::*;

const SONNET_4_5: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const SONNET_3_7: &str = "anthropic.claude-3-7-sonnet-20250219-v1:0";
const HAIKU_3_5: &str = "anthropic.claude-3-5-haiku-20241022-v1:0";
const OPAQUE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";

#[test]
fn a_row_is_never_overruled_by_its_family() {
    for facts in all() {
        let (row, whole) = (facts.capabilities, capabilities(facts.id));
        assert_eq!(row.or(whole), whole, "{}", facts.id);
    }
}

#[test]
fn every_spelling_of_an_id_is_spoken_to_alike() {
    for facts in all().iter().filter(|facts| facts.geography.is_none()) {
        let plain = Behaviour::of(facts.id);
        let arn = format!("arn:aws:bedrock:eu-west-1::foundation-model/{}", facts.id);
        for spelling in [facts.id.to_uppercase(), arn] {
            assert_eq!(Behaviour::of(&spelling), plain, "{spelling}");
        }
    }
}

#[test]
fn every_reasoning_claude_is_asked_by_budget_or_adaptively() {
    for facts in all() {
        let behaviour = Behaviour::of(facts.id);
        if behaviour.family == Family::Claude {
            let asked = behaviour.thinking != ThinkingDialect::None;
            assert_eq!(asked, facts.reasoning, "{}", facts.id);
        }
    }
}

#[test]
fn what_does_not_reason_is_not_asked_to() {
    for facts in all().iter().filter(|facts| !facts.reasoning) {
        assert_eq!(Behaviour::of(facts.id).thinking, ThinkingDialect::None, "{}", facts.id);
    }
}

#[track_caller]
fn check_dialect(id: &str, expected: ThinkingDialect) {
    assert_eq!(Behaviour::of(id).thinking, expected, "{id}");
}

#[test]
fn each_family_is_asked_in_its_own_words() {
    for id in [SONNET_3_7, "us.anthropic.claude-opus-4-1-20250805-v1:0", SONNET_4_5] {
        check_dialect(id, ThinkingDialect::ClaudeBudget);
    }
    for id in ["anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-7", "anthropic.claude-fable-5-2"] {
        check_dialect(id, ThinkingDialect::ClaudeAdaptive);
    }
    check_dialect("amazon.nova-2-lite-v1:0", ThinkingDialect::NovaReasoningConfig);
    check_dialect("amazon.nova-pro-v1:0", ThinkingDialect::None);
    check_dialect("openai.gpt-oss-120b-1:0", ThinkingDialect::OpenAiFlatEffort);
    check_dialect("global.openai.gpt-6-sol", ThinkingDialect::OpenAiNestedEffort);
    check_dialect("deepseek.v3-v1:0", ThinkingDialect::ReasoningConfigWord);
    check_dialect("deepseek.v3.2", ThinkingDialect::OpenAiFlatEffort);
    check_dialect("deepseek.r1-v1:0", ThinkingDialect::None);
    check_dialect("qwen.qwen3-32b-v1:0", ThinkingDialect::OpenAiFlatEffort);
    check_dialect("qwen.qwen3-coder-next", ThinkingDialect::None);
    check_dialect("moonshotai.kimi-k2.5", ThinkingDialect::OpenAiFlatEffort);
    check_dialect("moonshotai.kimi-k3", ThinkingDialect::OpenAiNestedEffort);
    check_dialect("zai.glm-5.3", ThinkingDialect::ReasoningConfigWord);
    check_dialect("zai.glm-4.7", ThinkingDialect::None);
    check_dialect("xai.grok-4.7", ThinkingDialect::ReasoningConfigWord);
    check_dialect("minimax.minimax-m2.5", ThinkingDialect::None);
}

/// The words for `off` to `max`, `-` where there is none.
#[track_caller]
fn check_efforts(id: &str, expected: [&str; 7]) {
    let behaviour = Behaviour::of(id);
    let words: Vec<_> = Effort::ALL.iter().map(|effort| behaviour.effort(*effort).unwrap_or("-")).collect();
    assert_eq!(words, expected, "{id}");
}

#[test]
fn efforts_are_mapped_and_held_to_the_ceiling() {
    let adaptive = |off, xhigh, max| [off, "low", "low", "medium", "high", xhigh, max];
    check_efforts("anthropic.claude-opus-4-6-v1", adaptive("-", "high", "max"));
    check_efforts("anthropic.claude-opus-4-7", adaptive("-", "xhigh", "xhigh"));
    check_efforts("anthropic.claude-opus-5", adaptive("-", "xhigh", "max"));
    check_efforts("anthropic.claude-opus-5-5", adaptive("low", "xhigh", "xhigh"));
    check_efforts("eu.anthropic.claude-opus-5-5", adaptive("low", "xhigh", "xhigh"));
    check_efforts("anthropic.claude-fable-5", adaptive("low", "xhigh", "xhigh"));
    check_efforts("anthropic.claude-fable-5-2", adaptive("low", "xhigh", "xhigh"));
    check_efforts("anthropic.claude-mythos-5", adaptive("low", "xhigh", "xhigh"));
    check_efforts("openai.gpt-6-luna", adaptive("none", "xhigh", "max"));
    check_efforts("openai.gpt-6-astra", adaptive("low", "xhigh", "max"));
    check_efforts("openai.gpt-5.4", adaptive("-", "xhigh", "xhigh"));
    check_efforts("openai.gpt-oss-20b-1:0", adaptive("low", "high", "high"));
    check_efforts("amazon.nova-2-lite-v1:0", adaptive("-", "high", "high"));
    check_efforts("xai.grok-4.6", adaptive("low", "xhigh", "xhigh"));
    check_efforts("moonshotai.kimi-k3", ["none", "low", "low", "low", "high", "high", "max"]);
    check_efforts("zai.glm-5", ["-", "high", "high", "high", "high", "high", "high"]);
    check_efforts(SONNET_4_5, ["-"; 7]);
    check_efforts("meta.llama3-3-70b-instruct-v1:0", ["-"; 7]);
}

#[test]
fn no_effort_is_above_the_ceiling_of_its_row() {
    for facts in all() {
        let Some(ceiling) = facts.effort_ceiling else { continue };
        for wanted in Effort::ALL {
            let effort = Behaviour::of(facts.id).effort(*wanted).and_then(Effort::parse);
            assert!(effort <= Some(ceiling), "{} {wanted:?}: {effort:?}", facts.id);
        }
    }
}

#[test]
fn a_level_of_the_cores_is_an_effort() {
    let gpt = Behaviour::of("openai.gpt-6-sol");
    assert_eq!(gpt.effort(ThinkingLevel::Off), Some("none"));
    assert_eq!(gpt.effort(ThinkingLevel::XHigh), Some("xhigh"));
    assert_eq!(LEAST_THINKING_BUDGET, 1_024);
}

#[test]
fn reasoning_goes_back_only_where_it_is_taken() {
    let check =
        |id: &str, text, redacted| assert_eq!(Behaviour::of(id).replay, Replay { text, redacted }, "{id}");
    check(SONNET_4_5, ReplayText::Signed, true);
    check("anthropic.claude-opus-9", ReplayText::Signed, true);
    check("openai.gpt-6-sol", ReplayText::Never, true);
    for id in [
        "openai.gpt-oss-120b-1:0",
        "amazon.nova-2-lite-v1:0",
        "deepseek.v3.2",
        "minimax.minimax-m2",
        "moonshotai.kimi-k3",
    ] {
        check(id, ReplayText::Unsigned, false);
    }
    for id in [
        "amazon.nova-pro-v1:0",
        "deepseek.r1-v1:0",
        "google.gemma-4-31b",
        "meta.llama4-scout-17b-instruct-v1:0",
        "mistral.magistral-small-2509",
        "nvidia.nemotron-super-3-120b",
        "qwen.qwen3-32b-v1:0",
        "writer.palmyra-x5-v1:0",
        "xai.grok-4.7",
        "acme.model-1",
    ] {
        check(id, ReplayText::Never, false);
    }
}

#[test]
fn thinking_is_bound_from_opus_4_7_on() {
    let binds = |id| capabilities(id).binds_thinking_blocks == Some(true);
    for id in ["anthropic.claude-opus-4-6-v1", "anthropic.claude-sonnet-4-6", SONNET_4_5, "openai.gpt-6-sol"]
    {
        assert!(!binds(id), "{id}");
    }
    for id in [
        "us.anthropic.claude-opus-4-7",
        "anthropic.claude-opus-4-8",
        "anthropic.claude-sonnet-5",
        "anthropic.claude-haiku-5-5",
        "anthropic.claude-fable-5-2",
        "anthropic.claude-mythos-5",
    ] {
        assert!(binds(id), "{id}");
    }
}

#[track_caller]
fn cache(id: &str) -> CacheRules {
    Behaviour::of(id).cache.unwrap_or_else(|| panic!("{id} takes cache points"))
}

#[test]
fn claude_caches_everywhere_and_newer_ones_for_an_hour() {
    let everywhere = [CachePlace::Tools, CachePlace::System, CachePlace::Messages];
    for (id, one_hour) in [
        (HAIKU_3_5, false),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", false),
        (SONNET_3_7, false),
        ("anthropic.claude-sonnet-4-20250514-v1:0", false),
        ("anthropic.claude-opus-4-1-20250805-v1:0", false),
        ("anthropic.claude-fable-5-2", false),
        ("in.anthropic.claude-haiku-4-5-20251001-v1:0", true),
        (SONNET_4_5, true),
        ("global.anthropic.claude-opus-4-8", true),
        ("anthropic.claude-mythos-preview", true),
    ] {
        let rules = cache(id);
        assert_eq!(
            (rules.places, rules.one_hour, rules.opt_in),
            (everywhere.as_slice(), one_hour, false),
            "{id}"
        );
    }
    assert_eq!(cache(HAIKU_3_5).min_tokens, Some(2_048));
    assert_eq!(cache(SONNET_3_7).min_tokens, Some(1_024));
    assert_eq!(CacheRules::MAX_POINTS, 4);
}

#[test]
fn an_hour_is_asked_for_wherever_it_has_a_price() {
    for facts in all().iter().filter(|facts| facts.rates.cache_write_1h.is_some()) {
        assert!(cache(facts.id).one_hour, "{}", facts.id);
    }
}

#[test]
fn claude_takes_no_point_right_behind_a_plain_document() {
    assert!(!cache(SONNET_4_5).after_plain_documents);
    assert!(cache("amazon.nova-2-lite-v1:0").after_plain_documents);
}

#[test]
fn what_thinking_and_errors_forbid_is_said_for_every_claude() {
    for facts in all() {
        let flags = capabilities(facts.id);
        if Behaviour::of(facts.id).family == Family::Claude {
            assert_eq!(flags.error_result_images, Some(false), "{}", facts.id);
            assert_eq!(flags.prefill_with_tools, Some(false), "{}", facts.id);
            assert_eq!(flags.sampling_while_thinking, Some(false), "{}", facts.id);
            assert_eq!(flags.low_default_max_tokens, Some(true), "{}", facts.id);
            assert!(flags.forced_tools_while_thinking.is_some(), "{}", facts.id);
        } else {
            assert_eq!(flags.low_default_max_tokens, Some(false), "{}", facts.id);
        }
    }
    assert_eq!(capabilities("amazon.nova-2-lite-v1:0").sampling_with_high_effort, Some(false));
    assert_eq!(capabilities("amazon.nova-lite-v1:0").sampling_with_high_effort, Some(true));
}

#[test]
fn the_beta_for_thinking_between_calls_is_for_claude_4_to_4_5() {
    let taken = |id| capabilities(id).interleaved_thinking;
    for id in [
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "us.anthropic.claude-opus-4-20250514-v1:0",
        "us.anthropic.claude-opus-4-1-20250805-v1:0",
        "anthropic.claude-opus-4-5-20251101-v1:0",
        SONNET_4_5,
    ] {
        assert_eq!(taken(id), Some(true), "{id}");
    }
    for id in [
        SONNET_3_7,
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic.claude-opus-4-6-v1",
        "anthropic.claude-opus-9",
        "openai.gpt-6-sol",
        OPAQUE,
    ] {
        assert_eq!(taken(id), Some(false), "{id}");
    }
}

#[test]
fn nova_caches_on_request_and_never_among_tools() {
    let rules = cache("eu.amazon.nova-pro-v1:0");
    assert_eq!(rules.places, [CachePlace::System, CachePlace::Messages]);
    assert!(rules.opt_in && !rules.one_hour);
    assert_eq!((rules.min_tokens, rules.max_tokens), (Some(1_000), Some(20_000)));
}

#[test]
fn what_caches_by_itself_takes_no_points() {
    for id in [
        "openai.gpt-6-sol",
        "openai.gpt-oss-120b-1:0",
        "moonshotai.kimi-k3",
        "xai.grok-4.7",
        "zai.glm-5.3",
        "meta.llama3-3-70b-instruct-v1:0",
        "anthropic.claude-3-opus-20240229-v1:0",
        "acme.model-1",
        OPAQUE,
    ] {
        assert_eq!(Behaviour::of(id).cache, None, "{id}");
    }
    assert_eq!(capabilities("openai.gpt-6-sol").prompt_caching, Some(true));
}

#[test]
fn media_limits_are_known_where_somebody_said_so() {
    let media = |id: &str| Behaviour::of(id).media;
    assert_eq!(media(SONNET_3_7).images, Some(20));
    assert_eq!(media("anthropic.claude-opus-5").images, Some(100));
    assert_eq!(media("openai.gpt-6-sol").images, None);
    // 5 MiB after base64.
    assert_eq!(media(SONNET_4_5).image_bytes.map(|bytes| bytes.div_ceil(3) * 4), Some(5 << 20));
    assert_eq!(media("amazon.nova-lite-v1:0").videos, Some(1));
    assert_eq!(media("amazon.nova-lite-v1:0").video_bytes.map(|bytes| bytes.div_ceil(3) * 4), Some(25 << 20));
    for facts in all() {
        assert_eq!(media(facts.id).documents, Some(5), "{}", facts.id);
    }
}

#[test]
fn a_model_of_the_future_is_like_the_newest_of_its_family() {
    let opus = Behaviour::of("us.anthropic.claude-opus-9-v1:0");
    assert_eq!((opus.family, opus.facts), (Family::Claude, None));
    assert_eq!(opus.thinking, ThinkingDialect::ClaudeAdaptive);
    assert_eq!(opus.effort(Effort::Max), Some("xhigh"));
    assert_eq!(opus.effort(Effort::None), Some("low"), "it may not be possible to switch it off");
    assert_eq!(opus.capabilities.assistant_prefill, Some(false));
    assert_eq!(opus.capabilities.sampling_params, Some(false));
    assert_eq!(opus.capabilities.forced_tool_choice, Some(false));
    assert!(!cache("us.anthropic.claude-opus-9-v1:0").one_hour);

    assert_eq!(Behaviour::of("amazon.nova-3-pro-v1:0").thinking, ThinkingDialect::NovaReasoningConfig);
    assert_eq!(capabilities("openai.gpt-9").stop_sequences, Some(false));
    assert_eq!(Behaviour::of("openai.gpt-9").least_max_tokens, 16);
    assert_eq!(capabilities("eu.mistral.mistral-large-9").nine_character_tool_ids, Some(true));
    // A whole word of the name counts, not a piece of one.
    assert_eq!(capabilities("anthropic.claude-opus-4-10").sampling_params, Some(false));
    assert_eq!(capabilities("anthropic.claude-opus-4-1").sampling_params, Some(true));
}

#[test]
fn what_has_no_known_family_is_treated_with_caution() {
    for id in ["acme.model-1", OPAQUE, "", "claude"] {
        let behaviour = Behaviour::of(id);
        assert_eq!(behaviour.family, Family::Other, "{id}");
        let capabilities = behaviour.capabilities;
        assert_eq!(capabilities.result_status, Some(false), "{id}");
        assert_eq!(capabilities.tool_result_images, Some(false), "{id}");
        assert_eq!(capabilities.turn_separation, Some(true), "{id}");
        assert_eq!(capabilities.tools, None, "{id}");
        assert_eq!((behaviour.thinking, behaviour.least_max_tokens), (ThinkingDialect::None, 1), "{id}");
    }
}

#[test]
fn deepseek_is_not_forced_to_call_while_it_thinks() {
    for id in ["deepseek.v3-v1:0", "deepseek.v3.2"] {
        let flags = capabilities(id);
        assert_eq!(flags.forced_tool_choice, Some(true), "{id}");
        assert_eq!(flags.forced_tools_while_thinking, Some(false), "{id}");
    }
}

#[track_caller]
fn overruled(id: &str, flags: &[(&str, bool)]) -> Behaviour {
    let overrides: BTreeMap<_, _> = flags.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Behaviour::of(id).with_overrides(&overrides).expect("known names")
}

#[test]
fn what_follows_from_a_capability_follows_from_an_overruled_one() {
    assert_eq!(overruled(SONNET_4_5, &[("promptCaching", false)]).cache, None);
    let cache = overruled(OPAQUE, &[("promptCaching", true)]).cache.expect("points on request");
    assert_eq!(cache.places, [CachePlace::System, CachePlace::Messages]);
    assert!(!cache.one_hour);

    let adaptive = [("adaptiveThinking", true), ("effortXhigh", true)];
    let claude = overruled(OPAQUE, &adaptive);
    assert_eq!(claude.thinking, ThinkingDialect::ClaudeAdaptive);
    assert_eq!([claude.effort(Effort::Medium), claude.effort(Effort::Max)], [Some("medium"), Some("xhigh")]);
    assert_eq!(claude.replay, Replay { text: ReplayText::Signed, redacted: true });
    assert_eq!(overruled(OPAQUE, &[("budgetThinking", true)]).thinking, ThinkingDialect::ClaudeBudget);
    let budget = overruled("anthropic.claude-opus-4-6-v1", &[("adaptiveThinking", false)]);
    assert_eq!(budget.thinking, ThinkingDialect::ClaudeBudget);
    let max = overruled("openai.gpt-5.4", &[("effortMax", true)]);
    assert_eq!(max.effort(Effort::Max), Some("max"));
    let less = overruled("anthropic.claude-opus-4-6-v1", &[("effortMax", false)]);
    assert_eq!(less.effort(Effort::Max), Some("high"));
    // OpenAI's models refuse cache points, whether they cache or not.
    assert_eq!(overruled("openai.gpt-5.4", &[("promptCaching", true)]).cache, None);
}

#[test]
fn every_rule_rests_on_something() {
    let text = include_str!("../../data/behaviours.json");
    let data: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let rules = data["rules"].as_array().expect("rules");
    let sources: BTreeSet<_> = rules.iter().map(|rule| rule["source"].as_str().expect("a source")).collect();
    assert!(sources.iter().all(|source| source.len() >= 10), "{sources:?}");
    assert!(rules.len() > 50);
}

#[test]
fn every_family_but_the_unknown_one_has_an_answer_about_tools() {
    let families: BTreeMap<_, _> =
        all().iter().map(|facts| (format!("{:?}", Behaviour::of(facts.id).family), facts.id)).collect();
    assert!(families.len() >= 20, "{families:?}");
    for facts in all() {
        let capabilities = capabilities(facts.id);
        assert!(capabilities.tools.is_some(), "{}", facts.id);
        assert!(capabilities.turn_separation.is_some(), "{}", facts.id);
    }
}

proptest! {
    #[test]
    fn any_text_is_spoken_to_without_panicking(id in any::<String>(), name in any::<String>()) {
        let behaviour = Behaviour::of_named(&id, &name);
        for effort in Effort::ALL {
            let _ = behaviour.effort(*effort);
        }
    }
}

#[test]
fn what_a_model_turns_out_to_refuse_is_no_longer_said_of_it() {
    let with = |id: &str, name: &str| {
        let overrides = BTreeMap::from([(name.to_owned(), false)]);
        Behaviour::of(id).with_overrides(&overrides).expect("a capability's name")
    };
    let opus = "anthropic.claude-opus-4-7";
    assert_eq!(with(opus, "reasoningReplay").replay, Replay::default());
    assert_eq!(with(opus, "effortControl").effort(Effort::High), None);
    assert_eq!(
        with(opus, "effortControl").thinking,
        ThinkingDialect::ClaudeAdaptive,
        "it thinks all the same"
    );
}
