//! A provider connected to an emulator of its own, and what comes out of a stream.

use std::sync::Arc;

use clawdia_bedrock_emulator::{Credentials, Emulator, EmulatorBuilder, RecordedRequest};
use clawdia_core::testing::Protocol;
use clawdia_core::{
    Accumulator, Api, AssistantMessage, Context, Environment, HostContext, Message, Model, ModelId, Provider,
    ProviderConfig, ProviderError, StreamEvent, StreamOptions,
};
use clawdia_provider_bedrock::PLUGIN;
use futures_util::StreamExt;
use serde_json::{Map, Value};

/// Claude with budget thinking, served only through profiles.
pub(crate) const SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
/// A model that is called by its own id.
pub(crate) const NOVA: &str = "amazon.nova-lite-v1:0";

pub(crate) struct Bedrock {
    pub(crate) emulator: Emulator,
    pub(crate) provider: Arc<dyn Provider>,
}

/// What a stream gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<StreamEvent>,
    pub(crate) message: AssistantMessage,
    pub(crate) error: Option<ProviderError>,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn expect_error(&self) -> &ProviderError {
        self.error.as_ref().unwrap_or_else(|| panic!("no error, but {:?}", self.message))
    }

    #[track_caller]
    pub(crate) fn expect_message(&self) -> &AssistantMessage {
        assert!(self.error.is_none(), "{:?}", self.error);
        &self.message
    }
}

impl Bedrock {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(configure: impl FnOnce(&mut ProviderConfig)) -> Self {
        Self::start_at(|builder| builder, configure).await
    }

    /// An endpoint that is otherwise than the usual one.
    pub(crate) async fn start_at(
        build: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder,
        configure: impl FnOnce(&mut ProviderConfig),
    ) -> Self {
        let builder = Emulator::builder()
            .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
            .bearer_token("good-token");
        let emulator = build(builder).start().await.unwrap();
        let provider = connect(&emulator, &[], configure);
        Self { emulator, provider }
    }

    /// An endpoint that refuses requests in which a member is there.
    pub(crate) async fn refusing(path: &str, message: &str) -> Self {
        Self::start_at(|builder| builder.refuse(path, message), |_| {}).await
    }

    /// The bodies of all requests that were sent, oldest first.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.emulator.requests().iter().map(RecordedRequest::json).collect()
    }

    pub(crate) fn model(&self, id: &str) -> Model {
        self.provider
            .describe(&ModelId::new(id))
            .unwrap_or_else(|| Model::new("amazon-bedrock", id, Api::BEDROCK_CONVERSE_STREAM))
    }

    pub(crate) async fn ask(&self, id: &str, context: &Context) -> Outcome {
        self.ask_with(id, context, &StreamOptions::default()).await
    }

    pub(crate) async fn ask_with(&self, id: &str, context: &Context, options: &StreamOptions) -> Outcome {
        ask(&*self.provider, &self.model(id), context, options).await
    }

    /// The body of the one request that was sent.
    #[track_caller]
    pub(crate) fn sent(&self) -> Value {
        self.last_request().json()
    }

    #[track_caller]
    pub(crate) fn last_request(&self) -> RecordedRequest {
        self.emulator.requests().pop().expect("a request was sent")
    }
}

/// A provider for `emulator`, in an environment that holds its credentials and `variables`.
pub(crate) fn connect(
    emulator: &Emulator,
    variables: &[(&str, &str)],
    configure: impl FnOnce(&mut ProviderConfig),
) -> Arc<dyn Provider> {
    try_connect(emulator, variables, configure).unwrap()
}

/// As [`connect`], for configurations that may be refused.
pub(crate) fn try_connect(
    emulator: &Emulator,
    variables: &[(&str, &str)],
    configure: impl FnOnce(&mut ProviderConfig),
) -> Result<Arc<dyn Provider>, ProviderError> {
    let environment: Environment = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ]
    .into_iter()
    .chain(variables.iter().copied())
    .collect();
    let mut config = ProviderConfig::new("amazon-bedrock");
    config.base_url = Some(emulator.url().to_owned());
    config.params = Map::new();
    configure(&mut config);
    (PLUGIN.connect)(&config, &HostContext::new(environment))
}

pub(crate) async fn ask(
    provider: &dyn Provider,
    model: &Model,
    context: &Context,
    options: &StreamOptions,
) -> Outcome {
    let mut accumulator = Accumulator::new(model);
    let mut protocol = Protocol::default();
    let mut events = Vec::new();
    let mut error = None;
    match provider.stream(model, context, options).await {
        Ok(mut stream) => {
            while let Some(item) = stream.next().await {
                protocol.observe(&item).unwrap();
                match item {
                    Ok(event) => {
                        accumulator.push(&event);
                        events.push(event);
                    }
                    Err(failure) => error = Some(failure),
                }
            }
            protocol.end().unwrap();
        }
        Err(failure) => error = Some(failure),
    }
    if let Some(error) = &error {
        accumulator.fail(error);
    }
    Outcome { events, message: accumulator.into_message(), error }
}

/// Options of a provider, as JSON.
#[track_caller]
pub(crate) fn params(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(params) => params,
        other => panic!("{other} is no object"),
    }
}

pub(crate) fn question() -> Context {
    Context::new([Message::user("What is a crate?")])
}
