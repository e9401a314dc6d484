//! The content of a request as Bedrock spells it.
//!
//! Separate from the rules that choose it. These types borrow from the caller's context, so that a request of megabytes
//! is written without copying it first; their members are written in declaration order.

use std::borrow::Cow;

use clawdia_core::GuardQualifier;
use serde::Serialize;
use serde_json::{Map, Value};

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    User,
    Assistant,
}

/// One message of the request.
#[derive(Debug, Serialize)]
pub(super) struct Turn<'a> {
    pub(super) role: Role,
    pub(super) content: Vec<Block<'a>>,
    /// Where content begins that will be another the next time, if any is.
    #[serde(skip)]
    pub(super) volatile_from: Option<usize>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(role: Role, content: Vec<Block<'a>>) -> Self {
        Self { role, content, volatile_from: None }
    }
}

/// A content block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Block<'a> {
    Text(Cow<'a, str>),
    Image(Media<'a>),
    Document(DocumentBlock<'a>),
    Video(Media<'a>),
    SearchResult(SearchResultBlock<'a>),
    GuardContent(GuardBlock<'a>),
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
    #[serde(rename = "toolUse")]
    ServerToolUse(ServerToolUse<'a>),
    #[serde(rename = "toolResult")]
    ServerToolResult(ServerToolResultBlock<'a>),
    ReasoningContent(Reasoning<'a>),
    CitationsContent(CitationsBlock<'a>),
    CachePoint(CachePoint),
}

impl Block<'_> {
    pub(super) fn text(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// A block of the system prompt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum SystemBlock<'a> {
    Text(Cow<'a, str>),
    CachePoint(CachePoint),
}

/// An image or a video.
#[derive(Debug, Serialize)]
pub(super) struct Media<'a> {
    pub(super) format: &'static str,
    pub(super) source: Source<'a>,
}

/// Where a file's bytes are: in the request, as base64.
#[derive(Debug, Serialize)]
pub(super) struct Source<'a> {
    pub(super) bytes: Cow<'a, str>,
}

/// A document.
#[derive(Debug, Serialize)]
pub(super) struct DocumentBlock<'a> {
    pub(super) format: &'static str,
    pub(super) name: String,
    pub(super) source: Source<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) citations: Option<Enabled>,
}

/// A search hit.
#[derive(Debug, Serialize)]
pub(super) struct SearchResultBlock<'a> {
    pub(super) source: &'a str,
    pub(super) title: &'a str,
    pub(super) content: Vec<TextOnly<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) citations: Option<Enabled>,
}

/// A switch in the service's form.
#[derive(Debug, Serialize)]
pub(super) struct Enabled {
    pub(super) enabled: bool,
}

/// A piece of a search hit.
#[derive(Debug, Serialize)]
pub(super) struct TextOnly<'a> {
    pub(super) text: &'a str,
}

/// What a guardrail is to look at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum GuardBlock<'a> {
    Text(GuardText<'a>),
    Image(Media<'a>),
}

/// A text that a guardrail is to look at.
#[derive(Debug, Serialize)]
pub(super) struct GuardText<'a> {
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    qualifiers: &'a [GuardQualifier],
}

impl<'a> GuardBlock<'a> {
    pub(super) fn text(text: Cow<'a, str>, qualifiers: &'a [GuardQualifier]) -> Self {
        Self::Text(GuardText { text, qualifiers })
    }
}

/// Text that was answered, and the sources it rests on.
#[derive(Debug, Serialize)]
pub(super) struct CitationsBlock<'a> {
    pub(super) content: [TextOnly<'a>; 1],
    pub(super) citations: Vec<CitationBlock<'a>>,
}

/// A source.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CitationBlock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) source_content: Vec<TextOnly<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<&'a Value>,
}

/// A call of a tool that the service ran itself.
#[derive(Debug, Serialize)]
pub(super) struct ServerToolUse<'a> {
    #[serde(rename = "toolUseId")]
    pub(super) id: String,
    pub(super) name: &'a str,
    pub(super) input: Cow<'a, Map<String, Value>>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// What such a tool returned.
#[derive(Debug, Serialize)]
pub(super) struct ServerToolResultBlock<'a> {
    #[serde(rename = "toolUseId")]
    pub(super) id: String,
    pub(super) content: &'a [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'a str>,
}

/// A tool call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolUse<'a> {
    #[serde(rename = "toolUseId")]
    pub(super) id: String,
    pub(super) name: Cow<'a, str>,
    pub(super) input: Cow<'a, Map<String, Value>>,
}

/// What a tool returned.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolResult<'a> {
    pub(super) tool_use_id: String,
    pub(super) content: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
}

/// Reasoning that is replayed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Reasoning<'a> {
    ReasoningText(ReasoningText<'a>),
    /// Base64, as the service sent it.
    RedactedContent(&'a str),
}

/// Reasoning that can be read, and the signature over it.
#[derive(Debug, Serialize)]
pub(super) struct ReasoningText<'a> {
    pub(super) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<&'a str>,
}

/// A mark up to which the prompt is cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct CachePoint {
    #[serde(rename = "type")]
    kind: PointKind,
    #[serde(skip_serializing_if = "Lifetime::is_default")]
    pub(super) ttl: Lifetime,
}

/// The one kind of mark there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum PointKind {
    Default,
}

/// How long a mark keeps the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Lifetime {
    /// The service's default. Not written: some models do not know the member.
    #[serde(rename = "5m")]
    FiveMinutes,
    #[serde(rename = "1h")]
    OneHour,
}

impl Lifetime {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::FiveMinutes
    }
}

impl CachePoint {
    pub(super) fn new(ttl: Lifetime) -> Self {
        Self { kind: PointKind::Default, ttl }
    }
}
