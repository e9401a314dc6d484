//! The vendor's own reply, which a request can ask for parts of.
//!
//! `additionalModelResponseFieldPaths` point into what the model's vendor answered before the
//! service translated it: for Claude the message, and in a stream the event `message_delta`. The
//! other vendors' replies are not known well enough to point into; of them nothing is returned,
//! as with pointers that lead nowhere.

use serde_json::{Map, Value, json};

use crate::request::{Request, items};
use crate::turn::{Block, Turn};

/// The fields that a request asks for, with the objects around them; `None` if there are none.
pub(crate) fn fields(request: &Request<'_>, turn: &Turn, usage: &Value) -> Option<Value> {
    let pointers = items(&request.body["additionalModelResponseFieldPaths"]);
    if pointers.is_empty() || !request.model.is_claude() {
        return None;
    }
    let reply = if request.streaming { delta(turn, usage) } else { message(request, turn, usage) };
    let mut fields = Map::new();
    for pointer in pointers.iter().filter_map(Value::as_str) {
        if let Some(value) = reply.pointer(pointer) {
            let path: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
            insert(&mut fields, &path, value);
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn message(request: &Request<'_>, turn: &Turn, usage: &Value) -> Value {
    json!({
        "type": "message",
        "role": "assistant",
        "model": request.model.base_id,
        "stop_reason": turn.stop(),
        "stop_sequence": turn.stopped_at,
        "stop_details": turn.refusal,
        "usage": vendor_usage(turn, usage),
    })
}

// The vendor documents `stop_details` inside `delta`, and clients of the service find it beside.
fn delta(turn: &Turn, usage: &Value) -> Value {
    json!({
        "type": "message_delta",
        "delta": {
            "stop_reason": turn.stop(),
            "stop_sequence": turn.stopped_at,
            "stop_details": turn.refusal,
        },
        "stop_details": turn.refusal,
        "usage": vendor_usage(turn, usage),
    })
}

fn vendor_usage(turn: &Turn, usage: &Value) -> Value {
    let count = |name: &str| usage[name].as_u64().unwrap_or_default();
    let thinking: u64 = turn.blocks.iter().filter(|block| block.is_thinking()).map(Block::tokens).sum();
    json!({
        "input_tokens": count("inputTokens"),
        "cache_creation_input_tokens": count("cacheWriteInputTokens"),
        "cache_read_input_tokens": count("cacheReadInputTokens"),
        "output_tokens": count("outputTokens"),
        "output_tokens_details": { "thinking_tokens": thinking },
    })
}

fn insert(fields: &mut Map<String, Value>, path: &[String], value: &Value) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        fields.insert(name.clone(), value.clone());
        return;
    }
    let below = fields.entry(name.clone()).or_insert_with(|| json!({}));
    // A pointer to a whole object has brought everything below it already.
    if let Value::Object(below) = below {
        insert(below, rest, value);
    }
}

// RFC 6901, in this order.
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
