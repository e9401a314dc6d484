//! Whether an answer calls tools, and which.
//!
//! A forced choice is obeyed. Otherwise a tool is called when the prompt speaks of it: by its
//! name, by a word of its name or description, or by the word "tool". The turn after a result
//! never calls, so that every conversation comes to an end.

use serde_json::Value;

use crate::request::{Request, items, present};

/// Words of descriptions that say nothing about what a tool is for, or are too common in prompts.
const COMMON_WORDS: &[&str] = &[
    "about", "answer", "current", "does", "five", "from", "given", "gets", "have", "into", "name", "need",
    "please", "return", "returns", "some", "string", "tell", "that", "their", "there", "these", "thing",
    "this", "user", "using", "what", "when", "where", "which", "will", "with", "word", "words", "would",
    "your",
];

/// The tools to call, in the order in which they were offered.
pub(super) fn select<'a>(request: &Request<'a>, prompt: &str) -> Vec<&'a Value> {
    let tools: Vec<&Value> = request.tool_specs().map(|(_, tool)| tool).collect();
    if let Some(name) = request.forced_tool() {
        let named = tools.iter().find(|tool| tool["name"] == name).or(tools.first());
        return named.copied().into_iter().collect();
    }
    let after_result = request.messages().last().is_some_and(|message| {
        items(&message["content"]).iter().any(|block| present(block, "toolResult").is_some())
    });
    if after_result || tools.is_empty() {
        return Vec::new();
    }
    let prompt = prompt.to_lowercase();
    let named: Vec<&Value> =
        tools.iter().filter(|tool| prompt.contains(&name(tool).to_lowercase())).copied().collect();
    if !named.is_empty() {
        return named;
    }
    let asked: Vec<&str> = words(&prompt).collect();
    let scores: Vec<usize> = tools.iter().map(|tool| score(tool, &asked)).collect();
    let best = scores.iter().copied().max().unwrap_or_default();
    if best > 0 {
        let index = scores.iter().position(|score| *score == best).unwrap_or_default();
        return vec![tools[index]];
    }
    if asked.iter().any(|word| matches!(*word, "tool" | "tools")) { vec![tools[0]] } else { Vec::new() }
}

fn name(tool: &Value) -> &str {
    tool["name"].as_str().unwrap_or_default()
}

// How many words of the prompt occur in a tool's name or description.
fn score(tool: &Value, asked: &[&str]) -> usize {
    let described =
        format!("{} {}", name(tool), tool["description"].as_str().unwrap_or_default()).to_lowercase();
    let known: Vec<&str> =
        words(&described).filter(|word| word.chars().count() >= 4 && !COMMON_WORDS.contains(word)).collect();
    asked.iter().filter(|word| known.contains(word)).count()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}
