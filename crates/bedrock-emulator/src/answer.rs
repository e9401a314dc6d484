//! What a model says when no script tells it what to say.
//!
//! The answers are plain and predictable, but they take part in everything that a conversation
//! can be about: they quote the prompt, call the tools on offer, use the results, think when they
//! are asked to, and stop where they are told to.

mod arguments;
mod sources;
mod system_tools;
mod tool_selection;

use serde_json::{Value, json};

use crate::identifiers;
use crate::quirks::{Quirk, Reasoning};
use crate::request::{Request, items, present};
use crate::rules::output_schema;
use crate::turn::{Block, Turn, fragments};

/// How many characters of arguments a fragment has.
const ARGUMENT_FRAGMENT: usize = 7;
/// The largest number that the answer counts to when it is asked to count.
const LARGEST_COUNT: u64 = 100_000;
/// The text that makes Claude think in a block that cannot be read; the vendor documents it for tests.
const REDACTION_TRIGGER: &str = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING";

/// The text that makes Claude refuse, for as long as it is in the conversation; documented likewise.
const REFUSAL_TRIGGER: &str =
    "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86";

/// What came of asking.
pub(crate) enum Answer {
    /// A turn.
    Turn(Box<Turn>),
    /// The model's output was no valid tool call.
    BrokenToolCall,
}

/// Composes the answer to a request.
pub(crate) fn compose(request: &Request<'_>) -> Answer {
    let prompt = prompt(request);
    let mut turn = think(request, &prompt);
    if refuses(request) {
        return Answer::Turn(Box::new(refusal(turn)));
    }
    let called = tool_selection::select(request, &prompt);
    if called.iter().any(|tool| breaks(request, tool)) {
        return Answer::BrokenToolCall;
    }
    if called.is_empty() {
        turn = match request.system_tools().next() {
            Some((_, name)) if !prompt.is_empty() => system_tools::use_tool(turn, name, &prompt),
            _ => turn.text(text(request, &prompt)),
        };
        for source in sources::cited(request) {
            turn = turn.cited_text(format!(" It says: {}", source.text), [source.citation]);
        }
    } else if request.forced_tool().is_none() {
        turn = turn.text("I will use a tool for that.");
    }
    for tool in called {
        turn = call(turn, request, tool, &prompt);
    }
    if turn.blocks.is_empty() {
        turn = turn.text("Done.");
    }
    turn.stopped_at = stop_at_sequences(&mut turn, request);
    limit_tokens(&mut turn, request);
    Answer::Turn(Box::new(turn))
}

fn refuses(request: &Request<'_>) -> bool {
    let triggers = |block: &Value| block["text"].as_str().is_some_and(|text| text.contains(REFUSAL_TRIGGER));
    request.model.is_claude() && request.blocks().any(|block| block.role == "user" && triggers(block.value))
}

// The classifier speaks up while the model is already answering.
fn refusal(turn: Turn) -> Turn {
    let mut turn = turn.text("Let me see what").stop_reason("refusal");
    turn.refusal = Some(json!({
        "type": "refusal",
        "category": "general_harms",
        "explanation": "This request was declined because it has the text that is documented to test refusals.",
    }));
    turn
}

/// The text of the last user turn.
fn prompt(request: &Request<'_>) -> String {
    let Some(message) = request.messages().last() else { return String::new() };
    let texts: Vec<&str> = items(&message["content"])
        .iter()
        .filter_map(|block| block["text"].as_str().or_else(|| block["guardContent"]["text"]["text"].as_str()))
        .collect();
    texts.join(" ")
}

fn think(request: &Request<'_>, prompt: &str) -> Turn {
    let turn = Turn::new();
    let thought = if prompt.is_empty() {
        "The tools have answered. The user will want to know what they said.".to_owned()
    } else {
        format!("The user says: \"{}\". A short answer will do.", shortened(prompt))
    };
    let earlier_answer = request.messages().iter().any(|message| message["role"] == "assistant");
    match request.model.traits.reasoning {
        Reasoning::Signed if !request.thinks() => turn,
        // A known defect of two models: asked by budget, they think in the first turn only.
        Reasoning::Signed
            if request.thinking() == "enabled"
                && earlier_answer
                && request.model.has(Quirk::ForgetsBudgets) =>
        {
            turn
        }
        Reasoning::Signed if prompt.contains(REDACTION_TRIGGER) => turn.redacted_thinking(thought),
        Reasoning::Signed if request.thinking_config()["display"] == "omitted" => turn.thinking(""),
        Reasoning::Signed => turn.thinking(thought),
        Reasoning::Opaque => turn.redacted_thinking(thought),
        Reasoning::Unsigned | Reasoning::OneWay if !request.model.facts.reasoning => turn,
        Reasoning::Unsigned if request.model.is_nova() => {
            let asked = request.additional("reasoningConfig")["type"] == "enabled";
            if asked { turn.unsigned_thinking(thought) } else { turn }
        }
        Reasoning::Unsigned | Reasoning::OneWay => turn.unsigned_thinking(thought),
        Reasoning::Absent => turn,
    }
}

fn text(request: &Request<'_>, prompt: &str) -> String {
    if let Some(schema) = output_schema(request).and_then(|schema| serde_json::from_str(schema).ok()) {
        return arguments::for_schema(&schema, prompt).to_string();
    }
    let results = results(request);
    if !results.is_empty() {
        return format!("The tool says: {}", results.join(" "));
    }
    if let Some(last) = counting(prompt) {
        return (1..=last).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
    }
    let name = request.model.facts.name.unwrap_or(request.model.base_id);
    if prompt.is_empty() {
        return format!("There is no text in your message. I am {name}, played by an emulator.");
    }
    format!("You said: \"{prompt}\". I am {name}, played by an emulator.")
}

// The texts of the tool results in the last user turn.
fn results(request: &Request<'_>) -> Vec<String> {
    let Some(message) = request.messages().last() else { return Vec::new() };
    items(&message["content"])
        .iter()
        .filter_map(|block| present(block, "toolResult"))
        .flat_map(|result| items(&result["content"]))
        .map(|content| match content["text"].as_str() {
            Some(text) => text.to_owned(),
            None => present(content, "json").map_or_else(|| "(no text)".to_owned(), Value::to_string),
        })
        .collect()
}

// "Count to 40" makes a long answer whose every part is known.
fn counting(prompt: &str) -> Option<u64> {
    let lower = prompt.to_ascii_lowercase();
    let number = lower.split_once("count to ")?.1;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|last| (1..=LARGEST_COUNT).contains(last))
}

fn call(turn: Turn, request: &Request<'_>, tool: &Value, prompt: &str) -> Turn {
    let input = arguments::for_schema(&tool["inputSchema"]["json"], prompt);
    let id = if request.model.has(Quirk::NineCharacterIds) {
        identifiers::letters(9)
    } else {
        identifiers::tool_use_id()
    };
    let mut parts = vec![String::new()];
    if input.as_object().is_some_and(|members| !members.is_empty()) {
        let text: Vec<char> = input.to_string().chars().collect();
        parts.extend(text.chunks(ARGUMENT_FRAGMENT).map(|part| part.iter().collect::<String>()));
    }
    turn.tool_call(id, tool["name"].as_str().unwrap_or_default(), parts)
}

fn breaks(request: &Request<'_>, tool: &Value) -> bool {
    let hyphen = tool["name"].as_str().is_some_and(|name| name.contains('-'));
    hyphen && request.model.has(Quirk::HyphensBreakTools)
}

// Cuts the text before the first stop sequence; returns the sequence.
fn stop_at_sequences(turn: &mut Turn, request: &Request<'_>) -> Option<String> {
    let sequences: Vec<&str> = request
        .inference("stopSequences")
        .map(items)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for index in 0..turn.blocks.len() {
        let Some(parts) = turn.blocks[index].text() else { continue };
        let text = parts.concat();
        let found = sequences
            .iter()
            .filter_map(|sequence| Some((text.find(sequence)?, *sequence)))
            .min_by_key(|(position, _)| *position);
        if let Some((position, sequence)) = found {
            turn.blocks[index] = Block::Text(fragments(&text[..position]));
            turn.blocks.truncate(index + 1);
            turn.stop_reason = Some("stop_sequence".to_owned());
            return Some(sequence.to_owned());
        }
    }
    None
}

// Cuts the turn where its tokens run out: those asked for, or those left in the window.
fn limit_tokens(turn: &mut Turn, request: &Request<'_>) {
    let asked = request.max_tokens().unwrap_or(u64::MAX);
    let window = request.model.facts.context_window.unwrap_or(u64::MAX);
    let room = window.saturating_sub(request.input_tokens());
    let mut left = asked.min(room);
    if turn.tokens() <= left {
        return;
    }
    let reason = if room < asked { "model_context_window_exceeded" } else { "max_tokens" };
    let mut kept = Vec::new();
    for mut block in std::mem::take(&mut turn.blocks) {
        let tokens = block.tokens();
        if tokens > left {
            if left > 0 {
                let characters = usize::try_from(left).unwrap_or(usize::MAX).saturating_mul(4);
                truncate(&mut block, characters);
                kept.push(block);
            }
            break;
        }
        left -= tokens;
        kept.push(block);
    }
    turn.blocks = kept;
    turn.stop_reason = Some(reason.to_owned());
}

fn truncate(block: &mut Block, mut characters: usize) {
    let parts = match block {
        // These come whole or not at all.
        Block::Redacted(_) | Block::ServerToolResult { .. } | Block::Image { .. } | Block::FailedImage(_) => {
            return;
        }
        Block::Text(parts)
        | Block::Cited { fragments: parts, .. }
        | Block::Thinking { fragments: parts, .. } => parts,
        Block::ToolCall { name, fragments, .. } => {
            characters = characters.saturating_sub(name.chars().count());
            fragments
        }
    };
    for part in parts.iter_mut() {
        let kept: String = part.chars().take(characters).collect();
        characters -= kept.chars().count();
        *part = kept;
    }
    parts.retain(|part| !part.is_empty());
}

fn shortened(prompt: &str) -> String {
    let mut text: String = prompt.chars().take(80).collect();
    if text.len() < prompt.len() {
        text.push('…');
    }
    text
}
