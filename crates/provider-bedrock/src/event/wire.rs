//! The JSON of each event.
//!
//! Separate from the events themselves because the two differ: the wire has a union's members side by side, all of them
//! optional. Deltas are read into types, since there are many; what comes once or rarely goes through a JSON tree, where
//! an odd member spoils nothing.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::{
    BedrockEvent, BlockDelta, BlockStart, Metadata, ToolUse, citation, hidden, image_delta, image_start,
    tool_result, tool_use,
};

/// Reads an event.
pub(super) fn read(name: &str, payload: &[u8]) -> Result<BedrockEvent, serde_json::Error> {
    Ok(match name {
        "contentBlockDelta" => {
            let wire: DeltaEvent = serde_json::from_slice(payload)?;
            let block = wire.content_block_index;
            let delta =
                wire.delta.into_delta().unwrap_or_else(|| BlockDelta::Other(unknown("delta", payload)));
            BedrockEvent::BlockDelta { block, delta }
        }
        "contentBlockStart" => {
            let wire: StartEvent = serde_json::from_slice(payload)?;
            BedrockEvent::BlockStart { block: wire.content_block_index, start: start(wire.start) }
        }
        "contentBlockStop" => {
            let wire: StopEvent = serde_json::from_slice(payload)?;
            BedrockEvent::BlockStop { block: wire.content_block_index }
        }
        "messageStart" => {
            let wire: MessageStartEvent = serde_json::from_slice(payload)?;
            BedrockEvent::MessageStart { role: wire.role }
        }
        "messageStop" => {
            let wire: MessageStopEvent = serde_json::from_slice(payload)?;
            let stop_reason = wire.stop_reason.unwrap_or_default();
            BedrockEvent::MessageStop { stop_reason, fields: wire.fields }
        }
        "metadata" => BedrockEvent::Metadata(Box::new(Metadata::of(serde_json::from_slice(payload)?))),
        other => BedrockEvent::Unknown { name: other.to_owned() },
    })
}

/// What matters of an event that cannot be read as a whole: an answer whose text is fine does not fail for what is said
/// about it.
pub(super) fn read_essence(name: &str, payload: &[u8]) -> Option<BedrockEvent> {
    match name {
        "messageStop" => {
            let wire: BareMessageStopEvent = serde_json::from_slice(payload).ok()?;
            let stop_reason = wire.stop_reason.unwrap_or_default();
            Some(BedrockEvent::MessageStop { stop_reason, fields: Value::Null })
        }
        "metadata" => Some(BedrockEvent::Metadata(Box::new(Metadata::unreadable()))),
        _ => None,
    }
}

#[derive(Deserialize)]
struct MessageStartEvent {
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageStopEvent {
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default, rename = "additionalModelResponseFields")]
    fields: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BareMessageStopEvent {
    #[serde(default)]
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StopEvent {
    #[serde(default)]
    content_block_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartEvent {
    #[serde(default)]
    content_block_index: u64,
    #[serde(default)]
    start: Map<String, Value>,
}

fn start(mut members: Map<String, Value>) -> BlockStart {
    let mut take = |name| members.remove(name).filter(|member| !member.is_null());
    if let Some(member) = take("toolUse") {
        BlockStart::ToolUse(tool_use(member))
    } else if let Some(member) = take("toolResult") {
        BlockStart::ToolResult(tool_result(member))
    } else if let Some(member) = take("image") {
        image_start(&member)
    } else {
        BlockStart::Other(members.keys().next().map_or("unknown", String::as_str).to_owned())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeltaEvent {
    #[serde(default)]
    content_block_index: u64,
    #[serde(default)]
    delta: WireDelta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireDelta {
    text: Option<String>,
    tool_use: Option<WireToolInput>,
    reasoning_content: Option<WireReasoning>,
    citation: Option<Box<Value>>,
    tool_result: Option<Box<Value>>,
    image: Option<Box<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireToolInput {
    input: Option<String>,
    tool_use_id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireReasoning {
    text: Option<String>,
    signature: Option<String>,
    redacted_content: Option<String>,
}

impl WireDelta {
    /// What it holds; nothing if none of what is known.
    fn into_delta(self) -> Option<BlockDelta> {
        match self {
            Self { text: Some(text), .. } => Some(BlockDelta::Text(text)),
            Self { tool_use: Some(tool), .. } => Some(tool.into_delta()),
            Self { reasoning_content: Some(reasoning), .. } => reasoning.into_delta(),
            Self { citation: Some(member), .. } => Some(BlockDelta::Citation(Box::new(citation(*member)))),
            Self { tool_result: Some(member), .. } => Some(BlockDelta::ToolResult(match *member {
                Value::Array(pieces) => pieces,
                piece => vec![piece],
            })),
            Self { image: Some(member), .. } => Some(BlockDelta::Image(Box::new(image_delta(&member)))),
            Self { .. } => None,
        }
    }
}

impl WireToolInput {
    fn into_delta(self) -> BlockDelta {
        match self {
            Self { input, tool_use_id: None, name: None, .. } => {
                BlockDelta::ToolInput(input.unwrap_or_default())
            }
            Self { input, tool_use_id, name, kind } => BlockDelta::ToolUse(Box::new(ToolUse {
                id: tool_use_id.unwrap_or_default(),
                name: name.unwrap_or_default(),
                kind,
                input,
            })),
        }
    }
}

impl WireReasoning {
    fn into_delta(self) -> Option<BlockDelta> {
        match self {
            Self { redacted_content: Some(encoded), .. } => Some(hidden(&encoded)),
            Self { signature: Some(signature), .. } => Some(BlockDelta::Signature(signature)),
            Self { text: Some(text), .. } => Some(BlockDelta::Thinking(text)),
            Self { .. } => None,
        }
    }
}

/// What the union `union` of an event holds that nobody here knows.
fn unknown(union: &str, payload: &[u8]) -> String {
    let event: Value = serde_json::from_slice(payload).unwrap_or_default();
    let members = event.get(union).and_then(Value::as_object);
    let name = members.and_then(|members| members.iter().find(|(_, member)| !member.is_null()));
    name.map_or("unknown", |(name, _)| name.as_str()).to_owned()
}
