//! The blocks of a turn, and how each is streamed and shown whole.
//!
//! Apart from the turn because there is one arm per kind of block here and none there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::Delivery;
use crate::tokens;

/// A block of a turn; text is kept in the fragments that the stream sends one by one.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Thinking {
        fragments: Vec<String>,
        signed: bool,
    },
    Redacted(String),
    Text(Vec<String>),
    /// Text with its sources; Nova sends the sources in a block of their own, without a text.
    Cited {
        fragments: Vec<String>,
        citations: Vec<Value>,
    },
    ToolCall {
        id: String,
        name: String,
        fragments: Vec<String>,
        by: Runner,
    },
    /// What a tool of the service's own answered.
    ServerToolResult {
        id: String,
        kind: String,
        content: Vec<Value>,
        status: String,
    },
    Image {
        format: String,
        bytes: Bytes,
    },
    /// An image that could not be made, and why.
    FailedImage(String),
}

/// Who runs a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    Client,
    Service,
}

impl Block {
    /// The text that people read, for those who check or cut it.
    pub(crate) fn text(&self) -> Option<&Vec<String>> {
        match self {
            Self::Text(fragments) | Self::Cited { fragments, .. } => Some(fragments),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn text_mut(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Text(fragments) | Self::Cited { fragments, .. } => Some(fragments),
            _ => None,
        }
    }

    /// Whether it is thinking, readable or not.
    pub(crate) fn is_thinking(&self) -> bool {
        matches!(self, Self::Thinking { .. } | Self::Redacted(_))
    }

    /// How many tokens the block comes to.
    pub(crate) fn tokens(&self) -> u64 {
        let length = |fragments: &[String]| fragments.iter().map(|fragment| fragment.chars().count()).sum();
        match self {
            Self::Thinking { fragments, .. } | Self::Text(fragments) | Self::Cited { fragments, .. } => {
                tokens::of_characters(length(fragments))
            }
            Self::Redacted(text) | Self::FailedImage(text) => tokens::of_text(text),
            Self::ToolCall { name, fragments, .. } => {
                let characters: usize = length(fragments);
                tokens::of_characters(characters + name.chars().count())
            }
            Self::ServerToolResult { content, .. } => content.iter().map(tokens::of_value).sum(),
            Self::Image { .. } => tokens::IMAGE,
        }
    }

    /// What announces the block in a stream; text and thinking begin with their first delta.
    pub(super) fn start(&self) -> Option<Value> {
        match self {
            Self::ToolCall { id, name, by, .. } => {
                let mut call = json!({ "toolUseId": id, "name": name });
                if *by == Runner::Service {
                    call["type"] = "server_tool_use".into();
                }
                Some(json!({ "toolUse": call }))
            }
            Self::ServerToolResult { id, kind, status, .. } => {
                Some(json!({ "toolResult": { "toolUseId": id, "type": kind, "status": status } }))
            }
            Self::Image { format, .. } => Some(json!({ "image": { "format": format } })),
            Self::FailedImage(_) => Some(json!({ "image": { "format": "png" } })),
            Self::Thinking { .. } | Self::Redacted(_) | Self::Text(_) | Self::Cited { .. } => None,
        }
    }

    /// The pieces in which the block is streamed.
    pub(super) fn deltas(&self, delivery: &Delivery<'_>) -> Vec<Value> {
        match self {
            Self::Text(fragments) => text_deltas(fragments).collect(),
            Self::Cited { fragments, citations } => text_deltas(fragments)
                .chain(citations.iter().map(|citation| json!({ "citation": citation })))
                .collect(),
            Self::ToolCall { fragments, .. } => {
                fragments.iter().map(|input| json!({ "toolUse": { "input": input } })).collect()
            }
            Self::ServerToolResult { content, .. } => {
                content.iter().map(|item| json!({ "toolResult": [item] })).collect()
            }
            Self::Image { bytes, .. } => vec![json!({ "image": { "source": source(bytes) } })],
            Self::FailedImage(message) => vec![json!({ "image": { "error": { "message": message } } })],
            Self::Thinking { fragments, signed } => {
                let mut deltas: Vec<Value> =
                    fragments.iter().map(|text| json!({ "reasoningContent": { "text": text } })).collect();
                if *signed {
                    let signature = delivery.seal.signature(&fragments.concat(), delivery.prefix);
                    deltas.push(json!({ "reasoningContent": { "signature": signature } }));
                }
                deltas
            }
            Self::Redacted(text) => {
                let blob = delivery.seal.redact(text);
                // Two pieces of no particular length: base64 texts cannot simply be joined.
                let (first, second) = blob.split_at(blob.len() / 2);
                [first, second]
                    .iter()
                    .map(|bytes| json!({ "reasoningContent": { "redactedContent": STANDARD.encode(bytes) } }))
                    .collect()
            }
        }
    }

    /// The whole block, as a plain reply has it.
    pub(super) fn content(&self, delivery: &Delivery<'_>) -> Value {
        match self {
            Self::Text(fragments) => json!({ "text": fragments.concat() }),
            Self::Cited { fragments, citations } => {
                let mut cited = json!({ "citations": citations });
                if !fragments.is_empty() {
                    cited["content"] = json!([{ "text": fragments.concat() }]);
                }
                json!({ "citationsContent": cited })
            }
            Self::ToolCall { id, name, fragments, by } => {
                // A call that was cut off has no arguments that could be shown as a document.
                let input = serde_json::from_str(&fragments.concat()).unwrap_or_default();
                let mut call = json!({ "toolUseId": id, "name": name, "input": Value::Object(input) });
                if *by == Runner::Service {
                    call["type"] = "server_tool_use".into();
                }
                json!({ "toolUse": call })
            }
            Self::ServerToolResult { id, kind, content, status } => json!({ "toolResult": {
                "toolUseId": id, "content": content, "status": status, "type": kind,
            } }),
            Self::Image { format, bytes } => {
                json!({ "image": { "format": format, "source": source(bytes) } })
            }
            Self::FailedImage(message) => {
                json!({ "image": { "format": "png", "error": { "message": message } } })
            }
            Self::Thinking { fragments, signed } => {
                let text = fragments.concat();
                let mut thought = Map::new();
                if *signed {
                    let signature = delivery.seal.signature(&text, delivery.prefix);
                    thought.insert("signature".to_owned(), Value::String(signature));
                }
                thought.insert("text".to_owned(), Value::String(text));
                json!({ "reasoningContent": { "reasoningText": thought } })
            }
            Self::Redacted(text) => {
                let blob = STANDARD.encode(delivery.seal.redact(text));
                json!({ "reasoningContent": { "redactedContent": blob } })
            }
        }
    }
}

fn text_deltas(fragments: &[String]) -> impl Iterator<Item = Value> {
    fragments.iter().map(|text| json!({ "text": text }))
}

fn source(bytes: &Bytes) -> Value {
    json!({ "bytes": STANDARD.encode(bytes) })
}
