//! Asking as an agent does: its model, and when that cannot answer, the next one it falls back on.
//!
//! Separate from asking a model that somebody named: there a failure is an answer, too. Nothing is remembered from one
//! call to the next, so that each begins with the agent's own model again.

use std::fmt;
use std::time::Instant;

use clawdia_core::{
    Accumulator, AssistantMessage, Context, Diagnostic, ErrorKind, EventStream, Finish, IncompleteMessage,
    Model, ModelRef, ProviderError, StreamEvent, StreamOptions,
};
use futures_util::StreamExt;

use crate::host::Host;
use crate::host_error::HostError;

/// The answer to what an agent asked.
#[non_exhaustive]
pub struct AgentAnswer {
    /// The model that answers: the agent's own, or one of those it falls back on.
    pub model: Model,
    /// The answer. The last event says which models failed before, as a diagnostic `model_failover` for each.
    pub events: EventStream,
}

impl fmt::Debug for AgentAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AgentAnswer").field("model", &self.model).finish_non_exhaustive()
    }
}

impl Host {
    /// Asks the agent's model to continue a conversation; when it cannot answer, the models it falls back on, in their
    /// order. Without an agent ([`for_agent`](Self::for_agent)) it is what holds for all of them.
    ///
    /// Another model is asked only before the first content, and only when it may fare better: the model or the provider
    /// cannot be reached, is not allowed, does not exist, has no capacity, or fails. Never when the request itself is
    /// wrong or too long, was refused or stopped by a guardrail, or was cancelled. Options are those of the model that is
    /// asked; a time limit for the whole call holds for all models together.
    ///
    /// # Errors
    /// That of the model that was asked last, as [`stream`](Self::stream) has it; its
    /// [`finish`](ProviderError::finish) names those that failed before.
    pub async fn stream_as_agent(
        &self,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<AgentAnswer, ProviderError> {
        let begin = Instant::now();
        let mut notes = Vec::new();
        let mut candidates = self.agent().candidates().into_iter().peekable();
        while let Some(reference) = candidates.next() {
            let error = match self.try_to_answer(reference, context, options, begin).await {
                Ok((model, events)) => return Ok(AgentAnswer { model, events: noted(events, notes) }),
                Err(error) => error,
            };
            let is_over = options.cancel.clone().unwrap_or_default().is_cancelled();
            match candidates.peek() {
                Some(next) if another_may_answer(error.kind()) && !is_over => {
                    tracing::info!(model = %reference, %next, kind = %error.kind(), "falling back");
                    notes.push(note(reference, next, &error));
                }
                _ => return Err(with_notes(error, notes)),
            }
        }
        Err(HostError::NoModel { agent: self.agent().id.clone() }.into())
    }

    /// As [`stream_as_agent`](Self::stream_as_agent), and waits for the whole message.
    ///
    /// # Errors
    /// As [`stream_as_agent`](Self::stream_as_agent), and those that come later, with the message as far as it had
    /// arrived.
    pub async fn complete_as_agent(
        &self,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<AssistantMessage, IncompleteMessage> {
        let begin = Instant::now();
        let timestamp = self.context().now_ms();
        let (mut accumulator, outcome) = match self.stream_as_agent(context, options).await {
            Ok(AgentAnswer { model, mut events }) => {
                let mut accumulator = Accumulator::new(&model);
                let mut outcome = Ok(());
                while let Some(event) = events.next().await {
                    match event {
                        Ok(event) => accumulator.push(&event),
                        Err(error) => outcome = Err(error),
                    }
                }
                (accumulator, outcome)
            }
            Err(error) => (Accumulator::default(), Err(error)),
        };
        if let Err(error) = &outcome {
            accumulator.fail(error);
        }
        accumulator.set_duration(begin.elapsed());
        let message = accumulator.with_timestamp(timestamp).into_message();
        match outcome {
            Ok(()) => Ok(message),
            Err(error) => Err(IncompleteMessage { message: Box::new(message), error }),
        }
    }

    async fn try_to_answer(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
        begin: Instant,
    ) -> Result<(Model, EventStream), ProviderError> {
        let model = self.describe(reference).await?;
        let mut options = self.options(&model, options);
        if let Some(total) = options.timeouts.total_ms.filter(|total| *total > 0) {
            let passed = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
            if passed >= total {
                let message = format!("the {total} ms that the whole call may take are over");
                return Err(ProviderError::new(ErrorKind::Timeout, message)
                    .with_attempt(format!("ask `{reference}`")));
            }
            options.timeouts.total_ms = Some(total - passed);
        }
        let events = self.stream_model(&model, context, &options).await?;
        Ok((model, events))
    }
}

/// Whether another model may answer where one failed like this.
const fn another_may_answer(kind: ErrorKind) -> bool {
    match kind {
        // Of one provider, account or model, or of a moment.
        ErrorKind::Auth
        | ErrorKind::Permission
        | ErrorKind::ModelAccess
        | ErrorKind::NotFound
        | ErrorKind::NeedsInferenceProfile
        | ErrorKind::Throttled
        | ErrorKind::Quota
        | ErrorKind::Overloaded
        | ErrorKind::Timeout
        | ErrorKind::Transport
        | ErrorKind::Truncated
        | ErrorKind::BadModelOutput
        | ErrorKind::Server => true,
        // Guardrail, content filter and refusal are answers. What is wrong with a request is wrong everywhere, and a
        // conversation that is too long is for whoever keeps it to shorten. Nobody waits for what was cancelled. What is
        // not known at all may have cost something.
        _ => false,
    }
}

fn note(failed: &ModelRef, next: &ModelRef, error: &ProviderError) -> Diagnostic {
    let message = format!("`{failed}` did not answer ({}), so `{next}` was asked", error.message());
    Diagnostic::new("model_failover", message)
        .with("from", failed.to_string())
        .with("to", next.to_string())
        .with("kind", error.kind().as_str())
}

/// The events, with the notes where an answer has its diagnostics.
fn noted(events: EventStream, notes: Vec<Diagnostic>) -> EventStream {
    if notes.is_empty() {
        return events;
    }
    let mut notes = Some(notes);
    events
        .map(move |item| match item {
            Ok(StreamEvent::Done(mut finish)) => {
                put_first(&mut finish, notes.take().unwrap_or_default());
                Ok(StreamEvent::Done(finish))
            }
            Ok(event) => Ok(event),
            Err(error) => Err(with_notes(error, notes.take().unwrap_or_default())),
        })
        .boxed()
}

fn with_notes(error: ProviderError, notes: Vec<Diagnostic>) -> ProviderError {
    if notes.is_empty() {
        return error;
    }
    let mut finish = error.finish().cloned().unwrap_or_default();
    put_first(&mut finish, notes);
    error.with_finish(finish)
}

fn put_first(finish: &mut Finish, notes: Vec<Diagnostic>) {
    finish.diagnostics.splice(0..0, notes);
}
