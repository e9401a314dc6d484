//! The control plane.

use std::collections::BTreeSet;

use clawdia_bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Client, invocation, pair};
use crate::prompts::{NOVA, SONNET_4_5};

async fn models(client: &Client, query: &str) -> Vec<Value> {
    let reply = client.get(&format!("/foundation-models{query}")).await;
    reply.assert_accepted();
    reply.json()["modelSummaries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn foundation_models_say_how_they_can_be_called() {
    let (_emulator, client) = pair().await;
    let models = models(&client, "").await;
    let find = |id: &str| models.iter().find(|model| model["modelId"] == id).unwrap();
    let sonnet = find(&SONNET_4_5[3..]);
    assert_eq!(sonnet["inferenceTypesSupported"], json!(["INFERENCE_PROFILE"]));
    assert_eq!(sonnet["providerName"], "Anthropic");
    assert_eq!(sonnet["inputModalities"], json!(["TEXT", "IMAGE"]));
    assert_eq!(sonnet["responseStreamingSupported"], true);
    assert_eq!(sonnet["modelLifecycle"]["status"], "ACTIVE");
    assert!(find(NOVA)["inferenceTypesSupported"].as_array().unwrap().contains(&json!("ON_DEMAND")));
    assert_eq!(find("amazon.titan-embed-text-v2:0")["outputModalities"], json!(["EMBEDDING"]));
    assert_eq!(find("amazon.nova-canvas-v1:0")["responseStreamingSupported"], false);
    assert!(models.iter().all(|model| model["modelId"] != "anthropic.claude-v2:1"));
    let providers: BTreeSet<&str> =
        models.iter().filter_map(|model| model["providerName"].as_str()).collect();
    for provider in ["Amazon", "Anthropic", "Cohere", "DeepSeek", "Meta", "Mistral AI", "OpenAI", "Qwen"] {
        assert!(providers.contains(provider), "{provider}");
    }
}

#[tokio::test]
async fn foundation_models_are_filtered() {
    let (_emulator, client) = pair().await;
    let all = models(&client, "").await.len();
    let by_provider = models(&client, "?byProvider=mistral%20ai").await;
    assert!(!by_provider.is_empty() && by_provider.len() < all);
    assert!(by_provider.iter().all(|model| model["providerName"] == "Mistral AI"));
    let images = models(&client, "?byOutputModality=IMAGE").await;
    assert!(images.iter().all(|model| model["outputModalities"] == json!(["IMAGE"])) && !images.is_empty());
    let bought = models(&client, "?byInferenceType=PROVISIONED&byCustomizationType=FINE_TUNING").await;
    assert_eq!(bought.len(), 1);
    let wrong = client.get("/foundation-models?byInferenceType=INFERENCE_PROFILE").await;
    wrong.assert_refused(400, "ValidationException", "1 validation error detected: Value 'INFERENCE_PROFILE' at 'byInferenceType' failed to satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, PROVISIONED]");
    let wrong = client.get("/foundation-models?byProvider=a%2Fb").await;
    wrong.assert_refused(400, "ValidationException", "byProvider");
}

#[tokio::test]
async fn profiles_come_page_by_page_and_each_once() {
    let emulator = Emulator::builder().page_size(20).start().await.unwrap();
    let client = Client::new(&emulator);
    let (mut ids, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let page = client.get(&format!("/inference-profiles{token}")).await.json();
        for profile in page["inferenceProfileSummaries"].as_array().unwrap() {
            assert!((1..=5).contains(&profile["models"].as_array().unwrap().len()));
            assert_eq!((&profile["status"], &profile["type"]), (&json!("ACTIVE"), &json!("SYSTEM_DEFINED")));
            ids.push(profile["inferenceProfileId"].as_str().unwrap().to_owned());
        }
        pages += 1;
        match page["nextToken"].as_str() {
            Some(next) => token = format!("?nextToken={next}"),
            None => break,
        }
    }
    assert!(pages > 2);
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    assert!(ids.iter().all(|id| id.starts_with("us.") || id.starts_with("global.")));
    assert!(ids.iter().any(|id| id == SONNET_4_5));
    for (query, text) in [
        ("?maxResults=0", "greater than or equal to 1"),
        ("?maxResults=1001", "less than or equal to 1000"),
        ("?nextToken=nonsense", "nextToken"),
        ("?type=OTHER", "[SYSTEM_DEFINED, APPLICATION]"),
    ] {
        client.get(&format!("/inference-profiles{query}")).await.assert_refused(
            400,
            "ValidationException",
            text,
        );
    }
}

#[tokio::test]
async fn details_are_found_by_id_and_arn() {
    let (_emulator, client) = pair().await;
    let arn = format!(
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2F{}",
        SONNET_4_5.replace(':', "%3A")
    );
    for id in [SONNET_4_5.replace(':', "%3A"), arn] {
        let profile = client.get(&format!("/inference-profiles/{id}")).await.json();
        assert_eq!(profile["inferenceProfileId"], SONNET_4_5);
        let base = format!("arn:aws:bedrock:us-east-1::foundation-model/{}", &SONNET_4_5[3..]);
        assert_eq!(profile["models"][0]["modelArn"], base);
    }
    let model = client.get("/foundation-models/amazon.nova-lite-v1%3A0").await.json();
    assert_eq!(model["modelDetails"]["modelName"], "Nova Lite");
    let availability = client.get("/foundation-model-availability/amazon.nova-lite-v1%3A0").await.json();
    assert_eq!(availability["agreementAvailability"]["status"], "AVAILABLE");
    client.get("/inference-profiles/us.x").await.assert_refused(404, "ResourceNotFoundException", "");
    client.get("/foundation-models/x").await.assert_refused(
        400,
        "ValidationException",
        "identifier is invalid",
    );
}

#[tokio::test]
async fn a_global_profile_names_a_model_in_no_region() {
    let (_emulator, client) = pair().await;
    let profile = client.get("/inference-profiles/global.anthropic.claude-opus-4-7").await.json();
    let arns: Vec<&str> = profile["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["modelArn"].as_str().unwrap())
        .collect();
    assert_eq!(
        arns,
        [
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-7",
            "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-7",
        ]
    );
}

#[tokio::test]
async fn other_operations_are_unknown() {
    let (_emulator, client) = pair().await;
    client.get("/nothing").await.assert_refused(404, "UnknownOperationException", "GET /nothing");
    client.get("/model/x/converse").await.assert_refused(404, "UnknownOperationException", "");
    let invoke = client.send(&invocation(NOVA, "invoke", &json!({}))).await;
    invoke.assert_refused(404, "UnknownOperationException", "");
}
