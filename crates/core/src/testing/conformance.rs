//! What every provider must do, as a suite a provider's tests run against it.
//!
//! Separate from the grammar checker: this suite asks a live provider real questions.

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::accumulator::Accumulator;
use crate::context::Context;
use crate::error::ErrorKind;
use crate::message::{AssistantMessage, Message};
use crate::model::Model;
use crate::provider::{Provider, ProviderExt};
use crate::stop_reason::StopReason;
use crate::stream_options::StreamOptions;
use crate::testing::protocol::Protocol;
use crate::thinking_level::ThinkingLevel;

/// A promise of [`Provider`] that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {problem}")]
pub struct Nonconformance {
    check: &'static str,
    problem: String,
}

fn broken(check: &'static str, problem: impl Into<String>) -> Nonconformance {
    Nonconformance { check, problem: problem.into() }
}

/// Asks `provider` a handful of questions of `model` and checks every promise of the trait that shows from outside.
///
/// The provider must be able to answer: point it at a server that does.
///
/// # Errors
/// The first promise that was not kept.
pub async fn conformance(provider: &dyn Provider, model: &Model) -> Result<(), Nonconformance> {
    describes_itself(provider, model)?;
    let first = answers(provider, model).await?;
    continues_a_conversation(provider, model, &first).await?;
    completes_as_it_streams(provider, model).await?;
    ends_when_cancelled(provider, model).await?;
    survives_being_dropped(provider, model).await
}

fn question() -> Context {
    Context::new([Message::user("Say hello.")]).with_system_prompt("Answer in one short sentence.")
}

fn describes_itself(provider: &dyn Provider, model: &Model) -> Result<(), Nonconformance> {
    let check = "describes its models as its own";
    if model.provider != *provider.id() {
        return Err(broken(
            check,
            format!("`{}` was asked for a model of `{}`", provider.id(), model.provider),
        ));
    }
    match provider.describe(&model.id) {
        Some(described) if described.id != model.id || described.provider != *provider.id() => Err(broken(
            check,
            format!("`{}` was described as `{}`", model.reference(), described.reference()),
        )),
        Some(_) | None => Ok(()),
    }
}

async fn stream(
    check: &'static str,
    provider: &dyn Provider,
    model: &Model,
    context: &Context,
    options: &StreamOptions,
) -> Result<AssistantMessage, Nonconformance> {
    let mut accumulator = Accumulator::new(model);
    let mut protocol = Protocol::default();
    let mut events = provider
        .stream(model, context, options)
        .await
        .map_err(|error| broken(check, format!("the call failed: {error}")))?;
    while let Some(item) = events.next().await {
        protocol.observe(&item).map_err(|violation| broken(check, violation.to_string()))?;
        match item {
            Ok(event) => accumulator.push(&event),
            Err(error) => return Err(broken(check, format!("the stream failed: {error}"))),
        }
    }
    protocol.end().map_err(|violation| broken(check, violation.to_string()))?;
    Ok(accumulator.into_message())
}

async fn answers(provider: &dyn Provider, model: &Model) -> Result<AssistantMessage, Nonconformance> {
    let check = "answers within the grammar";
    let message = stream(check, provider, model, &question(), &StreamOptions::default()).await?;
    if message.content.is_empty() {
        return Err(broken(check, "the answer has no content"));
    }
    let cost = model.cost.of(&message.usage, None);
    if message.usage.cost != cost {
        let (charged, due) = (message.usage.cost.total.dollars(), cost.total.dollars());
        return Err(broken(check, format!("charged ${charged} where the model's rates give ${due}")));
    }
    Ok(message)
}

async fn continues_a_conversation(
    provider: &dyn Provider,
    model: &Model,
    first: &AssistantMessage,
) -> Result<(), Nonconformance> {
    let mut context = question();
    context.messages.push(Message::Assistant(first.clone()));
    context.messages.push(Message::user("And again."));
    let options = StreamOptions::default().with_max_tokens(64).with_reasoning(ThinkingLevel::Off);
    stream("takes its own answers back", provider, model, &context, &options).await.map(drop)
}

async fn completes_as_it_streams(provider: &dyn Provider, model: &Model) -> Result<(), Nonconformance> {
    let check = "completes as it streams";
    let message = provider
        .complete(model, &question(), &StreamOptions::default())
        .await
        .map_err(|incomplete| broken(check, incomplete.to_string()))?;
    if message.stop_reason.is_success() { Ok(()) } else { Err(broken(check, "the message is not whole")) }
}

async fn ends_when_cancelled(provider: &dyn Provider, model: &Model) -> Result<(), Nonconformance> {
    let check = "ends when it is cancelled";
    let token = CancellationToken::new();
    token.cancel();
    let options = StreamOptions::default().with_cancel(token);
    match provider.complete(model, &question(), &options).await {
        Err(incomplete)
            if incomplete.error.kind() == ErrorKind::Aborted
                && incomplete.message.stop_reason == StopReason::Aborted =>
        {
            Ok(())
        }
        Err(incomplete) => {
            Err(broken(check, format!("failed with kind {}: {}", incomplete.error.kind(), incomplete.error)))
        }
        Ok(_) => Err(broken(check, "it answered all the same")),
    }
}

async fn survives_being_dropped(provider: &dyn Provider, model: &Model) -> Result<(), Nonconformance> {
    let check = "survives a stream that is dropped";
    match provider.stream(model, &question(), &StreamOptions::default()).await {
        Ok(mut events) => {
            events.next().await;
        }
        Err(error) => return Err(broken(check, error.to_string())),
    }
    stream(check, provider, model, &question(), &StreamOptions::default()).await.map(drop)
}
