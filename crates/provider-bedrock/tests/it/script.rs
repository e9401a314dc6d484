//! The events of an answer, and answers made of them.
//!
//! Separate so that tests about answers read like what the service sends.

use clawdia_bedrock_emulator::{Reply, Step};
use serde_json::{Value, json};

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
pub(crate) fn block_start(block: u64, start: Value) -> Step {
    Step::event("contentBlockStart", json!({ "contentBlockIndex": block, "start": start }))
}

/// Any delta of a block.
pub(crate) fn delta(block: u64, delta: Value) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
}

/// What comes of these events.
pub(crate) async fn play(steps: impl IntoIterator<Item = Step>) -> Outcome {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream(steps));
    bedrock.ask(SONNET, &question()).await
}
