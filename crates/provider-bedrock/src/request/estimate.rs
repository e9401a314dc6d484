//! How large a prompt probably is, without asking anybody.
//!
//! Separate because it is a guess, and says so: it only decides how much room an answer is given where the context window
//! is nearly full, so that the service does not refuse the request.

use clawdia_core::{AssistantBlock, Context, Message, StopReason, ToolResultBlock, UserBlock};
use serde_json::Value;

/// Characters per token, times two: three and a half for ordinary prose and code.
const HALF_CHARACTERS_PER_TOKEN: u64 = 7;

/// What an image counts for, in characters.
const IMAGE: u64 = 4_800;

/// What a document or another file counts for, in characters.
const FILE: u64 = 40_000;

/// The tokens of a prompt: what the service counted up to the last answer, if there is one, and a guess at the rest.
pub(super) fn prompt_tokens(context: &Context) -> u64 {
    let counted = context.messages.iter().enumerate().rev().find_map(|(index, message)| match message {
        Message::Assistant(message)
            if !matches!(message.stop_reason, StopReason::Error | StopReason::Aborted)
                && message.usage.total_tokens > 0 =>
        {
            Some((index + 1, message.usage.total_tokens))
        }
        _ => None,
    });
    if let Some((after, tokens)) = counted
        && !is_rewritten(&context.messages[..after])
    {
        return tokens.saturating_add(tokens_of(context.messages[after..].iter().map(message).sum()));
    }
    let tools = context
        .tools
        .iter()
        .map(|tool| length(&tool.name) + length(&tool.description) + json(&tool.parameters));
    let prompt = context.system_prompt.as_deref().map_or(0, length);
    tokens_of(prompt + tools.sum::<u64>() + context.messages.iter().map(message).sum::<u64>())
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
        UserBlock::CachePoint(_) => 0,
        _ => FILE,
    }
}

fn answered(block: &AssistantBlock) -> u64 {
    match block {
        AssistantBlock::Text(text) => length(&text.text),
        AssistantBlock::Thinking(thinking) => length(&thinking.thinking),
        AssistantBlock::ToolCall(call) => length(&call.name) + call.arguments.values().map(json).sum::<u64>(),
        _ => 0,
    }
}

fn returned(block: &ToolResultBlock) -> u64 {
    match block {
        ToolResultBlock::Text(text) => length(&text.text),
        ToolResultBlock::Image(_) => IMAGE,
        ToolResultBlock::SearchResult(result) => result.content.iter().map(|text| length(text)).sum(),
        ToolResultBlock::CachePoint(_) => 0,
        _ => FILE,
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

/// How many of `wanted` tokens an answer may have beside a prompt of `prompt` tokens in a window of `window` (0: not
/// known). A margin pays for the guess; where it would leave little room, only a small one does.
pub(super) fn room(wanted: u64, prompt: u64, window: u64) -> u64 {
    const LEAST_MARGIN: u64 = 4_096;
    const LITTLE_ROOM: u64 = 32_768;
    if window == 0 {
        return wanted.max(1);
    }
    let margin = LEAST_MARGIN.max((prompt.saturating_mul(15)).div_ceil(100));
    let mut room = window.saturating_sub(prompt).saturating_sub(margin);
    if room < LITTLE_ROOM {
        room = LITTLE_ROOM.min(window.saturating_sub(prompt).saturating_sub(LEAST_MARGIN));
    }
    wanted.min(room.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_gets_what_the_window_leaves() {
        assert_eq!(room(64_000, 1_000, 200_000), 64_000);
        assert_eq!(room(64_000, 180_000, 200_000), 15_904);
        assert_eq!(room(64_000, 5_000, 4_096), 1);
        assert_eq!(room(64_000, 5_000, 0), 64_000);
        assert_eq!(room(0, 5_000, 0), 1);
    }

    #[test]
    fn what_the_service_counted_goes_before_guesses() {
        let mut context = Context::new([Message::user("x".repeat(7_000))]);
        assert_eq!(prompt_tokens(&context), 2_000);
        let mut answer = clawdia_core::AssistantMessage::default();
        answer.usage.total_tokens = 500;
        context.messages.push(Message::Assistant(answer));
        context.messages.push(Message::user("x".repeat(35)));
        assert_eq!(prompt_tokens(&context), 510);
        // The first message is a summary that is younger than the answer.
        if let [Message::User(summary), Message::Assistant(answer), _] = &mut context.messages[..] {
            summary.timestamp = Some(2);
            answer.timestamp = Some(1);
        }
        assert_eq!(prompt_tokens(&context), 2_010);
    }
}
