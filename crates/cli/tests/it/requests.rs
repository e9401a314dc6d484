//! Requests that several tests make.

use serde_json::{Value, json};

pub(crate) const NOVA: &str = "amazon-bedrock/us.amazon.nova-lite-v1:0";
pub(crate) const CLAUDE: &str = "amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

/// One question.
pub(crate) fn ask(model: &str, text: &str) -> Value {
    json!({ "model": model, "context": { "messages": [{ "role": "user", "content": text }] } })
}

/// One question with an id.
pub(crate) fn ask_as(id: impl Into<Value>, model: &str, text: &str) -> Value {
    let mut request = ask(model, text);
    request["id"] = id.into();
    request
}
