//! One call of a model, from the request to the first content, with every attempt it takes.
//!
//! Separate from the provider, which lives on, and from the answer, which takes over once there is content: here it is
//! decided what to try after a failure.

use std::borrow::Cow;
use std::time::Duration;

use clawdia_core::{
    Context, Diagnostic, ErrorKind, EventStream, Finish, Model, ModelId, ProviderError, ResponseHead,
    StreamOptions,
};
use tokio::time::Instant;

use crate::config::{BedrockConfig, RefusalPolicy};
use crate::error::{CallSite, is_expired_credentials, is_unknown_model};
use crate::headers;
use crate::learned::{Lesson, fingerprint_of_schema, fingerprint_of_tools};
use crate::limits::{Limits, Phase};
use crate::provider::{BedrockProvider, Link};
use crate::repair::{Held, Repair, repairs};
use crate::request::{self, Request, Target};
use crate::response::{Expectation, Translator};
use crate::retry::Retries;
use crate::route::{profiles_for, route};
use crate::stream::{Answer, Delivery};
use crate::transport::{self, Answered, Operation, Sending};

/// How often a request is mended in one call. Each time the service names something else.
const MOST_REPAIRS: usize = 4;

/// A call in progress.
pub(crate) struct Call<'a> {
    pub(crate) provider: &'a BedrockProvider,
    pub(crate) params: Cow<'a, BedrockConfig>,
    pub(crate) model: &'a Model,
    pub(crate) context: &'a Context,
    pub(crate) options: Cow<'a, StreamOptions>,
    pub(crate) limits: Limits,
    pub(crate) link: Link,
}

/// What a call has tried so far.
struct Attempts {
    /// The id that is called.
    invoked: String,
    /// The ids that were called before.
    tried: Vec<String>,
    retries: Retries,
    repairs: Vec<Repair>,
    refreshed: bool,
    /// What was tried before, for the message that comes of it.
    told: Vec<Diagnostic>,
}

impl Attempts {
    /// A refusal that says the same again was not about what has been changed since: that is not kept for other calls.
    fn doubt(&mut self, possible: &[Repair]) {
        for repair in &mut self.repairs {
            repair.lasting &= !possible.iter().any(|again| again.lessons == repair.lessons);
        }
    }

    /// Adds to an error between two attempts what was tried before.
    fn tell<T>(&self, outcome: Result<T, ProviderError>) -> Result<T, ProviderError> {
        outcome.map_err(|error| with_diagnostics(error, &self.told))
    }
}

/// An attempt that came to nothing.
pub(crate) enum Failure {
    /// Another attempt may do better.
    Attempt(ProviderError),
    /// The host's own code ended the call.
    Hook(ProviderError),
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self::Attempt(error)
    }
}

impl Call<'_> {
    /// Calls until there is content, an error that lasts, or no attempt left.
    pub(crate) async fn run(mut self) -> Result<EventStream, ProviderError> {
        let mut attempts = Attempts {
            invoked: self.route(),
            tried: Vec::new(),
            retries: Retries::new(&self.params.retries),
            repairs: Vec::new(),
            refreshed: false,
            told: Vec::new(),
        };
        loop {
            let lessons = self.lessons(&attempts);
            let request = attempts.tell(self.build(&attempts.invoked, &lessons))?;
            let sent = (request.operation, request.body.clone());
            let error = match self.once(request, &attempts).await {
                Ok(events) => {
                    self.remember(&attempts);
                    return Ok(events);
                }
                Err(Failure::Hook(error)) => return Err(with_diagnostics(error, &attempts.told)),
                Err(Failure::Attempt(error)) => error,
            };
            if let Some(profile) = self.profile_instead(&error, &attempts) {
                let before = std::mem::replace(&mut attempts.invoked, profile);
                attempts.tried.push(before);
                continue;
            }
            let possible = repairs(&error, self.held());
            attempts.doubt(&possible);
            if attempts.repairs.len() < MOST_REPAIRS
                && let Some(repair) = self.repair(possible, &sent, &attempts.invoked, &lessons)
            {
                attempts.told.extend(repaired(&repair, &error));
                attempts.repairs.push(repair);
                continue;
            }
            let refreshed_now = !attempts.refreshed && attempts.tell(self.refresh(&error).await)?;
            if refreshed_now {
                attempts.refreshed = true;
                attempts.told.push(refreshed(&error));
                continue;
            }
            match attempts.retries.next_wait(&error, fastrand::f64()) {
                Some(wait) if self.limits.allows(wait) => {
                    let attempt = attempts.retries.attempt();
                    tracing::debug!(attempt, ?wait, %error, "trying again");
                    attempts.told.push(retried(attempt, &error, wait));
                    attempts.tell(self.pause(wait, &attempts.invoked).await)?;
                }
                Some(_) | None => return Err(error),
            }
        }
    }

    /// The id to call for the model.
    pub(crate) fn route(&self) -> String {
        let preference = self.params.profile_preference;
        let stand_in = self.model.invoked_id.as_ref().map(ModelId::as_str);
        route(self.model.id.as_str(), stand_in, self.region(), preference, self.provider.learned())
    }

    pub(crate) fn region(&self) -> &str {
        self.link.connection.region()
    }

    pub(crate) fn target<'t>(&'t self, invoked: &'t str, lessons: &'t [Lesson]) -> Target<'t> {
        Target {
            model: self.model,
            invoked,
            region: self.region(),
            params: &self.params,
            default_retention: self.provider.settings().default_retention,
            lessons,
        }
    }

    /// What is known of the model besides the facts: from other calls, and from the refusals of this one.
    fn lessons(&self, attempts: &Attempts) -> Vec<Lesson> {
        let mut lessons = self.provider.learned().of(&attempts.invoked, self.region());
        lessons.extend(attempts.repairs.iter().flat_map(|repair| &repair.lessons));
        lessons
    }

    /// Keeps for other calls what this one learned, now that it has proved right.
    fn remember(&self, attempts: &Attempts) {
        let lasting = attempts.repairs.iter().filter(|repair| repair.lasting);
        for lesson in lasting.flat_map(|repair| &repair.lessons) {
            self.provider.learned().remember(*lesson, &attempts.invoked, self.region());
        }
    }

    fn build(&self, invoked: &str, lessons: &[Lesson]) -> Result<Request, ProviderError> {
        request::build(&self.target(invoked, lessons), self.context, &self.options)
    }

    /// One attempt.
    async fn once(&self, request: Request, attempts: &Attempts) -> Result<EventStream, Failure> {
        let invoked = attempts.invoked.as_str();
        let mut finish = Finish::default();
        if invoked != self.model.id.as_str() {
            finish.response_model = Some(ModelId::new(invoked));
            finish.diagnostics.push(through_profile(self.model, invoked));
        }
        if request.operation == Operation::Converse {
            let message = "the model does not stream while it is offered tools; the answer came in one piece";
            finish.diagnostics.push(Diagnostic::new("bedrock_not_streamed", message));
        }
        finish.diagnostics.extend(request.diagnostics);
        finish.diagnostics.extend_from_slice(&attempts.told);
        let mut body = request.body;
        if let Some(hooks) = &self.options.hooks {
            body = self.hooked(hooks.as_ref(), body).await.map_err(Failure::Hook)?;
        }
        let site = self.site(invoked, body.len());
        let sending = self.sending(request.operation, invoked, body, &mut finish.diagnostics)?;
        let began = Instant::now();
        let sent = transport::send(&self.link.client, &sending, &site);
        let answered = self.limits.wait(Phase::FirstEvent(began), sent).await;
        let answered = answered.map_err(|error| error.with_attempt(site.attempt())).flatten();
        let Answered { head, outcome } =
            answered.map_err(|error| with_diagnostics(error, &finish.diagnostics))?;
        self.see(&head).await.map_err(Failure::Hook)?;
        let head = outcome.map_err(|error| with_diagnostics(error, &finish.diagnostics))?;
        finish.response_id.clone_from(&head.request_id);
        let cost = self.provider.cost(self.model, invoked);
        let expectation =
            Expectation { renamed_tools: request.renamed_tools, output_tool: request.output_tool };
        let translator = Translator::new(cost, expectation, finish);
        let delivery = match self.params.refusal_policy {
            RefusalPolicy::Stream => Delivery::Streamed,
            RefusalPolicy::Buffer => Delivery::Whole,
        };
        Ok(Answer::new(head, translator, self.limits.clone(), site, began).open(delivery).await?)
    }

    pub(crate) fn sending(
        &self,
        operation: Operation,
        model_id: &str,
        body: bytes::Bytes,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Sending, ProviderError> {
        let configured = &self.provider.settings().headers;
        let headers = headers::merged(configured, &self.model.headers, &self.options.headers, diagnostics)?;
        Ok(Sending {
            operation,
            model_id: model_id.to_owned(),
            body,
            headers,
            connect_timeout: self.limits.times.connect,
        })
    }

    /// Lets the host's code see the payload, and change it. What it leaves as it is keeps its bytes.
    pub(crate) async fn hooked(
        &self,
        hooks: &dyn clawdia_core::Hooks,
        body: bytes::Bytes,
    ) -> Result<bytes::Bytes, ProviderError> {
        let unreadable = |error: serde_json::Error| {
            ProviderError::new(ErrorKind::Other, "the payload cannot be shown to a hook").with_source(error)
        };
        let payload: serde_json::Value = serde_json::from_slice(&body).map_err(unreadable)?;
        let mut changed = payload.clone();
        self.limits
            .wait(Phase::Total, hooks.on_payload(&mut changed, self.model))
            .await
            .flatten()
            .map_err(|error| hook_failed(error, "the payload"))?;
        if changed == payload {
            return Ok(body);
        }
        serde_json::to_vec(&changed).map(Into::into).map_err(unreadable)
    }

    /// Lets the host's code see the head of a response.
    pub(crate) async fn see(&self, head: &ResponseHead) -> Result<(), ProviderError> {
        let Some(hooks) = &self.options.hooks else { return Ok(()) };
        self.limits
            .wait(Phase::Total, hooks.on_response(head, self.model))
            .await
            .flatten()
            .map_err(|error| hook_failed(error, "the response"))
    }

    pub(crate) fn site(&self, invoked: &str, body_bytes: usize) -> CallSite {
        let connection = &self.link.connection;
        CallSite {
            model_id: invoked.to_owned(),
            region: connection.region().to_owned(),
            credential_source: connection.credential_source().clone(),
            endpoint: connection.endpoint().map(str::to_owned),
            way: connection.way(),
            body_bytes,
        }
    }

    /// Waits before another attempt.
    pub(crate) async fn pause(&self, wait: Duration, invoked: &str) -> Result<(), ProviderError> {
        let ended = self.limits.wait(Phase::Total, tokio::time::sleep(wait)).await;
        ended.map_err(|ended| ended.with_attempt(self.site(invoked, 0).attempt()))
    }

    /// Looks up credentials anew if it is these that the service did not accept; whether there is something new to try.
    pub(crate) async fn refresh(&mut self, error: &ProviderError) -> Result<bool, ProviderError> {
        if !is_about_credentials(error) {
            return Ok(false);
        }
        let looked_up = self.provider.reconnect(self.model, &self.link.connection);
        let Some(link) = self.limits.wait(Phase::Total, looked_up).await?? else { return Ok(false) };
        self.link = link;
        Ok(true)
    }

    /// The profile to call instead: when the service refuses a foundation model without one, and when it has none of the
    /// profile that was called.
    fn profile_instead(&self, error: &ProviderError, attempts: &Attempts) -> Option<String> {
        let (model, invoked, region) = (self.model.id.as_str(), attempts.invoked.as_str(), self.region());
        let profiles = profiles_for(model, region, self.params.profile_preference);
        // Whoever chose one of the profiles gets no other.
        if profiles.iter().any(|profile| profile == model) {
            return None;
        }
        let lesson = if invoked == model && error.kind() == ErrorKind::NeedsInferenceProfile {
            Lesson::NeedsProfile
        } else if invoked != model && is_unknown_model(error) {
            Lesson::UnknownId
        } else {
            return None;
        };
        let is_new = |profile: &String| profile != invoked && !attempts.tried.contains(profile);
        let profile = profiles.into_iter().find(is_new);
        if profile.is_some() || lesson == Lesson::UnknownId {
            self.provider.learned().remember(lesson, invoked, region);
        }
        let profile = profile?;
        tracing::debug!(model, invoked, profile, "calling another inference profile");
        Some(profile)
    }

    /// What the request holds that a refusal may speak of.
    fn held(&self) -> Held {
        let schema = self.options.output_schema.as_ref();
        Held {
            tools: fingerprint_of_tools(&self.context.tools),
            output_schema: schema.map(|output| fingerprint_of_schema(&output.schema)),
            tier: request::known_tier(&self.params),
        }
    }

    /// The first thing that the refusal may mean and that makes another request of this one.
    fn repair(
        &self,
        possible: Vec<Repair>,
        (operation, body): &(Operation, bytes::Bytes),
        invoked: &str,
        lessons: &[Lesson],
    ) -> Option<Repair> {
        possible.into_iter().find(|repair| {
            let mut lessons = lessons.to_vec();
            lessons.extend(&repair.lessons);
            let request = self.build(invoked, &lessons);
            request.is_ok_and(|request| request.operation != *operation || request.body != *body)
        })
    }
}

fn hook_failed(error: ProviderError, what: &str) -> ProviderError {
    match error.attempt() {
        Some(_) => error,
        None => error.with_attempt(format!("show {what} to the host's hook")),
    }
}

/// Whether other credentials may do: these have expired, or were replaced where they came from.
fn is_about_credentials(error: &ProviderError) -> bool {
    is_expired_credentials(error)
        || matches!(error.code(), Some("UnrecognizedClientException" | "InvalidClientTokenId"))
}

/// The error with what was changed and tried before it, for the message that is stored.
fn with_diagnostics(error: ProviderError, diagnostics: &[Diagnostic]) -> ProviderError {
    if diagnostics.is_empty() {
        return error;
    }
    let mut finish = error.finish().cloned().unwrap_or_default();
    finish.diagnostics.splice(0..0, diagnostics.iter().cloned());
    error.with_finish(finish)
}

/// What a repair changes about the message that follows; nothing where the message says so anyway.
fn repaired(repair: &Repair, error: &ProviderError) -> Option<Diagnostic> {
    tracing::debug!(?repair, %error, "mending the request");
    let diagnostic = match repair.lessons.as_slice() {
        [Lesson::Capability("streamingTools", false)] => return None,
        [Lesson::TooManyStrictTools(_)] => Diagnostic::new(
            "bedrock_strict_tools_fallback",
            "the service refused as many strict tools; those that only prefer to be were sent as others",
        ),
        lessons => {
            let message = "the service refused a part of the request, which was sent again without it";
            let learned = lessons.iter().map(ToString::to_string).collect::<Vec<_>>();
            Diagnostic::new("bedrock_request_repaired", message).with("learned", learned)
        }
    };
    Some(diagnostic.with("refusal", error.message()))
}

fn refreshed(error: &ProviderError) -> Diagnostic {
    let message = "the service did not accept the credentials, which were looked up anew";
    Diagnostic::new("bedrock_credentials_refreshed", message).with("refusal", error.message())
}

fn through_profile(model: &Model, profile: &str) -> Diagnostic {
    let message = format!(
        "`{}` is served only through inference profiles and was called through `{profile}`",
        model.id
    );
    Diagnostic::new("bedrock_inference_profile", message).with("profile", profile)
}

fn retried(attempt: u32, error: &ProviderError, wait: Duration) -> Diagnostic {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let message = format!("attempt {attempt} failed and was repeated: {}", error.message());
    let diagnostic = Diagnostic::new("bedrock_retry", message)
        .with("attempt", attempt)
        .with("kind", error.kind().as_str())
        .with("waitMs", wait_ms);
    match error.status() {
        Some(status) => diagnostic.with("status", status),
        None => diagnostic,
    }
}
