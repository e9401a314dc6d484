//! Reading stored conversations: JSON in pi-ai's shapes to messages, each refusal with its exact path.
//!
//! Separate from the message types because reading is more tolerant than writing: text stands for a list of one
//! text block, `null` for nothing, members that only matter to a host are accepted and left out, and `system`
//! messages in mid-conversation are folded into the leading prompt. Derived deserialization of tagged enums would
//! lose the path of an error; this walk keeps it.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use crate::api::Api;
use crate::block::{
    AssistantBlock, Audio, CachePoint, Document, GuardContent, Image, SearchResult, ServerToolCall,
    ServerToolResult, Text, Thinking, ToolCall, ToolCallId, ToolResultBlock, UserBlock, Video,
};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::message::{AssistantMessage, Message, ToolResultMessage, UserMessage};
use crate::model_ref::{ModelId, ProviderId};
use crate::stop_reason::StopReason;
use crate::strict::Strict;
use crate::system_prompt::SystemPrompt;
use crate::tool::Tool;
use crate::usage::Usage;

/// JSON that has not the shape of a conversation: where, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{path}`: {message}")]
pub struct ShapeError {
    /// Where it is, such as `context.messages[3].content[0].text`; `.` for the whole.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl ShapeError {
    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        let path = if path.is_empty() { "." } else { path };
        Self { path: path.to_owned(), message: message.into() }
    }
}

/// Deserializes a plain record that stands at `path`.
pub(crate) fn record<T: DeserializeOwned>(value: Value, path: &str) -> Result<T, ShapeError> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let inner = error.path().to_string();
        let path = if inner == "." { path.to_owned() } else { join(path, &inner) };
        ShapeError::new(&path, error.into_inner().to_string())
    })
}

/// Puts a member's path behind that of its parent.
pub(crate) fn join(parent: &str, member: &str) -> String {
    if parent.is_empty() || member.starts_with('[') {
        format!("{parent}{member}")
    } else {
        format!("{parent}.{member}")
    }
}

/// Takes a member out of an object; `null` counts as absent.
fn take(object: &mut Map<String, Value>, member: &str) -> Option<Value> {
    object.shift_remove(member).filter(|value| !value.is_null())
}

fn object(value: Value, path: &str) -> Result<Map<String, Value>, ShapeError> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(ShapeError::new(path, format!("expected an object, found {}", kind_of(&other)))),
    }
}

fn list(value: Value, path: &str) -> Result<Vec<Value>, ShapeError> {
    match value {
        Value::Array(values) => Ok(values),
        other => Err(ShapeError::new(path, format!("expected a list, found {}", kind_of(&other)))),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Takes the member that says which variant an object is.
fn tag(object: &mut Map<String, Value>, member: &str, path: &str) -> Result<String, ShapeError> {
    match object.shift_remove(member) {
        Some(Value::String(tag)) => Ok(tag),
        Some(other) => {
            Err(ShapeError::new(&join(path, member), format!("expected text, found {}", kind_of(&other))))
        }
        None => Err(ShapeError::new(path, format!("missing member `{member}`"))),
    }
}

/// Reads a conversation.
pub(crate) fn context(value: Value, path: &str) -> Result<Context, ShapeError> {
    let mut object = object(value, path)?;
    let mut prompt = SystemPrompt::default();
    if let Some(text) = take(&mut object, "systemPrompt") {
        prompt.push_text(record(text, &join(path, "systemPrompt"))?);
    }
    if let Some(tools) = take(&mut object, "tools") {
        let path = join(path, "tools");
        let tools: Vec<Tool> = record(tools, &path)?;
        for (index, tool) in tools.iter().enumerate() {
            if tools[..index].iter().any(|other| other.name == tool.name) {
                let message = format!("the tool `{}` is there twice", tool.name);
                return Err(ShapeError::new(&format!("{path}[{index}].name"), message));
            }
        }
        prompt.add_tools(tools);
    }
    let mut messages = Vec::new();
    if let Some(value) = take(&mut object, "messages") {
        let path = join(path, "messages");
        for (index, value) in list(value, &path)?.into_iter().enumerate() {
            let path = format!("{path}[{index}]");
            if value.get("role").and_then(Value::as_str) == Some("system") {
                system_message(value, &path, &mut prompt)?;
            } else {
                messages.push(message(value, &path)?);
            }
        }
    }
    if let Some(stray) = object.keys().next() {
        return Err(unknown_member(path, stray, &["systemPrompt", "messages", "tools"]));
    }
    let (system_prompt, tools) = prompt.into_parts();
    Ok(Context { system_prompt, messages, tools })
}

pub(crate) fn unknown_member(path: &str, member: &str, known: &[&str]) -> ShapeError {
    let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    ShapeError::new(&join(path, member), format!("unknown member `{member}`, expected one of {known}"))
}

/// A system message in the middle of a conversation, as some hosts store them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SystemMessage {
    #[expect(dead_code, reason = "read to choose this shape")]
    role: String,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    sections: Map<String, Value>,
    #[serde(default)]
    tools_added: Vec<Tool>,
    #[serde(default)]
    tools_removed: Vec<String>,
    #[serde(default, rename = "timestamp")]
    _timestamp: Option<f64>,
}

fn system_message(value: Value, path: &str, prompt: &mut SystemPrompt) -> Result<(), ShapeError> {
    let message: SystemMessage = record(value, path)?;
    if let Some(text) = message.content {
        prompt.push_text(text);
    }
    for (name, section) in message.sections {
        match section {
            Value::Null => prompt.remove_section(&name),
            Value::String(text) => prompt.set_section(name, text),
            other => {
                return Err(ShapeError::new(
                    &join(path, &format!("sections.{name}")),
                    format!("expected text or null, found {}", kind_of(&other)),
                ));
            }
        }
    }
    prompt.add_tools(message.tools_added);
    prompt.remove_tools(&message.tools_removed);
    Ok(())
}

/// Reads a message of any role but `system`.
pub(crate) fn message(value: Value, path: &str) -> Result<Message, ShapeError> {
    let role = value.get("role").and_then(Value::as_str).unwrap_or_default().to_owned();
    match role.as_str() {
        "user" => user_message(value, path).map(Message::User),
        "assistant" => assistant_message(value, path).map(Message::Assistant),
        "toolResult" => tool_result_message(value, path).map(Message::ToolResult),
        _ => {
            let mut object = object(value, path)?;
            let role = tag(&mut object, "role", path)?;
            Err(ShapeError::new(
                &join(path, "role"),
                format!("unknown role `{role}`, expected one of `user`, `assistant`, `toolResult`, `system`"),
            ))
        }
    }
}

/// Reads `content`: nothing, text, or a list of blocks.
fn blocks<T>(
    object: &mut Map<String, Value>,
    path: &str,
    text: impl Fn(Text) -> T,
    block: impl Fn(&str, Value, &str) -> Result<T, ShapeError>,
) -> Result<Vec<T>, ShapeError> {
    let path = join(path, "content");
    match take(object, "content") {
        None => Ok(Vec::new()),
        Some(Value::String(content)) => Ok(vec![text(Text::new(content))]),
        Some(value) => list(value, &path)?
            .into_iter()
            .enumerate()
            .map(|(index, value)| {
                let path = format!("{path}[{index}]");
                let mut value = self::object(value, &path)?;
                let kind = tag(&mut value, "type", &path)?;
                block(&kind, Value::Object(value), &path)
            })
            .collect(),
    }
}

fn unknown_block<T>(kind: &str, path: &str, known: &str) -> Result<T, ShapeError> {
    Err(ShapeError::new(
        &join(path, "type"),
        format!("unknown block `{kind}` for this role, expected one of {known}"),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserRest {
    /// Taken out beforehand; named so that an error about a stray member lists it.
    #[serde(default, rename = "content")]
    _content: Option<IgnoredAny>,
    #[expect(dead_code, reason = "read to choose this shape")]
    role: String,
    #[serde(default)]
    timestamp: Option<f64>,
    #[serde(default)]
    runtime_context: Option<Value>,
    #[serde(default)]
    carrier: Option<Value>,
}

fn user_message(value: Value, path: &str) -> Result<UserMessage, ShapeError> {
    let mut object = object(value, path)?;
    let content = blocks(&mut object, path, UserBlock::Text, |kind, value, path| match kind {
        "text" => record::<Text>(value, path).map(UserBlock::Text),
        "image" => record::<Image>(value, path).map(UserBlock::Image),
        "document" => record::<Document>(value, path).map(UserBlock::Document),
        "video" => record::<Video>(value, path).map(UserBlock::Video),
        "audio" => record::<Audio>(value, path).map(UserBlock::Audio),
        "searchResult" => record::<SearchResult>(value, path).map(UserBlock::SearchResult),
        "guardContent" => record::<GuardContent>(value, path).map(UserBlock::GuardContent),
        "cachePoint" => record::<CachePoint>(value, path).map(UserBlock::CachePoint),
        _ => unknown_block(
            kind,
            path,
            "text, image, document, video, audio, searchResult, guardContent, cachePoint",
        ),
    })?;
    let rest: UserRest = record(Value::Object(object), path)?;
    Ok(UserMessage {
        content,
        timestamp: milliseconds(rest.timestamp),
        runtime_context: rest.runtime_context.or(rest.carrier),
    })
}

/// What an assistant message holds besides its content. Members that only a host reads are accepted and dropped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AssistantRest {
    /// Taken out beforehand; named so that an error about a stray member lists it.
    #[serde(default, rename = "content")]
    _content: Option<IgnoredAny>,
    #[serde(default, rename = "role")]
    _role: Option<String>,
    #[serde(default)]
    api: Option<Api>,
    #[serde(default)]
    provider: Option<ProviderId>,
    #[serde(default)]
    model: Option<ModelId>,
    #[serde(default)]
    response_model: Option<ModelId>,
    #[serde(default)]
    response_id: Option<String>,
    #[serde(default)]
    usage: Option<Map<String, Value>>,
    #[serde(default)]
    stop_reason: Option<StopReason>,
    #[serde(default)]
    raw_stop_reason: Option<String>,
    #[serde(default)]
    stop_sequence: Option<String>,
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default)]
    diagnostics: Option<Vec<Diagnostic>>,
    #[serde(default)]
    provider_metadata: Option<Map<String, Value>>,
    #[serde(default)]
    timestamp: Option<f64>,
    #[serde(default)]
    duration_ms: Option<f64>,
    #[serde(default, rename = "thinkingLevel")]
    _thinking_level: Option<Value>,
    #[serde(default, rename = "providerThinkingLevel")]
    _provider_thinking_level: Option<Value>,
    #[serde(default, rename = "endTurn")]
    _end_turn: Option<Value>,
    #[serde(default, rename = "deferred")]
    _deferred: Option<Value>,
    #[serde(default, rename = "errorCode")]
    _error_code: Option<Value>,
    #[serde(default, rename = "errorType")]
    _error_type: Option<Value>,
    #[serde(default, rename = "errorBody")]
    _error_body: Option<Value>,
}

/// Reads the tokens of a message. What other hosts keep with them is accepted and dropped.
fn usage(mut value: Map<String, Value>, path: &str) -> Result<Usage, ShapeError> {
    value.shift_remove("contextUsage");
    if let Some(Value::Object(cost)) = value.get_mut("cost") {
        cost.shift_remove("totalFromProvider");
    }
    record(Value::Object(value), path)
}

/// Reads an assistant message.
pub(crate) fn assistant_message(value: Value, path: &str) -> Result<AssistantMessage, ShapeError> {
    let mut object = object(value, path)?;
    let content = blocks(&mut object, path, AssistantBlock::Text, |kind, value, path| match kind {
        "text" => record::<Text>(value, path).map(AssistantBlock::Text),
        "thinking" => record::<Thinking>(value, path).map(AssistantBlock::Thinking),
        "toolCall" => record::<ToolCall>(value, path).map(AssistantBlock::ToolCall),
        "serverToolCall" => record::<ServerToolCall>(value, path).map(AssistantBlock::ServerToolCall),
        "serverToolResult" => record::<ServerToolResult>(value, path).map(AssistantBlock::ServerToolResult),
        "image" => record::<Image>(value, path).map(AssistantBlock::Image),
        "cachePoint" => record::<CachePoint>(value, path).map(AssistantBlock::CachePoint),
        _ => unknown_block(
            kind,
            path,
            "text, thinking, toolCall, serverToolCall, serverToolResult, image, cachePoint",
        ),
    })?;
    let rest: AssistantRest = record(Value::Object(object), path)?;
    Ok(AssistantMessage {
        content,
        api: rest.api,
        provider: rest.provider,
        model: rest.model,
        response_model: rest.response_model,
        response_id: rest.response_id,
        usage: rest.usage.map_or(Ok(Usage::default()), |value| usage(value, &join(path, "usage")))?,
        stop_reason: rest.stop_reason.unwrap_or_default(),
        raw_stop_reason: rest.raw_stop_reason,
        stop_sequence: rest.stop_sequence,
        error_message: rest.error_message,
        diagnostics: rest.diagnostics.unwrap_or_default(),
        provider_metadata: rest.provider_metadata.unwrap_or_default(),
        timestamp: milliseconds(rest.timestamp),
        duration_ms: milliseconds(rest.duration_ms),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ToolResultRest {
    /// Taken out beforehand; named so that an error about a stray member lists it.
    #[serde(default, rename = "content")]
    _content: Option<IgnoredAny>,
    #[expect(dead_code, reason = "read to choose this shape")]
    role: String,
    tool_call_id: ToolCallId,
    #[serde(default)]
    tool_name: String,
    #[serde(default)]
    is_error: bool,
    #[serde(default)]
    details: Option<Value>,
    #[serde(default)]
    timestamp: Option<f64>,
    #[serde(default, rename = "usage")]
    _usage: Option<Value>,
    #[serde(default, rename = "nestedCalls")]
    _nested_calls: Option<Value>,
    #[serde(default, rename = "durationMs")]
    _duration_ms: Option<f64>,
}

fn tool_result_message(value: Value, path: &str) -> Result<ToolResultMessage, ShapeError> {
    let mut object = object(value, path)?;
    let content = blocks(&mut object, path, ToolResultBlock::Text, |kind, value, path| match kind {
        "text" => record::<Text>(value, path).map(ToolResultBlock::Text),
        "image" => record::<Image>(value, path).map(ToolResultBlock::Image),
        "document" => record::<Document>(value, path).map(ToolResultBlock::Document),
        "video" => record::<Video>(value, path).map(ToolResultBlock::Video),
        "audio" => record::<Audio>(value, path).map(ToolResultBlock::Audio),
        "searchResult" => record::<SearchResult>(value, path).map(ToolResultBlock::SearchResult),
        "cachePoint" => record::<CachePoint>(value, path).map(ToolResultBlock::CachePoint),
        _ => unknown_block(kind, path, "text, image, document, video, audio, searchResult, cachePoint"),
    })?;
    let rest: ToolResultRest = record(Value::Object(object), path)?;
    Ok(ToolResultMessage {
        tool_call_id: rest.tool_call_id,
        tool_name: rest.tool_name,
        content,
        is_error: rest.is_error,
        details: rest.details,
        timestamp: milliseconds(rest.timestamp),
    })
}

/// Times come from JavaScript, where they are floating-point numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative and fractional milliseconds carry no meaning; the cast saturates"
)]
fn milliseconds(number: Option<f64>) -> Option<u64> {
    number.map(|number| number.max(0.0) as u64)
}
