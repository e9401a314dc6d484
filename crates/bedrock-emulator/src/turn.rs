//! A model's turn, and the two ways the service delivers it: as events and as one document.
//!
//! Automatic answers and scripted turns are both turns, so a streamed reply and a plain one can
//! never disagree, and a thinking block gets its signature at one place.

mod block;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::seal::{Prefix, Seal};

pub(crate) use block::{Block, Runner};

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
    pub(crate) metadata: Option<Value>,
    /// The stop sequence that ended the turn.
    pub(crate) stopped_at: Option<String>,
    /// Why the model refused, in its vendor's words.
    pub(crate) refusal: Option<Value>,
}

/// What a turn needs from its surroundings to become a response.
pub(crate) struct Delivery<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) prefix: &'a Prefix,
    pub(crate) usage: Value,
    pub(crate) latency_milliseconds: u64,
    /// Further members of the metadata: what was asked for and is echoed, and traces.
    pub(crate) metadata: Value,
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
        self,
        id: impl Into<String>,
        name: impl Into<String>,
        fragments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.call(id.into(), name.into(), fragments.into_iter().map(Into::into).collect(), Runner::Client)
    }

    /// Adds a text block with the citations that go with it, in the API's shape.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::Turn;
    /// use serde_json::json;
    ///
    /// let citation = json!({
    ///     "title": "Report",
    ///     "sourceContent": [{ "text": "It rained." }],
    ///     "location": { "documentPage": { "documentIndex": 0, "start": 1, "end": 2 } },
    /// });
    /// let turn = Turn::new().cited_text("It was wet.", [citation]);
    /// ```
    #[must_use]
    pub fn cited_text(mut self, text: impl AsRef<str>, citations: impl IntoIterator<Item = Value>) -> Self {
        let citations = citations.into_iter().collect();
        self.blocks.push(Block::Cited { fragments: fragments(text.as_ref()), citations });
        self
    }

    /// Adds an image, in a format like `png`.
    #[must_use]
    pub fn image(mut self, format: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.blocks.push(Block::Image { format: format.into(), bytes: bytes.into() });
        self
    }

    /// Adds an image that the model failed to make.
    #[must_use]
    pub fn failed_image(mut self, message: impl Into<String>) -> Self {
        self.blocks.push(Block::FailedImage(message.into()));
        self
    }

    /// Adds a call of a tool that the service runs itself; it does not make the stop reason `tool_use`.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::Turn;
    /// use serde_json::json;
    ///
    /// let turn = Turn::new()
    ///     .server_tool_call("tooluse_1", "nova_grounding", ["{\"query\":", "\"rain\"}"])
    ///     .server_tool_result("tooluse_1", "nova_grounding_result", [json!({ "text": "[HIDDEN]" })], "success")
    ///     .text("It rained.");
    /// ```
    #[must_use]
    pub fn server_tool_call(
        self,
        id: impl Into<String>,
        name: impl Into<String>,
        fragments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.call(id.into(), name.into(), fragments.into_iter().map(Into::into).collect(), Runner::Service)
    }

    fn call(mut self, id: String, name: String, fragments: Vec<String>, by: Runner) -> Self {
        self.blocks.push(Block::ToolCall { id, name, fragments, by });
        self
    }

    /// Adds what such a tool answered: its kind of result, items with `text` or `json`, and a status.
    #[must_use]
    pub fn server_tool_result(
        mut self,
        id: impl Into<String>,
        kind: impl Into<String>,
        content: impl IntoIterator<Item = Value>,
        status: impl Into<String>,
    ) -> Self {
        self.blocks.push(Block::ServerToolResult {
            id: id.into(),
            kind: kind.into(),
            content: content.into_iter().collect(),
            status: status.into(),
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

    /// Sets `additionalModelResponseFields`, whatever the request asks for.
    #[must_use]
    pub fn additional_fields(mut self, fields: Value) -> Self {
        self.additional_fields = Some(fields);
        self
    }

    /// Adds members to the `metadata` event or, in a plain reply, to the document: `trace`,
    /// `performanceConfig`, or anything that the service may come to send.
    ///
    /// Objects are merged with what the emulator says itself; other values replace it.
    #[must_use]
    pub fn metadata(mut self, members: Value) -> Self {
        match &mut self.metadata {
            Some(metadata) => merge(metadata, &members),
            None => self.metadata = Some(members),
        }
        self
    }

    /// The stop reason that goes out.
    pub(crate) fn stop(&self) -> &str {
        match &self.stop_reason {
            Some(reason) => reason,
            None if self.calls_the_client() => "tool_use",
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
            if let Some(start) = block.start() {
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
        self.complete(&mut metadata, delivery);
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
        self.complete(&mut document, delivery);
        document
    }

    fn complete(&self, metadata: &mut Value, delivery: &Delivery<'_>) {
        merge(metadata, &delivery.metadata);
        if let Some(scripted) = &self.metadata {
            merge(metadata, scripted);
        }
    }

    fn calls_the_client(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::ToolCall { by: Runner::Client, .. }))
    }
}

/// Cuts text after its spaces, two words at a time, as models stream it.
pub(crate) fn fragments(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(2).map(<[&str]>::concat).collect()
}

/// Adds members to an object, and to the objects inside of it.
pub(crate) fn merge(target: &mut Value, members: &Value) {
    match (target, members) {
        (Value::Object(target), Value::Object(members)) => {
            for (name, member) in members {
                merge(target.entry(name.clone()).or_insert(Value::Null), member);
            }
        }
        (target, members) => *target = members.clone(),
    }
}
