//! Prompts and prompt routers, invoked by their ARNs, and how fast models are asked to be.

use clawdia_bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::Client;
use crate::prompts::*;

fn arn(resource: &str) -> String {
    format!("arn:aws:bedrock:us-east-1:123456789012:{resource}")
}

fn city(name: &str) -> Value {
    json!({ "promptVariables": { "city": { "text": name } } })
}

#[tokio::test]
async fn a_prompt_is_filled_in_and_opens_the_conversation() {
    let builder = Emulator::builder().prompt("PROMPT0001", SONNET_4_5, "What is {{ city }} like?");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    for id in ["prompt/PROMPT0001", "prompt/PROMPT0001:12"] {
        let reply = client.converse(&arn(id), &city("Rome")).await;
        reply.assert_accepted();
        let reply = reply.json();
        let answer = reply["output"]["message"]["content"][0]["text"].as_str().unwrap().to_owned();
        assert!(answer.starts_with("You said: \"What is Rome like?\". I am Claude Sonnet 4.5"), "{answer}");
    }
    let reply =
        client.stream(&arn("prompt/PROMPT0001"), &with(city("Rome"), json!({ "messages": [] }))).await;
    assert!(reply.streamed_text().contains("What is Rome like?"));

    let more = conversation([assistant([text("Old.")]), user([text("And Paris?")])]);
    let reply = client.stream(&arn("prompt/PROMPT0001"), &with(city("Rome"), more)).await;
    assert!(reply.streamed_text().contains("\"And Paris?\""));
    let twice = with(city("Rome"), prompt("And Paris?"));
    let reply = client.stream(&arn("prompt/PROMPT0001"), &twice).await;
    reply.assert_refused(400, "ValidationException", "A conversation must alternate");
}

#[tokio::test]
async fn prompts_that_do_not_exist_are_not_found() {
    let builder = Emulator::builder().prompt("PROMPT0001", SONNET_4_5, "Hello");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let reply = client.converse(&arn("prompt/PROMPT0002"), &json!({})).await;
    reply.assert_refused(404, "ResourceNotFoundException", "Could not find the prompt.");
    let reply = client.converse(&arn("prompt/PROMPT0001:DRAFT"), &json!({})).await;
    reply.assert_refused(400, "ValidationException", "The provided model identifier is invalid.");
    let reply = client.converse(&arn("prompt-router/none"), &prompt("Hi")).await;
    reply.assert_refused(404, "ResourceNotFoundException", "Could not find the prompt router.");
}

#[tokio::test]
async fn without_a_prompt_variables_are_ignored_and_messages_needed() {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::new(&emulator);
    client.converse(NOVA, &with(prompt("Hi {{city}}"), city("Rome"))).await.assert_accepted();
    for request in [city("Rome"), json!({ "messages": [] })] {
        let reply = client.converse(NOVA, &request).await;
        reply.assert_refused(400, "ValidationException", "A conversation must start with a user message.");
    }
}

#[tokio::test]
async fn a_prompt_router_says_which_model_it_chose() {
    let emulator = Emulator::builder().prompt_router("own1", [NOVA, SONNET_4_5]).start().await.unwrap();
    let client = Client::new(&emulator);
    let (nova, sonnet) = (
        format!("arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"),
        arn(&format!("inference-profile/{SONNET_4_5}")),
    );
    for kind in ["prompt-router", "default-prompt-router"] {
        let router = arn(&format!("{kind}/own1"));
        for (words, model) in [("Hi".to_owned(), &nova), ("word ".repeat(250), &sonnet)] {
            let trace = json!({ "promptRouter": { "invokedModelId": model } });
            let reply = client.stream(&router, &prompt(&words)).await;
            assert_eq!(reply.last("metadata")["trace"], trace);
            assert_eq!(client.converse(&router, &prompt(&words)).await.json()["trace"], trace);
        }
    }
    assert_eq!(client.converse(NOVA, &prompt("Hi")).await.json().get("trace"), None);
}

#[tokio::test]
async fn the_latency_that_was_asked_for_is_named_in_the_reply() {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::new(&emulator);
    let ask = |latency: &str| with(prompt("Hi"), json!({ "performanceConfig": { "latency": latency } }));
    for (model, latency) in [
        ("us.amazon.nova-pro-v1:0", "optimized"),
        (HAIKU_3_5, "optimized"),
        ("us.meta.llama3-1-70b-instruct-v1:0", "optimized"),
        (NOVA, "standard"),
    ] {
        let reply = client.stream(model, &ask(latency)).await;
        reply.assert_accepted();
        assert_eq!(reply.last("metadata")["performanceConfig"], json!({ "latency": latency }));
        let reply = client.converse(model, &ask(latency)).await.json();
        assert_eq!(reply["performanceConfig"], json!({ "latency": latency }));
    }
}
