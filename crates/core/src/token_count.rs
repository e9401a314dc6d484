//! How many tokens a prompt has, counted by the provider or estimated here.
//!
//! Separate because it is known before anything was answered, unlike [`Usage`](crate::Usage), and because it says how
//! far it can be trusted. The estimate is the same for all providers: it decides how much room an answer is given, and
//! stands in where a provider cannot count.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::block::{AssistantBlock, ToolResultBlock, UserBlock};
use crate::context::Context;
use crate::message::Message;
use crate::stop_reason::StopReason;

/// The size of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenCount {
    /// Tokens of system prompt, tools and messages together.
    pub input_tokens: u64,
    /// Whether it is a guess by the length of the texts and not the provider's count.
    pub estimated: bool,
}

impl TokenCount {
    /// A count by the provider.
    pub const fn counted(input_tokens: u64) -> Self {
        Self { input_tokens, estimated: false }
    }

    /// A guess.
    pub const fn estimated(input_tokens: u64) -> Self {
        Self { input_tokens, estimated: true }
    }
}

/// Characters per token, times two: three and a half for ordinary prose and code.
const HALF_CHARACTERS_PER_TOKEN: u64 = 7;

/// What an image counts for, in characters.
const IMAGE: u64 = 4_800;

/// What a document or another file counts for, in characters.
const FILE: u64 = 40_000;

impl Context {
    /// About how many tokens the prompt has, without asking anybody: what the provider counted up to the last answer,
    /// if there is one, and a guess at the rest. Scripts that need several bytes a character count for more.
    ///
    /// ```
    /// use clawdia_core::{Context, Message};
    /// assert_eq!(Context::new([Message::user("x".repeat(700))]).estimated_tokens(), 200);
    /// ```
    pub fn estimated_tokens(&self) -> u64 {
        let counted = self.messages.iter().enumerate().rev().find_map(|(index, message)| match message {
            Message::Assistant(message)
                if !matches!(message.stop_reason, StopReason::Error | StopReason::Aborted)
                    && message.usage.total_tokens > 0 =>
            {
                Some((index + 1, message.usage.total_tokens))
            }
            _ => None,
        });
        if let Some((after, tokens)) = counted
            && !is_rewritten(&self.messages[..after])
        {
            return tokens.saturating_add(tokens_of(self.messages[after..].iter().map(message).sum()));
        }
        let tools = self
            .tools
            .iter()
            .map(|tool| length(&tool.name) + length(&tool.description) + json(&tool.parameters));
        let prompt = self.system_prompt.as_deref().map_or(0, length);
        tokens_of(prompt + tools.sum::<u64>() + self.messages.iter().map(message).sum::<u64>())
    }
}

/// Whether something older than the last of these messages was put in afterwards, as a compaction does: the count that came
/// with it is then of another history.
fn is_rewritten(messages: &[Message]) -> bool {
    let Some((last, before)) = messages.split_last() else { return false };
    timestamp(last).is_some_and(|last| before.iter().filter_map(timestamp).any(|earlier| earlier > last))
}

fn timestamp(message: &Message) -> Option<u64> {
    match message {
        Message::User(message) => message.timestamp,
        Message::Assistant(message) => message.timestamp,
        Message::ToolResult(message) => message.timestamp,
    }
}

fn tokens_of(characters: u64) -> u64 {
    characters.saturating_mul(2).div_ceil(HALF_CHARACTERS_PER_TOKEN)
}

fn message(message: &Message) -> u64 {
    match message {
        Message::User(message) => message.content.iter().map(said).sum(),
        Message::Assistant(message) => message.content.iter().map(answered).sum(),
        Message::ToolResult(message) => message.content.iter().map(returned).sum(),
    }
}

fn said(block: &UserBlock) -> u64 {
    match block {
        UserBlock::Text(text) => length(&text.text),
        UserBlock::Image(_) => IMAGE,
        UserBlock::SearchResult(result) => result.content.iter().map(|text| length(text)).sum(),
        UserBlock::GuardContent(content) => length(&content.text),
        UserBlock::CachePoint(_) => 0,
        UserBlock::Document(_) | UserBlock::Video(_) | UserBlock::Audio(_) => FILE,
    }
}

fn answered(block: &AssistantBlock) -> u64 {
    match block {
        AssistantBlock::Text(text) => length(&text.text),
        AssistantBlock::Thinking(thinking) => length(&thinking.thinking),
        AssistantBlock::ToolCall(call) => length(&call.name) + call.arguments.values().map(json).sum::<u64>(),
        AssistantBlock::ServerToolCall(call) => {
            length(&call.name) + call.arguments.values().map(json).sum::<u64>()
        }
        AssistantBlock::ServerToolResult(result) => result.content.iter().map(json).sum(),
        AssistantBlock::Image(_) | AssistantBlock::CachePoint(_) => 0,
    }
}

fn returned(block: &ToolResultBlock) -> u64 {
    match block {
        ToolResultBlock::Text(text) => length(&text.text),
        ToolResultBlock::Image(_) => IMAGE,
        ToolResultBlock::SearchResult(result) => result.content.iter().map(|text| length(text)).sum(),
        ToolResultBlock::CachePoint(_) => 0,
        ToolResultBlock::Document(_) | ToolResultBlock::Video(_) | ToolResultBlock::Audio(_) => FILE,
    }
}

/// Bytes rather than characters: scripts that need several bytes a character need more tokens, too.
fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// About how long a value is as JSON, without writing it.
fn json(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(_) => 6,
        Value::String(text) => length(text) + 2,
        Value::Array(values) => values.iter().map(|value| json(value) + 1).sum::<u64>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, value)| length(name) + json(value) + 4).sum::<u64>() + 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_counted_goes_before_guesses() {
        let mut context = Context::new([Message::user("x".repeat(7_000))]);
        assert_eq!(context.estimated_tokens(), 2_000);
        let mut answer = crate::message::AssistantMessage::default();
        answer.usage.total_tokens = 500;
        context.messages.push(Message::Assistant(answer));
        context.messages.push(Message::user("x".repeat(35)));
        assert_eq!(context.estimated_tokens(), 510);
        // The first message is a summary that is younger than the answer.
        if let [Message::User(summary), Message::Assistant(answer), _] = &mut context.messages[..] {
            summary.timestamp = Some(2);
            answer.timestamp = Some(1);
        }
        assert_eq!(context.estimated_tokens(), 2_010);
    }
}
