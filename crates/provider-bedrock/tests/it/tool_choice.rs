//! Tools on offer, how free the model is to call them, and how strictly it is held to their schemas.

use clawdia_bedrock_emulator::Reply;
use clawdia_core::{ErrorKind, StreamOptions, Strictness, ThinkingLevel, Tool, ToolChoice};
use serde_json::{Value, json};

use crate::conversation::{OPUS_4_6, OPUS_4_7, Sent, send, tool, uncached};
use crate::fixture::{Bedrock, SONNET, question};

async fn with_choice(model: &str, options: StreamOptions) -> Sent {
    send(model, &question().with_tools([tool("read"), tool("write")]), &options).await
}

#[tokio::test]
async fn without_tools_there_is_no_tool_configuration() {
    assert_eq!(send(SONNET, &question(), &StreamOptions::default()).await.body.get("toolConfig"), None);
}

#[tokio::test]
async fn a_choice_is_sent_as_it_was_made() {
    for (choice, expected) in [
        (ToolChoice::Auto, json!({ "auto": {} })),
        (ToolChoice::Any, json!({ "any": {} })),
        (ToolChoice::Tool("write".to_owned()), json!({ "tool": { "name": "write" } })),
    ] {
        let sent = with_choice(SONNET, uncached().with_tool_choice(choice)).await;
        assert_eq!(sent.body["toolConfig"]["toolChoice"], expected);
    }
    let sent = with_choice(SONNET, uncached()).await;
    assert_eq!(sent.body["toolConfig"].get("toolChoice"), None);
    assert_eq!(sent.body["toolConfig"]["tools"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_model_that_adapts_its_thinking_is_not_forced_to_call() {
    for choice in [ToolChoice::Any, ToolChoice::Tool("read".to_owned())] {
        let options = uncached().with_reasoning(ThinkingLevel::Medium).with_tool_choice(choice);
        let sent = with_choice(OPUS_4_6, options).await;
        assert_eq!(sent.body["toolConfig"].get("toolChoice"), None, "which means auto");
        assert!(sent.has_diagnostic("bedrock_tool_choice_dropped"));
    }
}

#[tokio::test]
async fn tools_in_another_order_give_the_same_bytes() {
    let bedrock = Bedrock::start().await;
    let mut bodies = Vec::new();
    for names in [["read", "write", "list"], ["list", "read", "write"], ["write", "list", "read"]] {
        bedrock.ask(SONNET, &question().with_tools(names.map(tool))).await.expect_message();
        bodies.push(bedrock.last_request().body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_schema_that_is_not_strict_stays_as_its_author_wrote_it() {
    let schema = json!({
        "type": "object",
        "$defs": { "path": { "type": "string", "pattern": "^/" } },
        "properties": { "z": { "$ref": "#/$defs/path" }, "a": { "anyOf": [{ "type": "null" }, {}] } },
        "additionalProperties": true,
    });
    let context = question().with_tools([Tool::new("read", "Reads.", schema.clone())]);
    let sent = send(SONNET, &context, &uncached()).await;
    let order = spec(&sent)["inputSchema"]["json"].to_string();
    assert_eq!(order, schema.to_string(), "in its order, too");
    assert_eq!(spec(&sent).get("strict"), None);
}

fn typed(strictness: Strictness) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "string" }, "b": { "type": "number" } },
        "required": ["a"],
    });
    Tool::new("save", "Saves.", schema).with_strict(strictness)
}

fn referring(strictness: Strictness) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": { "child": { "$ref": "#" } },
    });
    Tool::new("refer", "Refers.", schema).with_strict(strictness)
}

fn spec(sent: &Sent) -> &Value {
    &sent.body["toolConfig"]["tools"][0]["toolSpec"]
}

#[tokio::test]
async fn a_strict_schema_requires_everything_and_lets_the_optional_be_null() {
    for strictness in [Strictness::Prefer, Strictness::Require] {
        let context = question().with_tools([typed(strictness)]);
        let before = context.clone();
        let sent = send(SONNET, &context, &uncached()).await;
        assert_eq!(spec(&sent)["strict"], true);
        let expected = json!({
            "type": "object",
            "properties": { "a": { "type": "string" }, "b": { "type": ["number", "null"] } },
            "required": ["a", "b"],
            "additionalProperties": false,
        });
        assert_eq!(spec(&sent)["inputSchema"]["json"], expected);
        assert_eq!(context, before);
    }
}

#[tokio::test]
async fn a_schema_that_cannot_be_strict_is_sent_as_it_is_where_strictness_is_a_preference() {
    let tool = referring(Strictness::Prefer);
    let sent = send(SONNET, &question().with_tools([tool.clone()]), &uncached()).await;
    assert_eq!(spec(&sent)["inputSchema"]["json"], tool.parameters);
    assert_eq!(spec(&sent).get("strict"), None);
    assert!(sent.has_diagnostic("bedrock_strict_tool_relaxed"));
}

#[tokio::test]
async fn a_schema_that_must_be_strict_and_cannot_be_is_refused_before_it_is_sent() {
    let bedrock = Bedrock::start().await;
    let outcome = bedrock.ask(SONNET, &question().with_tools([referring(Strictness::Require)])).await;
    let error = outcome.expect_error();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("`refer`") && error.message().contains("$ref"), "{error}");
    assert!(outcome.events.is_empty() && bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn a_model_without_strict_tools_is_told_the_plain_schema() {
    let sent = send(OPUS_4_7, &question().with_tools([typed(Strictness::Prefer)]), &uncached()).await;
    assert_eq!(spec(&sent).get("strict"), None);
    assert!(sent.has_diagnostic("bedrock_strict_tool_relaxed"));
    let bedrock = Bedrock::start().await;
    let outcome = bedrock.ask(OPUS_4_7, &question().with_tools([typed(Strictness::Require)])).await;
    assert!(outcome.expect_error().message().contains("`save`"));
}

const LIMIT: &str = "Too many strict tools (21). The maximum is 20.";

fn too_many() -> Reply {
    Reply::error(400, "ValidationException", LIMIT)
}

/// How many strict tools each request had.
fn strict_tools(bedrock: &Bedrock) -> Vec<usize> {
    let requests = bedrock.emulator.requests();
    requests.iter().map(|request| request.json().to_string().matches("\"strict\":true").count()).collect()
}

#[tokio::test]
async fn more_strict_tools_than_the_service_takes_are_relaxed_once_and_for_all() {
    let bedrock = Bedrock::start().await;
    let context = question().with_tools([typed(Strictness::Prefer), tool("read")]);
    bedrock.emulator.enqueue(too_many());
    let first = bedrock.ask(SONNET, &context).await;
    let codes = first.expect_message().diagnostics.iter().map(|found| found.code.as_str());
    assert_eq!(codes.filter(|code| *code == "bedrock_strict_tools_fallback").count(), 1);
    bedrock.ask(SONNET, &context).await.expect_message();
    assert_eq!(strict_tools(&bedrock), [1, 0, 0], "the second call does not try again");

    let mut other = question().with_tools([typed(Strictness::Prefer)]);
    other.tools[0].name = "keep".to_owned();
    bedrock.ask(SONNET, &other).await.expect_message();
    assert_eq!(strict_tools(&bedrock), [1, 0, 0, 1], "other tools are not affected");
}

#[tokio::test]
async fn tools_that_must_be_strict_are_not_relaxed() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(too_many());
    let outcome = bedrock.ask(SONNET, &question().with_tools([typed(Strictness::Require)])).await;
    assert!(outcome.expect_error().message().contains(LIMIT));
    assert_eq!(strict_tools(&bedrock), [1]);
}

#[tokio::test]
async fn only_the_tools_that_must_be_strict_stay_so() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(too_many());
    let mut must = typed(Strictness::Require);
    must.name = "must".to_owned();
    bedrock.ask(SONNET, &question().with_tools([typed(Strictness::Prefer), must])).await.expect_message();
    assert_eq!(strict_tools(&bedrock), [2, 1]);
}

#[tokio::test]
async fn another_refusal_does_not_relax_strict_tools() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", "The provided request is not valid."));
    let outcome = bedrock.ask(SONNET, &question().with_tools([typed(Strictness::Prefer)])).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    assert_eq!(strict_tools(&bedrock), [1]);
}

#[tokio::test]
async fn a_cancelled_call_does_not_relax_strict_tools() {
    let bedrock = Bedrock::start().await;
    let gate = clawdia_bedrock_emulator::Gate::new();
    bedrock.emulator.enqueue(too_many().after(&gate));
    let token = tokio_util::sync::CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let context = question().with_tools([typed(Strictness::Prefer)]);
    let asking = bedrock.ask_with(SONNET, &context, &options);
    let cancelling = async {
        while bedrock.emulator.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        token.cancel();
        gate.open();
    };
    let (outcome, ()) = tokio::join!(asking, cancelling);
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Aborted);
    assert_eq!(strict_tools(&bedrock), [1]);
}
