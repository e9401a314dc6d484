//! The events of an answer, and answers made of them.
//!
//! Separate so that tests about answers read like what the service sends.

use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::AssistantMessage;
use serde_json::{Value, json};

use crate::conversation::tool;
use crate::fixture::{Bedrock, Outcome, SONNET, question};

pub(crate) fn start() -> Step {
    Step::event("messageStart", json!({ "role": "assistant" }))
}

pub(crate) fn text(block: u64, text: &str) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": { "text": text } }))
}

pub(crate) fn thinking(block: u64, delta: &Value) -> Step {
    Step::event(
        "contentBlockDelta",
        json!({ "contentBlockIndex": block, "delta": { "reasoningContent": delta } }),
    )
}

pub(crate) fn tool_start(block: u64, id: &str, name: &str) -> Step {
    let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
    Step::event("contentBlockStart", json!({ "contentBlockIndex": block, "start": start }))
}

pub(crate) fn tool_input(block: u64, input: &str) -> Step {
    let delta = json!({ "toolUse": { "input": input } });
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
}

pub(crate) fn stop(block: u64) -> Step {
    Step::event("contentBlockStop", json!({ "contentBlockIndex": block }))
}

pub(crate) fn message_stop(reason: &str) -> Step {
    Step::event("messageStop", json!({ "stopReason": reason }))
}

pub(crate) fn metadata() -> Step {
    let usage = json!({ "inputTokens": 10, "outputTokens": 5, "totalTokens": 15 });
    Step::event("metadata", json!({ "usage": usage, "metrics": { "latencyMs": 7 } }))
}

/// Any start of a block.
pub(crate) fn block_start(block: u64, start: &Value) -> Step {
    Step::event("contentBlockStart", json!({ "contentBlockIndex": block, "start": start }))
}

/// Any delta of a block.
pub(crate) fn delta(block: u64, delta: &Value) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
}

/// An event whose payload need not be JSON, between headers that say nothing.
pub(crate) fn raw(name: &str, payload: &str) -> Step {
    let message = Message::new(payload.as_bytes().to_vec())
        .add_header(Header::new("flag", HeaderValue::Bool(true)))
        .add_header(Header::new(":event-type", HeaderValue::String(name.to_owned().into())))
        .add_header(Header::new("count", HeaderValue::Int64(7)))
        .add_header(Header::new(":message-type", HeaderValue::String("event".into())));
    let mut bytes = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).unwrap();
    Step::raw(bytes)
}

/// What comes of these events.
pub(crate) async fn play(steps: impl IntoIterator<Item = Step>) -> Outcome {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream(steps));
    bedrock.ask(SONNET, &question()).await
}

/// What comes of an answer in one piece. It is asked for where a model does not stream while it is offered tools.
pub(crate) async fn play_whole(document: Value) -> Outcome {
    let bedrock = Bedrock::start().await;
    let refusal = "This model doesn't support tool use in streaming mode.";
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.emulator.enqueue(Reply::converse(document));
    let outcome = bedrock.ask(SONNET, &question().with_tools([tool("read")])).await;
    assert_eq!(bedrock.emulator.requests().len(), 2, "{outcome:?}");
    outcome
}

/// The document of an answer in one piece.
pub(crate) fn document(content: &Value, stop_reason: &str) -> Value {
    json!({
        "output": { "message": { "role": "assistant", "content": content } },
        "stopReason": stop_reason,
        "usage": { "inputTokens": 10, "outputTokens": 5, "totalTokens": 15 },
    })
}

/// The diagnostics of a message with this code.
pub(crate) fn diagnostics<'a>(
    message: &'a AssistantMessage,
    code: &str,
) -> Vec<&'a clawdia_core::Diagnostic> {
    message.diagnostics.iter().filter(|diagnostic| diagnostic.code == code).collect()
}
