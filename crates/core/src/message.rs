//! The turns of a conversation, one type per role.
//!
//! Separate types rather than one record with a role, so that a turn carries only what its role can have.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::Api;
use crate::block::{AssistantBlock, Text, ToolCall, ToolCallId, ToolResultBlock, UserBlock};
use crate::diagnostic::Diagnostic;
use crate::model_ref::{ModelId, ProviderId};
use crate::stop_reason::StopReason;
use crate::usage::Usage;

/// A turn of a conversation.
///
/// JSON has the role in `role` (`user`, `assistant`, `toolResult`). Reading accepts text where a list of blocks is
/// expected and refuses members it does not know, naming their path.
///
/// ```
/// use clawdia_core::Message;
/// let message: Message = serde_json::from_str(r#"{"role":"user","content":"hello"}"#)?;
/// assert_eq!(message, Message::user("hello"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "role", rename_all = "camelCase")]
#[expect(
    clippy::large_enum_variant,
    reason = "a conversation has few turns, and a box would stand between every host and the message it reads"
)]
pub enum Message {
    /// What the user says.
    User(UserMessage),
    /// What the model answered.
    Assistant(AssistantMessage),
    /// What a tool returned.
    ToolResult(ToolResultMessage),
}

impl Message {
    /// A user's text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User(UserMessage { content: vec![UserBlock::Text(Text::new(text))], ..UserMessage::default() })
    }

    /// The text a tool returned for a call.
    pub fn tool_result(call: &ToolCall, text: impl Into<String>) -> Self {
        Self::ToolResult(ToolResultMessage {
            tool_call_id: call.id.clone(),
            tool_name: call.name.clone(),
            content: vec![ToolResultBlock::Text(Text::new(text))],
            ..ToolResultMessage::default()
        })
    }

    /// The error a tool ended in, for the model to be told.
    pub fn tool_error(call: &ToolCall, text: impl Into<String>) -> Self {
        match Self::tool_result(call, text) {
            Self::ToolResult(result) => Self::ToolResult(ToolResultMessage { is_error: true, ..result }),
            other => other,
        }
    }
}

/// What the user says.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserMessage {
    /// The pieces, in order.
    pub content: Vec<UserBlock>,
    /// When it was said, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// A host's mark on context that changes from turn to turn; such a message ends the cacheable prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_context: Option<Value>,
}

/// What a model answered, also when it was cut short.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssistantMessage {
    /// The pieces, in the order they were begun.
    pub content: Vec<AssistantBlock>,
    /// The protocol it came by. Absent in a transcript means: the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
    /// The provider it came from. Absent in a transcript means: the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// The model that was asked for. Absent in a transcript means: the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// The model that answered, where it is not the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_model: Option<ModelId>,
    /// The provider's id for the answer, for support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// Tokens and what they cost.
    pub usage: Usage,
    /// Why it ended.
    pub stop_reason: StopReason,
    /// Why it ended, in the provider's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_stop_reason: Option<String>,
    /// The stop sequence the answer ended at, which is not part of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// What went wrong, when [`stop_reason`](Self::stop_reason) is error or aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What was dropped, changed or repaired on the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// What the provider said about the answer besides all this, by the provider's own names: latency, the tier it was
    /// served in, a guardrail's trace.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub provider_metadata: Map<String, Value>,
    /// When it was asked for, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

impl AssistantMessage {
    /// The message's text without thinking and tool calls.
    pub fn text(&self) -> String {
        self.content
            .iter()
            .filter_map(|block| match block {
                AssistantBlock::Text(text) => Some(text.text.as_str()),
                AssistantBlock::Thinking(_)
                | AssistantBlock::ToolCall(_)
                | AssistantBlock::ServerToolCall(_)
                | AssistantBlock::ServerToolResult(_)
                | AssistantBlock::Image(_)
                | AssistantBlock::CachePoint(_) => None,
            })
            .collect()
    }

    /// Whether prompt and answer did not fit into a window of so many tokens (0: not known) although no error says so: the
    /// model stopped at the window's end, the prompt alone was larger and only a part of it was read, or it left no room
    /// for any answer. Whoever goes on from here should shorten the conversation first.
    ///
    /// An error that says so is of kind [`ContextOverflow`](crate::ErrorKind::ContextOverflow).
    ///
    /// ```
    /// use clawdia_core::AssistantMessage;
    /// let mut message = AssistantMessage::default();
    /// message.usage.input = 200_001;
    /// assert!(message.overflowed(200_000));
    /// assert!(!message.overflowed(1_000_000));
    /// ```
    pub fn overflowed(&self, context_window: u64) -> bool {
        // Anthropic's word, which is the same through every service.
        if self.raw_stop_reason.as_deref() == Some("model_context_window_exceeded") {
            return true;
        }
        let usage = &self.usage;
        let prompt = usage.input.saturating_add(usage.cache_read).saturating_add(usage.cache_write);
        match self.stop_reason {
            _ if context_window == 0 => false,
            StopReason::Length if usage.output == 0 => prompt >= context_window - context_window / 100,
            StopReason::Stop | StopReason::Length | StopReason::ToolUse => prompt > context_window,
            StopReason::Error | StopReason::Aborted => false,
        }
    }

    /// The tools the model wants to be run, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.content.iter().filter_map(|block| match block {
            AssistantBlock::ToolCall(call) => Some(call),
            AssistantBlock::Text(_)
            | AssistantBlock::Thinking(_)
            | AssistantBlock::ServerToolCall(_)
            | AssistantBlock::ServerToolResult(_)
            | AssistantBlock::Image(_)
            | AssistantBlock::CachePoint(_) => None,
        })
    }
}

/// What a tool returned.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolResultMessage {
    /// The call it answers.
    pub tool_call_id: ToolCallId,
    /// The tool that ran.
    pub tool_name: String,
    /// The pieces, in order.
    pub content: Vec<ToolResultBlock>,
    /// Whether the tool failed.
    pub is_error: bool,
    /// What the host keeps with the result; never sent to a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// When it returned, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        crate::transcript::message(value, "").map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AssistantMessage {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        crate::transcript::assistant_message(value, "").map_err(serde::de::Error::custom)
    }
}
