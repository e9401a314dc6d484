//! The steps in which an answer arrives.
//!
//! Separate from messages: events carry an index and a delta, never a copy of the message so far, so that the cost
//! of an event is that of its own text. [`Accumulator`](crate::Accumulator) folds them into a message,
//! [`wire`](crate::wire) writes them as JSON.

use futures_util::stream::BoxStream;

use crate::block::{Citation, ToolCallId};
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
    /// Tokens, and what they cost.
    pub usage: Usage,
    /// The provider's id for the answer.
    pub response_id: Option<String>,
    /// The model that answered, where it is not the one that was asked for.
    pub response_model: Option<ModelId>,
    /// What was dropped, changed or repaired on the way.
    pub diagnostics: Vec<Diagnostic>,
}

impl Finish {
    /// An end for a reason; the usage is charged at `cost`.
    pub fn new(stop_reason: StopReason, usage: Usage, cost: &Cost) -> Self {
        let usage = Usage { cost: cost.of(&usage, None), ..usage };
        Self { stop_reason, usage, ..Self::default() }
    }
}
