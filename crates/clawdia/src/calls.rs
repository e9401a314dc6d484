//! Calling models through a host.
//!
//! Separate from finding them: here a call gets the options that agents say, and its answer the time it took.

use std::time::Instant;

use clawdia_core::{
    AssistantMessage, Context, EventStream, IncompleteMessage, Model, ModelRef, ProviderError, ProviderExt,
    StopReason, StreamOptions, TokenCount,
};
use serde_json::Map;

use crate::host::Host;
use crate::params;

impl Host {
    /// The options of a call of `model`, with what the agent says under what they say themselves: options of the model,
    /// how much a model that can think should think, and how long the whole call may take.
    ///
    /// All methods here that call a model do this; it is for those who call a [`Provider`](clawdia_core::Provider)
    /// directly. Doing it twice does no harm.
    ///
    /// ```
    /// # use clawdia::{Environment, Host, HostContext, Model, Plugins, StreamOptions, config::Config};
    /// # use clawdia::core::{ProviderPlugin, ProviderConfig, Provider, ProviderError};
    /// # fn connect(_: &ProviderConfig, _: &HostContext) -> Result<std::sync::Arc<dyn Provider>, ProviderError> {
    /// #     unimplemented!()
    /// # }
    /// # static ACME: ProviderPlugin = ProviderPlugin::new("acme-chat", "acme", connect).with_default_id("acme");
    /// # let plugins = Plugins::new([&ACME], [], [])?;
    /// # let text = r#"{ agents: { defaults: { models: { "acme/large": { params: { tier: "flex" } } } } } }"#;
    /// # let host = Host::new(Config::parse(text, &plugins)?, plugins, HostContext::new(Environment::default()));
    /// // The configuration has agents: { defaults: { models: { "acme/large": { params: { tier: "flex" } } } } }
    /// let large = Model::new("acme", "large", "acme-chat");
    /// let options = StreamOptions::default().with_param("seed", 7);
    /// let options = host.options(&large, &options);
    /// assert_eq!((&options.params["tier"], &options.params["seed"]), (&"flex".into(), &7.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn options(&self, model: &Model, options: &StreamOptions) -> StreamOptions {
        let mut options = options.clone();
        if options.reasoning.is_none() && model.reasoning {
            options.reasoning = self.agent.thinking_default;
        }
        if options.timeouts.total_ms.is_none() {
            options.timeouts.total_ms =
                self.agent.timeout_seconds.map(|seconds| seconds.saturating_mul(1_000));
        }
        let own = self.agent.models.get(&model.reference()).map(|model| model.params.as_slice());
        let own = own.unwrap_or_default();
        if own.is_empty() && self.agent.own_params.is_empty() {
            return options;
        }
        // Without a route there is no provider to take the options either.
        let Ok(route) = self.route_for(model) else { return options };
        let base = self.params_below(&route, model, &Map::new());
        let under = match own {
            [own] if self.agent.own_params.is_empty() => own.clone(),
            // The agent's options for all models go under what is said of the listed model, which the provider has put
            // over its own already. What is handed over is what makes the one of the other.
            layers => {
                let meant = self.params_below(&route, model, &self.agent.own_params_for(route.plugin));
                params::difference(&base, &layers.iter().fold(meant, params::merged))
            }
        };
        options.params = params::composed(&base, &under, &options.params);
        options
    }

    /// Asks a model to continue a conversation. Dropping the future or the stream cancels the request.
    ///
    /// # Errors
    /// The provider's, before the first content; failures to reach a provider at all as [`HostError::kind`](crate::HostError::kind) says.
    pub async fn stream(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let model = self.describe(reference).await?;
        self.stream_model(&model, context, options).await
    }

    /// As [`stream`](Self::stream), of a model that is described in full.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub async fn stream_model(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        self.provider_for(model)?.stream(model, context, &self.options(model, options)).await
    }

    /// Asks a model to continue a conversation and waits for the whole message.
    ///
    /// # Errors
    /// As [`stream`](Self::stream), and those that come later, with the message as far as it had arrived.
    pub async fn complete(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<AssistantMessage, IncompleteMessage> {
        let timestamp = self.shared.context.now_ms();
        let begin = Instant::now();
        let model = self.describe(reference).await;
        let prepared = model.and_then(|model| Ok((self.provider_for(&model)?, model)));
        let mut outcome = match prepared {
            Ok((provider, model)) => provider.complete(&model, context, &self.options(&model, options)).await,
            Err(error) => Err(unanswered(reference, error.into())),
        };
        let message = match &mut outcome {
            Ok(message) => message,
            Err(incomplete) => incomplete.message.as_mut(),
        };
        message.timestamp = Some(timestamp);
        message.duration_ms = Some(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
        outcome
    }

    /// Says how many tokens the prompt of such a call would have, counted by the provider or estimated.
    ///
    /// # Errors
    /// The provider's, if it counts; failures to reach a provider at all as [`HostError::kind`](crate::HostError::kind) says.
    pub async fn count_tokens(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        let model = self.describe(reference).await?;
        self.count_model_tokens(&model, context, options).await
    }

    /// As [`count_tokens`](Self::count_tokens), for a model that is described in full.
    ///
    /// # Errors
    /// As [`count_tokens`](Self::count_tokens).
    pub async fn count_model_tokens(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        self.provider_for(model)?.count_tokens(model, context, &self.options(model, options)).await
    }
}

/// The message of a request that reached no provider.
fn unanswered(reference: &ModelRef, error: ProviderError) -> IncompleteMessage {
    let message = AssistantMessage {
        provider: Some(reference.provider.clone()),
        model: Some(reference.model.clone()),
        stop_reason: StopReason::Error,
        error_message: Some(error.message().to_owned()),
        ..AssistantMessage::default()
    };
    IncompleteMessage { message: Box::new(message), error }
}
