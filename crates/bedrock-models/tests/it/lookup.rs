//! Every spelling of an id leads to the row it means, and nothing else does.

use clawdia_bedrock_models::{
    Arn, Family, Geography, ParseArnError, ResourceKind, family, find, find_by_name,
};
use proptest::prelude::*;

/// The id of the row, the geography asked for, and whether the row is that geography's.
#[track_caller]
fn check(id: &str, expected: Option<(&str, Option<&str>, bool)>) {
    let found = find(id);
    let found = found
        .as_ref()
        .map(|found| (found.facts.id, found.geography.as_ref().map(Geography::as_str), found.exact));
    assert_eq!(found, expected, "{id}");
}

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

#[test]
fn foundation_ids_are_found() {
    check(SONNET, Some((SONNET, None, true)));
    check("deepseek.v3.2", Some(("deepseek.v3.2", None, true)));
    check("anthropic.claude-opus-4-7", Some(("anthropic.claude-opus-4-7", None, true)));
}

#[test]
fn every_row_is_found_by_its_own_id_in_any_case() {
    for facts in clawdia_bedrock_models::all() {
        for id in [facts.id.to_owned(), facts.id.to_uppercase(), format!(" {}\n", facts.id)] {
            let found = find(&id).expect(&id);
            assert_eq!(found.facts.id, facts.id);
            assert!(found.exact, "{id}");
            assert_eq!(found.base_id, facts.base_id);
            assert_eq!(found.geography, facts.geography);
        }
    }
}

#[test]
fn every_row_is_found_by_an_arn() {
    for facts in clawdia_bedrock_models::all() {
        let arn = match facts.geography {
            Some(_) => format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{}", facts.id),
            None => format!("arn:aws:bedrock:eu-west-1::foundation-model/{}", facts.id),
        };
        assert_eq!(find(&arn).expect(&arn).facts.id, facts.id);
    }
}

#[test]
fn profiles_are_found_with_their_own_prices() {
    check(&format!("us.{SONNET}"), Some((&format!("us.{SONNET}"), Some("us"), true)));
    check(&format!("us-gov.{SONNET}"), Some((&format!("us-gov.{SONNET}"), Some("us-gov"), true)));
    check("global.openai.gpt-6-sol", Some(("global.openai.gpt-6-sol", Some("global"), true)));
    check("in.moonshotai.kimi-k3", Some(("in.moonshotai.kimi-k3", Some("in"), true)));
    let regional = find(&format!("us.{SONNET}")).expect("known").facts.rates.input;
    let global = find(&format!("global.{SONNET}")).expect("known").facts.rates.input;
    assert!(regional > global);
}

#[test]
fn a_profile_without_a_row_has_the_facts_of_its_foundation_model() {
    check(&format!("sa.{SONNET}"), Some((SONNET, Some("sa"), false)));
    check(&format!("CA.{SONNET}"), Some((SONNET, Some("ca"), false)));
    // A geography nobody has heard of yet.
    check(&format!("mx.{SONNET}"), Some((SONNET, Some("mx"), false)));
    check(&format!("eusc-de.{SONNET}"), Some((SONNET, Some("eusc-de"), false)));
    check("apac.amazon.nova-premier-v1", Some(("amazon.nova-premier-v1:0", Some("apac"), false)));
}

#[test]
fn a_model_known_only_by_its_profiles_has_the_facts_of_the_dearest() {
    check("zai.glm-5.3", Some(("us.zai.glm-5.3", None, false)));
    check("eu.zai.glm-5.3", Some(("us.zai.glm-5.3", Some("eu"), false)));
    check("anthropic.claude-mythos-5", Some(("us.anthropic.claude-mythos-5", None, false)));
}

#[test]
fn arns_of_every_partition_and_kind_are_understood() {
    let eu = format!("eu.{SONNET}");
    check(&format!("arn:aws:bedrock:us-east-1::foundation-model/{SONNET}"), Some((SONNET, None, true)));
    check(
        &format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{eu}"),
        Some((&eu, Some("eu"), true)),
    );
    let gov = format!("us-gov.{SONNET}");
    check(
        &format!("arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/{gov}"),
        Some((&gov, Some("us-gov"), true)),
    );
    check(
        "arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.nova-lite-v1:0",
        Some(("amazon.nova-lite-v1:0", None, true)),
    );
    check(
        "arn:aws-iso-b:bedrock:us-isob-east-1::foundation-model/amazon.nova-lite-v1:0",
        Some(("amazon.nova-lite-v1:0", None, true)),
    );
    check(
        "arn:aws:bedrock:us-west-2:123456789012:custom-model/amazon.titan-text-express-v1:0:8k/abc123",
        Some(("amazon.titan-text-express-v1", None, true)),
    );
}

#[test]
fn opaque_and_foreign_arns_are_not_guessed_at() {
    check("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", None);
    check("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/amazon.nova-lite-v1:0", None);
    check("arn:aws:s3:::foundation-model/amazon.nova-lite-v1:0", None);
    check("arn:aws:bedrock:us-east-1::foundation-model/", None);
    check("arn:aws:bedrock:us-east-1::foundation-model/anthropic.unheard-of", None);
}

#[test]
fn version_and_throughput_suffixes_may_be_missing_or_added() {
    let nova = Some(("amazon.nova-lite-v1:0", None, true));
    check("amazon.nova-lite-v1", nova);
    check("amazon.nova-lite-v1:0:300k", nova);
    check("amazon.nova-lite-v1:0:mm", nova);
    check("amazon.nova-lite-v1:24K", nova);
    check("us.amazon.nova-lite-v1", Some(("us.amazon.nova-lite-v1:0", Some("us"), true)));
    check("anthropic.claude-opus-4-7:0", Some(("anthropic.claude-opus-4-7", None, true)));
    check("amazon.titan-text-express-v1:0:8k", Some(("amazon.titan-text-express-v1", None, true)));
    check("anthropic.claude-v2:1:200k", Some(("anthropic.claude-v2:1", None, true)));
    // Another version is another model.
    check("anthropic.claude-v2", None);
    check("amazon.nova-lite-v2:0", None);
    check("amazon.nova-lite-v1:1", None);
}

#[test]
fn other_spellings_lead_to_the_model_they_mean() {
    let found = find("anthropic.claude-haiku-4-5@20251001").expect("known");
    assert_eq!(found.base_id, "anthropic.claude-haiku-4-5-20251001-v1:0");
}

#[test]
fn what_is_no_model_is_not_found() {
    for id in [
        "",
        ".",
        "us.",
        "us..",
        "anthropic.",
        "us.claude",
        ":0",
        "arn:",
        "arn:aws:bedrock",
        "claude",
        "日本.x.y",
    ] {
        check(id, None);
    }
    // A vendor is no geography, and neither is anything longer than one.
    check(&format!("openai.{SONNET}"), None);
    check(&format!("somewhere.{SONNET}"), None);
    check(&format!("a.{SONNET}"), None);
}

#[test]
fn arns_are_taken_apart() {
    let arn =
        Arn::parse("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b-v1:0").expect("an ARN");
    assert_eq!(arn.partition, "aws");
    assert_eq!(arn.service, "bedrock");
    assert_eq!(arn.region, Some("us-east-1"));
    assert_eq!(arn.account, Some("123456789012"));
    assert_eq!(arn.resource, "inference-profile/us.a.b-v1:0");
    assert_eq!(arn.resource_id(), "us.a.b-v1:0");
    let global = Arn::parse("arn:aws:bedrock:::foundation-model/a.b").expect("an ARN");
    assert_eq!((global.region, global.account), (None, None));
}

#[test]
fn arns_name_kinds_of_resources() {
    let kind = |resource: &str| {
        Arn::parse(&format!("arn:aws:bedrock:us-east-1:1:{resource}")).expect("an ARN").kind()
    };
    assert_eq!(kind("application-inference-profile/x"), ResourceKind::ApplicationInferenceProfile);
    assert_eq!(kind("provisioned-model/x"), ResourceKind::ProvisionedModel);
    assert_eq!(kind("custom-model/a.b/x"), ResourceKind::CustomModel);
    assert_eq!(kind("imported-model/x"), ResourceKind::ImportedModel);
    assert_eq!(kind("prompt/x:1"), ResourceKind::Prompt);
    assert_eq!(kind("guardrail/x"), ResourceKind::Other);
}

#[test]
fn what_is_no_arn_says_why() {
    assert_eq!(Arn::parse("amazon.nova-lite-v1:0"), Err(ParseArnError::Scheme));
    assert_eq!(Arn::parse("arn:aws:bedrock:us-east-1:1"), Err(ParseArnError::TooShort));
    assert_eq!(Arn::parse("arn::bedrock:us-east-1:1:x/y"), Err(ParseArnError::Empty { part: "partition" }));
    assert_eq!(Arn::parse("arn:aws:bedrock:us-east-1:1:"), Err(ParseArnError::Empty { part: "resource" }));
}

#[test]
fn every_row_has_a_family() {
    for facts in clawdia_bedrock_models::all() {
        assert_ne!(family(facts.id), Family::Other, "{}", facts.id);
    }
}

#[test]
fn families_are_known_beyond_the_table() {
    assert_eq!(family("anthropic.claude-nine"), Family::Claude);
    assert_eq!(family("eu.meta.llama9-v1:0"), Family::Llama);
    assert_eq!(family("openai.gpt-oss-9b"), Family::GptOss);
    assert_eq!(family("us.openai.gpt-9"), Family::Gpt);
    assert_eq!(family("arn:aws:bedrock:us-east-1::foundation-model/xai.grok-9"), Family::Grok);
    assert_eq!(family("arn:aws:bedrock:us-east-1:1:application-inference-profile/claude"), Family::Other);
    assert_eq!(family("acme.claude-like"), Family::Other);
    assert_eq!(family("claude"), Family::Other);
}

#[track_caller]
fn check_name(text: &str, expected: Option<&str>) {
    assert_eq!(find_by_name(text).map(|found| found.base_id), expected, "{text}");
}

#[test]
fn names_are_found_however_they_are_punctuated() {
    for text in ["Claude Opus 4.7", "opus-4.7", "Opus_4_7", "opus 4 7", "team a: claude-opus-4-7 (prod)"] {
        check_name(text, Some("anthropic.claude-opus-4-7"));
    }
    check_name("Claude Sonnet 4", Some("anthropic.claude-sonnet-4-20250514-v1:0"));
    check_name("Claude 3.5 Sonnet v2", Some("anthropic.claude-3-5-sonnet-20241022-v2:0"));
    check_name("claude-3-7-sonnet", Some("anthropic.claude-3-7-sonnet-20250219-v1:0"));
    check_name("nova lite", Some("amazon.nova-lite-v1:0"));
    check_name("Nova 2 Lite for us", Some("amazon.nova-2-lite-v1:0"));
    check_name("Grok 4.7", Some("xai.grok-4.7"));
    check_name("gpt-oss-120b", Some("openai.gpt-oss-120b"));
    check_name("opus4.7", Some("anthropic.claude-opus-4-7"));
    check_name("kimi-k2_5", Some("moonshotai.kimi-k2.5"));
}

#[test]
fn names_are_found_as_people_shorten_them() {
    check_name("Claude Sonnet 3.7", Some("anthropic.claude-3-7-sonnet-20250219-v1:0"));
    check_name("sonnet-3.5-v2", Some("anthropic.claude-3-5-sonnet-20241022-v2:0"));
    check_name("haiku 3.5", Some("anthropic.claude-3-5-haiku-20241022-v1:0"));
    check_name("llama 3.1 8b", Some("meta.llama3-1-8b-instruct-v1:0"));
    check_name("Mistral 7B", Some("mistral.mistral-7b-instruct-v0:2"));
}

#[test]
fn the_names_of_rows_lead_back_to_their_models() {
    for facts in clawdia_bedrock_models::all() {
        // The two ids of gpt-oss share a name, and the spellings of other tables have none of their own.
        if facts.id.contains("gpt-oss") {
            continue;
        }
        let Some(name) = facts.name else { continue };
        check_name(name, Some(facts.base_id));
    }
}

#[test]
fn a_name_is_not_taken_for_a_newer_version_of_it() {
    check_name("Claude Opus 4.9", None);
    check_name("Claude Opus 9", None);
    check_name("opus", None);
    check_name("an instant answer", None);
    check_name("Command centre", None);
    check_name("cohere command", Some("cohere.command-text-v14"));
    check_name("Claude Sonnet 3.9", None);
    check_name("Sonnet 4.5 or Opus 4.7", None);
}

proptest! {
    #[test]
    fn any_text_is_looked_up_without_panicking(text in any::<String>(), region in any::<String>()) {
        let _ = (find(&text), family(&text), find_by_name(&text));
        let _ = clawdia_bedrock_models::profile_candidates(&text, &region);
        let _ = clawdia_bedrock_models::served_only_through_profile(&text);
        let _ = (Arn::parse(&text), Geography::parse(&text));
    }

    #[test]
    fn any_id_like_text_is_looked_up_without_panicking(
        text in "(arn:aws:bedrock:)?([a-z-]{0,9}[:./@]){0,6}(claude|nova|v1|0|200k|é)?[:./]?",
    ) {
        let _ = (find(&text), family(&text), find_by_name(&text));
        let _ = clawdia_bedrock_models::profile_candidates(&text, "eu-west-1");
    }

    #[test]
    fn any_prefix_leads_to_the_same_model(prefix in "[a-z]{2}(-[a-z]{2,4})?", index in 0..clawdia_bedrock_models::all().len()) {
        let facts = &clawdia_bedrock_models::all()[index];
        // An id without a vendor cannot be told from one without a geography.
        prop_assume!(facts.base_id.contains('.') && facts.id == facts.base_id);
        let found = find(&format!("{prefix}.{}", facts.base_id)).expect("a profile of a known model");
        prop_assert_eq!(found.base_id, facts.base_id);
        prop_assert_eq!(found.geography, Geography::parse(&prefix));
    }
}
