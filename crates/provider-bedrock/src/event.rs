//! What a ConverseStream response consists of, as far as we read it.
//!
//! Our own small types rather than the SDK's: the state machine behind them is pure, new members of the service pass
//! through without a new SDK, and JSON keeps its order. Source: the `ConverseStreamOutput` union of the Bedrock Runtime
//! API reference.

mod content;
mod metadata;
mod wire;

use clawdia_core::{Citation, without_lone_surrogates};
use serde_json::Value;

pub(crate) use content::{citation, hidden, image_delta, image_start, tool_result, tool_use};
pub(crate) use metadata::Metadata;

/// One event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BedrockEvent {
    MessageStart {
        role: String,
    },
    BlockStart {
        block: u64,
        start: BlockStart,
    },
    BlockDelta {
        block: u64,
        delta: BlockDelta,
    },
    BlockStop {
        block: u64,
    },
    MessageStop {
        stop_reason: String,
        /// The members of the model's own answer that were asked for.
        fields: Value,
    },
    Metadata(Box<Metadata>),
    /// An event this version does not know.
    Unknown {
        name: String,
    },
}

/// How a block begins. Text and reasoning begin with their first delta.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BlockStart {
    ToolUse(ToolUse),
    ToolResult(ToolResult),
    Image {
        format: String,
    },
    /// A kind of block we do not hand on: what it is called on the wire.
    Other(String),
}

/// How a block goes on. What is rare is boxed: deltas of text are many, and each is moved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BlockDelta {
    Text(String),
    ToolInput(String),
    /// Input that says itself what call it belongs to.
    ToolUse(Box<ToolUse>),
    Thinking(String),
    Signature(String),
    Redacted(Vec<u8>),
    Citation(Box<Citation>),
    ToolResult(Vec<Value>),
    Image(Box<ImageDelta>),
    /// A kind of delta we do not hand on: what it is called on the wire.
    Other(String),
}

/// A call of a tool; what is not said is empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ToolUse {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What kind of call it is; said of tools that the service runs itself.
    pub(crate) kind: Option<String>,
    pub(crate) input: Option<String>,
}

impl ToolUse {
    /// Whether the service runs the tool itself; its calls say what kind they are.
    pub(crate) fn is_of_server(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| !matches!(kind, "" | "tool_use"))
    }
}

/// What a tool returned that the service ran itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ToolResult {
    pub(crate) id: String,
    pub(crate) kind: Option<String>,
    pub(crate) is_error: bool,
    pub(crate) content: Vec<Value>,
}

/// A piece of an image, or why there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ImageDelta {
    pub(crate) format: Option<String>,
    pub(crate) bytes: Vec<u8>,
    /// Where the image lies, if it is not in the answer.
    pub(crate) address: Option<String>,
    pub(crate) error: Option<String>,
}

/// An event's payload is not what its name promises.
#[derive(Debug, thiserror::Error)]
#[error("the service sent a `{event}` event that cannot be read")]
pub(crate) struct MalformedEvent {
    event: String,
    #[source]
    source: serde_json::Error,
}

impl BedrockEvent {
    /// Reads the payload of an event frame. Padding is ignored.
    pub(crate) fn parse(name: &str, payload: &[u8]) -> Result<Self, MalformedEvent> {
        wire::read(name, payload)
            .or_else(|error| {
                // A model may cut an emoji in half, and no text of ours can hold the halves.
                let text = std::str::from_utf8(payload).map_err(|_| error)?;
                wire::read(name, without_lone_surrogates(text).as_bytes())
            })
            .or_else(|error| wire::read_essence(name, payload).ok_or(error))
            .map_err(|source| MalformedEvent { event: name.to_owned(), source })
    }
}
