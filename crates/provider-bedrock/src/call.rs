//! One call of a model, from the request to the first content, with every attempt it takes.
//!
//! Separate from the provider, which lives on, and from the answer, which takes over once there is content: here it is
//! decided what to try after a failure.

use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use clawdia_aws::Connection;
use clawdia_core::{
    Context, Cost, Diagnostic, ErrorKind, EventStream, Finish, Model, ModelId, ProviderError, StreamOptions,
};
use tokio::time::Instant;

use crate::error::CallSite;
use crate::headers;
use crate::learned::{Learned, Lesson, fingerprint, is_streaming_refusal, is_strictness_limit};
use crate::limits::{Limits, Phase};
use crate::request::{self, Request, Target};
use crate::response::{Expectation, Translator};
use crate::retry::wait_before_retry;
use crate::route::{profile_for, route};
use crate::settings::{BedrockSettings, ProfilePreference};
use crate::stream::{Answer, Delivery};
use crate::transport::{self, Operation, Sending};

/// A call in progress.
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a BedrockSettings,
    pub(crate) learned: &'a Learned,
    pub(crate) model: &'a Model,
    pub(crate) context: &'a Context,
    pub(crate) options: &'a StreamOptions,
    pub(crate) limits: Limits,
    pub(crate) client: Client,
    pub(crate) connection: Connection,
    /// What an id charges that is called for the model.
    pub(crate) cost: &'a (dyn Fn(&str) -> Cost + Send + Sync),
}

impl Call<'_> {
    /// Calls until there is content, an error that lasts, or no attempt left.
    pub(crate) async fn run(&self) -> Result<EventStream, ProviderError> {
        let preference = self.settings.params(&self.model.id).profile_preference;
        let mut invoked = route(self.model.id.as_str(), self.connection.region(), preference, self.learned);
        // What was tried before, for the message that comes of it.
        let mut tried = Vec::new();
        let mut attempt = 1;
        loop {
            let request = self.build(&invoked)?;
            let (operation, can_relax) = (request.operation, request.can_relax);
            let error = match self.once(request, &invoked, &tried).await {
                Ok(events) => return Ok(events),
                Err(error) => error,
            };
            if let Some(profile) = self.profile_instead(&error, &invoked) {
                invoked = profile;
                continue;
            }
            if let Some(lesson) = self.lesson(&error, operation, can_relax)
                && self.learned.remember(lesson, &invoked, self.connection.region())
            {
                tried.extend(told(lesson, &error));
                continue;
            }
            match wait_before_retry(&error, attempt, fastrand::f64()) {
                Some(wait) if self.limits.allows(wait) => {
                    tracing::debug!(attempt, ?wait, %error, "trying again");
                    tried.push(retried(attempt, &error, wait));
                    attempt += 1;
                    let ended = self.limits.wait(Phase::Total, tokio::time::sleep(wait)).await;
                    ended.map_err(|ended| ended.with_attempt(self.site(&invoked).attempt()))?;
                }
                Some(_) | None => return Err(with_history(error, tried)),
            }
        }
    }

    fn build(&self, invoked: &str) -> Result<Request, ProviderError> {
        let region = self.connection.region();
        let strict = Lesson::TooManyStrictTools(fingerprint(&self.context.tools));
        let target = Target {
            model: self.model,
            invoked,
            region,
            params: self.settings.params(&self.model.id),
            default_retention: self.settings.default_retention,
            relaxed: self.learned.knows(strict, invoked, region),
        };
        let mut request = request::build(&target, self.context, self.options)?;
        if request.has_tools && self.learned.knows(Lesson::StreamsNoTools, invoked, region) {
            request.operation = Operation::Converse;
        }
        Ok(request)
    }

    /// One attempt.
    async fn once(
        &self,
        request: Request,
        invoked: &str,
        tried: &[Diagnostic],
    ) -> Result<EventStream, ProviderError> {
        let site = self.site(invoked);
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
        finish.diagnostics.extend_from_slice(tried);
        let headers = headers::merged(
            &self.settings.headers,
            &self.model.headers,
            &self.options.headers,
            &mut finish.diagnostics,
        )?;
        let sending = Sending {
            operation: request.operation,
            model_id: invoked.to_owned(),
            body: request.body,
            headers,
            connect_timeout: self.limits.times.connect,
        };
        let began = Instant::now();
        let head = self
            .limits
            .wait(Phase::FirstEvent(began), transport::send(&self.client, &sending, &site))
            .await
            .map_err(|error| error.with_attempt(site.attempt()))??;
        finish.response_id.clone_from(&head.request_id);
        let expectation = Expectation { renamed_tools: request.renamed_tools, output_tool: None };
        let translator = Translator::new((self.cost)(invoked), expectation, finish);
        Answer::new(head, translator, self.limits.clone(), site, began).open(Delivery::Streamed).await
    }

    fn site(&self, invoked: &str) -> CallSite {
        CallSite {
            model_id: invoked.to_owned(),
            region: self.connection.region().to_owned(),
            credential_source: self.connection.credential_source().to_string(),
            endpoint: self.connection.endpoint().map(str::to_owned),
        }
    }

    /// The profile to call instead when the service refuses a foundation model without one, for the first time.
    fn profile_instead(&self, error: &ProviderError, invoked: &str) -> Option<String> {
        let preference = self.settings.params(&self.model.id).profile_preference;
        if error.kind() != ErrorKind::NeedsInferenceProfile
            || invoked != self.model.id.as_str()
            || preference == ProfilePreference::None
        {
            return None;
        }
        let region = self.connection.region();
        let profile = profile_for(invoked, region, preference).filter(|profile| profile != invoked)?;
        self.learned.remember(Lesson::NeedsProfile, invoked, region);
        tracing::debug!(model = invoked, profile, "the model needs an inference profile");
        Some(profile)
    }

    /// What a refusal teaches about the model, where the request can do without what was refused.
    fn lesson(&self, error: &ProviderError, operation: Operation, can_relax: bool) -> Option<Lesson> {
        if operation == Operation::ConverseStream && is_streaming_refusal(error) {
            Some(Lesson::StreamsNoTools)
        } else if can_relax && is_strictness_limit(error) {
            Some(Lesson::TooManyStrictTools(fingerprint(&self.context.tools)))
        } else {
            None
        }
    }
}

/// The error with what was tried before it, for the message that is stored.
fn with_history(error: ProviderError, tried: Vec<Diagnostic>) -> ProviderError {
    if tried.is_empty() {
        return error;
    }
    let mut finish = error.finish().cloned().unwrap_or_default();
    finish.diagnostics.splice(0..0, tried);
    error.with_finish(finish)
}

/// What a lesson changes about the message that follows; nothing where the message says so anyway.
fn told(lesson: Lesson, error: &ProviderError) -> Option<Diagnostic> {
    match lesson {
        Lesson::TooManyStrictTools(_) => {
            let message =
                "the service refused as many strict tools; those that only prefer to be were sent as others";
            Some(Diagnostic::new("bedrock_strict_tools_fallback", message).with("refusal", error.message()))
        }
        Lesson::NeedsProfile | Lesson::StreamsNoTools => None,
    }
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
