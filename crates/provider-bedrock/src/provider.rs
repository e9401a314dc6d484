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
    Api, CallOutcome, Context, Cost, ErrorKind, EventStream, HostContext, Model, ModelId, Permission,
    Provider, ProviderError, ProviderId, ProviderStatus, StepSink, StreamOptions, TokenCount,
};

use crate::call::Call;
use crate::learned::Learned;
use crate::limits::{Limits, Phase};
use crate::route::{arn_region, route};
use crate::settings::{BedrockSettings, with_defaults};
use crate::{judgement, standing, transport};

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
    clients: Mutex<HashMap<ClientKey, NumberedClient>>,
    learned: Learned,
}

/// Which client serves a connection: one for each identity, region and endpoint.
type ClientKey = (AwsSettings, String);

/// A client, and the number of the connection it was made for.
type NumberedClient = (u64, Client);

/// What a call goes over.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) connection: Connection,
}

impl BedrockProvider {
    pub(crate) fn new(settings: BedrockSettings, host: HostContext) -> Self {
        let shared = host.slot(Shared::default);
        Self { settings, host, shared }
    }

    fn client(&self, settings: &AwsSettings, connection: &Connection) -> Client {
        let key = (settings.clone(), connection.region().to_owned());
        let made = || (connection.number(), transport::client(connection));
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, client) = clients.entry(key).or_insert_with(made);
        // A connection with credentials looked up anew takes the place of the one before.
        if *number < connection.number() {
            (*number, *client) = made();
        }
        client.clone()
    }

    pub(crate) fn unusable(&self, error: &dyn std::error::Error) -> ProviderError {
        ProviderError::new(ErrorKind::InvalidRequest, transport::with_causes(error))
            .with_attempt(format!("connect the provider `{}` to AWS", self.settings.id))
    }

    fn aws_settings(&self, model: &Model) -> Result<Cow<'_, AwsSettings>, ProviderError> {
        match &model.base_url {
            Some(url) => {
                let settings = self.settings.aws.with_base_url(url).map_err(|error| self.unusable(&error))?;
                Ok(Cow::Owned(settings))
            }
            None => Ok(Cow::Borrowed(&self.settings.aws)),
        }
    }

    async fn connect(&self, model: &Model) -> Result<Link, ProviderError> {
        let settings = self.aws_settings(model)?;
        let aws = Aws::of(&self.host);
        let connected = aws.connect(&settings, arn_region(model.id.as_str())).await;
        let connection = connected.map_err(|error| self.unusable(&error))?;
        Ok(Link { client: self.client(&settings, &connection), connection })
    }

    /// As [`connect`](Self::connect), with credentials looked up anew; `None` where that finds nothing new.
    pub(crate) async fn reconnect(
        &self,
        model: &Model,
        stale: &Connection,
    ) -> Result<Option<Link>, ProviderError> {
        let settings = self.aws_settings(model)?;
        let aws = Aws::of(&self.host);
        let refreshed = Box::pin(aws.refresh(&settings, arn_region(model.id.as_str()), stale)).await;
        let Some(connection) = refreshed.map_err(|error| self.unusable(&error))? else { return Ok(None) };
        Ok(Some(Link { client: self.client(&settings, &connection), connection }))
    }

    /// A call with everything it needs.
    async fn call<'a>(
        &'a self,
        model: &'a Model,
        context: &'a Context,
        options: &'a StreamOptions,
    ) -> Result<Call<'a>, ProviderError> {
        let params = self.settings.params_for_call(&model.id, options)?;
        let options = with_defaults(options, &params);
        let limits =
            Limits::start(options.timeouts.or(self.settings.timeouts).limits(), options.cancel.clone());
        let link = Box::pin(limits.wait(Phase::Total, self.connect(model))).await??;
        Ok(Call { provider: self, params, model, context, options, limits, link })
    }

    pub(crate) fn host(&self) -> &HostContext {
        &self.host
    }

    pub(crate) fn settings(&self) -> &BedrockSettings {
        &self.settings
    }

    pub(crate) fn learned(&self) -> &Learned {
        &self.shared.learned
    }

    /// What the invoked id charges: the model's rates, unless they are only what the facts say of another id.
    pub(crate) fn cost(&self, model: &Model, invoked: &str) -> Cost {
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
            None,
            region,
            self.settings.params(model).profile_preference,
            &self.shared.learned,
        );
        let known = facts::find(&invoked)?.facts;
        let mut described = Model::new(self.settings.id.clone(), model.clone(), Api::BEDROCK_CONVERSE_STREAM);
        known.describe(&invoked, &mut described);
        Some(described)
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        // Boxed: the SDK's call alone takes tens of kilobytes, which the caller's future should not carry.
        Box::pin(self.call(model, context, options).await?.run()).await
    }

    async fn count_tokens(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        Box::pin(self.call(model, context, options).await?.count()).await
    }

    async fn status(&self) -> ProviderStatus {
        Box::pin(standing::status(self, &self.host)).await
    }

    async fn examine(&self, steps: &mut dyn StepSink) {
        Box::pin(standing::examine(self, &self.host, steps)).await;
    }

    async fn judge(&self, model: &Model, call: CallOutcome<'_>, steps: &mut dyn StepSink) {
        Box::pin(judgement::judge(self, model, call, steps)).await;
    }

    async fn resources(&self, permission: &Permission) -> Vec<String> {
        Box::pin(judgement::resources(self, permission)).await
    }
}
