//! The pieces of content that come rarely, read leniently.
//!
//! Separate because streams and answers in one piece write them the same way, and because a member of the wrong kind in
//! one of them is no reason to lose the text around it: it counts as absent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_core::Citation;
use serde_json::{Map, Value};

use crate::event::{BlockDelta, BlockStart, ImageDelta, ToolResult, ToolUse};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// A call, as it stands at the start of a block or in a message.
pub(crate) fn tool_use(value: Value) -> ToolUse {
    let mut members = object(value);
    ToolUse {
        id: text(members.remove("toolUseId")).unwrap_or_default(),
        name: text(members.remove("name")).unwrap_or_default(),
        kind: text(members.remove("type")),
        input: members.remove("input").and_then(input_text),
    }
}

/// The text of arguments that came with the start of a call; an empty object announces deltas.
fn input_text(input: Value) -> Option<String> {
    match input {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text),
        Value::Object(object) if object.is_empty() => None,
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// A result, as it stands at the start of a block or in a message.
pub(crate) fn tool_result(value: Value) -> ToolResult {
    let mut members = object(value);
    ToolResult {
        id: text(members.remove("toolUseId")).unwrap_or_default(),
        kind: text(members.remove("type")),
        is_error: members.get("status").and_then(Value::as_str) == Some("error"),
        content: match members.remove("content") {
            Some(Value::Array(pieces)) => pieces,
            _ => Vec::new(),
        },
    }
}

pub(crate) fn image_start(value: &Value) -> BlockStart {
    let format = value.get("format").and_then(Value::as_str).unwrap_or_default();
    BlockStart::Image { format: format.to_owned() }
}

/// A piece of an image, or a whole one.
pub(crate) fn image_delta(value: &Value) -> ImageDelta {
    let text = |pointer| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let mut delta = ImageDelta {
        format: text("/format"),
        bytes: Vec::new(),
        address: text("/source/s3Location/uri"),
        error: match value.get("error") {
            None | Some(Value::Null) => None,
            Some(error) => Some(match error.get("message").and_then(Value::as_str) {
                Some(message) => message.to_owned(),
                None => "the service gives no reason".to_owned(),
            }),
        },
    };
    if let Some(encoded) = value.pointer("/source/bytes").and_then(Value::as_str) {
        match STANDARD.decode(encoded) {
            Ok(bytes) => delta.bytes = bytes,
            Err(error) => {
                delta.error.get_or_insert_with(|| format!("its bytes cannot be read: {error}"));
            }
        }
    }
    delta
}

/// A source: whatever of it is said.
pub(crate) fn citation(value: Value) -> Citation {
    let mut members = object(value);
    let source_content = match members.remove("sourceContent") {
        Some(Value::Array(pieces)) => pieces,
        Some(piece @ Value::Object(_)) => vec![piece],
        _ => Vec::new(),
    };
    Citation {
        title: text(members.remove("title")),
        source: text(members.remove("source")),
        source_content: source_content
            .into_iter()
            .filter_map(|piece| text(object(piece).remove("text")))
            .collect(),
        location: members.remove("location").filter(|location| !location.is_null()),
    }
}

/// A piece of hidden reasoning.
pub(crate) fn hidden(encoded: &str) -> BlockDelta {
    match STANDARD.decode(encoded) {
        Ok(bytes) => BlockDelta::Redacted(bytes),
        Err(_) => BlockDelta::Other("redactedContent that is no base64".to_owned()),
    }
}
