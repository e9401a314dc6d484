//! A content block while it is being written.
//!
//! Separate from the translator because what a block gathers until it ends (a signature in pieces, hidden reasoning in
//! pieces that must be joined as bytes, a tool's result) has rules of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_core::{Citation, ServerToolResult, StreamEvent};
use serde_json::Value;

use crate::response::image::ImageBytes;

/// A block that has begun, and what must be kept until it ends.
#[derive(Debug)]
pub(super) struct OpenBlock {
    /// Bedrock's index of the block.
    pub(super) block: u64,
    pub(super) ended: bool,
    pub(super) content: BlockContent,
}

/// What a block holds.
#[derive(Debug)]
pub(super) enum BlockContent {
    Text {
        citations: Vec<Citation>,
    },
    /// Text that the model was made to write as the input of a tool.
    Output {
        is_blank: bool,
    },
    Thinking(Thinking),
    /// A call, by the id that the service gave it.
    ToolCall {
        id: String,
    },
    ServerToolCall {
        id: String,
    },
    ServerToolResult(Box<ServerToolResult>),
    Image(ImageBytes),
}

/// What reasoning gathers.
#[derive(Debug, Default)]
pub(super) struct Thinking {
    signature: String,
    /// Joined as bytes: the pieces need not be whole groups of base64.
    redacted: Option<Vec<u8>>,
}

impl BlockContent {
    /// The id of the call this is, in the service's words.
    pub(super) fn call_id(&self) -> Option<&str> {
        match self {
            Self::ToolCall { id } | Self::ServerToolCall { id } => Some(id),
            Self::Output { .. } => Some(""),
            Self::Text { .. } | Self::Thinking(_) | Self::ServerToolResult(_) | Self::Image(_) => None,
        }
    }
}

impl OpenBlock {
    pub(super) fn new(block: u64, content: BlockContent) -> Self {
        Self { block, ended: false, content }
    }

    /// Ends the block: the event that says so.
    pub(super) fn end(&mut self, content_index: usize) -> StreamEvent {
        self.ended = true;
        match &mut self.content {
            BlockContent::Text { citations } => {
                StreamEvent::TextEnd { content_index, citations: std::mem::take(citations) }
            }
            BlockContent::Output { .. } => StreamEvent::TextEnd { content_index, citations: Vec::new() },
            BlockContent::Thinking(thinking) => thinking.end(content_index),
            BlockContent::ToolCall { .. } => StreamEvent::ToolCallEnd { content_index },
            BlockContent::ServerToolCall { .. } => StreamEvent::ServerToolCallEnd { content_index },
            BlockContent::ServerToolResult(result) => {
                StreamEvent::ServerToolResultEnd { content_index, result: std::mem::take(result) }
            }
            BlockContent::Image(image) => {
                StreamEvent::ImageEnd { content_index, data: STANDARD.encode(image.take()) }
            }
        }
    }
}

impl Thinking {
    /// Adds a piece of the signature. A redacted block has none: its payload takes that place.
    pub(super) fn add_signature(&mut self, piece: &str) {
        if self.redacted.is_none() {
            self.signature.push_str(piece);
        }
    }

    /// Adds a piece of hidden reasoning; true for the first one.
    pub(super) fn add_redacted(&mut self, piece: &[u8]) -> bool {
        if let Some(bytes) = &mut self.redacted {
            bytes.extend_from_slice(piece);
            return false;
        }
        self.signature.clear();
        self.redacted = Some(piece.to_vec());
        true
    }

    fn end(&mut self, content_index: usize) -> StreamEvent {
        if let Some(bytes) = self.redacted.take() {
            let signature = Some(STANDARD.encode(bytes));
            return StreamEvent::ThinkingEnd { content_index, signature, redacted: true };
        }
        let signature = std::mem::take(&mut self.signature);
        let signature = (!signature.is_empty()).then_some(signature);
        StreamEvent::ThinkingEnd { content_index, signature, redacted: false }
    }
}

/// Adds pieces to a result. Text comes in fragments, which become one piece; all else stays as it is.
pub(super) fn add_pieces(result: &mut ServerToolResult, pieces: Vec<Value>) {
    for piece in pieces {
        if let Some(fragment) = only_text(&piece)
            && let Some(last) = result.content.last_mut()
            && only_text(last).is_some()
            && let Some(Value::String(text)) = last.get_mut("text")
        {
            text.push_str(fragment);
        } else if !piece.is_null() {
            result.content.push(piece);
        }
    }
}

/// The text of a piece that is nothing else.
fn only_text(piece: &Value) -> Option<&str> {
    let members = piece.as_object().filter(|members| members.len() == 1)?;
    members.get("text")?.as_str()
}
