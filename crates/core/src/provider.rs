//! The trait a provider implements, and what callers get on top of it.
//!
//! Two halves: [`Provider`] is small and object-safe, for implementers; [`ProviderExt`] is for callers and
//! implemented for every provider.

use std::fmt;

use async_trait::async_trait;
use futures_util::StreamExt;

use crate::accumulator::Accumulator;
use crate::context::Context;
use crate::error::ProviderError;
use crate::examination::{CallOutcome, Permission, StepSink};
use crate::message::AssistantMessage;
use crate::model::Model;
use crate::model_ref::{ModelId, ProviderId};
use crate::provider_status::ProviderStatus;
use crate::stream_event::EventStream;
use crate::stream_options::StreamOptions;
use crate::token_count::TokenCount;

/// A service that streams messages.
///
/// One object serves all models of a configured provider and is shared between calls. Implement it with
/// `#[async_trait]` and check it with the conformance suite of the feature `testing`.
#[async_trait]
pub trait Provider: fmt::Debug + Send + Sync {
    /// The configured provider this is.
    fn id(&self) -> &ProviderId;

    /// What the provider knows about a model without asking anybody: limits, prices, modalities. `None` when it
    /// knows nothing; the model may exist all the same.
    fn describe(&self, model: &ModelId) -> Option<Model>;

    /// Asks `model` to continue `context`.
    ///
    /// Resolves when the first content event, the end or an error is in hand, so that whatever fails before content
    /// exists is this function's error and may be retried by the provider; what fails later is an `Err` item, once and
    /// last. See [`EventStream`] for the grammar. Dropping the future or the stream cancels the request; so does
    /// [`StreamOptions::cancel`], with an error of kind aborted.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind); `timeout`, `transport` and `throttled` only after the provider's own retries.
    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError>;

    /// Says how many tokens the prompt of such a call would have. Without an implementation, an estimate.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind) of a provider that counts; a provider that cannot count estimates instead.
    async fn count_tokens(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        let _ = (model, options);
        Ok(TokenCount::estimated(context.estimated_tokens()))
    }

    /// Says as whom and where it calls. Credentials are really looked up; no model is called. Without an implementation,
    /// nothing is known.
    async fn status(&self) -> ProviderStatus {
        ProviderStatus::default()
    }

    /// Examines what it takes to reach the service, step by step, short of calling a model: for people who want to know
    /// why it does not work. A step whose precondition fails is skipped. Dropping the future ends the examination; what
    /// was told until then holds.
    async fn examine(&self, steps: &mut dyn StepSink) {
        let _ = steps;
    }

    /// Says step by step what it takes to call `model`, going by what came of a call: a permission or a quota, say. The call
    /// itself is the host's to tell of.
    async fn judge(&self, model: &Model, call: CallOutcome<'_>, steps: &mut dyn StepSink) {
        let _ = (model, call, steps);
    }

    /// What `permission`, one of a linked crate's, has to be allowed on where this provider calls: nothing if the provider
    /// does not need it as it is configured. Asks the service nothing. Without an implementation, what is written there.
    async fn resources(&self, permission: &Permission) -> Vec<String> {
        permission.resources.iter().map(ToString::to_string).collect()
    }
}

/// What every [`Provider`] offers its callers. Not to be implemented.
#[async_trait]
pub trait ProviderExt: Provider {
    /// Asks `model` to continue `context` and waits for the whole message.
    ///
    /// # Errors
    /// The stream's error, with the message as far as it had arrived.
    async fn complete(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<AssistantMessage, IncompleteMessage> {
        let mut accumulator = Accumulator::new(model);
        match self.stream(model, context, options).await {
            Ok(mut events) => {
                while let Some(event) = events.next().await {
                    match event {
                        Ok(event) => accumulator.push(&event),
                        Err(error) => return Err(IncompleteMessage::new(accumulator, error)),
                    }
                }
                Ok(accumulator.into_message())
            }
            Err(error) => Err(IncompleteMessage::new(accumulator, error)),
        }
    }
}

impl<P: Provider + ?Sized> ProviderExt for P {}

/// A message that was cut short, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct IncompleteMessage {
    /// What had arrived, with stop reason error or aborted.
    pub message: Box<AssistantMessage>,
    /// What went wrong.
    // Not `#[source]`: this type only carries the error, and a report would print it twice.
    pub error: ProviderError,
}

impl IncompleteMessage {
    fn new(mut accumulator: Accumulator, error: ProviderError) -> Self {
        accumulator.fail(&error);
        Self { message: Box::new(accumulator.into_message()), error }
    }
}
