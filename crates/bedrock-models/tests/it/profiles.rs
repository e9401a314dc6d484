//! Which models need an inference profile, and which profile a region calls its own.

use clawdia_bedrock_models::{Geography, all, home_profile, profile_candidates, served_only_through_profile};

#[track_caller]
fn candidates(base_id: &str, region: &str, geographies: &[&str]) {
    let expected: Vec<String> =
        geographies.iter().map(|geography| format!("{geography}.{base_id}")).collect();
    assert_eq!(profile_candidates(base_id, region), expected, "{base_id} in {region}");
}

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const OPUS_5: &str = "anthropic.claude-opus-5";

#[test]
fn home_comes_first_and_the_world_last() {
    candidates(SONNET, "us-east-1", &["us", "global"]);
    candidates(SONNET, "eu-central-1", &["eu", "global"]);
    candidates(SONNET, "il-central-1", &["eu", "global"]);
    candidates(SONNET, "ap-northeast-1", &["jp", "global"]);
    candidates(SONNET, "ap-southeast-2", &["au", "global"]);
    candidates(OPUS_5, "ap-northeast-3", &["jp", "apac", "global"]);
    candidates(OPUS_5, "ap-southeast-4", &["au", "apac", "global"]);
    candidates(OPUS_5, "ap-southeast-1", &["apac", "global"]);
    candidates(OPUS_5, "ap-south-1", &["in", "apac", "global"]);
    candidates(OPUS_5, "ca-central-1", &["us", "global"]);
    candidates(OPUS_5, "sa-east-1", &["us", "global"]);
    candidates("amazon.nova-lite-v1:0", "ca-central-1", &["ca", "us"]);
    candidates(OPUS_5, "af-south-1", &["global"]);
}

#[test]
fn govcloud_keeps_to_itself() {
    candidates(OPUS_5, "us-gov-west-1", &["us-gov"]);
    // Not in the table, so guessed; never `us` or `global`, which are another partition's.
    candidates("anthropic.claude-opus-4-7", "us-gov-east-1", &["us-gov"]);
}

#[test]
fn china_has_no_profiles() {
    candidates(OPUS_5, "cn-north-1", &[]);
    assert_eq!(home_profile(OPUS_5, "cn-northwest-1"), None);
}

#[test]
fn a_model_newer_than_the_table_is_tried_at_home() {
    candidates("acme.model-1", "eu-west-3", &["eu", "global"]);
    candidates("acme.model-1", "xx-new-1", &["global"]);
}

#[test]
fn any_spelling_of_the_model_will_do() {
    let home = Some(format!("us.{SONNET}"));
    assert_eq!(home_profile(&format!("eu.{SONNET}"), "us-west-2"), home);
    assert_eq!(
        home_profile(&format!("arn:aws:bedrock:us-west-2::foundation-model/{SONNET}"), "us-west-2"),
        home
    );
    assert_eq!(home_profile("Anthropic.Claude-Sonnet-4-5-20250929-v1", "US-WEST-2"), home);
    assert_eq!(
        home_profile("arn:aws:bedrock:us-west-2:1:application-inference-profile/x", "us-west-2"),
        None
    );
}

#[test]
fn newer_models_are_served_through_profiles_only() {
    for id in [
        SONNET,
        OPUS_5,
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "anthropic.claude-opus-4-5-20251101-v1:0",
        "Anthropic.Claude-Opus-4-5-20251101-v1",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-fable-5",
        "amazon.nova-premier-v1:0",
        "amazon.nova-2-lite-v1:0",
        "meta.llama3-3-70b-instruct-v1:0",
        "meta.llama4-scout-17b-instruct-v1:0",
        "deepseek.r1-v1:0",
        "mistral.pixtral-large-2502-v1:0",
        "writer.palmyra-x5-v1:0",
        "twelvelabs.pegasus-1-2-v1:0",
        "zai.glm-5.3",
    ] {
        assert!(served_only_through_profile(id), "{id}");
    }
}

#[test]
fn older_and_open_models_are_served_on_demand() {
    for id in [
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "anthropic.claude-3-opus-20240229-v1:0",
        "amazon.nova-micro-v1:0",
        "amazon.nova-lite-v1:0",
        "amazon.nova-pro-v1:0",
        "meta.llama3-1-70b-instruct-v1:0",
        "mistral.mistral-large-2407-v1:0",
        "deepseek.v3-v1:0",
        "openai.gpt-oss-120b-1:0",
        "qwen.qwen3-32b-v1:0",
        "zai.glm-4.7",
        "xai.grok-4.3",
        "moonshotai.kimi-k2.5",
    ] {
        assert!(!served_only_through_profile(id), "{id}");
    }
}

#[test]
fn profiles_and_unknown_models_need_no_other_profile() {
    for id in [
        format!("us.{SONNET}"),
        format!("sa.{SONNET}"),
        format!("arn:aws:bedrock:us-east-1:1:inference-profile/us.{SONNET}"),
        format!("arn:aws:bedrock:us-east-1:1:custom-model/{SONNET}/x"),
        "acme.model-1".to_owned(),
        String::new(),
    ] {
        assert!(!served_only_through_profile(&id), "{id}");
    }
}

#[test]
fn a_model_without_a_row_of_its_own_needs_a_profile() {
    for facts in all().iter().filter(|facts| facts.geography.is_some()) {
        if !all().iter().any(|other| other.id == facts.base_id) {
            assert!(served_only_through_profile(facts.base_id), "{}", facts.base_id);
        }
    }
}

#[test]
fn each_geography_of_the_table_is_some_regions_home() {
    let regions = [
        "us-east-1",
        "us-gov-west-1",
        "eu-west-1",
        "ap-northeast-1",
        "ap-southeast-2",
        "ap-south-1",
        "ca-central-1",
    ];
    for facts in all() {
        let Some(geography) = facts.geography else {
            continue;
        };
        assert!(
            regions.iter().any(|region| Geography::of_region(region).contains(&geography)),
            "{geography}"
        );
    }
}
