#![doc = include_str!("../README.md")]

use std::sync::Arc;

use async_trait::async_trait;
use clawdia_core::schemars::{self, JsonSchema};
use clawdia_core::{
    Context, Cost, ErrorKind, EventStream, Finish, HostContext, Message, Model, ModelId, Provider,
    ProviderConfig, ProviderError, ProviderId, ProviderPlugin, StopReason, StreamEvent, StreamOptions, Usage,
    UserBlock, UserMessage, from_config,
};
use futures_util::{StreamExt, future, stream};
use serde::Deserialize;
use serde_json::Value;

/// The wire protocol: what an entry of `models.providers` names as its `api`.
const API: &str = "echo";

/// What linking this crate brings to a host.
pub const PLUGIN: ProviderPlugin = ProviderPlugin::new(API, env!("CARGO_PKG_NAME"), connect)
    .with_default_id("echo")
    .with_params::<EchoConfig>();
clawdia_core::register!(PLUGIN);

/// The `params` of an echo provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EchoConfig {
    /// Whether to answer in capital letters.
    pub shout: bool,
}

/// A provider whose models say what they were told.
#[derive(Debug)]
struct Echo {
    id: ProviderId,
    config: EchoConfig,
}

/// Turns a configuration into a provider. Nothing is sent anywhere before the first question.
fn connect(config: &ProviderConfig, _host: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    let id = config.id.clone().unwrap_or(ProviderId::from_static("echo"));
    let params = from_config(Value::Object(config.params.clone())).map_err(|error| {
        ProviderError::new(ErrorKind::InvalidRequest, "its `params` cannot be used")
            .with_attempt(format!("connect the provider `{id}`"))
            .with_hint("correct them in the configuration")
            .with_source(error)
    })?;
    Ok(Arc::new(Echo { id, config: params }))
}

#[async_trait]
impl Provider for Echo {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn describe(&self, model: &ModelId) -> Option<Model> {
        let mut description = Model::new(self.id.clone(), model.clone(), API);
        description.context_window = 100_000;
        description.max_tokens = 4_096;
        description.cost = Cost { input: 1.0, output: 2.0, ..Cost::default() };
        Some(description)
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let cancel = options.cancel.clone().unwrap_or_default();
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let last = last_user_text(context);
        let text = if self.config.shout { last.to_uppercase() } else { last };
        // A model's limit of 0 is one that nobody knows.
        let limit = options.max_tokens.or((model.max_tokens > 0).then_some(model.max_tokens));
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut words = text.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
        let stop_reason = if words.len() > limit { StopReason::Length } else { StopReason::Stop };
        words.truncate(limit);
        let usage = usage(context, words.len());
        let done = StreamEvent::Done(Box::new(Finish::new(stop_reason, usage, &model.cost)));

        let begin = [StreamEvent::Start, StreamEvent::TextStart { content_index: 0 }];
        let deltas = stream::iter(words).map(|delta| StreamEvent::TextDelta { content_index: 0, delta });
        let goes_on = {
            let cancel = cancel.clone();
            move |_: &StreamEvent| future::ready(!cancel.is_cancelled())
        };
        // Made when the words are over: a block that begins ends, also before an error.
        let end = stream::once(async move {
            let last = if cancel.is_cancelled() { Err(cancelled()) } else { Ok(done) };
            stream::iter([Ok(StreamEvent::TextEnd { content_index: 0, citations: Vec::new() }), last])
        });
        Ok(stream::iter(begin).chain(deltas.take_while(goes_on)).map(Ok).chain(end.flatten()).boxed())
    }
}

fn cancelled() -> ProviderError {
    ProviderError::new(ErrorKind::Aborted, "the request was cancelled")
}

/// What the user said last.
fn last_user_text(context: &Context) -> String {
    let said = context.messages.iter().rev().find_map(|message| match message {
        Message::User(user) => Some(user_text(user)),
        Message::Assistant(_) | Message::ToolResult(_) => None,
    });
    said.unwrap_or_default()
}

fn user_text(user: &UserMessage) -> String {
    let texts = user.content.iter().filter_map(|block| match block {
        UserBlock::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Counts a word as a token; only texts are read.
fn usage(context: &Context, output: usize) -> Usage {
    let prompt = context.messages.iter().map(|message| match message {
        Message::User(user) => user_text(user),
        Message::Assistant(assistant) => assistant.text(),
        Message::ToolResult(_) => String::new(),
    });
    let prompt =
        prompt.chain(context.system_prompt.clone()).map(|text| text.split_whitespace().count()).sum();
    let [input, output] = [prompt, output].map(|count: usize| u64::try_from(count).unwrap_or(u64::MAX));
    Usage { input, output, total_tokens: input.saturating_add(output), ..Usage::default() }
}
