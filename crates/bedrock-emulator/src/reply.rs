//! What a test tells the emulator to answer instead of what it would answer by itself.
//!
//! Scripts speak in events and not in bytes, so that a test reads like the conversation it is
//! about; where the bytes matter (broken frames, odd chunks, cut connections) there is a step
//! for it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::body::Piece;
use crate::failures::{Failure, Wrapping};
use crate::frame;
use crate::gate::Gate;
use crate::identifiers;
use crate::turn::Turn;

/// A scripted reply to one request, an invocation of a model for the most part.
///
/// ```
/// use clawdia_bedrock_emulator::{Reply, Step};
/// use serde_json::json;
///
/// let broken = Reply::stream([
///     Step::event("messageStart", json!({"role": "assistant"})),
///     Step::event("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "Hel"}})),
///     Step::cut(),
/// ]);
/// let busy = Reply::error(429, "ThrottlingException", "Too many requests, please wait before trying again.")
///     .header("retry-after", "1");
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) content: Content,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) chunk: Option<usize>,
    pub(crate) gate: Option<Gate>,
    pub(crate) judged: bool,
}

/// The substance of a reply.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// What the emulator would say by itself.
    Answer,
    /// A turn, in whichever form the request asks for.
    Turn(Box<Turn>),
    /// An event stream, step by step.
    Stream(Vec<Step>),
    /// The document of a plain reply.
    Document(Value),
    /// An error in the service's envelope.
    Error { status: u16, exception: String, message: String },
    /// Any HTTP response, as a proxy in between might send it.
    Http { status: u16, body: Bytes },
}

/// One step of a scripted event stream.
#[derive(Clone, Debug)]
pub struct Step {
    pub(crate) action: Action,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Event { name: String, payload: Value, padded: bool },
    Exception { name: String, message: String },
    ErrorFrame { code: String, message: String },
    Raw(Bytes),
    Corrupt { name: String, payload: Value },
    Truncated { name: String, payload: Value, kept: usize },
    Delay(Duration),
    Gate(Gate),
    Cut,
}

impl Reply {
    /// What the emulator says by itself, as if nothing had been scripted.
    pub fn answer() -> Self {
        Self::of(Content::Answer)
    }

    /// A whole turn; streamed or plain, as the request asks for.
    pub fn turn(turn: Turn) -> Self {
        Self::of(Content::Turn(Box::new(turn)))
    }

    /// A turn that is one text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::turn(Turn::new().text(text))
    }

    /// A turn that is one tool call, whose arguments stream in these fragments.
    pub fn tool_call(
        id: impl Into<String>,
        name: impl Into<String>,
        fragments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::turn(Turn::new().tool_call(id, name, fragments))
    }

    /// A 200 with an event stream, step by step.
    pub fn stream(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::of(Content::Stream(steps.into_iter().collect()))
    }

    /// A 200 with this document, for `converse`.
    pub fn converse(document: Value) -> Self {
        Self::document(document)
    }

    /// A 200 with this JSON, for every operation that does not stream.
    pub fn document(document: Value) -> Self {
        Self::of(Content::Document(document))
    }

    /// An error in the service's envelope.
    pub fn error(status: u16, exception: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Content::Error { status, exception: exception.into(), message: message.into() })
    }

    /// A failure of the [table](crate::failures()): over HTTP, wrapped as the service does, or at the start of a stream
    /// if it comes only there.
    pub fn failure(failure: &Failure) -> Self {
        let Some(status) = failure.status else {
            let start = Step::event("messageStart", json!({ "role": "assistant" }));
            return Self::stream([start, failure.exception_frame()]);
        };
        let Failure { exception, message, .. } = *failure;
        let named = |name: String, body: Value| {
            let reply = Self::http(status).header("x-amzn-errortype", name).body(body.to_string());
            reply.header("content-type", "application/json")
        };
        let nameless = |body: Value| {
            Self::http(status).header("content-type", "application/json").body(body.to_string())
        };
        let reply = match failure.wrapping {
            Wrapping::Envelope => return Self::error(status, exception, message),
            Wrapping::BareName => named(exception.to_owned(), json!({ "Message": message })),
            Wrapping::QueueFacts => {
                let facts = json!({
                    "qosTier": "10",
                    "rudiMetadata": r#"{"queueDwellTimeInMs":0,"expectedQueueDelayInMs":394460}"#,
                });
                named(
                    format!("{exception}:http://internal.amazon.com/coral/com.amazon.bedrock/"),
                    json!({ "exceptionMetadata": facts, "message": message }),
                )
            }
            Wrapping::NameInBody => {
                nameless(json!({ "__type": format!("com.amazon.bedrock#{exception}"), "message": message }))
            }
            Wrapping::Nameless => nameless(json!({ "message": message })),
            Wrapping::Page => {
                return Self::http(status).header("content-type", "text/html").body(message);
            }
        };
        let request_id = identifiers::request_id();
        reply.header("x-amzn-requestid", request_id.to_str().unwrap_or_default())
    }

    /// A bare HTTP response, as a proxy or load balancer sends it; see [`Reply::body`].
    pub fn http(status: u16) -> Self {
        Self::of(Content::Http { status, body: Bytes::new() })
    }

    /// The throttling error that the service sends most.
    pub fn throttled() -> Self {
        Self::error(429, "ThrottlingException", "Too many requests, please wait before trying again.")
    }

    /// Sets the body of [`Reply::http`]; other replies have a body of their own and ignore it.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        if let Content::Http { body, .. } = &mut self.content {
            *body = bytes.into();
        }
        self
    }

    /// Adds or replaces a response header; one that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Cuts a stream's bytes anew, so that a chunk ends after every `size` bytes.
    #[must_use]
    pub fn chunked_at(mut self, size: usize) -> Self {
        self.chunk = Some(size.max(1));
        self
    }

    /// Holds back the whole response, head included, until the gate opens.
    #[must_use]
    pub fn after(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// Sends the reply whatever the request looks like: neither signature nor content is judged.
    #[must_use]
    pub fn unjudged(mut self) -> Self {
        self.judged = false;
        self
    }

    fn of(content: Content) -> Self {
        Self { content, headers: Vec::new(), chunk: None, gate: None, judged: true }
    }
}

impl Step {
    /// An event, padded at random as the service does.
    pub fn event(name: impl Into<String>, payload: Value) -> Self {
        Self::of(Action::Event { name: name.into(), payload, padded: true })
    }

    /// An event exactly as given.
    pub fn unpadded(name: impl Into<String>, payload: Value) -> Self {
        Self::of(Action::Event { name: name.into(), payload, padded: false })
    }

    /// An exception frame; its name starts with a lower-case letter, as in `throttlingException`.
    pub fn exception(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Action::Exception { name: name.into(), message: message.into() })
    }

    /// A frame of message type `error`, which no API model describes.
    pub fn error_frame(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Action::ErrorFrame { code: code.into(), message: message.into() })
    }

    /// Any bytes.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::of(Action::Raw(bytes.into()))
    }

    /// An event whose frame ends in a wrong checksum.
    pub fn corrupt(name: impl Into<String>, payload: Value) -> Self {
        Self::of(Action::Corrupt { name: name.into(), payload })
    }

    /// The first `kept` bytes of an event's frame.
    pub fn truncated(name: impl Into<String>, payload: Value, kept: usize) -> Self {
        Self::of(Action::Truncated { name: name.into(), payload, kept })
    }

    /// A pause.
    pub fn delay(duration: Duration) -> Self {
        Self::of(Action::Delay(duration))
    }

    /// A pause until the gate opens.
    pub fn gate(gate: &Gate) -> Self {
        Self::of(Action::Gate(gate.clone()))
    }

    /// Closes the connection here, without the chunk that ends a body.
    pub fn cut() -> Self {
        Self::of(Action::Cut)
    }

    fn of(action: Action) -> Self {
        Self { action }
    }

    pub(crate) fn piece(self) -> Piece {
        match self.action {
            Action::Event { name, payload, padded: true } => {
                Piece::Bytes(frame::event(&name, &frame::padded(payload)))
            }
            Action::Event { name, payload, padded: false } => Piece::Bytes(frame::event(&name, &payload)),
            Action::Exception { name, message } => {
                Piece::Bytes(frame::exception(&name, &json!({ "message": message })))
            }
            Action::ErrorFrame { code, message } => Piece::Bytes(frame::error(&code, &message)),
            Action::Raw(bytes) => Piece::Bytes(bytes),
            Action::Corrupt { name, payload } => {
                Piece::Bytes(frame::corrupted(&frame::event(&name, &frame::padded(payload))))
            }
            Action::Truncated { name, payload, kept } => {
                let mut bytes = frame::event(&name, &payload);
                bytes.truncate(kept);
                Piece::Bytes(bytes)
            }
            Action::Delay(duration) => Piece::Delay(duration),
            Action::Gate(gate) => Piece::Gate(gate),
            Action::Cut => Piece::Cut,
        }
    }
}
