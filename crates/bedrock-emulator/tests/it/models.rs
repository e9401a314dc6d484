//! Which ids mean a model, where, and what is said of the others.

use clawdia_bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::*;

const INVALID: &str = "The provided model identifier is invalid.";

#[tokio::test]
async fn models_are_called_by_id_profile_and_arn() {
    let (_emulator, client) = pair().await;
    for id in [
        NOVA,
        SONNET_4_5,
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ] {
        client.converse(id, &prompt("Hi")).await.assert_accepted();
        client.stream(id, &prompt("Hi")).await.assert_accepted();
    }
}

#[tokio::test]
async fn a_bare_id_that_needs_a_profile_is_told_so() {
    let (_emulator, client) = pair().await;
    let id = &SONNET_4_5[3..];
    let text = format!(
        "Invocation of model ID {id} with on-demand throughput isn\u{2019}t supported. Retry your request with the ID \
         or ARN of an inference profile that contains this model."
    );
    client.converse(id, &prompt("Hi")).await.assert_refused(400, "ValidationException", &text);
    let provisioned = client.converse("amazon.nova-lite-v1:0:24k", &prompt("Hi")).await;
    provisioned.assert_refused(400, "ValidationException", "on-demand throughput isn\u{2019}t supported");
}

#[tokio::test]
async fn what_is_no_model_here_is_an_invalid_identifier() {
    let (_emulator, client) = pair().await;
    for id in [
        "nobody.nothing-v1",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us.anthropic.claude-sonnet-4-5-20250929-v1",
        "us.anthropic.claude-sonnet-4-5-20250929-V1:0",
        "us.amazon.titan-text-express-v1",
        "claude-sonnet-4-5",
        "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:12:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:aws:s3:::bucket/key",
        "arn:aws:bedrock",
    ] {
        client.converse(id, &prompt("Hi")).await.assert_refused(400, "ValidationException", INVALID);
    }
    let odd = client.converse("spaces%20and%20more", &prompt("Hi")).await;
    odd.assert_refused(
        400,
        "ValidationException",
        "1 validation error detected: Value 'spaces and more' at 'modelId'",
    );
}

#[tokio::test]
async fn regions_have_profiles_of_their_own() {
    let emulator = Emulator::builder().region("eu-west-1").start().await.unwrap();
    let client = Client::new(&emulator);
    let eu = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    client.converse(eu, &prompt("Hi")).await.assert_accepted();
    client.converse(SONNET_4_5, &prompt("Hi")).await.assert_refused(400, "ValidationException", INVALID);

    let emulator = Emulator::builder().region("us-gov-west-1").start().await.unwrap();
    let client = Client::new(&emulator);
    let arn = "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0";
    client.converse(arn, &prompt("Hi")).await.assert_accepted();
}

#[tokio::test]
async fn neighbours_share_profiles_and_keep_some_to_themselves() {
    for (region, own, foreign) in [
        ("ap-northeast-1", &["jp", "apac", "global"][..], &["au", "us", "eu"][..]),
        ("ap-southeast-2", &["au", "apac", "global"], &["jp", "us", "eu"]),
        ("eu-central-1", &["eu", "global"], &["us", "apac"]),
        ("us-gov-east-1", &["us-gov"], &["us", "global"]),
    ] {
        let emulator = Emulator::builder().region(region).start().await.unwrap();
        let page = Client::new(&emulator).get("/inference-profiles?maxResults=1000").await.json();
        let ids: Vec<&str> = page["inferenceProfileSummaries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|profile| profile["inferenceProfileId"].as_str().unwrap())
            .collect();
        let some = |prefix: &&str| ids.iter().any(|id| id.starts_with(&format!("{prefix}.")));
        assert!(own.iter().all(some) && !foreign.iter().any(some), "{region}: {ids:?}");
    }
}

#[tokio::test]
async fn retired_models_and_models_of_other_kinds_say_what_they_are() {
    let (_emulator, client) = pair().await;
    let retired = client.converse("anthropic.claude-v2:1", &prompt("Hi")).await;
    retired.assert_refused(
        404,
        "ResourceNotFoundException",
        "This model version has reached the end of its life.",
    );
    let embedding = client.converse("amazon.titan-embed-text-v2:0", &prompt("Hi")).await;
    embedding.assert_refused(
        400,
        "ValidationException",
        "This action doesn't support the model that you provided.",
    );
}

#[tokio::test]
async fn application_profiles_are_found_by_their_arn() {
    let emulator = Emulator::builder().application_profile("abcd1234", SONNET_4_5).start().await.unwrap();
    let client = Client::new(&emulator);
    let arn = |id: &str| format!("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/{id}");
    client.converse(&arn("abcd1234"), &prompt("Hi")).await.assert_accepted();
    let unknown = client.converse(&arn("zzzz"), &prompt("Hi")).await;
    unknown.assert_refused(404, "ResourceNotFoundException", "inference profile");
    let listed = client.get("/inference-profiles?type=APPLICATION").await.json();
    assert_eq!(listed["inferenceProfileSummaries"][0]["inferenceProfileArn"], arn("abcd1234"));
    let model = &listed["inferenceProfileSummaries"][0]["models"][0]["modelArn"];
    assert_eq!(*model, format!("arn:aws:bedrock:us-east-1::foundation-model/{}", &SONNET_4_5[3..]));
}

#[tokio::test]
async fn everything_that_is_listed_can_be_called() {
    let (_emulator, client) = pair().await;
    let models =
        client.get("/foundation-models?byOutputModality=TEXT&byInferenceType=ON_DEMAND").await.json();
    let profiles = client.get("/inference-profiles?maxResults=1000").await.json();
    // One that listens only has a protocol of its own.
    let reads = |model: &&Value| model["inputModalities"].as_array().unwrap().contains(&json!("TEXT"));
    let models =
        models["modelSummaries"].as_array().unwrap().iter().filter(reads).map(|model| &model["modelId"]);
    let profiles = profiles["inferenceProfileSummaries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| &profile["inferenceProfileId"]);
    let mut called = 0;
    for id in models.chain(profiles) {
        let id = id.as_str().unwrap();
        client.stream(id, &prompt("Hi")).await.assert_accepted();
        called += 1;
    }
    assert!(called > 100, "{called}");
}
