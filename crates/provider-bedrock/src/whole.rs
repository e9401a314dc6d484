//! The answer of Converse, which comes in one piece, as the events of a stream.
//!
//! Separate because some models cannot stream while they are offered tools. Turned into events, their answers go through
//! the same state machine as all others. Source: the `ConverseResponse` structure of the Bedrock Runtime API reference.

use serde::Deserialize;
use serde_json::Value;

use crate::event::{BedrockEvent, BlockDelta, BlockStart, Metadata, WireCitation, WireReasoning};

/// Reads an answer.
pub(crate) fn events(body: &[u8]) -> Result<Vec<BedrockEvent>, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(body)?;
    let mut events = vec![BedrockEvent::MessageStart { role: answer.output.message.role }];
    for (block, content) in (0..).zip(answer.output.message.content) {
        let mut delta = |delta| events.push(BedrockEvent::BlockDelta { block, delta });
        match content {
            Content { text: Some(text), .. } => delta(BlockDelta::Text(text)),
            Content { reasoning: Some(reasoning), .. } => {
                reasoning.into_deltas().into_iter().for_each(delta);
            }
            Content { cited: Some(cited), .. } => {
                let text = cited.content.into_iter().filter_map(|piece| piece.text).collect();
                delta(BlockDelta::Text(text));
                cited
                    .citations
                    .into_iter()
                    .map(WireCitation::into_citation)
                    .map(BlockDelta::Citation)
                    .for_each(delta);
            }
            Content { tool_use: Some(tool), .. } => {
                let input = (!tool.input.is_null()).then(|| tool.input.to_string());
                let start = BlockStart::ToolUse { id: tool.id, name: tool.name, input };
                events.push(BedrockEvent::BlockStart { block, start });
            }
            Content { .. } => delta(BlockDelta::Other("unknown".to_owned())),
        }
        events.push(BedrockEvent::BlockStop { block });
    }
    if let Some(stop_reason) = answer.stop_reason {
        events.push(BedrockEvent::MessageStop { stop_reason });
    }
    events.push(BedrockEvent::Metadata(Box::new(answer.metadata)));
    Ok(events)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    output: Output,
    stop_reason: Option<String>,
    /// Usage, trace and service tier stand beside the message under the names they have in a stream.
    #[serde(flatten)]
    metadata: Metadata,
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
    content: Vec<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text: Option<String>,
    #[serde(rename = "reasoningContent")]
    reasoning: Option<WholeReasoning>,
    #[serde(rename = "citationsContent")]
    cited: Option<Cited>,
    tool_use: Option<ToolUse>,
}

#[derive(Deserialize)]
struct ToolUse {
    #[serde(default, rename = "toolUseId")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WholeReasoning {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
struct ReasoningText {
    #[serde(default)]
    text: String,
    signature: Option<String>,
}

impl WholeReasoning {
    fn into_deltas(self) -> Vec<BlockDelta> {
        let mut deltas = Vec::new();
        if let Some(text) = self.reasoning_text {
            deltas.push(BlockDelta::Thinking(text.text));
            deltas.extend(text.signature.map(BlockDelta::Signature));
        }
        if self.redacted_content.is_some() {
            let reasoning =
                WireReasoning { redacted_content: self.redacted_content, ..WireReasoning::default() };
            deltas.push(reasoning.into_delta());
        }
        deltas
    }
}

#[derive(Deserialize)]
struct Cited {
    #[serde(default)]
    content: Vec<CitedText>,
    #[serde(default)]
    citations: Vec<WireCitation>,
}

#[derive(Deserialize)]
struct CitedText {
    text: Option<String>,
}
