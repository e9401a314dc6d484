//! The answer of Converse, which comes in one piece, as the events of a stream.
//!
//! Separate because some models cannot stream while they are offered tools. Turned into events, their answers go through
//! the same state machine as all others. Source: the `ConverseResponse` structure of the Bedrock Runtime API reference.

use clawdia_core::without_lone_surrogates;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::{
    BedrockEvent, BlockDelta, BlockStart, Metadata, citation, hidden, image_delta, image_start, tool_result,
    tool_use,
};

/// Reads an answer.
pub(crate) fn events(body: &[u8]) -> Result<Vec<BedrockEvent>, serde_json::Error> {
    read(body).or_else(|error| {
        // As in a stream, text may be cut in half.
        let text = std::str::from_utf8(body).map_err(|_| error)?;
        read(without_lone_surrogates(text).as_bytes())
    })
}

fn read(body: &[u8]) -> Result<Vec<BedrockEvent>, serde_json::Error> {
    let (essence, metadata) = match serde_json::from_slice::<Answer>(body) {
        Ok(answer) => (answer.essence, Metadata::of(Value::Object(answer.rest))),
        // A number too large in what is said about the answer is no reason to lose it.
        Err(error) => (serde_json::from_slice(body).map_err(|_| error)?, Metadata::unreadable()),
    };
    let Essence { output: Output { message }, stop_reason } = essence;
    let mut events = vec![BedrockEvent::MessageStart { role: message.role }];
    for (block, content) in (0..).zip(message.content) {
        for (member, value) in content.into_iter().filter(|(_, value)| !value.is_null()) {
            push_content(&mut events, block, &member, value);
        }
        events.push(BedrockEvent::BlockStop { block });
    }
    events.push(BedrockEvent::Metadata(Box::new(metadata)));
    if let Some(stop_reason) = stop_reason {
        // The model's own members stand beside the message, with all else that is said about it.
        events.push(BedrockEvent::MessageStop { stop_reason, fields: Value::Null });
    }
    Ok(events)
}

/// What an answer cannot do without.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Essence {
    output: Output,
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    essence: Essence,
    /// Usage, trace and service tier stand beside the message under the names they have in a stream.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct Output {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    role: String,
    #[serde(default)]
    content: Vec<Map<String, Value>>,
}

/// Adds the events for one member of a content block.
fn push_content(events: &mut Vec<BedrockEvent>, block: u64, member: &str, mut value: Value) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let begin = |start| BedrockEvent::BlockStart { block, start };
    let go_on = |delta| BedrockEvent::BlockDelta { block, delta };
    match (member, &mut value) {
        ("text", Value::String(text)) => events.push(go_on(BlockDelta::Text(std::mem::take(text)))),
        ("toolUse", Value::Object(_)) => events.push(begin(BlockStart::ToolUse(tool_use(value)))),
        ("toolResult", Value::Object(_)) => events.push(begin(BlockStart::ToolResult(tool_result(value)))),
        ("image", Value::Object(_)) => {
            events.push(begin(image_start(&value)));
            events.push(go_on(BlockDelta::Image(Box::new(image_delta(&value)))));
        }
        ("citationsContent", Value::Object(cited)) => {
            // Without any text there is still a block for the sources.
            events.push(go_on(BlockDelta::Text(String::new())));
            let pieces = list(cited.remove("content"));
            let texts = pieces.iter().filter_map(|piece| text(piece.get("text")?));
            events.extend(texts.map(BlockDelta::Text).map(go_on));
            let citations = list(cited.remove("citations")).into_iter().map(citation);
            events.extend(citations.map(Box::new).map(BlockDelta::Citation).map(go_on));
        }
        ("reasoningContent", Value::Object(reasoning)) => {
            if let Some(shown) = reasoning.get("reasoningText") {
                let thinking = shown.get("text").and_then(text).unwrap_or_default();
                events.push(go_on(BlockDelta::Thinking(thinking)));
                let signature = shown.get("signature").and_then(text);
                events.extend(signature.map(BlockDelta::Signature).map(go_on));
            }
            if let Some(encoded) = reasoning.get("redactedContent").and_then(Value::as_str) {
                events.push(go_on(hidden(encoded)));
            }
        }
        (other, _) => events.push(go_on(BlockDelta::Other(other.to_owned()))),
    }
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    }
}
