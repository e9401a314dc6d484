//! Pieces of requests that many tests put together.

use base64::Engine as _;
use serde_json::{Value, json};

/// Claude with thinking by budget; called through a profile only.
pub(crate) const SONNET_4_5: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
/// Claude with thinking by budget, but not between calls.
pub(crate) const HAIKU_4_5: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
/// Claude that can be served with optimized latency.
pub(crate) const HAIKU_3_5: &str = "us.anthropic.claude-3-5-haiku-20241022-v1:0";
/// Older Claude: one sampling field, no hour of caching, may be prefilled.
pub(crate) const OPUS_4_1: &str = "us.anthropic.claude-opus-4-1-20250805-v1:0";
/// Adaptive and budget thinking, no prefill.
pub(crate) const OPUS_4_6: &str = "us.anthropic.claude-opus-4-6-v1";
/// Adaptive thinking only.
pub(crate) const OPUS_4_7: &str = "us.anthropic.claude-opus-4-7";
/// Thinking always, bound to its conversation.
pub(crate) const OPUS_5_5: &str = "us.anthropic.claude-opus-5-5";
pub(crate) const NOVA: &str = "amazon.nova-lite-v1:0";
/// Reasons when asked to, in its own words.
pub(crate) const NOVA_2: &str = "us.amazon.nova-2-lite-v1:0";
pub(crate) const LLAMA: &str = "us.meta.llama4-scout-17b-instruct-v1:0";
pub(crate) const MISTRAL: &str = "mistral.mistral-large-2402-v1:0";
/// Reasons in opaque blocks, takes no sampling fields.
pub(crate) const GPT_6: &str = "us.openai.gpt-6-sol";
pub(crate) const GPT_OSS: &str = "openai.gpt-oss-120b-1:0";

/// A text block.
pub(crate) fn text(text: &str) -> Value {
    json!({ "text": text })
}

/// A user turn.
pub(crate) fn user(content: impl IntoIterator<Item = Value>) -> Value {
    json!({ "role": "user", "content": content.into_iter().collect::<Vec<_>>() })
}

/// A turn of the model.
pub(crate) fn assistant(content: impl IntoIterator<Item = Value>) -> Value {
    json!({ "role": "assistant", "content": content.into_iter().collect::<Vec<_>>() })
}

/// A request of these messages.
pub(crate) fn conversation(messages: impl IntoIterator<Item = Value>) -> Value {
    json!({ "messages": messages.into_iter().collect::<Vec<_>>() })
}

/// A request of one user turn.
pub(crate) fn prompt(words: &str) -> Value {
    conversation([user([text(words)])])
}

/// The same request with more members.
pub(crate) fn with(mut request: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("members are an object") };
    request.as_object_mut().unwrap().extend(members);
    request
}

pub(crate) fn call(id: &str) -> Value {
    json!({ "toolUse": { "toolUseId": id, "name": "lookup", "input": { "key": "x" } } })
}

pub(crate) fn result(id: &str) -> Value {
    json!({ "toolResult": { "toolUseId": id, "content": [{ "text": "42" }] } })
}

/// A tool as `toolConfig` has it.
pub(crate) fn tool(name: &str) -> Value {
    json!({ "toolSpec": {
        "name": name,
        "description": "Finds the value of a key.",
        "inputSchema": { "json": {
            "type": "object",
            "properties": { "key": { "type": "string" } },
            "required": ["key"],
        } },
    } })
}

/// A configuration of the tool `lookup`.
pub(crate) fn tools() -> Value {
    json!({ "toolConfig": { "tools": [tool("lookup")] } })
}

/// A finished exchange with a call and its result.
pub(crate) fn tool_exchange() -> Value {
    with(conversation([user([text("Find x")]), assistant([call("t1")]), user([result("t1")])]), tools())
}

pub(crate) fn cache_point() -> Value {
    json!({ "cachePoint": { "type": "default" } })
}

/// The header of a PNG of this size, which is all that anybody looks at.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

pub(crate) fn image(format: &str, bytes: &[u8]) -> Value {
    json!({ "image": { "format": format, "source": { "bytes": base64(bytes) } } })
}

pub(crate) fn document(name: &str) -> Value {
    json!({ "document": { "format": "pdf", "name": name, "source": { "bytes": base64(b"%PDF") } } })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Thinking by budget, with room for it.
pub(crate) fn budget(tokens: i64) -> Value {
    json!({
        "inferenceConfig": { "maxTokens": 8192 },
        "additionalModelRequestFields": { "thinking": { "type": "enabled", "budget_tokens": tokens } },
    })
}

/// Adaptive thinking.
pub(crate) fn adaptive() -> Value {
    json!({ "additionalModelRequestFields": { "thinking": { "type": "adaptive" } } })
}
