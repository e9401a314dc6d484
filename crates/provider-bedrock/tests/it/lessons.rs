//! What is learned from a refusal: as much as it says, and nothing about requests that it does not speak of.
//!
//! Separate from the repairs themselves: a request that is mended is sent again once, but a wrong lesson costs every later
//! request of a host something, in silence.

use clawdia_bedrock_emulator::Reply;
use clawdia_core::{
    CacheRetention, Context, ErrorKind, Message, OutputSchema, StreamOptions, Strictness, ThinkingLevel, Tool,
};
use serde_json::{Value, json};

use crate::conversation::{OPUS_4_6, history, tool, uncached};
use crate::fixture::{Bedrock, NOVA, SONNET, question};

const PREFIX: &str = "The model returned the following errors: ";
const MISTRAL: &str = "mistral.mistral-large-2402-v1:0";

fn refused(text: &str) -> Reply {
    Reply::error(400, "ValidationException", text)
}

/// What each of the bodies has at a place.
fn at(bodies: &[Value], pointer: &str) -> Vec<Value> {
    bodies.iter().map(|body| body.pointer(pointer).cloned().unwrap_or_default()).collect()
}

fn schema(property: &str) -> Value {
    json!({
        "type": "object", "properties": { property: { "type": "string" } }, "required": [property],
        "additionalProperties": false,
    })
}

fn held_to(property: &str) -> StreamOptions {
    uncached().with_output_schema(OutputSchema::new(schema(property)))
}

#[tokio::test]
async fn a_flaw_of_one_schema_is_none_of_others() {
    for flaw in [
        "output_config.format.schema: For 'array' type, property 'maxItems' is not supported",
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    ] {
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(refused(&format!("{PREFIX}{flaw}")));
        for property in ["one", "one", "other"] {
            bedrock.ask_with(SONNET, &question(), &held_to(property)).await.expect_message();
        }
        let native: Vec<_> = bedrock.bodies().iter().map(|body| body.get("outputConfig").is_some()).collect();
        assert_eq!(native, [true, false, false, true], "{flaw}");
    }
}

#[tokio::test]
async fn of_what_a_refusal_may_mean_only_what_helped_is_remembered() {
    let too_many = "Schemas contains too many optional parameters (30), which is more than are allowed";
    let bedrock = Bedrock::start().await;
    let strict = Tool::new("save", "Saves.", schema("a")).with_strict(Strictness::Prefer);
    let context = question().with_tools([strict]);
    // The schema of the answer is given up first, but the tools are to blame.
    for _ in 0..2 {
        bedrock.emulator.enqueue(refused(&format!("{PREFIX}{too_many}")));
    }
    for _ in 0..2 {
        bedrock.ask_with(SONNET, &context, &held_to("one")).await.expect_message();
    }
    let bodies = bedrock.bodies();
    let native: Vec<_> = bodies.iter().map(|body| body.get("outputConfig").is_some()).collect();
    let strict: Vec<_> = bodies.iter().map(|body| body.to_string().contains("\"strict\":true")).collect();
    assert_eq!(native, [true, false, false, true]);
    assert_eq!(strict, [true, true, false, false]);
}

#[tokio::test]
async fn a_tier_that_is_refused_is_the_only_one() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(refused("The provided service tier is invalid for this model."));
    for tier in ["priority", "priority", "flex"] {
        let options = uncached().with_param("serviceTier", tier);
        bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    }
    let tiers = at(&bedrock.bodies(), "/serviceTier/type");
    assert_eq!(tiers, [json!("priority"), Value::Null, Value::Null, json!("flex")]);
}

#[tokio::test]
async fn an_effort_that_is_refused_is_the_only_one() {
    let effort = |level| uncached().with_reasoning(level);
    // Known to take both words.
    let opus = "us.anthropic.claude-opus-5";
    let bedrock = Bedrock::start().await;
    let refusal = format!("{PREFIX}output_config.effort: 'xhigh' is not supported by this model");
    bedrock.emulator.enqueue(refused(&refusal));
    for level in [ThinkingLevel::XHigh, ThinkingLevel::XHigh, ThinkingLevel::Max] {
        bedrock.ask_with(opus, &question(), &effort(level)).await.expect_message();
    }
    let efforts = at(&bedrock.bodies(), "/additionalModelRequestFields/output_config/effort");
    assert_eq!(efforts, ["xhigh", "high", "high", "max"]);

    // The words that are taken are listed.
    let bedrock = Bedrock::start().await;
    let refusal = format!("{PREFIX}output_config.effort: Input should be 'low', 'medium', 'high' or 'max'");
    bedrock.emulator.enqueue(refused(&refusal));
    for level in [ThinkingLevel::XHigh, ThinkingLevel::Max] {
        bedrock.ask_with(opus, &question(), &effort(level)).await.expect_message();
    }
    let efforts = at(&bedrock.bodies(), "/additionalModelRequestFields/output_config/effort");
    assert_eq!(efforts, ["xhigh", "high", "max"]);
}

/// Where cache points stand, and for how long.
fn points(body: &Value) -> Vec<(&'static str, Option<String>)> {
    let mut found = Vec::new();
    let mut see = |place, blocks: &Value| {
        for block in blocks.as_array().into_iter().flatten() {
            if let Some(point) = block.get("cachePoint") {
                found.push((place, point.get("ttl").and_then(Value::as_str).map(str::to_owned)));
            }
        }
    };
    see("tools", &body["toolConfig"]["tools"]);
    see("system", &body["system"]);
    for message in body["messages"].as_array().into_iter().flatten() {
        see("messages", &message["content"]);
    }
    found
}

#[tokio::test]
async fn a_model_that_keeps_prompts_for_minutes_is_still_asked_to_keep_them() {
    let bedrock = Bedrock::start().await;
    let refusal =
        format!("{PREFIX}messages.0.content.1.cache_control.ephemeral.ttl: Extra inputs are not permitted");
    bedrock.emulator.enqueue(refused(&refusal));
    let options = StreamOptions::default().with_cache_retention(CacheRetention::Long);
    for _ in 0..2 {
        bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    }
    let kept: Vec<_> = bedrock.bodies().iter().map(points).collect();
    assert_eq!(
        kept,
        [vec![("messages", Some("1h".to_owned()))], vec![("messages", None)], vec![("messages", None)],]
    );
}

#[tokio::test]
async fn a_model_that_takes_no_mark_among_its_tools_is_marked_elsewhere() {
    let bedrock = Bedrock::start().await;
    let refusal = format!(
        "{PREFIX}Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted, please \
         reformat your input and try again."
    );
    bedrock.emulator.enqueue(refused(&refusal));
    let context = question().with_tools([tool("read")]);
    for _ in 0..2 {
        bedrock.ask(SONNET, &context).await.expect_message();
    }
    let places: Vec<Vec<_>> = bedrock
        .bodies()
        .iter()
        .map(|body| points(body).into_iter().map(|(place, _)| place).collect())
        .collect();
    assert_eq!(places, [vec!["tools", "messages"], vec!["messages"], vec!["messages"]]);
}

#[tokio::test]
async fn a_mark_that_stands_where_none_may_is_left_out_of_this_call_alone() {
    for refusal in [
        "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
        "There is nothing available to cache.",
        "The model returned the following errors: A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ] {
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(refused(refusal));
        for _ in 0..2 {
            bedrock.ask(SONNET, &question()).await.expect_message();
        }
        let marked: Vec<_> = bedrock.bodies().iter().map(|body| points(body).len()).collect();
        assert_eq!(marked, [1, 0, 1], "{refusal}");
    }
}

#[tokio::test]
async fn the_words_of_a_caller_that_a_refusal_quotes_teach_nothing() {
    let bedrock = Bedrock::start().await;
    for quoted in ["did not allow prompt caching", "This model doesn't support the cachePoint field", "x"] {
        let refusal = format!(
            "1 validation error detected: Value '{quoted}' at 'messages.1.member.content.1.member.toolUse.name' failed \
             to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+"
        );
        bedrock.emulator.enqueue(refused(&refusal));
        let outcome = bedrock.ask(SONNET, &question()).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
        assert_eq!(bedrock.emulator.scripted_replies(), 0);
    }
    assert!(bedrock.bodies().iter().all(|body| !points(body).is_empty()));
    assert_eq!(bedrock.emulator.requests().len(), 3, "nothing was tried again");
}

#[tokio::test]
async fn a_path_of_the_callers_that_is_none_says_nothing_of_the_model() {
    let bedrock = Bedrock::start().await;
    let refusal = "The value '/x' in additionalModelResponseFieldPaths is not a valid JSON Pointer. Provide a valid JSON \
                   Pointer and try again.";
    bedrock.emulator.enqueue(refused(refusal));
    let options = uncached().with_stop_sequences(["x"]);
    bedrock
        .ask_with(
            SONNET,
            &question(),
            &options.clone().with_param("additionalModelResponseFieldPaths", json!(["/x"])),
        )
        .await
        .expect_error();
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    assert_eq!(bedrock.sent()["additionalModelResponseFieldPaths"], json!(["/delta/stop_sequence"]));
}

#[tokio::test]
async fn earlier_thinking_that_cannot_be_read_again_is_left_out_of_this_call_alone() {
    for refusal in [
        "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be \
         modified. These blocks must remain as they were in the original response.",
        "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
        "messages.1.content.0.thinking.signature: Field required",
    ] {
        let bedrock = Bedrock::start().await;
        let thinking = uncached().with_reasoning(ThinkingLevel::Low);
        let first = bedrock.ask_with(SONNET, &question(), &thinking).await;
        let mut context = question();
        context.messages.push(Message::Assistant(first.expect_message().clone()));
        context.messages.push(Message::user("And then?"));
        bedrock.emulator.enqueue(refused(&format!("{PREFIX}{refusal}")));
        for _ in 0..2 {
            bedrock.ask_with(SONNET, &context, &uncached()).await.expect_message();
        }
        let held: Vec<_> =
            bedrock.bodies().iter().map(|body| body.to_string().contains("reasoningContent")).collect();
        assert_eq!(held, [false, true, false, true], "{refusal}");
    }
}

fn called() -> Context {
    history(json!([
        { "role": "user", "content": "read it" },
        { "role": "assistant", "content": [
            { "type": "toolCall", "id": "tooluse_a", "name": "read", "arguments": {} },
        ] },
        { "role": "toolResult", "toolCallId": "tooluse_a", "toolName": "read", "content": [
            { "type": "text", "text": "data" },
            { "type": "image", "data": crate::conversation::PNG, "mimeType": "image/png" },
        ] },
    ]))
}

#[tokio::test]
async fn ids_are_shortened_for_a_model_that_wants_it() {
    let bedrock = Bedrock::start().await;
    let refusal =
        format!("{PREFIX}Tool call id was tooluse_a but must be a-z, A-Z, 0-9, with a length of 9.");
    bedrock.emulator.enqueue(refused(&refusal));
    for _ in 0..2 {
        bedrock.ask_with(NOVA, &called(), &uncached()).await.expect_message();
    }
    let ids = at(&bedrock.bodies(), "/messages/1/content/0/toolUse/toolUseId");
    assert_eq!(ids[0], "tooluse_a");
    assert!(ids[1..].iter().all(|id| id.as_str().unwrap().bytes().all(|byte| byte.is_ascii_alphanumeric())));
    assert_eq!(ids[1], ids[2]);
    let results = at(&bedrock.bodies(), "/messages/2/content/0/toolResult/toolUseId");
    assert_eq!(ids, results);

    // One that is known to want it is never refused.
    let bedrock = Bedrock::start().await;
    bedrock.ask_with(MISTRAL, &called(), &uncached()).await.expect_message();
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn images_are_moved_out_of_results_for_a_model_that_takes_none_there() {
    let refusal = "This model doesn't support the toolResult.content.image field. Remove toolResult.content.image and try again.";
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(refused(refusal));
    for _ in 0..2 {
        bedrock.ask_with(SONNET, &called(), &uncached()).await.expect_message();
    }
    let inside: Vec<_> = at(&bedrock.bodies(), "/messages/2/content/0/toolResult")
        .iter()
        .map(|result| result.to_string().contains("\"image\""))
        .collect();
    assert_eq!(inside, [true, false, false]);
    assert!(bedrock.bodies().iter().all(|body| body.to_string().contains("\"image\"")), "it is not lost");
}

#[tokio::test]
async fn what_a_model_takes_may_change_back() {
    let bedrock = Bedrock::start().await;
    let other_tag = |found: &str, wanted: &str| {
        refused(&format!(
            "{PREFIX}thinking: Input tag '{found}' found using 'type' does not match any of the expected tags: \
             'disabled', '{wanted}'"
        ))
    };
    let options = uncached().with_reasoning(ThinkingLevel::Low);
    for (found, wanted) in [("adaptive", "enabled"), ("enabled", "adaptive"), ("adaptive", "enabled")] {
        bedrock.emulator.enqueue(other_tag(found, wanted));
        bedrock.ask_with(OPUS_4_6, &question(), &options).await.expect_message();
    }
    bedrock.ask_with(OPUS_4_6, &question(), &options).await.expect_message();
    let kinds = at(&bedrock.bodies(), "/additionalModelRequestFields/thinking/type");
    let expected = ["adaptive", "enabled", "enabled", "adaptive", "adaptive", "enabled", "enabled"];
    assert_eq!(kinds, expected, "the last lesson counts");
}
