//! Events folded into the message they describe.
//!
//! Separate from providers and from the wire so that both build on the same fold, and a host can have the partial
//! message at any moment, also after an error.

use std::mem;
use std::time::Duration;

use crate::block::{AssistantBlock, Image, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall};
use crate::error::{ErrorKind, ProviderError};
use crate::message::AssistantMessage;
use crate::model::Model;
use crate::partial_json::PartialJson;
use crate::stop_reason::StopReason;
use crate::stream_event::{Finish, StreamEvent};
use crate::tool_arguments;

/// Builds an [`AssistantMessage`] from [`StreamEvent`]s.
///
/// The default one names no model: it is for a request that got so far as to fail and no further.
///
/// Time and memory are linear in the text received. Feed it every item of an
/// [`EventStream`](crate::EventStream): events to [`push`](Self::push), the error to [`fail`](Self::fail).
///
/// ```
/// use clawdia_core::{Accumulator, Api, Model, StreamEvent};
/// let model = Model::new("acme", "large", Api::new("acme"));
/// let mut accumulator = Accumulator::new(&model);
/// accumulator.push(&StreamEvent::Start);
/// accumulator.push(&StreamEvent::TextStart { content_index: 0 });
/// accumulator.push(&StreamEvent::TextDelta { content_index: 0, delta: "Hel".into() });
/// assert_eq!(accumulator.message().text(), "Hel");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Accumulator {
    message: AssistantMessage,
    /// Per content index, the argument text of a tool call that has not ended.
    open_calls: Vec<Option<OpenCall>>,
    finished: bool,
}

#[derive(Debug, Clone, Default)]
struct OpenCall {
    text: String,
    /// How much of `text` the partial view has seen; it is fed only when somebody looks.
    viewed: usize,
    view: PartialJson,
}

impl Accumulator {
    /// Starts an empty message from `model`.
    pub fn new(model: &Model) -> Self {
        Self {
            message: AssistantMessage {
                api: Some(model.api.clone()),
                provider: Some(model.provider.clone()),
                model: Some(model.id.clone()),
                ..AssistantMessage::default()
            },
            open_calls: Vec::new(),
            finished: false,
        }
    }

    /// Sets when the message was asked for, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn with_timestamp(mut self, milliseconds: u64) -> Self {
        self.message.timestamp = Some(milliseconds);
        self
    }

    /// Sets how long the answer took; before the end is taken in, so that the last line says it.
    pub fn set_duration(&mut self, duration: Duration) {
        self.message.duration_ms = u64::try_from(duration.as_millis()).ok();
    }

    /// Takes in an event. Events after the end, and events for blocks that do not exist, change nothing.
    pub fn push(&mut self, event: &StreamEvent) {
        if self.finished {
            return;
        }
        match event {
            StreamEvent::Start => {}
            StreamEvent::TextStart { content_index } => {
                self.begin(*content_index, AssistantBlock::Text(Text::default()));
            }
            StreamEvent::ThinkingStart { content_index } => {
                self.begin(*content_index, AssistantBlock::Thinking(Thinking::default()));
            }
            StreamEvent::ToolCallStart { content_index, id, name } => {
                let call = ToolCall { id: id.clone(), name: name.clone(), ..ToolCall::default() };
                self.begin_call(*content_index, AssistantBlock::ToolCall(call));
            }
            StreamEvent::ServerToolCallStart { content_index, id, name } => {
                let call = ServerToolCall { id: id.clone(), name: name.clone(), ..ServerToolCall::default() };
                self.begin_call(*content_index, AssistantBlock::ServerToolCall(call));
            }
            StreamEvent::ServerToolResultStart { content_index, id } => {
                let result = ServerToolResult { tool_call_id: id.clone(), ..ServerToolResult::default() };
                self.begin(*content_index, AssistantBlock::ServerToolResult(result));
            }
            StreamEvent::ImageStart { content_index, mime_type } => {
                let image = Image { mime_type: mime_type.clone(), ..Image::default() };
                self.begin(*content_index, AssistantBlock::Image(image));
            }
            StreamEvent::TextDelta { content_index, delta } => {
                if let Some(AssistantBlock::Text(block)) = self.message.content.get_mut(*content_index) {
                    block.text.push_str(delta);
                }
            }
            StreamEvent::ThinkingDelta { content_index, delta } => {
                if let Some(AssistantBlock::Thinking(block)) = self.message.content.get_mut(*content_index) {
                    block.thinking.push_str(delta);
                }
            }
            StreamEvent::ToolCallDelta { content_index, delta }
            | StreamEvent::ServerToolCallDelta { content_index, delta } => {
                if let Some(Some(open)) = self.open_calls.get_mut(*content_index) {
                    open.text.push_str(delta);
                }
            }
            StreamEvent::TextEnd { content_index, citations } => {
                if let Some(AssistantBlock::Text(block)) = self.message.content.get_mut(*content_index) {
                    block.citations.clone_from(citations);
                }
            }
            StreamEvent::ThinkingEnd { content_index, signature, redacted } => {
                if let Some(AssistantBlock::Thinking(block)) = self.message.content.get_mut(*content_index) {
                    block.thinking_signature.clone_from(signature);
                    block.redacted = *redacted;
                }
            }
            StreamEvent::ToolCallEnd { content_index } | StreamEvent::ServerToolCallEnd { content_index } => {
                self.end_call(*content_index);
            }
            StreamEvent::ServerToolResultEnd { content_index, result } => {
                if let Some(AssistantBlock::ServerToolResult(block)) =
                    self.message.content.get_mut(*content_index)
                {
                    block.clone_from(result);
                }
            }
            StreamEvent::ImageEnd { content_index, data } => {
                if let Some(AssistantBlock::Image(block)) = self.message.content.get_mut(*content_index) {
                    block.data.clone_from(data);
                }
            }
            StreamEvent::Done(finish) => {
                self.finish_with(finish);
                self.finished = true;
            }
        }
    }

    /// Takes in the error a stream ended with.
    pub fn fail(&mut self, error: &ProviderError) {
        if self.finished {
            return;
        }
        for index in 0..self.open_calls.len() {
            self.end_call(index);
        }
        if let Some(finish) = error.finish() {
            self.finish_with(finish);
        }
        self.message.stop_reason = match error.kind() {
            ErrorKind::Aborted => StopReason::Aborted,
            _ => StopReason::Error,
        };
        self.message.error_message = Some(error.message().to_owned());
        self.finished = true;
    }

    /// The message so far. Tool calls that have not ended show no arguments; see
    /// [`partial_arguments`](Self::partial_arguments).
    pub fn message(&self) -> &AssistantMessage {
        &self.message
    }

    /// The arguments of a tool call as far as they have arrived: strings and containers may still be open.
    ///
    /// Each fragment is read once, however often this is called.
    pub fn partial_arguments(
        &mut self,
        content_index: usize,
    ) -> Option<&serde_json::Map<String, serde_json::Value>> {
        if let Some(Some(open)) = self.open_calls.get_mut(content_index) {
            open.view.push(&open.text[open.viewed..]);
            open.viewed = open.text.len();
            return Some(open.view.object());
        }
        match self.message.content.get(content_index)? {
            AssistantBlock::ToolCall(call) => Some(&call.arguments),
            AssistantBlock::ServerToolCall(call) => Some(&call.arguments),
            AssistantBlock::Text(_)
            | AssistantBlock::Thinking(_)
            | AssistantBlock::ServerToolResult(_)
            | AssistantBlock::Image(_)
            | AssistantBlock::CachePoint(_) => None,
        }
    }

    /// Whether the end, good or bad, was taken in.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Gives the message away, complete or not.
    pub fn into_message(self) -> AssistantMessage {
        self.message
    }

    /// Blocks are begun in order of their index; anything else breaks the grammar and is left out.
    fn begin(&mut self, content_index: usize, block: AssistantBlock) -> bool {
        let is_next = content_index == self.message.content.len();
        if is_next {
            self.message.content.push(block);
        }
        is_next
    }

    fn begin_call(&mut self, content_index: usize, block: AssistantBlock) {
        if self.begin(content_index, block) {
            self.open_calls.resize_with(content_index, || None);
            self.open_calls.push(Some(OpenCall::default()));
        }
    }

    fn end_call(&mut self, content_index: usize) {
        let Some(open) = self.open_calls.get_mut(content_index).and_then(Option::take) else {
            return;
        };
        let (arguments, error) = tool_arguments::read(&open.text);
        match self.message.content.get_mut(content_index) {
            Some(AssistantBlock::ToolCall(call)) => {
                call.arguments = arguments;
                call.arguments_error = error;
            }
            // The service has run it by now, whatever we can read of it.
            Some(AssistantBlock::ServerToolCall(call)) => call.arguments = arguments,
            _ => {}
        }
    }

    fn finish_with(&mut self, finish: &Finish) {
        let message = &mut self.message;
        message.stop_reason = finish.stop_reason;
        message.raw_stop_reason.clone_from(&finish.raw_stop_reason);
        message.stop_sequence.clone_from(&finish.stop_sequence);
        message.provider_metadata.clone_from(&finish.provider_metadata);
        message.usage = finish.usage;
        message.response_id.clone_from(&finish.response_id);
        message.response_model.clone_from(&finish.response_model);
        let mut diagnostics = mem::take(&mut message.diagnostics);
        diagnostics.extend(finish.diagnostics.iter().cloned());
        message.diagnostics = diagnostics;
    }
}
