//! What a model answered earlier, besides calls and thinking, as it goes back to it.
//!
//! Separate from the order of turns: cited text goes back with its citations and the service's own tools with their
//! results, but only to the model that wrote them, and only in the forms that the service takes.

use std::borrow::Cow;

use clawdia_core::{
    AssistantBlock, AssistantMessage, Citation, Diagnostic, ServerToolCall, ServerToolResult, Text,
};
use serde_json::Value;

use crate::request::arguments::{acceptable_arguments, has_empty_key};
use crate::request::block::{
    Block, CitationBlock, CitationsBlock, ServerToolResultBlock, ServerToolUse, TextOnly,
};
use crate::request::remark::tell;
use crate::request::tool_names::is_name;

/// The members of `CitationLocation` in the API reference, and theirs.
const LOCATIONS: &[(&str, &[(&str, Kind)])] = &[
    ("web", &[("url", Kind::Text), ("domain", Kind::Text)]),
    ("documentChar", SPAN),
    ("documentPage", SPAN),
    ("documentChunk", SPAN),
    (
        "searchResultLocation",
        &[("searchResultIndex", Kind::Count), ("start", Kind::Count), ("end", Kind::Count)],
    ),
];

const SPAN: &[(&str, Kind)] = &[("documentIndex", Kind::Count), ("start", Kind::Count), ("end", Kind::Count)];

/// What a member of a location is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    /// A whole number, 0 or above, of at most 32 bits with its sign.
    Count,
}

impl Kind {
    fn is_of(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Count => value.as_u64().is_some_and(|count| i32::try_from(count).is_ok()),
        }
    }
}

/// A text; with its citations where the model takes them back. `None` for one that says nothing.
pub(super) fn text<'a>(
    text: &'a Text,
    with_citations: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Block<'a>> {
    if text.text.trim().is_empty() {
        return None;
    }
    if text.citations.is_empty() {
        return Some(Block::Text(Cow::Borrowed(&text.text)));
    }
    if !with_citations {
        let reason = "the sources of an earlier answer were left out: it is another model's, or the model takes none back";
        tell(diagnostics, "bedrock_citations_dropped", reason);
        return Some(Block::Text(Cow::Borrowed(&text.text)));
    }
    let citations = text.citations.iter().map(|found| citation(found, diagnostics)).collect();
    Some(Block::CitationsContent(CitationsBlock { content: [TextOnly { text: &text.text }], citations }))
}

fn citation<'a>(citation: &'a Citation, diagnostics: &mut Vec<Diagnostic>) -> CitationBlock<'a> {
    let location = citation.location.as_ref().filter(|location| is_location(location));
    if location.is_none() && citation.location.is_some() {
        let reason =
            "places in the sources of an earlier answer were left out: they are none of the service's";
        tell(diagnostics, "bedrock_citations_dropped", reason);
    }
    CitationBlock {
        title: citation.title.as_deref(),
        source: citation.source.as_deref(),
        source_content: citation.source_content.iter().map(|text| TextOnly { text }).collect(),
        location,
    }
}

/// Whether a location is one of the service's: another provider's would be refused.
fn is_location(location: &Value) -> bool {
    let Value::Object(members) = location else { return false };
    let mut members = members.iter();
    let (Some((name, Value::Object(found))), None) = (members.next(), members.next()) else { return false };
    let Some((_, known)) = LOCATIONS.iter().find(|(location, _)| location == name) else { return false };
    found.iter().all(|(name, value)| known.iter().any(|(member, kind)| member == name && kind.is_of(value)))
}

/// The service's own tools in one message: which calls and results go back as such. A pair of them does, in this order, where
/// the service takes either; it would refuse a request with half of one.
#[derive(Debug)]
pub(super) struct ServerTools {
    /// The places of the calls and of their results.
    pairs: Vec<(usize, usize)>,
}

impl ServerTools {
    pub(super) fn of(message: &AssistantMessage) -> Self {
        let mut pairs = Vec::new();
        let mut open: Vec<(usize, &str)> = Vec::new();
        for (index, block) in message.content.iter().enumerate() {
            match block {
                AssistantBlock::ServerToolCall(call) if is_name(&call.name) => {
                    open.push((index, call.id.as_str()));
                }
                AssistantBlock::ServerToolResult(result) => {
                    let call = open.iter().position(|(_, id)| *id == result.tool_call_id.as_str());
                    let Some(call) = call.map(|call| open.remove(call)) else { continue };
                    if is_taken(result) {
                        pairs.push((call.0, index));
                    }
                }
                _ => {}
            }
        }
        Self { pairs }
    }

    /// What becomes of the block at a place of the message.
    pub(super) fn role(&self, place: usize) -> ServerToolRole {
        let role = self.pairs.iter().find_map(|(call, result)| match place {
            _ if place == *call => Some(ServerToolRole::Call),
            _ if place == *result => Some(ServerToolRole::ResultOf(*call)),
            _ => None,
        });
        role.unwrap_or(ServerToolRole::None)
    }
}

/// What a block is among the service's own tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerToolRole {
    /// A call that has a result.
    Call,
    /// The result of the call at a place.
    ResultOf(usize),
    /// Neither: it goes back as text.
    None,
}

/// Whether the service takes a result: it has a kind, and pieces of the forms that such tools return.
fn is_taken(result: &ServerToolResult) -> bool {
    let takes = |piece: &Value| {
        let Value::Object(members) = piece else { return false };
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some((name, Value::String(text))), None) => name == "text" && !text.trim().is_empty(),
            (Some((name, Value::Object(json))), None) => name == "json" && !has_empty_key(json),
            _ => false,
        }
    };
    let says_why = !result.is_error || !result.content.is_empty();
    result.kind.is_some() && says_why && result.content.iter().all(takes)
}

/// A call of the service's own tools, under an id that no other call has.
pub(super) fn server_tool_call(call: &ServerToolCall, id: String) -> Block<'_> {
    let input = acceptable_arguments(&call.arguments);
    Block::ServerToolUse(ServerToolUse { id, name: &call.name, input, kind: "server_tool_use" })
}

/// A result of the service's own tools, under the id of its call.
pub(super) fn server_tool_result(result: &ServerToolResult, id: String, takes_status: bool) -> Block<'_> {
    Block::ServerToolResult(ServerToolResultBlock {
        id,
        content: &result.content,
        status: takes_status.then_some(if result.is_error { "error" } else { "success" }),
        kind: result.kind.as_deref(),
    })
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
