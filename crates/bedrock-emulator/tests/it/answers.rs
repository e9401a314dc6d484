//! What the emulator says by itself.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::client::{Reply, pair};
use crate::prompts::*;

/// The names of a stream's events, each run of deltas as one.
fn grammar(reply: &Reply) -> Vec<String> {
    let mut names: Vec<String> = reply.frames().iter().map(|frame| frame.name().to_owned()).collect();
    names.dedup();
    names
}

/// The text of all deltas of one kind.
fn joined(reply: &Reply, pointer: &str) -> String {
    reply
        .frames()
        .iter()
        .filter_map(|frame| frame.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned))
        .collect()
}

fn last(reply: &Reply, name: &str) -> Value {
    reply.frames().iter().rfind(|frame| frame.name() == name).unwrap().json()
}

#[tokio::test]
async fn a_plain_prompt_is_quoted_in_several_deltas() {
    let (_emulator, client) = pair().await;
    let reply = client.stream(SONNET_4_5, &prompt("How are the Alps?")).await;
    reply.assert_accepted();
    assert_eq!(reply.headers["content-type"], "application/vnd.amazon.eventstream");
    assert_eq!(
        grammar(&reply),
        ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]
    );
    assert!(joined(&reply, "/delta/text").contains("\"How are the Alps?\""));
    assert!(reply.frames().len() > 8);
    assert_eq!(last(&reply, "messageStop")["stopReason"], "end_turn");
    let usage = last(&reply, "metadata")["usage"].clone();
    let sum = usage["inputTokens"].as_u64().unwrap() + usage["outputTokens"].as_u64().unwrap();
    assert_eq!(usage["totalTokens"], sum);
    assert!(last(&reply, "metadata")["metrics"]["latencyMs"].is_u64());
}

#[tokio::test]
async fn every_event_is_padded_by_a_length_of_its_own() {
    let (_emulator, client) = pair().await;
    let reply = client.stream(NOVA, &prompt("Count to 100")).await;
    let paddings: Vec<String> =
        reply.frames().iter().map(|frame| frame.json()["p"].as_str().unwrap().to_owned()).collect();
    let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    assert!(paddings.iter().all(|padding| !padding.is_empty() && alphabet.starts_with(padding)));
    assert!(paddings.iter().collect::<HashSet<_>>().len() > 10);
}

#[tokio::test]
async fn the_plain_reply_says_what_the_stream_says() {
    let (_emulator, client) = pair().await;
    let request = prompt("Tell me about bridges");
    let streamed = client.stream(NOVA, &request).await;
    let plain = client.converse(NOVA, &request).await.json();
    assert_eq!(plain["output"]["message"]["content"][0]["text"], joined(&streamed, "/delta/text"));
    assert_eq!(plain["output"]["message"]["role"], "assistant");
    assert_eq!(plain["stopReason"], "end_turn");
    assert_eq!(plain["usage"], last(&streamed, "metadata")["usage"]);
}

#[tokio::test]
async fn a_tool_is_called_when_the_prompt_speaks_of_it() {
    let (_emulator, client) = pair().await;
    let ask = |words: &str| with(prompt(words), tools());
    let reply = client.stream(SONNET_4_5, &ask("What is the value of Kepler, please?")).await;
    assert_eq!(
        grammar(&reply),
        [
            "messageStart",
            "contentBlockDelta",
            "contentBlockStop",
            "contentBlockStart",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata",
        ]
    );
    assert_eq!(last(&reply, "contentBlockStart")["start"]["toolUse"]["name"], "lookup");
    assert_eq!(joined(&reply, "/delta/toolUse/input"), r#"{"key":"Kepler"}"#);
    assert_eq!(last(&reply, "messageStop")["stopReason"], "tool_use");
    for words in ["Please lookup this", "Use a tool", "find the value"] {
        assert_eq!(
            client.converse(SONNET_4_5, &ask(words)).await.json()["stopReason"],
            "tool_use",
            "{words}"
        );
    }
    assert_eq!(client.converse(SONNET_4_5, &ask("Good morning")).await.json()["stopReason"], "end_turn");
}

#[tokio::test]
async fn a_forced_tool_is_called_whatever_the_prompt_says() {
    let (_emulator, client) = pair().await;
    for choice in [json!({ "any": {} }), json!({ "tool": { "name": "b" } })] {
        let config = json!({ "toolConfig": { "tools": [tool("a"), tool("b")], "toolChoice": choice } });
        let reply = client.converse(SONNET_4_5, &with(prompt("Good morning"), config)).await.json();
        let named = if choice.get("any").is_some() { "a" } else { "b" };
        assert_eq!(reply["output"]["message"]["content"][0]["toolUse"]["name"], named);
        assert_eq!(reply["output"]["message"]["content"][0]["toolUse"]["input"], json!({ "key": "morning" }));
    }
}

#[tokio::test]
async fn a_result_is_used_in_the_answer() {
    let (_emulator, client) = pair().await;
    let reply = client.converse(SONNET_4_5, &tool_exchange()).await.json();
    assert!(reply["output"]["message"]["content"][0]["text"].as_str().unwrap().contains("42"));
    assert_eq!(reply["stopReason"], "end_turn");
}

#[tokio::test]
async fn mistral_gets_ids_that_it_would_take_back() {
    let (_emulator, client) = pair().await;
    let reply = client.converse(MISTRAL, &with(prompt("Use the tool"), tools())).await.json();
    let content = reply["output"]["message"]["content"].as_array().unwrap();
    assert_eq!(content.last().unwrap()["toolUse"]["toolUseId"].as_str().unwrap().len(), 9);
}

#[tokio::test]
async fn hyphens_in_tool_names_break_the_calls_of_older_nova() {
    let (_emulator, client) = pair().await;
    let config = json!({ "toolConfig": { "tools": [tool("look-up")] } });
    let request = with(prompt("Use the tool"), config);
    let reply = client.converse(NOVA, &request).await;
    reply.assert_refused(424, "ModelErrorException", "Model produced invalid sequence as part of ToolUse.");
    let frames = client.stream(NOVA, &request).await.frames();
    assert_eq!(frames[1].headers[":exception-type"], "modelStreamErrorException");
    assert_eq!(frames[1].headers[":message-type"], "exception");
    client.stream(SONNET_4_5, &request).await.assert_accepted();
}

#[tokio::test]
async fn limits_and_stop_sequences_end_a_turn() {
    let (_emulator, client) = pair().await;
    let request = with(prompt("Count to 100"), json!({ "inferenceConfig": { "maxTokens": 4 } }));
    let reply = client.converse(NOVA, &request).await.json();
    assert_eq!(reply["stopReason"], "max_tokens");
    assert_eq!(reply["usage"]["outputTokens"], 4);
    assert_eq!(reply["output"]["message"]["content"][0]["text"], "1 2 3 4 5 6 7 8 ");

    let members = json!({
        "inferenceConfig": { "stopSequences": ["no such thing", "7"] },
        "additionalModelResponseFieldPaths": ["/delta/stop_sequence"],
    });
    let reply = client.stream(SONNET_4_5, &with(prompt("Count to 100"), members)).await;
    assert_eq!(joined(&reply, "/delta/text"), "1 2 3 4 5 6 ");
    let stop = last(&reply, "messageStop");
    assert_eq!(stop["stopReason"], "stop_sequence");
    assert_eq!(stop["additionalModelResponseFields"], json!({ "delta": { "stop_sequence": "7" } }));
}

#[tokio::test]
async fn a_full_window_ends_a_turn() {
    let (_emulator, client) = pair().await;
    let nearly = prompt(&"word".repeat(199_995));
    let reply = client.converse(SONNET_4_5, &nearly).await.json();
    assert_eq!(reply["stopReason"], "model_context_window_exceeded");
    assert_eq!(reply["usage"]["totalTokens"], 200_000);
}

#[tokio::test]
async fn a_call_cut_short_streams_broken_arguments() {
    let (_emulator, client) = pair().await;
    let config = json!({ "inferenceConfig": { "maxTokens": 12 } });
    let reply =
        client.stream(SONNET_4_5, &with(with(prompt("Use the tool on Kepler"), tools()), config)).await;
    assert_eq!(last(&reply, "messageStop")["stopReason"], "max_tokens");
    let arguments = joined(&reply, "/delta/toolUse/input");
    assert!(serde_json::from_str::<Value>(&arguments).is_err(), "{arguments}");
}

#[tokio::test]
async fn thinking_comes_first_and_only_when_it_is_on() {
    let (_emulator, client) = pair().await;
    let thinks = async |model: &str, members: Value| {
        let reply = client.stream(model, &with(prompt("Hello there"), members)).await;
        reply.assert_accepted();
        let frames = reply.frames();
        let first = frames[1].json();
        assert!(frames.iter().all(|frame| frame.name() != "contentBlockStart"));
        first["delta"].get("reasoningContent").is_some()
    };
    assert!(!thinks(SONNET_4_5, json!({})).await);
    assert!(thinks(SONNET_4_5, budget(2048)).await);
    assert!(thinks(OPUS_4_7, adaptive()).await);
    assert!(!thinks(OPUS_4_7, json!({})).await);
    assert!(thinks(OPUS_5_5, json!({})).await);
    assert!(thinks("us.anthropic.claude-sonnet-5", json!({})).await);
    let off = json!({ "additionalModelRequestFields": { "thinking": { "type": "disabled" } } });
    assert!(!thinks("us.anthropic.claude-sonnet-5", off).await);
    assert!(thinks(GPT_OSS, json!({})).await);
    assert!(!thinks(NOVA_2, json!({})).await);
    let nova = json!({ "additionalModelRequestFields": { "reasoningConfig": { "type": "enabled" } } });
    assert!(thinks(NOVA_2, nova).await);
    // Two models forget a budget after their first turn.
    assert!(thinks(OPUS_4_6, budget(2048)).await);
    let later = conversation([user([text("Hi")]), assistant([text("Yes")]), user([text("So?")])]);
    let reply = client.stream(OPUS_4_6, &with(later, budget(2048))).await;
    assert!(reply.frames()[1].json()["delta"].get("text").is_some());
}

#[tokio::test]
async fn structured_output_follows_its_schema() {
    let (_emulator, client) = pair().await;
    let schema = json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "days": { "type": "integer" } },
        "required": ["city", "days"],
        "additionalProperties": false,
    });
    let structure = json!({ "jsonSchema": { "schema": schema.to_string() } });
    let format =
        json!({ "outputConfig": { "textFormat": { "type": "json_schema", "structure": structure } } });
    let reply = client.converse(SONNET_4_5, &with(prompt("3 days in Rome"), format)).await.json();
    let text = reply["output"]["message"]["content"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), json!({ "city": "Rome", "days": 3 }));
}

#[tokio::test]
async fn tokens_are_counted_for_plain_ids_only() {
    let (_emulator, client) = pair().await;
    let body = json!({ "input": { "converse": prompt("Hello there, how are you?") } });
    let count = async |model: &str| client.send_invocation(model, "count-tokens", &body).await;
    let reply = count(&SONNET_4_5[3..]).await;
    reply.assert_accepted();
    let billed = client.converse(SONNET_4_5, &prompt("Hello there, how are you?")).await.json();
    assert_eq!(reply.json()["inputTokens"], billed["usage"]["inputTokens"]);
    for model in [SONNET_4_5, NOVA] {
        let reply = count(model).await;
        reply.assert_refused(
            400,
            "ValidationException",
            "The provided model doesn't support counting tokens.",
        );
    }
}

#[tokio::test]
async fn a_service_tier_is_named_in_the_reply() {
    let (_emulator, client) = pair().await;
    let request = with(prompt("Hi"), json!({ "serviceTier": { "type": "flex" } }));
    assert_eq!(client.converse(NOVA, &request).await.json()["serviceTier"], json!({ "type": "flex" }));
    assert_eq!(last(&client.stream(NOVA, &request).await, "metadata")["serviceTier"]["type"], "flex");
}
