//! The provider: requests built, sent, retried, and their answers handed out.
//!
//! Separate from the pieces it puts together; what is decided here is only their order.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_bedrockruntime::Client;
use clawdia_aws::{Aws, AwsSettings, Connection};
use clawdia_bedrock_models as facts;
use clawdia_core::{
    Api, Context, Diagnostic, ErrorKind, EventStream, Finish, HostContext, Model, ModelId, Provider,
    ProviderError, ProviderId, StreamOptions,
};
use tokio::time::Instant;

use crate::error::CallSite;
use crate::limits::{Limits, Phase};
use crate::request::{self, Target};
use crate::response::Translator;
use crate::retry::wait_before_retry;
use crate::route::{Learned, Lesson, arn_region, profile_for, route};
use crate::settings::{BedrockSettings, ProfilePreference};
use crate::stream::Answer;
use crate::transport::{self, Call, Operation};

/// A configured Bedrock provider.
#[derive(Debug)]
pub(crate) struct BedrockProvider {
    settings: BedrockSettings,
    host: HostContext,
    /// What all Bedrock providers of a host share: clients by what they connect to, and what the service taught us.
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// One client per identity, region and endpoint, and with it one pool of connections.
    clients: Mutex<HashMap<ClientKey, Client>>,
    learned: Learned,
}

type ClientKey = (AwsSettings, String);

impl BedrockProvider {
    pub(crate) fn new(settings: BedrockSettings, host: HostContext) -> Self {
        let shared = host.slot(Shared::default);
        Self { settings, host, shared }
    }

    fn client(&self, settings: &AwsSettings, connection: &Connection) -> Client {
        let key = (settings.clone(), connection.region().to_owned());
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(key).or_insert_with(|| transport::client(connection)).clone()
    }

    async fn connect(&self, model: &Model) -> Result<(Client, Connection), ProviderError> {
        let unusable = |error: &dyn std::error::Error| {
            ProviderError::new(ErrorKind::InvalidRequest, transport::with_causes(error))
                .with_attempt(format!("connect the provider `{}` to AWS", self.settings.id))
        };
        let settings = match &model.base_url {
            Some(url) => {
                let settings = self.settings.aws.with_base_url(url).map_err(|error| unusable(&error))?;
                Cow::Owned(settings)
            }
            None => Cow::Borrowed(&self.settings.aws),
        };
        let aws = Aws::of(&self.host);
        let connection =
            aws.connect(&settings, arn_region(model.id.as_str())).await.map_err(|error| unusable(&error))?;
        Ok((self.client(&settings, &connection), connection))
    }

    /// Calls until there is content, an error that lasts, or no attempt left.
    async fn attempt(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
        limits: Limits,
    ) -> Result<EventStream, ProviderError> {
        let (client, connection) = Box::pin(limits.wait(Phase::Total, self.connect(model))).await??;
        let region = connection.region();
        let mut invoked =
            route(model.id.as_str(), region, self.settings.profile_preference, &self.shared.learned);
        let headers = headers(&self.settings.headers, &model.headers, &options.headers);
        let mut retries = Vec::new();
        let mut attempt = 1;
        loop {
            let target = Target { model, invoked: &invoked, region };
            let mut request = request::build(&target, context, options)?;
            if request.has_tools && self.shared.learned.knows(Lesson::StreamsNoTools, &invoked, region) {
                request.operation = Operation::Converse;
            }
            let site = CallSite {
                model_id: invoked.clone(),
                region: region.to_owned(),
                credential_source: connection.credential_source().to_string(),
                endpoint: connection.endpoint().map(str::to_owned),
            };
            let call = Call {
                operation: request.operation,
                model_id: invoked.clone(),
                body: request.body,
                headers: headers.clone(),
                connect_timeout: limits.times.connect,
            };
            let mut finish = Finish::default();
            if invoked != model.id.as_str() {
                finish.response_model = Some(ModelId::new(invoked.clone()));
                finish.diagnostics.push(through_profile(model, &invoked));
            }
            if request.operation == Operation::Converse {
                let message =
                    "the model does not stream while it is offered tools; the answer came in one piece";
                finish.diagnostics.push(Diagnostic::new("bedrock_not_streamed", message));
            }
            finish.diagnostics.extend(request.diagnostics);
            finish.diagnostics.extend(retries.iter().cloned());
            let cost = self.cost(model, &invoked);

            let began = Instant::now();
            let outcome =
                match limits.wait(Phase::FirstEvent(began), transport::send(&client, &call, &site)).await {
                    Ok(Ok(head)) => {
                        finish.response_id.clone_from(&head.request_id);
                        let translator = Translator::new(cost, request.renamed_tools, finish);
                        Answer::new(head, translator, limits.clone(), site.clone(), began).open().await
                    }
                    Ok(Err(error)) => Err(error),
                    Err(error) => Err(error.with_attempt(site.attempt())),
                };
            let error = match outcome {
                Ok(events) => return Ok(events),
                Err(error) => error,
            };
            if let Some(profile) = self.detour(&error, model, &invoked, region) {
                tracing::debug!(model = invoked, profile, "the model needs an inference profile");
                invoked = profile;
                continue;
            }
            if request.operation == Operation::ConverseStream
                && error.message().contains("tool use in streaming mode")
                && self.shared.learned.remember(Lesson::StreamsNoTools, &invoked, region)
            {
                tracing::debug!(model = invoked, "the model does not stream with tools");
                continue;
            }
            match wait_before_retry(&error, attempt, fastrand::f64()) {
                Some(wait) if limits.allows(wait) => {
                    tracing::debug!(attempt, ?wait, %error, "trying again");
                    retries.push(retried(attempt, &error, wait));
                    attempt += 1;
                    limits
                        .wait(Phase::Total, tokio::time::sleep(wait))
                        .await
                        .map_err(|ended| ended.with_attempt(site.attempt()))?;
                }
                Some(_) | None => return Err(error),
            }
        }
    }

    /// The profile to call instead when the service refuses a foundation model without one, for the first time.
    fn detour(&self, error: &ProviderError, model: &Model, invoked: &str, region: &str) -> Option<String> {
        let preference = self.settings.profile_preference;
        if error.kind() != ErrorKind::NeedsInferenceProfile
            || invoked != model.id.as_str()
            || preference == ProfilePreference::None
        {
            return None;
        }
        let profile = profile_for(invoked, region, preference).filter(|profile| profile != invoked)?;
        self.shared.learned.remember(Lesson::NeedsProfile, invoked, region);
        Some(profile)
    }

    /// What the invoked id charges: the model's rates, unless they are only what the facts say of another id.
    fn cost(&self, model: &Model, invoked: &str) -> clawdia_core::Cost {
        if invoked == model.id.as_str() {
            return model.cost.clone();
        }
        match (self.describe(&model.id), facts::find(invoked)) {
            (Some(described), Some(resolved)) if described.cost == model.cost => resolved.facts.cost(),
            _ => model.cost.clone(),
        }
    }
}

#[async_trait]
impl Provider for BedrockProvider {
    fn id(&self) -> &ProviderId {
        &self.settings.id
    }

    fn describe(&self, model: &ModelId) -> Option<Model> {
        let region = arn_region(model.as_str()).unwrap_or_else(|| self.settings.aws.likely_region());
        let invoked = route(model.as_str(), region, self.settings.profile_preference, &self.shared.learned);
        let known = facts::find(&invoked)?.facts;
        let mut described = Model::new(self.settings.id.clone(), model.clone(), Api::BEDROCK_CONVERSE_STREAM);
        if let Some(name) = known.name {
            name.clone_into(&mut described.name);
        }
        described.reasoning = known.reasoning;
        described.input = known.input_modalities();
        described.cost = known.cost();
        described.context_window = known.context_window.unwrap_or(0);
        described.max_tokens = known.max_tokens.unwrap_or(0);
        described.thinking_level_map = known.thinking_level_map();
        // The words that are really sent: some of the model's own are above what Bedrock takes.
        let behaviour = facts::Behaviour::of(&invoked);
        for (level, word) in &mut described.thinking_level_map {
            if word.is_some() {
                *word = behaviour.effort(*level).map(str::to_owned);
            }
        }
        Some(described)
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let limits =
            Limits::start(options.timeouts.or(self.settings.timeouts).limits(), options.cancel.clone());
        // Boxed: the SDK's call alone takes tens of kilobytes, which the caller's future should not carry.
        Box::pin(self.attempt(model, context, options, limits)).await
    }
}

/// The headers to send, the call's before the model's before the provider's. Those that the signature or the transport
/// owns cannot be set.
fn headers(
    provider: &BTreeMap<String, String>,
    model: &BTreeMap<String, String>,
    call: &BTreeMap<String, Option<String>>,
) -> Vec<(String, String)> {
    let mut headers = BTreeMap::new();
    for (name, value) in provider.iter().chain(model) {
        headers.insert(name.to_ascii_lowercase(), value.clone());
    }
    for (name, value) in call {
        match value {
            Some(value) => headers.insert(name.to_ascii_lowercase(), value.clone()),
            None => headers.remove(&name.to_ascii_lowercase()),
        };
    }
    let reserved = |name: &str| {
        matches!(name, "authorization" | "host" | "content-length" | "content-type" | "transfer-encoding")
            || name.starts_with("x-amz-")
    };
    headers.into_iter().filter(|(name, _)| !reserved(name)).collect()
}

fn through_profile(model: &Model, profile: &str) -> Diagnostic {
    let message = format!(
        "`{}` is served only through inference profiles and was called through `{profile}`",
        model.id
    );
    Diagnostic::new("bedrock_inference_profile", message).with("profile", profile)
}

fn retried(attempt: u32, error: &ProviderError, wait: std::time::Duration) -> Diagnostic {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let diagnostic = Diagnostic::new("bedrock_retry", error.message())
        .with("attempt", attempt)
        .with("kind", error.kind().as_str())
        .with("waitMs", wait_ms);
    match error.status() {
        Some(status) => diagnostic.with("status", status),
        None => diagnostic,
    }
}
