//! What a model answered earlier, besides calls and thinking, as it goes back to it.
//!
//! Separate from the order of turns: cited text goes back with its citations and the service's own tools with their
//! results, but only to the model that wrote them, and only in the forms that the service takes.

use std::borrow::Cow;
use std::collections::HashSet;

use clawdia_core::{AssistantBlock, AssistantMessage, Citation, Text};
use serde_json::Value;

use crate::request::block::{
    Block, CitationBlock, CitationsBlock, ServerToolResultBlock, ServerToolUse, TextOnly,
};

/// The members of `CitationLocation` in the API reference.
const LOCATIONS: &[&str] = &["web", "documentChar", "documentPage", "documentChunk", "searchResultLocation"];

/// A text; with its citations where the model takes them back. `None` for one that says nothing.
pub(super) fn text(text: &Text, with_citations: bool) -> Option<Block<'_>> {
    if text.text.trim().is_empty() {
        return None;
    }
    if text.citations.is_empty() || !with_citations {
        return Some(Block::Text(Cow::Borrowed(&text.text)));
    }
    let citations = text.citations.iter().map(citation).collect();
    Some(Block::CitationsContent(CitationsBlock { content: [TextOnly { text: &text.text }], citations }))
}

fn citation(citation: &Citation) -> CitationBlock<'_> {
    CitationBlock {
        title: citation.title.as_deref(),
        source: citation.source.as_deref(),
        source_content: citation.source_content.iter().map(|text| TextOnly { text }).collect(),
        location: citation.location.as_ref().filter(|location| is_location(location)),
    }
}

/// Whether a location is one of the service's: another provider's would be refused.
fn is_location(location: &Value) -> bool {
    let Value::Object(members) = location else { return false };
    let mut members = members.iter();
    let (Some((kind, Value::Object(_))), None) = (members.next(), members.next()) else { return false };
    LOCATIONS.contains(&kind.as_str())
}

/// The service's own tools in one message: which calls have their results, and which results their calls.
#[derive(Debug)]
pub(super) struct ServerTools<'a> {
    called: HashSet<&'a str>,
    answered: HashSet<&'a str>,
}

impl<'a> ServerTools<'a> {
    pub(super) fn of(message: &'a AssistantMessage) -> Self {
        let mut tools = Self { called: HashSet::new(), answered: HashSet::new() };
        for block in &message.content {
            match block {
                AssistantBlock::ServerToolCall(call) => {
                    tools.called.insert(call.id.as_str());
                }
                AssistantBlock::ServerToolResult(result) => {
                    tools.answered.insert(result.tool_call_id.as_str());
                }
                _ => {}
            }
        }
        tools
    }

    /// Whether a call or a result has its counterpart.
    pub(super) fn is_whole(&self, block: &AssistantBlock) -> bool {
        let id = match block {
            AssistantBlock::ServerToolCall(call) => call.id.as_str(),
            AssistantBlock::ServerToolResult(result) => result.tool_call_id.as_str(),
            _ => return false,
        };
        self.called.contains(id) && self.answered.contains(id)
    }
}

/// A call or a result of the service's own tools.
pub(super) fn server_tool(block: &AssistantBlock) -> Option<Block<'_>> {
    match block {
        AssistantBlock::ServerToolCall(call) => Some(Block::ServerToolUse(ServerToolUse {
            id: call.id.as_str(),
            name: &call.name,
            input: &call.arguments,
            kind: "server_tool_use",
        })),
        AssistantBlock::ServerToolResult(result) => Some(Block::ServerToolResult(ServerToolResultBlock {
            id: result.tool_call_id.as_str(),
            content: &result.content,
            status: if result.is_error { "error" } else { "success" },
            kind: result.kind.as_deref(),
        })),
        _ => None,
    }
}

/// The same for a model that did not ask for it, or was cut short.
pub(super) fn server_tool_as_text(block: &AssistantBlock) -> Option<Block<'_>> {
    let text = match block {
        AssistantBlock::ServerToolCall(call) => {
            let arguments = Value::Object(call.arguments.clone());
            format!("[Assistant tool call]: {}({arguments})", call.name)
        }
        AssistantBlock::ServerToolResult(result) => {
            let pieces = result.content.iter().map(|piece| match piece.get("text").and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => piece.to_string(),
            });
            let error = if result.is_error { " (error)" } else { "" };
            format!("[Tool result]{error}: {}", pieces.collect::<Vec<_>>().join("\n"))
        }
        _ => return None,
    };
    Some(Block::Text(Cow::Owned(text)))
}
