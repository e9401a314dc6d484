//! How many tokens a prompt has, asked of the service, or estimated where it does not say.
//!
//! Separate from calls of models because a count can always be had: a refusal is remembered, and an estimate takes its
//! place. Source: the CountTokens operation of the Bedrock Runtime API reference.

use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use clawdia_bedrock_models as facts;
use clawdia_core::{ErrorKind, ProviderError, TokenCount};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::call::{Call, Failure};
use crate::learned::Lesson;
use crate::limits::Phase;
use crate::request;
use crate::retry::Retries;
use crate::stream::chunk;
use crate::transport::{self, Answered, Operation, deepest};

/// The longest answer that is read: it holds one number.
const MAX_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    input_tokens: u64,
}

impl Call<'_> {
    /// Counts, or estimates where the service refuses to count for the model, which is asked only once.
    pub(crate) async fn count(mut self) -> Result<TokenCount, ProviderError> {
        let estimate = TokenCount::estimated(self.context.estimated_tokens());
        let invoked = self.route();
        let learned = self.provider.learned();
        let Some(id) = countable_id(&self, &invoked) else { return Ok(estimate) };
        // Who may not count is not the model's fault, so each provider of a host finds out for itself.
        let place = format!("{} {}", self.region(), self.provider.settings().id);
        if learned.knows(Lesson::CountsNoTokens, &id, &place) {
            return Ok(estimate);
        }
        let lessons = learned.of(&invoked, self.region());
        let body = request::build_count(&self.target(&invoked, &lessons), self.context, &self.options)?;
        let mut retries = Retries::new(&self.params.retries);
        let mut refreshed = false;
        loop {
            let shown = self.shown(body.clone()).await?;
            let error = match self.count_once(&id, shown).await {
                Ok(tokens) => return Ok(TokenCount::counted(tokens)),
                Err(Failure::Hook(error)) => return Err(error),
                Err(Failure::Attempt(error)) => error,
            };
            if !refreshed && self.refresh(&error).await? {
                refreshed = true;
                continue;
            }
            match verdict(&error) {
                Verdict::NeverCounts => {
                    tracing::debug!(id, %error, "tokens are estimated from now on");
                    learned.remember(Lesson::CountsNoTokens, &id, &place);
                    return Ok(estimate);
                }
                Verdict::Estimate => return Ok(estimate),
                Verdict::Fail => {}
            }
            match retries.next_wait(&error, fastrand::f64()) {
                Some(wait) if self.limits.allows(wait) => self.pause(wait, &invoked).await?,
                Some(_) | None => return Err(error),
            }
        }
    }

    /// Lets the host's code see what is counted, as it would stand in a request, and change it.
    async fn shown(&self, body: Bytes) -> Result<Bytes, ProviderError> {
        let Some(hooks) = &self.options.hooks else { return Ok(body) };
        let unreadable = |error: serde_json::Error| {
            ProviderError::new(ErrorKind::Other, "what a hook made of the payload cannot be counted")
                .with_source(error)
        };
        let mut counted: Value = serde_json::from_slice(&body).map_err(unreadable)?;
        let Some(converse) = counted.pointer_mut("/input/converse") else { return Ok(body) };
        let plain = Bytes::from(converse.to_string());
        let hooked = self.hooked(hooks.as_ref(), plain.clone()).await?;
        if hooked == plain {
            return Ok(body);
        }
        let mut members: Map<String, Value> = serde_json::from_slice(&hooked).map_err(unreadable)?;
        members.retain(|name, _| request::COUNTED.contains(&name.as_str()));
        *converse = Value::Object(members);
        Ok(counted.to_string().into())
    }

    async fn count_once(&self, id: &str, body: Bytes) -> Result<u64, Failure> {
        let site = self.site(id, body.len());
        let attempt = format!("count tokens for `{id}`");
        let sending = self.sending(Operation::CountTokens, id, body, &mut Vec::new())?;
        let phase = Phase::FirstEvent(Instant::now());
        let sent = transport::send(&self.link.client, &sending, &site);
        let answered = self.limits.wait(phase, sent).await.map_err(|error| error.with_attempt(&attempt))?;
        let Answered { head, outcome } = answered.map_err(|error| error.with_attempt(&attempt))?;
        self.see(&head).await.map_err(Failure::Hook)?;
        let head = outcome.map_err(|error| error.with_attempt(&attempt))?;
        let read = self.limits.wait(phase, whole(head.body)).await;
        let body = read.flatten().map_err(|error| error.with_attempt(&attempt))?;
        let counted: Counted = serde_json::from_slice(&body).map_err(|error| {
            ProviderError::new(ErrorKind::Other, "the count cannot be read")
                .with_attempt(&attempt)
                .with_source(error)
        })?;
        Ok(counted.input_tokens)
    }
}

/// The id to count for. The service counts by a model's own id and refuses profiles and ARNs; `None` where there is none.
fn countable_id(call: &Call<'_>, invoked: &str) -> Option<String> {
    let named = call.model.canonical_model_id.as_ref().map_or(invoked, |id| id.as_str());
    if let Some(resolved) = facts::find(named) {
        return Some(resolved.base_id.to_owned());
    }
    let is_arn = facts::Arn::parse(named).is_ok();
    (!is_arn).then(|| named.to_owned())
}

/// What becomes of a count that failed.
enum Verdict {
    /// It will fail for this model every time.
    NeverCounts,
    /// It failed for what was to be counted.
    Estimate,
    /// It did not fail for want of a count.
    Fail,
}

fn verdict(error: &ProviderError) -> Verdict {
    match error.kind() {
        ErrorKind::Permission
        | ErrorKind::ModelAccess
        | ErrorKind::NotFound
        | ErrorKind::NeedsInferenceProfile => Verdict::NeverCounts,
        ErrorKind::InvalidRequest if error.message().to_lowercase().contains("counting tokens") => {
            Verdict::NeverCounts
        }
        ErrorKind::InvalidRequest | ErrorKind::ContextOverflow if error.status().is_some() => {
            Verdict::Estimate
        }
        _ => Verdict::Fail,
    }
}

async fn whole(mut body: SdkBody) -> Result<Bytes, ProviderError> {
    let mut whole = BytesMut::new();
    while let Some(piece) = chunk(&mut body).await {
        let piece = piece.map_err(|error| {
            let message = format!("the connection broke: {}", deepest(&*error));
            ProviderError::new(ErrorKind::Transport, message).with_hint("check the network and try again")
        })?;
        if whole.len() + piece.len() > MAX_BYTES {
            return Err(ProviderError::new(ErrorKind::Other, "the answer is too long for a count"));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}
