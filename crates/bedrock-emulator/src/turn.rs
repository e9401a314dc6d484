//! A model's turn, and the two ways the service delivers it: as events and as one document.
//!
//! Automatic answers and scripted turns are both turns, so a streamed reply and a plain one can
//! never disagree, and a thinking block gets its signature at one place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::seal::{Prefix, Seal};

/// A whole turn of a model, for [`Reply::turn`](crate::Reply::turn).
///
/// Blocks come out in the order they were added. The stop reason is `tool_use` when a tool is
/// called and `end_turn` otherwise, unless it is set.
///
/// ```
/// use clawdia_bedrock_emulator::{Reply, Turn};
///
/// let turn = Turn::new()
///     .thinking("A greeting is polite.")
///     .text("Hello. ")
///     .tool_call("tooluse_1", "wave", ["{\"hand\":", "\"left\"}"]);
/// let reply = Reply::turn(turn);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Turn {
    pub(crate) blocks: Vec<Block>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) usage: Option<Value>,
    pub(crate) additional_fields: Option<Value>,
}

/// A block of a turn; text is kept in the fragments that the stream sends one by one.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Thinking { fragments: Vec<String>, signed: bool },
    Redacted(String),
    Text(Vec<String>),
    ToolCall { id: String, name: String, fragments: Vec<String> },
}

/// What a turn needs from its surroundings to become a response.
pub(crate) struct Delivery<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) prefix: &'a Prefix,
    pub(crate) usage: Value,
    pub(crate) latency_milliseconds: u64,
    pub(crate) service_tier: Option<Value>,
}

impl Turn {
    /// A turn without any block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text block that streams word by word.
    #[must_use]
    pub fn text(self, text: impl AsRef<str>) -> Self {
        let fragments = fragments(text.as_ref());
        self.text_fragments(fragments)
    }

    /// Adds a text block that streams in exactly these fragments.
    #[must_use]
    pub fn text_fragments(mut self, fragments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.blocks.push(Block::Text(fragments.into_iter().map(Into::into).collect()));
        self
    }

    /// Adds a thinking block; the emulator signs it, and accepts the signature back.
    #[must_use]
    pub fn thinking(mut self, text: impl AsRef<str>) -> Self {
        self.blocks.push(Block::Thinking { fragments: fragments(text.as_ref()), signed: true });
        self
    }

    /// Adds a thinking block without a signature, as models other than Claude send them.
    #[must_use]
    pub fn unsigned_thinking(mut self, text: impl AsRef<str>) -> Self {
        self.blocks.push(Block::Thinking { fragments: fragments(text.as_ref()), signed: false });
        self
    }

    /// Adds a thinking block that the client cannot read but has to give back.
    #[must_use]
    pub fn redacted_thinking(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Redacted(text.into()));
        self
    }

    /// Adds a tool call whose arguments stream in exactly these fragments.
    #[must_use]
    pub fn tool_call(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        fragments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.blocks.push(Block::ToolCall {
            id: id.into(),
            name: name.into(),
            fragments: fragments.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Sets the stop reason, in the service's words.
    #[must_use]
    pub fn stop_reason(mut self, stop_reason: impl Into<String>) -> Self {
        self.stop_reason = Some(stop_reason.into());
        self
    }

    /// Sets the usage, which is counted from the request and the blocks otherwise.
    #[must_use]
    pub fn usage(mut self, usage: Value) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Sets `additionalModelResponseFields`.
    #[must_use]
    pub fn additional_fields(mut self, fields: Value) -> Self {
        self.additional_fields = Some(fields);
        self
    }

    /// The stop reason that goes out.
    pub(crate) fn stop(&self) -> &str {
        match &self.stop_reason {
            Some(reason) => reason,
            None if self.blocks.iter().any(|block| matches!(block, Block::ToolCall { .. })) => "tool_use",
            None => "end_turn",
        }
    }

    /// How many tokens the blocks come to.
    pub(crate) fn tokens(&self) -> u64 {
        self.blocks.iter().map(Block::tokens).sum::<u64>().max(1)
    }

    /// The events of the streamed reply, in order.
    pub(crate) fn events(&self, delivery: &Delivery<'_>) -> Vec<(&'static str, Value)> {
        let mut events = vec![("messageStart", json!({ "role": "assistant" }))];
        for (index, block) in self.blocks.iter().enumerate() {
            // Only tool calls are announced; text and thinking begin with their first delta.
            if let Block::ToolCall { id, name, .. } = block {
                let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
                events.push(("contentBlockStart", json!({ "contentBlockIndex": index, "start": start })));
            }
            for delta in block.deltas(delivery) {
                events.push(("contentBlockDelta", json!({ "contentBlockIndex": index, "delta": delta })));
            }
            events.push(("contentBlockStop", json!({ "contentBlockIndex": index })));
        }
        let mut stop = json!({ "stopReason": self.stop() });
        if let Some(fields) = &self.additional_fields {
            stop["additionalModelResponseFields"] = fields.clone();
        }
        events.push(("messageStop", stop));
        let mut metadata = json!({
            "usage": self.usage.as_ref().unwrap_or(&delivery.usage),
            "metrics": { "latencyMs": delivery.latency_milliseconds },
        });
        if let Some(tier) = &delivery.service_tier {
            metadata["serviceTier"] = tier.clone();
        }
        events.push(("metadata", metadata));
        events
    }

    /// The document of the plain reply.
    pub(crate) fn document(&self, delivery: &Delivery<'_>) -> Value {
        let content: Vec<Value> = self.blocks.iter().map(|block| block.content(delivery)).collect();
        let mut document = json!({
            "metrics": { "latencyMs": delivery.latency_milliseconds },
            "output": { "message": { "role": "assistant", "content": content } },
            "stopReason": self.stop(),
            "usage": self.usage.as_ref().unwrap_or(&delivery.usage),
        });
        if let Some(fields) = &self.additional_fields {
            document["additionalModelResponseFields"] = fields.clone();
        }
        if let Some(tier) = &delivery.service_tier {
            document["serviceTier"] = tier.clone();
        }
        document
    }
}

impl Block {
    /// How many tokens the block comes to.
    pub(crate) fn tokens(&self) -> u64 {
        match self {
            Self::Thinking { fragments, .. } | Self::Text(fragments) => {
                crate::tokens::of_characters(fragments.iter().map(|fragment| fragment.chars().count()).sum())
            }
            Self::Redacted(text) => crate::tokens::of_text(text),
            Self::ToolCall { name, fragments, .. } => {
                let characters: usize = fragments.iter().map(|fragment| fragment.chars().count()).sum();
                crate::tokens::of_characters(characters + name.chars().count())
            }
        }
    }

    fn deltas(&self, delivery: &Delivery<'_>) -> Vec<Value> {
        match self {
            Self::Text(fragments) => fragments.iter().map(|text| json!({ "text": text })).collect(),
            Self::ToolCall { fragments, .. } => {
                fragments.iter().map(|input| json!({ "toolUse": { "input": input } })).collect()
            }
            Self::Thinking { fragments, signed } => {
                let mut deltas: Vec<Value> =
                    fragments.iter().map(|text| json!({ "reasoningContent": { "text": text } })).collect();
                if *signed {
                    let signature = delivery.seal.signature(&fragments.concat(), delivery.prefix);
                    deltas.push(json!({ "reasoningContent": { "signature": signature } }));
                }
                deltas
            }
            Self::Redacted(text) => {
                let blob = delivery.seal.redact(text);
                // Two pieces of no particular length: base64 texts cannot simply be joined.
                let (first, second) = blob.split_at(blob.len() / 2);
                [first, second]
                    .iter()
                    .map(|bytes| json!({ "reasoningContent": { "redactedContent": STANDARD.encode(bytes) } }))
                    .collect()
            }
        }
    }

    fn content(&self, delivery: &Delivery<'_>) -> Value {
        match self {
            Self::Text(fragments) => json!({ "text": fragments.concat() }),
            Self::ToolCall { id, name, fragments } => {
                // A call that was cut off has no arguments that could be shown as a document.
                let input = serde_json::from_str(&fragments.concat()).unwrap_or_default();
                json!({ "toolUse": { "toolUseId": id, "name": name, "input": Value::Object(input) } })
            }
            Self::Thinking { fragments, signed } => {
                let text = fragments.concat();
                let mut thought = Map::new();
                if *signed {
                    let signature = delivery.seal.signature(&text, delivery.prefix);
                    thought.insert("signature".to_owned(), Value::String(signature));
                }
                thought.insert("text".to_owned(), Value::String(text));
                json!({ "reasoningContent": { "reasoningText": thought } })
            }
            Self::Redacted(text) => {
                let blob = STANDARD.encode(delivery.seal.redact(text));
                json!({ "reasoningContent": { "redactedContent": blob } })
            }
        }
    }
}

/// Cuts text after its spaces, two words at a time, as models stream it.
pub(crate) fn fragments(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(2).map(<[&str]>::concat).collect()
}
