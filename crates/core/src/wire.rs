//! The JSON lines a host in another language reads and writes.
//!
//! Separate from the Rust events because the lines carry what the events leave out: the `content` of an `_end`, the
//! `message` of `done`. Only this module writes those lines, from an event and the [`Accumulator`] that has taken it
//! in; and only this module reads a request.

use serde::Serialize;
use serde_json::Value;

use crate::accumulator::Accumulator;
use crate::block::AssistantBlock;
use crate::context::Context;
use crate::error::ProviderError;
use crate::json_text::without_lone_surrogates;
use crate::message::{AssistantMessage, Message};
use crate::model::Model;
use crate::stop_reason::StopReason;
use crate::stream_event::StreamEvent;
use crate::stream_options::StreamOptions;
use crate::transcript::{self, ShapeError};

/// A request for one answer, as `clawdia stream` reads it.
///
/// ```
/// use clawdia_core::wire::{Request, RequestModel};
/// let request = Request::from_json(
///     r#"{"model": "acme/large", "context": {"messages": [{"role": "user", "content": "hi"}]}}"#,
/// )?;
/// assert!(matches!(request.model, RequestModel::Name(name) if name == "acme/large"));
/// # Ok::<(), clawdia_core::wire::RequestError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// What the caller calls the request; echoed on each of its lines.
    pub id: Option<Value>,
    /// Which model is asked.
    pub model: RequestModel,
    /// What it is asked.
    pub context: Context,
    /// How.
    pub options: StreamOptions,
}

/// The model of a request: by a name, or described in full.
#[derive(Debug, Clone)]
pub enum RequestModel {
    /// A ref `provider/model`, or what else the host calls the model, such as a short name from its configuration.
    Name(String),
    /// A whole description, used as it is.
    Model(Box<Model>),
}

/// A text that is no [`Request`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The text is no JSON.
    #[error("the request is not valid JSON: {message} at line {line}, column {column}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The JSON is no request.
    #[error("the request is not valid {0}")]
    Shape(ShapeError),
}

/// The members of a request.
const MEMBERS: &[&str] = &["id", "model", "context", "options"];

impl Request {
    /// Reads a request. Halves of surrogate pairs, which JavaScript can write and no UTF-8 text can hold, are dropped.
    ///
    /// # Errors
    /// When the text is no JSON, with line and column; when it is no request, with the path of the first flaw.
    pub fn from_json(text: &str) -> Result<Self, RequestError> {
        let value = parse(text)?;
        Self::from_value(value).map_err(RequestError::Shape)
    }

    fn from_value(value: Value) -> Result<Self, ShapeError> {
        let Value::Object(mut object) = value else {
            return Err(ShapeError::new("", "expected an object with `model` and `context`"));
        };
        // First of all, since a misspelt member is why another is missing.
        let stray = |name: &&String| !MEMBERS.contains(&name.as_str());
        if let Some(stray) = object.keys().find(stray) {
            return Err(transcript::unknown_member("", stray, MEMBERS));
        }
        let id = object.shift_remove("id");
        let model = match object.shift_remove("model") {
            Some(Value::String(name)) if name.trim().is_empty() => {
                return Err(ShapeError::new("model", "the name of the model is blank"));
            }
            Some(Value::String(name)) => RequestModel::Name(name),
            Some(value @ Value::Object(_)) => {
                RequestModel::Model(Box::new(transcript::record(value, "model")?))
            }
            Some(_) => return Err(ShapeError::new("model", "expected a model's name or a model object")),
            None => return Err(ShapeError::new("", "missing member `model`")),
        };
        let context = match object.shift_remove("context") {
            Some(value) => transcript::context(value, "context")?,
            None => return Err(ShapeError::new("", "missing member `context`")),
        };
        let options = match object.shift_remove("options") {
            None | Some(Value::Null) => StreamOptions::default(),
            Some(value) => transcript::record(value, "options")?,
        };
        Ok(Self { id, model, context, options })
    }
}

/// The `id` of a text that may be no request, so that its error can be told apart from those of others.
pub fn request_id(text: &str) -> Option<Value> {
    match parse(text) {
        Ok(Value::Object(mut object)) => object.shift_remove("id"),
        Ok(_) | Err(_) => None,
    }
}

fn parse(text: &str) -> Result<Value, RequestError> {
    serde_json::from_str(&without_lone_surrogates(text)).map_err(|error| {
        let position = format!(" at line {} column {}", error.line(), error.column());
        RequestError::Syntax {
            message: error.to_string().replace(&position, ""),
            line: error.line(),
            column: error.column(),
        }
    })
}

/// The line for an event that `accumulator` has just taken in, without a line break.
pub fn event_line(event: &StreamEvent, accumulator: &Accumulator, id: Option<&Value>) -> String {
    let block = |content_index: usize| accumulator.message().content.get(content_index);
    let line = match event {
        StreamEvent::Start => Line::Start,
        StreamEvent::TextStart { content_index } => Line::TextStart { content_index: *content_index },
        StreamEvent::TextDelta { content_index, delta } => {
            Line::TextDelta { content_index: *content_index, delta }
        }
        StreamEvent::TextEnd { content_index, .. } => Line::TextEnd {
            content_index: *content_index,
            content: match block(*content_index) {
                Some(AssistantBlock::Text(text)) => &text.text,
                _ => "",
            },
        },
        StreamEvent::ThinkingStart { content_index } => Line::ThinkingStart { content_index: *content_index },
        StreamEvent::ThinkingDelta { content_index, delta } => {
            Line::ThinkingDelta { content_index: *content_index, delta }
        }
        StreamEvent::ThinkingEnd { content_index, .. } => Line::ThinkingEnd {
            content_index: *content_index,
            content: match block(*content_index) {
                Some(AssistantBlock::Thinking(thinking)) => &thinking.thinking,
                _ => "",
            },
        },
        StreamEvent::ToolCallStart { content_index, id, name } => {
            Line::ToolCallStart { content_index: *content_index, id: id.as_str(), name }
        }
        StreamEvent::ToolCallDelta { content_index, delta } => {
            Line::ToolCallDelta { content_index: *content_index, delta }
        }
        StreamEvent::ToolCallEnd { content_index } => {
            Line::ToolCallEnd { content_index: *content_index, tool_call: block(*content_index) }
        }
        StreamEvent::ServerToolCallStart { content_index, id, name } => {
            Line::ServerToolCallStart { content_index: *content_index, id: id.as_str(), name }
        }
        StreamEvent::ServerToolCallDelta { content_index, delta } => {
            Line::ServerToolCallDelta { content_index: *content_index, delta }
        }
        StreamEvent::ServerToolCallEnd { content_index } => {
            Line::ServerToolCallEnd { content_index: *content_index, tool_call: block(*content_index) }
        }
        StreamEvent::ServerToolResultStart { content_index, id } => {
            Line::ServerToolResultStart { content_index: *content_index, tool_call_id: id.as_str() }
        }
        StreamEvent::ServerToolResultEnd { content_index, .. } => {
            Line::ServerToolResultEnd { content_index: *content_index, result: block(*content_index) }
        }
        StreamEvent::ImageStart { content_index, mime_type } => {
            Line::ImageStart { content_index: *content_index, mime_type }
        }
        StreamEvent::ImageEnd { content_index, .. } => {
            Line::ImageEnd { content_index: *content_index, image: block(*content_index) }
        }
        StreamEvent::Done(finish) => {
            Line::Done { reason: finish.stop_reason, message: WithRole::new(accumulator.message()) }
        }
    };
    write(&line, id)
}

/// The last line of a request that failed with `error`, which `accumulator` has taken in.
pub fn error_line(error: &ProviderError, accumulator: &Accumulator, id: Option<&Value>) -> String {
    let message = accumulator.message();
    let line =
        Line::Error { reason: message.stop_reason, error: WithRole::new(message), cause: Cause::of(error) };
    write(&line, id)
}

/// Writes a whole message as a transcript holds it, role included.
pub fn message_json(message: &Message) -> String {
    to_json(message)
}

fn write(line: &Line<'_>, id: Option<&Value>) -> String {
    to_json(&Tagged { id, line })
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("lines hold text, numbers and string-keyed maps, all of which JSON can show")
}

#[derive(Serialize)]
struct Tagged<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    #[serde(flatten)]
    line: &'a Line<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum Line<'a> {
    #[serde(rename = "start")]
    Start,
    #[serde(rename = "text_start")]
    TextStart { content_index: usize },
    #[serde(rename = "text_delta")]
    TextDelta { content_index: usize, delta: &'a str },
    #[serde(rename = "text_end")]
    TextEnd { content_index: usize, content: &'a str },
    #[serde(rename = "thinking_start")]
    ThinkingStart { content_index: usize },
    #[serde(rename = "thinking_delta")]
    ThinkingDelta { content_index: usize, delta: &'a str },
    #[serde(rename = "thinking_end")]
    ThinkingEnd { content_index: usize, content: &'a str },
    #[serde(rename = "toolcall_start")]
    ToolCallStart { content_index: usize, id: &'a str, name: &'a str },
    #[serde(rename = "toolcall_delta")]
    ToolCallDelta { content_index: usize, delta: &'a str },
    #[serde(rename = "toolcall_end")]
    ToolCallEnd { content_index: usize, tool_call: Option<&'a AssistantBlock> },
    #[serde(rename = "servertoolcall_start")]
    ServerToolCallStart { content_index: usize, id: &'a str, name: &'a str },
    #[serde(rename = "servertoolcall_delta")]
    ServerToolCallDelta { content_index: usize, delta: &'a str },
    #[serde(rename = "servertoolcall_end")]
    ServerToolCallEnd { content_index: usize, tool_call: Option<&'a AssistantBlock> },
    #[serde(rename = "servertoolresult_start")]
    ServerToolResultStart { content_index: usize, tool_call_id: &'a str },
    #[serde(rename = "servertoolresult_end")]
    ServerToolResultEnd { content_index: usize, result: Option<&'a AssistantBlock> },
    #[serde(rename = "image_start")]
    ImageStart { content_index: usize, mime_type: &'a str },
    #[serde(rename = "image_end")]
    ImageEnd { content_index: usize, image: Option<&'a AssistantBlock> },
    #[serde(rename = "done")]
    Done { reason: StopReason, message: WithRole<'a> },
    #[serde(rename = "error")]
    Error { reason: StopReason, error: WithRole<'a>, cause: Cause<'a> },
}

/// An assistant message with the `role` that [`Message`] would give it.
#[derive(Serialize)]
struct WithRole<'a> {
    role: &'static str,
    #[serde(flatten)]
    message: &'a AssistantMessage,
}

impl<'a> WithRole<'a> {
    fn new(message: &'a AssistantMessage) -> Self {
        Self { role: "assistant", message }
    }
}

/// The machine-readable side of an error line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cause<'a> {
    kind: crate::error::ErrorKind,
    status: Option<u16>,
    code: Option<&'a str>,
    request_id: Option<&'a str>,
    retryable: bool,
    retry_after_ms: Option<u128>,
    message: String,
    hint: Option<&'a str>,
}

impl<'a> Cause<'a> {
    fn of(error: &'a ProviderError) -> Self {
        let message = match error.attempt() {
            Some(attempt) => format!("could not {attempt}: {}", error.message()),
            None => error.message().to_owned(),
        };
        Self {
            kind: error.kind(),
            status: error.status(),
            code: error.code(),
            request_id: error.request_id(),
            retryable: error.is_retryable(),
            retry_after_ms: error.retry_after().map(|wait| wait.as_millis()),
            message,
            hint: error.hint(),
        }
    }
}
