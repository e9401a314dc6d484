//! Calling models for real, each with a tiny request, to see whether they answer.
//!
//! Separate from the rest of the status, which costs nothing.

use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use clawdia::core::Amount;
use clawdia::{
    Context, Host, IncompleteMessage, Message, ModelRef, ProviderError, StreamOptions, ThinkingLevel,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::output::printable;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
/// How many calls are under way at once: more could be throttled, and a status would blame the model.
const AT_ONCE: usize = 2;
const MAX_TOKENS: u64 = 8;
const TIMEOUT_MS: u64 = 8_000;

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Probed {
    pub(super) model: ModelRef,
    latency: Duration,
    cost: Amount,
    pub(crate) error: Option<ProviderError>,
}

/// Calls these models, two at a time.
pub(super) async fn all(host: &Host, models: &[ModelRef]) -> Vec<Probed> {
    let calls = models.iter().map(|model| call(host, model, MAX_TOKENS));
    futures_util::stream::iter(calls).buffered(AT_ONCE).collect().await
}

/// Calls a model for an answer of at most so many tokens.
pub(crate) async fn call(host: &Host, model: &ModelRef, max_tokens: u64) -> Probed {
    let context = Context::new([Message::user("Say OK.")]);
    let mut options = StreamOptions::default().with_max_tokens(max_tokens).with_reasoning(ThinkingLevel::Off);
    options.timeouts.total_ms = Some(TIMEOUT_MS);
    let begin = Instant::now();
    let outcome = host.complete(model, &context, &options).await;
    let latency = begin.elapsed();
    let (message, error) = match outcome {
        Ok(message) => (message, None),
        Err(IncompleteMessage { message, error, .. }) => (*message, Some(error)),
    };
    Probed { model: model.clone(), latency, cost: message.usage.cost.total, error }
}

impl Probed {
    /// `ok`, or the kind of the failure.
    fn outcome(&self) -> &'static str {
        self.error.as_ref().map_or("ok", |error| error.kind().as_str())
    }

    pub(super) fn as_json(&self) -> Value {
        let mut value = json!({
            "model": self.model,
            "outcome": self.outcome(),
            "latencyMs": u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX),
            "cost": self.cost,
        });
        if let Some(error) = &self.error {
            value["message"] = error.message().into();
            value["hint"] = error.hint().into();
        }
        value
    }

    /// A line; `is_told` where what went wrong stands above already, as the problem of the provider.
    pub(super) fn as_text(&self, is_told: bool) -> String {
        let style = if self.error.is_none() { GOOD } else { BAD };
        let outcome = self.outcome();
        let found = match &self.error {
            None => self.cost_and_time(),
            Some(_) if is_told => format!("see the problem of `{}` above", self.model.provider),
            Some(error) => printable(&error.to_string()),
        };
        format!("{style}{outcome:<13}{style:#}  {}  {found}", self.model)
    }

    /// What the call cost, and how long it took.
    pub(crate) fn cost_and_time(&self) -> String {
        format!("{} ms, {}", self.latency.as_millis(), self.cost)
    }
}
