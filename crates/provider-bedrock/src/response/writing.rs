//! How content blocks begin, go on and end.
//!
//! Separate from the translator's beginning and end because here is what makes any order of events a legal one: the
//! service's indexes are looked up, what never began is begun, and what fits nowhere is dropped and told.

use clawdia_core::{Diagnostic, ServerToolResult, StreamEvent};
use serde_json::Value;

use crate::event::{BlockDelta, BlockStart, ImageDelta, ToolResult};
use crate::response::Translator;
use crate::response::image::{ImageBytes, media_type};
use crate::response::open_block::{BlockContent, OpenBlock, Thinking, add_pieces};

impl Translator {
    pub(super) fn begin(&mut self, block: u64, start: BlockStart) {
        match start {
            // A second start for an index closes the first, so that neither block is lost.
            BlockStart::ToolUse(call) => {
                self.end_block(block);
                self.begin_call_when_named(block, call);
            }
            BlockStart::ToolResult(result) => {
                self.end_block(block);
                self.begin_result(block, result);
            }
            BlockStart::Image { format } => {
                self.end_block(block);
                self.begin_image(block, media_type(&format, &[]));
            }
            BlockStart::Other(kind) => self.note_unknown("content block", &kind),
        }
    }

    pub(super) fn go_on(&mut self, block: u64, delta: BlockDelta) {
        match delta {
            BlockDelta::Text(delta) => match self.text_block(block) {
                Some(content_index) => self.ready.push_back(StreamEvent::TextDelta { content_index, delta }),
                None => self.note_dropped(block, "text"),
            },
            BlockDelta::ToolInput(delta) => self.add_input(block, delta),
            BlockDelta::ToolUse(call) => self.go_on_with_call(block, *call),
            BlockDelta::Thinking(delta) => match self.thinking_block(block) {
                Some((content_index, _)) => {
                    if !delta.is_empty() {
                        self.ready.push_back(StreamEvent::ThinkingDelta { content_index, delta });
                    }
                }
                None => self.note_dropped(block, "reasoningContent"),
            },
            BlockDelta::Signature(signature) => match self.thinking_block(block) {
                Some((_, thinking)) => thinking.add_signature(&signature),
                None => self.note_dropped(block, "reasoningContent"),
            },
            BlockDelta::Redacted(bytes) => match self.thinking_block(block) {
                Some((content_index, thinking)) => {
                    if thinking.add_redacted(&bytes) {
                        let delta = "[Reasoning redacted]".to_owned();
                        self.ready.push_back(StreamEvent::ThinkingDelta { content_index, delta });
                    }
                }
                None => self.note_dropped(block, "reasoningContent"),
            },
            BlockDelta::Citation(citation) => match self.text_block(block) {
                Some(content_index) => {
                    if let BlockContent::Text { citations } = &mut self.blocks[content_index].content {
                        citations.push(*citation);
                    }
                }
                None => self.note_dropped(block, "citation"),
            },
            BlockDelta::ToolResult(pieces) => self.add_to_result(block, pieces),
            BlockDelta::Image(delta) => self.add_to_image(block, *delta),
            BlockDelta::Other(kind) => self.note_unknown("content delta", &kind),
        }
    }

    pub(super) fn end_block(&mut self, block: u64) {
        self.ignored.retain(|ignored| *ignored != block);
        if let Some(content_index) = self.find(block) {
            self.complete_output(content_index);
            self.end_at(content_index);
        }
    }

    /// Ends what is open; `is_complete` tells whether the service has said all it has to say.
    pub(super) fn end_open_blocks(&mut self, is_complete: bool) {
        for content_index in 0..self.blocks.len() {
            if !self.blocks[content_index].ended {
                if is_complete {
                    self.complete_output(content_index);
                }
                self.end_at(content_index);
            }
        }
    }

    fn begin_result(&mut self, block: u64, result: ToolResult) -> usize {
        let ToolResult { id, kind, is_error, content } = result;
        let id = match (&self.last_server_call, id) {
            (Some(last), id) if id.is_empty() => last.clone(),
            (_, id) => id.into(),
        };
        let result = ServerToolResult { tool_call_id: id.clone(), kind, content, is_error };
        let content_index = self.open(block, BlockContent::ServerToolResult(Box::new(result)));
        self.ready.push_back(StreamEvent::ServerToolResultStart { content_index, id });
        content_index
    }

    fn add_to_result(&mut self, block: u64, pieces: Vec<Value>) {
        let content_index = match self.find(block) {
            Some(content_index) => content_index,
            None => self.begin_result(block, ToolResult::default()),
        };
        match &mut self.blocks[content_index].content {
            BlockContent::ServerToolResult(result) => add_pieces(result, pieces),
            _ => self.note_dropped(block, "toolResult"),
        }
    }

    fn begin_image(&mut self, block: u64, mime_type: String) -> usize {
        let content_index = self.open(block, BlockContent::Image(ImageBytes::default()));
        self.ready.push_back(StreamEvent::ImageStart { content_index, mime_type });
        content_index
    }

    fn add_to_image(&mut self, block: u64, delta: ImageDelta) {
        let content_index = if let Some(content_index) = self.find(block) {
            content_index
        } else {
            let format = delta.format.as_deref().unwrap_or_default();
            self.begin_image(block, media_type(format, &delta.bytes))
        };
        let BlockContent::Image(image) = &mut self.blocks[content_index].content else {
            self.note_dropped(block, "image");
            return;
        };
        image.add(&delta.bytes);
        if let Some(reason) = delta.error {
            image.fail();
            let message = format!("the model's image failed: {reason}");
            self.finish
                .diagnostics
                .push(Diagnostic::new("bedrock_image_failed", message).with("contentIndex", content_index));
        }
        if let Some(address) = delta.address {
            let message = format!("the model's image is not in the answer; it lies at {address}");
            self.finish.diagnostics.push(
                Diagnostic::new("bedrock_image_elsewhere", message)
                    .with("contentIndex", content_index)
                    .with("address", address),
            );
        }
    }

    /// The open block with Bedrock's index. There are few, and the newest is nearly always meant.
    pub(super) fn find(&self, block: u64) -> Option<usize> {
        self.blocks.iter().rposition(|open| open.block == block && !open.ended)
    }

    /// The open text block with Bedrock's index, begun if there is none; nothing if another kind of block is open.
    fn text_block(&mut self, block: u64) -> Option<usize> {
        if let Some(content_index) = self.find(block) {
            let is_text = matches!(self.blocks[content_index].content, BlockContent::Text { .. });
            return is_text.then_some(content_index);
        }
        if self.is_ignored(block) {
            return None;
        }
        let content_index = self.open(block, BlockContent::Text { citations: Vec::new() });
        self.ready.push_back(StreamEvent::TextStart { content_index });
        Some(content_index)
    }

    /// As [`text_block`](Self::text_block), for thinking.
    fn thinking_block(&mut self, block: u64) -> Option<(usize, &mut Thinking)> {
        let content_index = match self.find(block) {
            Some(content_index) => content_index,
            None if self.is_ignored(block) => return None,
            None => {
                let content_index = self.open(block, BlockContent::Thinking(Thinking::default()));
                self.ready.push_back(StreamEvent::ThinkingStart { content_index });
                content_index
            }
        };
        match &mut self.blocks[content_index].content {
            BlockContent::Thinking(thinking) => Some((content_index, thinking)),
            _ => None,
        }
    }

    pub(super) fn is_ignored(&self, block: u64) -> bool {
        self.ignored.contains(&block)
    }

    pub(super) fn open(&mut self, block: u64, content: BlockContent) -> usize {
        self.start();
        self.blocks.push(OpenBlock::new(block, content));
        self.blocks.len() - 1
    }

    fn end_at(&mut self, content_index: usize) {
        let event = self.blocks[content_index].end(content_index);
        self.ready.push_back(event);
    }

    /// Tells that a delta fits no block, unless its block was left out and told already.
    pub(super) fn note_dropped(&mut self, block: u64, name: &str) {
        if !self.is_ignored(block) {
            let message = format!("the service sent a delta that belongs to no block: `{name}`");
            self.note("bedrock_delta_dropped", &message, name);
        }
    }

    pub(super) fn note_unknown(&mut self, what: &str, name: &str) {
        let message = format!("the service sent something that is not handed on: the {what} `{name}`");
        self.note("bedrock_unknown_member", &message, name);
    }

    /// Adds a diagnostic about something with a name. Once is enough: whatever is dropped arrives in any number of deltas.
    pub(super) fn note(&mut self, code: &str, message: &str, name: &str) {
        let is_known = |diagnostic: &Diagnostic| {
            diagnostic.code == code && diagnostic.details.get("name").is_some_and(|known| known == name)
        };
        if !self.finish.diagnostics.iter().any(is_known) {
            self.finish.diagnostics.push(Diagnostic::new(code, message).with("name", name));
        }
    }
}
