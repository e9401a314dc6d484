//! Prompts that are named instead of a model.

use serde_json::{Value, json};

use super::{Case, refused};
use crate::prompts::*;

/// The ARN of the prompt that the emulator of these cases has.
const PROMPT: &str = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT0001:3";

pub(super) fn cases() -> Vec<Case> {
    let filled = || json!({ "promptVariables": { "word": { "text": "Hello" } } });
    let fields: [(&str, Value); 4] = [
        ("additionalModelRequestFields", json!({})),
        ("inferenceConfig", json!({})),
        ("system", json!([])),
        ("toolConfig", json!({ "tools": [tool("lookup")] })),
    ];
    let mut cases: Vec<Case> = fields
        .into_iter()
        .map(|(field, value)| {
            let text = format!(
                "The {field} field can't be overridden when you use a prompt from Prompt management."
            );
            refused("prompt-fields", PROMPT, with(filled(), json!({ field: value })), &text, filled())
        })
        .collect();
    cases.push(refused(
        "prompt-variables",
        PROMPT,
        json!({ "promptVariables": { "words": { "text": "Hello" } } }),
        "The prompt variable word has no value.",
        filled(),
    ));
    cases
}
