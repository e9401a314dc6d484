//! The pieces a message is made of.
//!
//! Separate from messages because each role has its own set of them: a user cannot call a tool, a tool result
//! cannot think. The sets are [`UserBlock`], [`AssistantBlock`] and [`ToolResultBlock`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::stream_options::CacheRetention;
use crate::string_newtype::string_newtype;

string_newtype! {
    /// What ties a tool's result to the call it answers.
    ///
    /// ```
    /// use clawdia_core::ToolCallId;
    /// assert_eq!(ToolCallId::new("tooluse_1").as_str(), "tooluse_1");
    /// ```
    ToolCallId
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Text {
    /// The text.
    pub text: String,
    /// An opaque token some providers attach to text and want back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_signature: Option<String>,
    /// The sources the text rests on, in the order the model named them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

impl Text {
    /// Text without citations.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Where a piece of text comes from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Citation {
    /// The source's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The source's name or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The passages that are cited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_content: Vec<String>,
    /// Where in the source they stand, in the provider's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Value>,
}

/// Reasoning a model showed before its answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thinking {
    /// The reasoning, as far as the provider shows it.
    #[serde(default)]
    pub thinking: String,
    /// The provider's signature over the reasoning, or the base64 of a redacted block; replayed byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_signature: Option<String>,
    /// Whether the provider hid the reasoning; `thinking_signature` then holds its encrypted form.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// The file's bytes, as base64.
    pub data: String,
    /// The file's media type, such as `image/png`.
    pub mime_type: String,
}

/// A document, such as a PDF.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// The file's bytes, as base64.
    pub data: String,
    /// The file's media type, such as `application/pdf`.
    pub mime_type: String,
    /// What to call it towards the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the model should know about the document besides its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Whether the model should cite from it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub citations: bool,
}

/// A video.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Video {
    /// The file's bytes, as base64.
    pub data: String,
    /// The file's media type, such as `video/mp4`.
    pub mime_type: String,
}

/// A piece of sound.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Audio {
    /// The file's bytes, as base64.
    pub data: String,
    /// The file's media type, such as `audio/mpeg`.
    pub mime_type: String,
}

/// A search hit that the model may cite.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchResult {
    /// Where it was found, usually an address.
    pub source: String,
    /// Its title.
    pub title: String,
    /// The passages found.
    pub content: Vec<String>,
    /// Whether the model should cite from it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub citations: bool,
}

/// A model's request to run a tool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolCall {
    /// Ties the result to the call.
    pub id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// The arguments, in the order the model wrote them; empty when [`arguments_error`](Self::arguments_error) is set.
    #[serde(default, deserialize_with = "arguments")]
    pub arguments: Map<String, Value>,
    /// Why the arguments could not be read, with the text the model wrote, for the model to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments_error: Option<String>,
    /// An opaque token some providers attach to a call and want back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thought_signature: Option<String>,
    /// The tool set the tool belongs to, for providers that group tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether the tool runs beside the conversation, its result to follow later.
    #[serde(default, rename = "async", skip_serializing_if = "is_false")]
    pub is_async: bool,
}

/// A call of a tool that the service runs itself while it answers, such as a web search. Nobody else has to run it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerToolCall {
    /// Ties the result to the call.
    pub id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// The arguments, in the order the model wrote them; empty when they could not be read.
    #[serde(default, deserialize_with = "arguments")]
    pub arguments: Map<String, Value>,
}

/// What a tool returned that the service ran itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerToolResult {
    /// The call it answers.
    pub tool_call_id: ToolCallId,
    /// What kind of result it is, in the provider's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The pieces, in the provider's form; replayed as they are.
    #[serde(default)]
    pub content: Vec<Value>,
    /// Whether the tool failed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_error: bool,
}

/// Text that a guardrail is to look at, where it does not look at everything; to the model it is text like any other.
///
/// ```
/// use clawdia_core::{GuardContent, GuardQualifier};
/// let question = GuardContent::new("How do I reset it?").with_qualifiers([GuardQualifier::Query]);
/// assert_eq!(question.qualifiers.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardContent {
    /// The text.
    pub text: String,
    /// What part it plays; without any it is content to be guarded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifiers: Vec<GuardQualifier>,
}

impl GuardContent {
    /// Content to be guarded.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), qualifiers: Vec::new() }
    }

    /// Sets [`qualifiers`](Self::qualifiers).
    #[must_use]
    pub fn with_qualifiers(mut self, qualifiers: impl IntoIterator<Item = GuardQualifier>) -> Self {
        self.qualifiers = qualifiers.into_iter().collect();
        self
    }
}

/// What part a text plays for a guardrail that checks whether answers are grounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardQualifier {
    /// What answers must be grounded in.
    GroundingSource,
    /// The question that answers must be relevant to.
    Query,
    /// Content to be guarded.
    GuardContent,
}

/// A mark up to which a caller wants the prompt cached. Providers place marks themselves where a caller places none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CachePoint {
    /// How long to keep the prompt up to here; absent means as long as the call says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<CacheRetention>,
}

impl Default for ToolCallId {
    fn default() -> Self {
        Self::from_static("")
    }
}

/// Reads stored arguments: older transcripts hold them as JSON text, some hold nothing usable at all.
fn arguments<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(map) => map,
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Map::new(),
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a user's message is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum UserBlock {
    /// Text.
    Text(Text),
    /// An image.
    Image(Image),
    /// A document.
    Document(Document),
    /// A video.
    Video(Video),
    /// Sound.
    Audio(Audio),
    /// A search hit.
    SearchResult(SearchResult),
    /// Text that a guardrail is to look at.
    GuardContent(GuardContent),
    /// A mark up to which the prompt is to be cached.
    CachePoint(CachePoint),
}

/// What a model's message is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum AssistantBlock {
    /// Text.
    Text(Text),
    /// Reasoning.
    Thinking(Thinking),
    /// A request to run a tool.
    ToolCall(ToolCall),
    /// A call of a tool that the service ran itself.
    ServerToolCall(ServerToolCall),
    /// What a tool returned that the service ran itself.
    ServerToolResult(ServerToolResult),
    /// An image the model made.
    Image(Image),
    /// A mark up to which the prompt is to be cached.
    CachePoint(CachePoint),
}

/// What a tool's result is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum ToolResultBlock {
    /// Text.
    Text(Text),
    /// An image.
    Image(Image),
    /// A document.
    Document(Document),
    /// A video.
    Video(Video),
    /// Sound.
    Audio(Audio),
    /// A search hit.
    SearchResult(SearchResult),
    /// A mark up to which the prompt is to be cached.
    CachePoint(CachePoint),
}
