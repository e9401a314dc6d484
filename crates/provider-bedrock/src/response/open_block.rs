//! A content block while it is being written.
//!
//! Separate from the translator because what a thinking block gathers (a signature in pieces, hidden reasoning in pieces
//! that must be joined as bytes) has rules of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_core::{Citation, StreamEvent};

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    Text,
    Thinking,
    ToolCall,
}

/// A block that has begun, and what must be kept until it ends.
#[derive(Debug)]
pub(super) struct OpenBlock {
    /// Bedrock's index of the block.
    pub(super) block: u64,
    pub(super) kind: BlockKind,
    pub(super) ended: bool,
    pub(super) citations: Vec<Citation>,
    signature: String,
    /// Joined as bytes: the pieces need not be whole groups of base64.
    redacted: Option<Vec<u8>>,
}

impl OpenBlock {
    pub(super) fn new(block: u64, kind: BlockKind) -> Self {
        Self { block, kind, ended: false, citations: Vec::new(), signature: String::new(), redacted: None }
    }

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

    /// Ends the block: the event that says so.
    pub(super) fn end(&mut self, content_index: usize) -> StreamEvent {
        self.ended = true;
        match self.kind {
            BlockKind::Text => {
                StreamEvent::TextEnd { content_index, citations: std::mem::take(&mut self.citations) }
            }
            BlockKind::ToolCall => StreamEvent::ToolCallEnd { content_index },
            BlockKind::Thinking => {
                let signature = match self.redacted.take() {
                    Some(bytes) => return redacted_end(content_index, &bytes),
                    None => std::mem::take(&mut self.signature),
                };
                let signature = (!signature.is_empty()).then_some(signature);
                StreamEvent::ThinkingEnd { content_index, signature, redacted: false }
            }
        }
    }
}

fn redacted_end(content_index: usize, bytes: &[u8]) -> StreamEvent {
    StreamEvent::ThinkingEnd { content_index, signature: Some(STANDARD.encode(bytes)), redacted: true }
}
