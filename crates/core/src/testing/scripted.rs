//! A provider that plays back what a test wrote down.
//!
//! Separate from real providers' tests: it is the double for tests of hosts and of everything above a provider.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use crate::api::Api;
use crate::context::Context;
use crate::cost::Cost;
use crate::error::{ErrorKind, ProviderError};
use crate::model::Model;
use crate::model_ref::{ModelId, ProviderId};
use crate::provider::Provider;
use crate::stop_reason::StopReason;
use crate::stream_event::{EventStream, Finish, StreamEvent};
use crate::stream_options::StreamOptions;
use crate::usage::Usage;

/// One scripted answer: an error instead of a stream, or the items of a stream.
pub type ScriptedStream = Result<Vec<Result<StreamEvent, ProviderError>>, ProviderError>;

/// A provider whose answers are scripted; it keeps what it was asked.
///
/// ```
/// use clawdia_core::testing::Scripted;
/// use clawdia_core::{Context, Message, Provider, ProviderExt, StreamOptions};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let provider = Scripted::new("acme").then_text("Hello.");
/// let model = provider.describe(&"large".into()).unwrap();
/// let context = Context::new([Message::user("Hi")]);
/// let message = provider.complete(&model, &context, &StreamOptions::default()).await.unwrap();
/// assert_eq!(message.text(), "Hello.");
/// assert_eq!(provider.asked()[0].0, context);
/// # });
/// ```
#[derive(Debug)]
pub struct Scripted {
    id: ProviderId,
    answers: Mutex<VecDeque<ScriptedStream>>,
    asked: Mutex<Vec<(Context, StreamOptions)>>,
}

impl Scripted {
    /// The protocol scripted models claim to speak.
    pub const API: Api = Api::from_static("scripted");

    /// A provider with no answers yet.
    pub fn new(id: impl Into<ProviderId>) -> Self {
        Self { id: id.into(), answers: Mutex::default(), asked: Mutex::default() }
    }

    /// Adds an answer.
    #[must_use]
    pub fn then(self, answer: ScriptedStream) -> Self {
        lock(&self.answers).push_back(answer);
        self
    }

    /// Adds an answer of one text block, one delta per word, at one token per word.
    #[must_use]
    pub fn then_text(self, text: &str) -> Self {
        let words = text.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
        let output = u64::try_from(words.len()).unwrap_or(u64::MAX);
        let usage = Usage { output, total_tokens: output, ..Usage::default() };
        let mut events = vec![StreamEvent::Start, StreamEvent::TextStart { content_index: 0 }];
        events.extend(words.into_iter().map(|delta| StreamEvent::TextDelta { content_index: 0, delta }));
        events.push(StreamEvent::TextEnd { content_index: 0, citations: Vec::new() });
        events.push(StreamEvent::Done(Box::new(Finish::new(StopReason::Stop, usage, &Cost::default()))));
        self.then(Ok(events.into_iter().map(Ok).collect()))
    }

    /// What the provider was asked, in order.
    pub fn asked(&self) -> Vec<(Context, StreamOptions)> {
        lock(&self.asked).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Provider for Scripted {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn describe(&self, model: &ModelId) -> Option<Model> {
        Some(Model::new(self.id.clone(), model.clone(), Self::API))
    }

    async fn stream(
        &self,
        _model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        lock(&self.asked).push((context.clone(), options.clone()));
        let cancelled = || ProviderError::new(ErrorKind::Aborted, "the request was cancelled");
        let token = options.cancel.clone().unwrap_or_default();
        if token.is_cancelled() {
            return Err(cancelled());
        }
        let answer = lock(&self.answers).pop_front().unwrap_or_else(|| {
            Err(ProviderError::new(ErrorKind::Other, "the script has no further answer")
                .with_hint("add one with `then`"))
        })?;
        Ok(stream::iter(answer).boxed())
    }
}
