//! What a model is asked: system prompt, messages and tools.
//!
//! Separate from [`StreamOptions`](crate::StreamOptions), which belong to one call: a context can be stored and
//! asked again, of another model too.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::Message;
use crate::tool::Tool;

/// A mark inside a system prompt: what stands before it stays the same from call to call and may be cached, what follows
/// changes. Providers take it out.
pub const CACHE_BOUNDARY: &str = "<!-- clawdia:cache-boundary -->";

/// A conversation with everything the model should know.
///
/// JSON members are `systemPrompt`, `messages` and `tools`. Reading folds `system` messages into the prompt.
///
/// ```
/// use clawdia_core::{Context, Message};
/// let context = Context::new([Message::user("What is a crate?")]).with_system_prompt("Answer briefly.");
/// assert_eq!(context.messages.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// What the model is told before the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// What the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
}

impl Context {
    /// A conversation without system prompt and tools.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        Self { messages: messages.into_iter().collect(), ..Self::default() }
    }

    /// Sets the system prompt.
    #[must_use]
    pub fn with_system_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.system_prompt = Some(prompt.into());
        self
    }

    /// Sets the tools.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools = tools.into_iter().collect();
        self
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        crate::transcript::context(value, "").map_err(serde::de::Error::custom)
    }
}
