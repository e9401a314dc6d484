//! The provider: requests built, sent, retried, and their answers handed out.
//!
//! Separate from the pieces it puts together; what is decided here is only their order.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_bedrockruntime::Client;
use clawdia_aws::{Aws, AwsSettings, Connection};
use clawdia_bedrock_models as facts;
use clawdia_core::{
    Api, Context, Cost, ErrorKind, EventStream, HostContext, Model, ModelId, Provider, ProviderError,
    ProviderId, StreamOptions,
};

use crate::call::Call;
use crate::learned::Learned;
use crate::limits::{Limits, Phase};
use crate::route::{arn_region, route};
use crate::settings::BedrockSettings;
use crate::transport;

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

    async fn call(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
        limits: Limits,
    ) -> Result<EventStream, ProviderError> {
        let (client, connection) = Box::pin(limits.wait(Phase::Total, self.connect(model))).await??;
        let cost = |invoked: &str| self.cost(model, invoked);
        let call = Call {
            settings: &self.settings,
            learned: &self.shared.learned,
            model,
            context,
            options,
            limits,
            client,
            connection,
            cost: &cost,
        };
        call.run().await
    }

    /// What the invoked id charges: the model's rates, unless they are only what the facts say of another id.
    fn cost(&self, model: &Model, invoked: &str) -> Cost {
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
        let invoked = route(
            model.as_str(),
            region,
            self.settings.params(model).profile_preference,
            &self.shared.learned,
        );
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
        Box::pin(self.call(model, context, options, limits)).await
    }
}
