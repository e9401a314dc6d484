//! Conversations as hosts store them, and what is sent for them.
//!
//! Separate from the connection to the emulator, since the tests about requests differ only in what was said before.

use std::collections::HashMap;

use clawdia_bedrock_emulator::{Credentials, Emulator};
use clawdia_core::{
    Api, AssistantMessage, CacheRetention, Context, Model, StreamOptions, ThinkingLevel, Tool,
    without_lone_surrogates,
};
use serde_json::{Value, json};

use crate::fixture::{Bedrock, ask, connect};

/// Claude with adaptive thinking that can still think by budget.
pub(crate) const OPUS_4_6: &str = "us.anthropic.claude-opus-4-6-v1";
/// Claude with adaptive thinking, bound to its conversation.
pub(crate) const OPUS_4_7: &str = "us.anthropic.claude-opus-4-7";
/// Claude that cannot keep a prompt for an hour.
pub(crate) const SONNET_4: &str = "us.anthropic.claude-sonnet-4-20250514-v1:0";
/// A model that neither sees, thinks nor caches.
pub(crate) const LLAMA: &str = "meta.llama3-70b-instruct-v1:0";
/// A model whose prompts are cached only when that is asked for.
pub(crate) const NOVA_PRO: &str = "amazon.nova-pro-v1:0";
/// A model that thinks with an effort in a member of its own.
pub(crate) const GPT_OSS: &str = "openai.gpt-oss-120b-1:0";

pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// A request that was accepted: its body, and the message that came back.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) body: Value,
    pub(crate) message: AssistantMessage,
}

impl Sent {
    /// The content of one message of the request.
    #[track_caller]
    pub(crate) fn content(&self, message: usize) -> &[Value] {
        self.body["messages"][message]["content"]
            .as_array()
            .unwrap_or_else(|| panic!("no message {message} in {}", self.body))
    }

    pub(crate) fn fields(&self) -> &Value {
        &self.body["additionalModelRequestFields"]
    }

    pub(crate) fn has_diagnostic(&self, code: &str) -> bool {
        self.message.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
    }

    /// How many cache points the request has.
    pub(crate) fn cache_points(&self) -> usize {
        self.body.to_string().matches("cachePoint").count()
    }
}

impl Bedrock {
    /// Asks, sees the request accepted and gives it.
    pub(crate) async fn send(&self, model: &Model, context: &Context, options: &StreamOptions) -> Sent {
        let outcome = ask(&*self.provider, model, context, options).await;
        let message = outcome.expect_message().clone();
        Sent { body: self.sent(), message }
    }
}

/// Asks a model of a provider without further configuration.
pub(crate) async fn send(model: &str, context: &Context, options: &StreamOptions) -> Sent {
    let bedrock = Bedrock::start().await;
    bedrock.send(&bedrock.model(model), context, options).await
}

/// The application inference profile that [`named`] describes, in the emulator's region.
pub(crate) const PROFILE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/team";

/// An application inference profile, of which only its name tells what is behind it, and that it thinks.
pub(crate) fn named(name: &str) -> Model {
    let mut model = Model::new("amazon-bedrock", PROFILE, Api::BEDROCK_CONVERSE_STREAM);
    name.clone_into(&mut model.name);
    model.reasoning = true;
    model
}

/// Asks a model behind an application inference profile with a name.
pub(crate) async fn send_through_profile(
    model: &str,
    name: &str,
    context: &Context,
    options: &StreamOptions,
) -> Sent {
    let builder = Emulator::builder().credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    let emulator = builder.application_profile("team", model).start().await.unwrap();
    let provider = connect(&emulator, &[], |_| {});
    Bedrock { emulator, provider }.send(&named(name), context, options).await
}

/// Asks without cache points, for tests about what is said.
pub(crate) async fn send_uncached(model: &str, context: &Context) -> Sent {
    send(model, context, &uncached()).await
}

pub(crate) fn uncached() -> StreamOptions {
    StreamOptions::default().with_cache_retention(CacheRetention::None)
}

pub(crate) fn thinking(level: ThinkingLevel) -> StreamOptions {
    uncached().with_reasoning(level)
}

/// A conversation out of what a host stored, which can call [`read`](tool) and [`write`](tool).
#[expect(clippy::needless_pass_by_value, reason = "each caller makes the value for the call")]
pub(crate) fn history(messages: Value) -> Context {
    from_json(&json!({ "messages": messages }).to_string()).with_tools([tool("read"), tool("write")])
}

/// A conversation out of text that JavaScript wrote.
pub(crate) fn from_json(text: &str) -> Context {
    serde_json::from_str(&without_lone_surrogates(text)).unwrap()
}

pub(crate) fn tool(name: &str) -> Tool {
    let schema = json!({ "type": "object", "properties": { "path": { "type": "string" } } });
    Tool::new(name, format!("Can {name} files."), schema)
}

pub(crate) fn user(content: impl Into<Value>) -> Value {
    json!({ "role": "user", "content": content.into() })
}

pub(crate) fn assistant(content: impl Into<Value>) -> Value {
    json!({ "role": "assistant", "content": content.into() })
}

/// What the named model said, as the provider of these tests stores it.
pub(crate) fn by(model: &str, content: impl Into<Value>) -> Value {
    let mut message = assistant(content);
    message["api"] = json!("bedrock-converse-stream");
    message["provider"] = json!("amazon-bedrock");
    message["model"] = json!(model);
    message
}

pub(crate) fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub(crate) fn image() -> Value {
    json!({ "type": "image", "data": PNG, "mimeType": "image/png" })
}

pub(crate) fn call(id: &str) -> Value {
    json!({ "type": "toolCall", "id": id, "name": "read", "arguments": { "path": "x" } })
}

pub(crate) fn result(id: &str, content: impl Into<Value>) -> Value {
    json!({ "role": "toolResult", "toolCallId": id, "toolName": "read", "content": content.into() })
}

pub(crate) fn failed(id: &str, content: impl Into<Value>) -> Value {
    let mut message = result(id, content);
    message["isError"] = json!(true);
    message
}

/// What each block is, by the one member it has.
pub(crate) fn kinds(content: &[Value]) -> Vec<&str> {
    content.iter().map(|block| block.as_object().unwrap().keys().next().unwrap().as_str()).collect()
}

/// The ids of calls, or of results, in the order in which they stand in the request.
pub(crate) fn ids<'a>(body: &'a Value, kind: &str) -> Vec<&'a str> {
    let blocks = body["messages"].as_array().unwrap().iter();
    let blocks = blocks.flat_map(|message| message["content"].as_array().unwrap());
    blocks.filter_map(|block| block[kind]["toolUseId"].as_str()).collect()
}

/// Which results answer which calls, by their texts.
pub(crate) fn answers(body: &Value) -> HashMap<&str, &str> {
    let blocks = body["messages"].as_array().unwrap().iter();
    let blocks = blocks.flat_map(|message| message["content"].as_array().unwrap());
    blocks
        .filter_map(|block| {
            let result = block.get("toolResult")?;
            Some((result["toolUseId"].as_str()?, result["content"][0]["text"].as_str()?))
        })
        .collect()
}
