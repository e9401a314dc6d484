//! Thinking that comes back: as it was, and not quite as it was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_emulator::{Emulator, Reply, Turn};
use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::*;

const REDACT: &str = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING";

/// The messages after a first turn in which the model thought.
async fn history(client: &Client, model: &str, first: &Value) -> Vec<Value> {
    let reply = client.converse(model, first).await;
    reply.assert_accepted();
    let mut messages = first["messages"].as_array().unwrap().clone();
    messages.push(reply.json()["output"]["message"].clone());
    messages.push(user([text("Go on")]));
    messages
}

fn thought(messages: &mut [Value]) -> &mut Value {
    &mut messages[1]["content"][0]["reasoningContent"]["reasoningText"]
}

/// Breaks each rule that needs something genuine to break.
pub(crate) async fn break_every_seal(client: &Client) {
    let mut messages = history(client, OPUS_5_5, &prompt("Think")).await;
    messages[0] = user([text("Thinks")]);
    let reply = client.converse(OPUS_5_5, &conversation(messages)).await;
    reply.assert_refused(400, "ValidationException", "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.");
}

#[tokio::test]
async fn thinking_comes_back_byte_for_byte_or_not_at_all() {
    let (_emulator, client) = pair().await;
    let request = |messages: &[Value]| with(conversation(messages.to_vec()), budget(2048));
    let messages = history(&client, SONNET_4_5, &with(prompt("Think"), budget(2048))).await;
    client.converse(SONNET_4_5, &request(&messages)).await.assert_accepted();
    client.stream(SONNET_4_5, &request(&messages)).await.assert_accepted();
    let changes: [fn(&mut Value); 4] = [
        |thought| thought["text"] = format!("{} ", thought["text"].as_str().unwrap()).into(),
        |thought| thought["text"] = "".into(),
        |thought| {
            let mut signature = thought["signature"].as_str().unwrap().to_owned();
            signature.pop();
            thought["signature"] = signature.into();
        },
        |thought| {
            let swapped = thought["signature"].as_str().unwrap().replacen(
                |letter: char| letter.is_ascii_uppercase(),
                "z",
                1,
            );
            thought["signature"] = swapped.into();
        },
    ];
    for change in changes {
        let mut messages = messages.clone();
        change(thought(&mut messages));
        let reply = client.converse(SONNET_4_5, &request(&messages)).await;
        reply.assert_refused(
            400,
            "ValidationException",
            "messages.1.content.0: Invalid `signature` in `thinking` block",
        );
    }
}

#[tokio::test]
async fn a_signature_of_another_emulator_is_foreign() {
    let (_emulator, client) = pair().await;
    let (_other, other) = pair().await;
    let messages = history(&other, SONNET_4_5, &with(prompt("Think"), budget(2048))).await;
    let reply = client.converse(SONNET_4_5, &conversation(messages)).await;
    reply.assert_refused(400, "ValidationException", "Invalid `signature` in `thinking` block");
}

#[tokio::test]
async fn only_the_newest_models_bind_thinking_to_its_conversation() {
    let (_emulator, client) = pair().await;
    let mut messages = history(&client, OPUS_4_6, &with(prompt("Think"), adaptive())).await;
    messages[0] = user([text("Something else")]);
    client.converse(OPUS_4_6, &conversation(messages)).await.assert_accepted();

    let first = with(prompt("Think"), tools());
    let messages = history(&client, OPUS_5_5, &first).await;
    let request = |messages: &[Value]| with(conversation(messages.to_vec()), tools());
    client.converse(OPUS_5_5, &request(&messages)).await.assert_accepted();
    // A cache point says nothing and may come, go and move.
    let mut marked = messages.clone();
    marked[0]["content"].as_array_mut().unwrap().push(cache_point());
    client.converse(OPUS_5_5, &request(&marked)).await.assert_accepted();
    // The system prompt and the tools are part of what came before.
    for change in
        [json!({ "system": [{ "text": "New." }] }), json!({ "toolConfig": { "tools": [tool("other")] } })]
    {
        let changed = with(request(&messages), change);
        let reply = client.converse(OPUS_5_5, &changed).await;
        reply.assert_refused(400, "ValidationException", "bound to a different conversation");
        let dropping = with(
            changed,
            json!({ "additionalModelRequestFields": {
                "thinking": { "type": "adaptive", "block_binding": { "prefix_mismatch_behavior": "drop_block" } },
                "anthropic_beta": ["thinking-binding-controls-2026-08-01"],
            } }),
        );
        client.converse(OPUS_5_5, &dropping).await.assert_accepted();
    }
}

#[tokio::test]
async fn redacted_thinking_comes_back_byte_for_byte() {
    let (_emulator, client) = pair().await;
    let messages = history(&client, OPUS_5_5, &prompt(REDACT)).await;
    let blob = messages[1]["content"][0]["reasoningContent"]["redactedContent"].as_str().unwrap();
    let mut bytes = STANDARD.decode(blob).unwrap();
    client.converse(OPUS_5_5, &conversation(messages.clone())).await.assert_accepted();
    bytes[40] ^= 1;
    let mut messages = messages.clone();
    messages[1]["content"][0]["reasoningContent"]["redactedContent"] = base64(&bytes).into();
    let reply = client.converse(OPUS_5_5, &conversation(messages)).await;
    reply.assert_refused(
        400,
        "ValidationException",
        "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
    );
}

#[tokio::test]
async fn redacted_thinking_streams_in_pieces_that_join_to_the_whole() {
    let (_emulator, client) = pair().await;
    let reply = client.stream(OPUS_5_5, &prompt(REDACT)).await;
    let blob: Vec<u8> = reply
        .frames()
        .iter()
        .filter_map(|frame| {
            let json = frame.json();
            STANDARD.decode(json["delta"]["reasoningContent"]["redactedContent"].as_str()?).ok()
        })
        .flatten()
        .collect();
    let block = json!({ "reasoningContent": { "redactedContent": base64(&blob) } });
    let request =
        conversation([user([text(REDACT)]), assistant([block, text("Yes")]), user([text("Go on")])]);
    client.stream(OPUS_5_5, &request).await.assert_accepted();
}

#[tokio::test]
async fn scripted_thinking_is_signed_too() {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::new(&emulator);
    emulator.enqueue(Reply::turn(Turn::new().thinking("Scripted thought.").text("Yes.")));
    let mut messages = history(&client, SONNET_4_5, &prompt("Think")).await;
    assert_eq!(thought(&mut messages)["text"], "Scripted thought.");
    client.converse(SONNET_4_5, &conversation(messages)).await.assert_accepted();
}

#[tokio::test]
async fn signature_only_thinking_is_legal() {
    let (_emulator, client) = pair().await;
    let omitted = json!({ "additionalModelRequestFields": { "thinking": { "type": "adaptive", "display": "omitted" } } });
    let mut messages = history(&client, OPUS_4_7, &with(prompt("Think"), omitted)).await;
    assert_eq!(thought(&mut messages)["text"], "");
    client.converse(OPUS_4_7, &conversation(messages)).await.assert_accepted();
}

#[tokio::test]
async fn opaque_reasoning_of_other_vendors_is_taken_back() {
    let (_emulator, client) = pair().await;
    let messages = history(&client, GPT_6, &prompt("Think")).await;
    assert!(messages[1]["content"][0]["reasoningContent"]["redactedContent"].is_string());
    client.converse(GPT_6, &conversation(messages)).await.assert_accepted();
    let messages = history(&client, GPT_OSS, &prompt("Think")).await;
    assert!(messages[1]["content"][0]["reasoningContent"]["reasoningText"].get("signature").is_none());
    client.converse(GPT_OSS, &conversation(messages)).await.assert_accepted();
}
