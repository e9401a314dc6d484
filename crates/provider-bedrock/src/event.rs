//! What a ConverseStream response consists of, as far as we read it.
//!
//! Our own small types rather than the SDK's: the state machine behind them is pure, new members of the service pass
//! through without a new SDK, and JSON keeps its order. Source: the `ConverseStreamOutput` union of the Bedrock Runtime
//! API reference.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_core::{Citation, without_lone_surrogates};
use serde::Deserialize;
use serde_json::Value;

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
    ToolUse {
        id: String,
        name: String,
        input: Option<String>,
    },
    /// A kind of block we do not hand on: what it is called on the wire.
    Other(String),
}

/// How a block goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BlockDelta {
    Text(String),
    ToolInput(String),
    Thinking(String),
    Signature(String),
    Redacted(Vec<u8>),
    Citation(Citation),
    /// A kind of delta we do not hand on: what it is called on the wire.
    Other(String),
}

/// What the service says about the answer as a whole.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) usage: TokenUsage,
    #[serde(default)]
    pub(crate) service_tier: Option<ServiceTier>,
    #[serde(default)]
    pub(crate) trace: Option<Trace>,
}

/// Tokens as the service counts them: `input_tokens` leaves out what the cache served.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenUsage {
    #[serde(default)]
    pub(crate) input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) output_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) total_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) cache_write_input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) cache_details: Option<Vec<CacheDetail>>,
}

/// Cache writes of one lifetime.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CacheDetail {
    #[serde(default)]
    pub(crate) ttl: Option<String>,
    #[serde(default)]
    pub(crate) input_tokens: Option<u64>,
}

/// The tier the request was served in.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(crate) struct ServiceTier {
    #[serde(default, rename = "type")]
    pub(crate) name: Option<String>,
}

/// How the service came to its answer; only the router's choice is read.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trace {
    #[serde(default)]
    pub(crate) prompt_router: Option<PromptRouterTrace>,
}

/// Which model a prompt router chose.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromptRouterTrace {
    #[serde(default)]
    pub(crate) invoked_model_id: Option<String>,
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
    /// Reads the payload of an event frame. Members that are not known, padding among them, are ignored.
    pub(crate) fn parse(name: &str, payload: &[u8]) -> Result<Self, MalformedEvent> {
        Self::read(name, payload)
            .or_else(|error| {
                // A model may cut an emoji in half, and no text of ours can hold the halves.
                let text = std::str::from_utf8(payload).map_err(|_| error)?;
                Self::read(name, without_lone_surrogates(text).as_bytes())
            })
            .map_err(|source| MalformedEvent { event: name.to_owned(), source })
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(match name {
            "contentBlockDelta" => {
                let wire: DeltaEvent = serde_json::from_slice(payload)?;
                Self::BlockDelta { block: wire.content_block_index, delta: wire.delta.into_delta() }
            }
            "contentBlockStart" => {
                let wire: StartEvent = serde_json::from_slice(payload)?;
                Self::BlockStart { block: wire.content_block_index, start: wire.start.into_start() }
            }
            "contentBlockStop" => {
                let wire: StopEvent = serde_json::from_slice(payload)?;
                Self::BlockStop { block: wire.content_block_index }
            }
            "messageStart" => {
                let wire: MessageStartEvent = serde_json::from_slice(payload)?;
                Self::MessageStart { role: wire.role }
            }
            "messageStop" => {
                let wire: MessageStopEvent = serde_json::from_slice(payload)?;
                Self::MessageStop { stop_reason: wire.stop_reason.unwrap_or_default() }
            }
            "metadata" => Self::Metadata(serde_json::from_slice(payload)?),
            other => Self::Unknown { name: other.to_owned() },
        })
    }
}

#[derive(Deserialize)]
struct MessageStartEvent {
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageStopEvent {
    #[serde(default)]
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StopEvent {
    #[serde(default)]
    content_block_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartEvent {
    #[serde(default)]
    content_block_index: u64,
    #[serde(default)]
    start: WireStart,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStart {
    tool_use: Option<WireToolUse>,
    tool_result: Option<Value>,
    image: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireToolUse {
    #[serde(default)]
    tool_use_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    input: Option<Value>,
}

impl WireStart {
    fn into_start(self) -> BlockStart {
        match self {
            // A tool that the service runs itself is not for the host to run.
            Self { tool_use: Some(WireToolUse { kind: Some(kind), .. }), .. } => BlockStart::Other(kind),
            Self { tool_use: Some(tool), .. } => BlockStart::ToolUse {
                id: tool.tool_use_id.unwrap_or_default(),
                name: tool.name.unwrap_or_default(),
                input: tool.input.and_then(input_text),
            },
            Self { tool_result: Some(_), .. } => BlockStart::Other("toolResult".to_owned()),
            Self { image: Some(_), .. } => BlockStart::Other("image".to_owned()),
            Self { .. } => BlockStart::Other("unknown".to_owned()),
        }
    }
}

/// The text of arguments that came with the start of a call; an empty object announces deltas.
fn input_text(input: Value) -> Option<String> {
    match input {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text),
        Value::Object(object) if object.is_empty() => None,
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeltaEvent {
    #[serde(default)]
    content_block_index: u64,
    #[serde(default)]
    delta: WireDelta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDelta {
    text: Option<String>,
    tool_use: Option<WireToolInput>,
    reasoning_content: Option<WireReasoning>,
    citation: Option<WireCitation>,
    tool_result: Option<serde::de::IgnoredAny>,
    image: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct WireToolInput {
    #[serde(default)]
    input: Option<String>,
}

/// A piece of reasoning.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireReasoning {
    pub(crate) text: Option<String>,
    pub(crate) signature: Option<String>,
    pub(crate) redacted_content: Option<String>,
}

/// A source.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireCitation {
    title: Option<String>,
    source: Option<String>,
    #[serde(default)]
    source_content: Option<Vec<WireSourceContent>>,
    location: Option<Value>,
}

#[derive(Deserialize)]
struct WireSourceContent {
    #[serde(default)]
    text: Option<String>,
}

impl WireDelta {
    fn into_delta(self) -> BlockDelta {
        match self {
            Self { text: Some(text), .. } => BlockDelta::Text(text),
            Self { tool_use: Some(tool), .. } => BlockDelta::ToolInput(tool.input.unwrap_or_default()),
            Self { reasoning_content: Some(reasoning), .. } => reasoning.into_delta(),
            Self { citation: Some(citation), .. } => BlockDelta::Citation(citation.into_citation()),
            Self { tool_result: Some(_), .. } => BlockDelta::Other("toolResult".to_owned()),
            Self { image: Some(_), .. } => BlockDelta::Other("image".to_owned()),
            Self { .. } => BlockDelta::Other("unknown".to_owned()),
        }
    }
}

impl WireReasoning {
    pub(crate) fn into_delta(self) -> BlockDelta {
        match self {
            Self { redacted_content: Some(encoded), .. } => match STANDARD.decode(encoded) {
                Ok(bytes) => BlockDelta::Redacted(bytes),
                Err(_) => BlockDelta::Other("redactedContent that is no base64".to_owned()),
            },
            Self { signature: Some(signature), .. } => BlockDelta::Signature(signature),
            Self { text: Some(text), .. } => BlockDelta::Thinking(text),
            Self { .. } => BlockDelta::Other("unknown reasoning".to_owned()),
        }
    }
}

impl WireCitation {
    pub(crate) fn into_citation(self) -> Citation {
        Citation {
            title: self.title,
            source: self.source,
            source_content: self
                .source_content
                .into_iter()
                .flatten()
                .filter_map(|content| content.text)
                .collect(),
            location: self.location,
        }
    }
}
