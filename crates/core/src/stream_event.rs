//! The steps in which an answer arrives.
//!
//! Separate from messages: events carry an index and a delta, never a copy of the message so far, so that the cost
//! of an event is that of its own text. [`Accumulator`](crate::Accumulator) folds them into a message,
//! [`wire`](crate::wire) writes them as JSON.

use futures_util::stream::BoxStream;
use serde_json::{Map, Value};

use crate::block::{Citation, ServerToolResult, ToolCallId};
use crate::cost::Cost;
use crate::diagnostic::Diagnostic;
use crate::error::ProviderError;
use crate::model_ref::ModelId;
use crate::stop_reason::StopReason;
use crate::usage::Usage;

/// An answer in the making.
///
/// The grammar: [`Start`](StreamEvent::Start); then blocks, each with a start, any number of deltas and an end, which
/// may interleave; then either [`Done`](StreamEvent::Done) or one `Err`; then nothing. A block that starts ends, also
/// before an `Err`. Dropping the stream cancels the request and closes its connection; a stream that is not polled
/// makes the sender wait.
pub type EventStream = BoxStream<'static, Result<StreamEvent, ProviderError>>;

/// One step of an answer. `content_index` is the block's place in the finished message's content.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// The answer begins.
    Start,
    /// A text block begins, empty.
    TextStart {
        /// Which block.
        content_index: usize,
    },
    /// More text.
    TextDelta {
        /// Which block.
        content_index: usize,
        /// The new text.
        delta: String,
    },
    /// A text block is complete.
    TextEnd {
        /// Which block.
        content_index: usize,
        /// The sources the text rests on.
        citations: Vec<Citation>,
    },
    /// A thinking block begins, empty.
    ThinkingStart {
        /// Which block.
        content_index: usize,
    },
    /// More thinking.
    ThinkingDelta {
        /// Which block.
        content_index: usize,
        /// The new text.
        delta: String,
    },
    /// A thinking block is complete.
    ThinkingEnd {
        /// Which block.
        content_index: usize,
        /// The provider's signature, or the base64 of the hidden reasoning.
        signature: Option<String>,
        /// Whether the provider hid the reasoning.
        redacted: bool,
    },
    /// A tool call begins, without arguments.
    ToolCallStart {
        /// Which block.
        content_index: usize,
        /// The call's id.
        id: ToolCallId,
        /// The tool's name.
        name: String,
    },
    /// More of the JSON text of a tool call's arguments.
    ToolCallDelta {
        /// Which block.
        content_index: usize,
        /// The new fragment, which need not be valid JSON by itself.
        delta: String,
    },
    /// A tool call is complete.
    ToolCallEnd {
        /// Which block.
        content_index: usize,
    },
    /// A call of a tool begins that the service runs itself, without arguments.
    ServerToolCallStart {
        /// Which block.
        content_index: usize,
        /// The call's id.
        id: ToolCallId,
        /// The tool's name.
        name: String,
    },
    /// More of the JSON text of the arguments of such a call.
    ServerToolCallDelta {
        /// Which block.
        content_index: usize,
        /// The new fragment, which need not be valid JSON by itself.
        delta: String,
    },
    /// Such a call is complete.
    ServerToolCallEnd {
        /// Which block.
        content_index: usize,
    },
    /// What a tool returned that the service ran itself begins, empty.
    ServerToolResultStart {
        /// Which block.
        content_index: usize,
        /// The call it answers.
        id: ToolCallId,
    },
    /// What such a tool returned is complete. It comes in one piece.
    ServerToolResultEnd {
        /// Which block.
        content_index: usize,
        /// What it returned.
        result: Box<ServerToolResult>,
    },
    /// An image begins.
    ImageStart {
        /// Which block.
        content_index: usize,
        /// The image's media type, such as `image/png`.
        mime_type: String,
    },
    /// An image is complete. It comes in one piece, since no part of one can be shown.
    ImageEnd {
        /// Which block.
        content_index: usize,
        /// The image's bytes, as base64; empty if the provider failed to make it.
        data: String,
    },
    /// The answer is complete.
    Done(Box<Finish>),
}

/// What is known about an answer when it ends, well or badly.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Finish {
    /// Why it ended.
    pub stop_reason: StopReason,
    /// Why it ended, in the provider's own word.
    pub raw_stop_reason: Option<String>,
    /// The stop sequence it ended at.
    pub stop_sequence: Option<String>,
    /// Tokens, and what they cost.
    pub usage: Usage,
    /// The provider's id for the answer.
    pub response_id: Option<String>,
    /// The model that answered, where it is not the one that was asked for.
    pub response_model: Option<ModelId>,
    /// What was dropped, changed or repaired on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// What the provider said besides, by the provider's own names.
    pub provider_metadata: Map<String, Value>,
}

impl Finish {
    /// An end for a reason; the usage is charged at `cost`.
    pub fn new(stop_reason: StopReason, usage: Usage, cost: &Cost) -> Self {
        let usage = Usage { cost: cost.of(&usage, None), ..usage };
        Self { stop_reason, usage, ..Self::default() }
    }
}
