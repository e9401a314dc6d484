//! Failures of the service, classified.
//!
//! Separate from where they occur, since HTTP answers and exceptions in mid-stream carry the same names and texts and
//! must come out as the same kind. What a failure is, is decided by exception name first, then status, then text
//! (`classify`, on the `wording` of a text); what to do about it is a sentence of its own (`hint`).

mod classify;
mod denial;
mod hint;
mod stated_limit;
mod wording;

use std::time::{Duration, SystemTime};

use clawdia_aws::{CredentialSource, IdentityRefusal, Way};
use clawdia_core::{Diagnostic, Finish, ProviderError};

use classify::{Cause, cause};
use wording::Wording;

/// What the service said when it refused or gave up.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceFailure {
    pub(crate) status: Option<u16>,
    /// The exception's name as it was written: `ThrottlingException` over HTTP, `throttlingException` in a stream.
    pub(crate) name: Option<String>,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

/// What the hints of an error refer to.
#[derive(Debug, Clone)]
pub(crate) struct CallSite {
    /// The id that was called.
    pub(crate) model_id: String,
    pub(crate) region: String,
    pub(crate) credential_source: CredentialSource,
    pub(crate) endpoint: Option<String>,
    pub(crate) way: Way,
    /// How large the request's body is; 0 where nobody counted.
    pub(crate) body_bytes: usize,
}

impl CallSite {
    pub(crate) fn attempt(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("stream from `{}` at {endpoint}", self.model_id),
            None => format!("stream from `{}` in {}", self.model_id, self.region),
        }
    }
}

impl ServiceFailure {
    /// The error for it, with the next step as a hint.
    pub(crate) fn into_error(self, site: &CallSite) -> ProviderError {
        let name = self.name.as_deref().map(pascal_case);
        let wording = Wording::of(&self.message);
        let cause = cause(self.status, name.as_deref(), &wording, site.body_bytes);
        let mut error =
            ProviderError::new(cause.kind(), self.text(name.as_deref())).with_attempt(site.attempt());
        if let Some(hint) = hint::hint(cause, &self.message, &wording, site) {
            error = error.with_hint(hint);
        }
        let mut finish = Finish::default();
        finish.diagnostics.extend(self.diagnostic(name.as_deref()));
        if let Some(status) = self.status {
            error = error.with_status(status);
        }
        if let Some(name) = name {
            error = error.with_code(name);
        }
        if let Some(id) = self.request_id {
            error = error.with_request_id(id);
        }
        if let Some(wait) = self.retry_after {
            error = error.with_retry_after(wait);
        }
        error.with_finish(finish)
    }

    /// The facts of the failure for whoever has to look into it; `None` if there are none.
    fn diagnostic(&self, name: Option<&str>) -> Option<Diagnostic> {
        let mut diagnostic = Diagnostic::new("bedrock_response_failure", "");
        if let Some(status) = self.status {
            diagnostic = diagnostic.with("status", status);
        }
        // Other names are as likely something that a gateway made up.
        if let Some(name) = name.and_then(fact).filter(|name| name.ends_with("Exception")) {
            diagnostic = diagnostic.with("errorCode", name);
        }
        if let Some(id) = self.request_id.as_deref().and_then(fact) {
            diagnostic = diagnostic.with("requestId", id);
        }
        (!diagnostic.details.is_empty()).then_some(diagnostic)
    }

    /// The text as hosts built on pi-ai match it: a known exception's words, or its name, before the message.
    fn text(&self, name: Option<&str>) -> String {
        const SHOWN: usize = 4_000;
        let message = shorten(&self.message, SHOWN);
        match name {
            Some("InternalServerException") => format!("Internal server error: {message}"),
            Some("ModelStreamErrorException") => format!("Model stream error: {message}"),
            Some("ValidationException") => format!("Validation error: {message}"),
            Some("ThrottlingException") => format!("Throttling error: {message}"),
            Some("ServiceUnavailableException") => format!("Service unavailable: {message}"),
            Some(name) => format!("{name}: {message}"),
            None => match self.status {
                Some(status) => format!("{status}: {message}"),
                None => message,
            },
        }
    }
}

/// Whether a failure is one of credentials that were good once, so that fetching them anew may help.
pub(crate) fn is_expired_credentials(error: &ProviderError) -> bool {
    // What never reached the service has neither, and no fresh credentials to fetch.
    if error.status().is_none() && error.code().is_none() {
        return false;
    }
    let wording = Wording::of(error.message());
    cause(error.status(), error.code(), &wording, 0) == Cause::Identity(IdentityRefusal::Expired)
}

/// Whether a failure says that there is no model or profile of the id that was called.
pub(crate) fn is_unknown_model(error: &ProviderError) -> bool {
    let wording = Wording::of(error.message());
    cause(error.status(), error.code(), &wording, 0) == Cause::UnknownModel
}

/// A value for a diagnostic. What is longer than any id is something else, and half of it would mislead.
fn fact(value: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    let value = value.trim();
    (!value.is_empty() && value.chars().count() <= LONGEST).then_some(value)
}

/// The name as it is written over HTTP.
fn pascal_case(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}... [truncated {} chars]", &text[..end], text[end..].chars().count()),
        None => text.to_owned(),
    }
}

/// How long the service asks to wait: seconds or a date in `Retry-After`, milliseconds in `x-amz-retry-after`.
pub(crate) fn retry_after<'a>(header: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Option<Duration> {
    if let Some(milliseconds) = header("x-amz-retry-after").and_then(|value| value.trim().parse().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let value = header("retry-after")?.trim();
    match value.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => Duration::try_from_secs_f64(seconds).ok(),
        Ok(_) => None,
        Err(_) => Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> CallSite {
        CallSite {
            model_id: "m".to_owned(),
            region: "us-east-1".to_owned(),
            credential_source: CredentialSource::AccessKeys,
            endpoint: None,
            way: Way::default(),
            body_bytes: 0,
        }
    }

    fn failure(name: &str, message: &str) -> ServiceFailure {
        ServiceFailure { name: Some(name.to_owned()), message: message.to_owned(), ..Default::default() }
    }

    fn facts(failure: ServiceFailure) -> Vec<Diagnostic> {
        failure.into_error(&site()).finish().unwrap().diagnostics.clone()
    }

    #[test]
    fn the_diagnostic_carries_facts_and_nothing_else() {
        let told = ServiceFailure {
            status: Some(429),
            request_id: Some("  abc ".to_owned()),
            ..failure("throttlingException", "slow down")
        };
        let expected = Diagnostic::new("bedrock_response_failure", "")
            .with("status", 429)
            .with("errorCode", "ThrottlingException")
            .with("requestId", "abc");
        assert_eq!(facts(told.clone()), [expected]);
        assert_eq!(told.into_error(&site()).message(), "Throttling error: slow down");
    }

    #[test]
    fn the_diagnostic_drops_what_is_no_fact() {
        let long = "x".repeat(201);
        let untold = ServiceFailure { request_id: Some(long.clone()), ..failure("InternalFailure", "no") };
        assert_eq!(facts(untold), []);
        let untold =
            ServiceFailure { request_id: Some(" ".to_owned()), ..failure(&format!("{long}Exception"), "no") };
        assert_eq!(facts(untold), []);
        let longest = "x".repeat(200);
        let told = ServiceFailure { request_id: Some(longest.clone()), ..failure("InternalFailure", "no") };
        assert_eq!(facts(told)[0].details["requestId"], longest.as_str());
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let failure =
            ServiceFailure { status: Some(403), message: "\u{e4}".repeat(5_000), ..Default::default() };
        let shown = failure.into_error(&site()).message().to_owned();
        assert_eq!(shown, format!("403: {}... [truncated 1000 chars]", "\u{e4}".repeat(4_000)));
    }

    #[test]
    fn expired_credentials_are_told_from_wrong_ones_and_from_old_signatures() {
        for (name, message, expired) in [
            ("ExpiredTokenException", "The security token included in the request is expired", true),
            ("ExpiredToken", "The provided token has expired.", true),
            ("UnrecognizedClientException", "The security token included in the request is expired", true),
            ("AccessDeniedException", "Bearer Token has expired", true),
            ("UnrecognizedClientException", "The security token included in the request is invalid.", false),
            ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2 (3 - 5 min.)", false),
            ("RequestExpired", "The request has expired.", false),
            ("ValidationException", "the token has expired", false),
        ] {
            let error = failure(name, message).into_error(&site());
            assert_eq!(is_expired_credentials(&error), expired, "{name}: {message}");
        }
        let unsent = ProviderError::new(clawdia_core::ErrorKind::Auth, "the SSO session has expired");
        assert!(!is_expired_credentials(&unsent));
    }
}
