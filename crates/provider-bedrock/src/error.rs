//! Failures of the service, classified.
//!
//! Separate from where they occur, since HTTP answers and exceptions in mid-stream carry the same names and texts and
//! must come out as the same kind. Decided by exception name first, then status, then text: texts drift.

use std::time::{Duration, SystemTime};

use clawdia_core::{Diagnostic, ErrorKind, Finish, ProviderError};

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
    pub(crate) credential_source: String,
    pub(crate) endpoint: Option<String>,
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
        let kind = classify(self.status, name.as_deref(), &self.message);
        let mut error = ProviderError::new(kind, self.text(name.as_deref())).with_attempt(site.attempt());
        if let Some(hint) = hint(kind, &self, site) {
            error = error.with_hint(hint);
        }
        if let Some(retryable) = retryable(name.as_deref(), kind) {
            error = error.with_retryable(retryable);
        }
        let mut diagnostic = Diagnostic::new("bedrock_response_failure", "");
        if let Some(status) = self.status {
            error = error.with_status(status);
            diagnostic = diagnostic.with("status", status);
        }
        if let Some(name) = name {
            diagnostic = diagnostic.with("errorCode", name.clone());
            error = error.with_code(name);
        }
        if let Some(id) = self.request_id {
            diagnostic = diagnostic.with("requestId", id.clone());
            error = error.with_request_id(id);
        }
        if let Some(wait) = self.retry_after {
            error = error.with_retry_after(wait);
        }
        let mut finish = Finish::default();
        if !diagnostic.details.is_empty() {
            finish.diagnostics.push(diagnostic);
        }
        error.with_finish(finish)
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

fn classify(status: Option<u16>, name: Option<&str>, message: &str) -> ErrorKind {
    let text = message.to_lowercase().replace('\u{2019}', "'");
    let says = |part: &str| text.contains(part);
    match name {
        Some("ThrottlingException" | "TooManyRequestsException" | "RequestLimitExceeded") => {
            if says("per day") || says("daily") { ErrorKind::Quota } else { ErrorKind::Throttled }
        }
        Some("ServiceQuotaExceededException") => ErrorKind::Quota,
        Some("ServiceUnavailableException" | "ModelNotReadyException") => ErrorKind::Overloaded,
        Some("InternalServerException" | "InternalFailure") => ErrorKind::Server,
        Some("ModelTimeoutException") => ErrorKind::Timeout,
        Some("ModelErrorException" | "ModelStreamErrorException") => {
            if says("invalid sequence as part of tooluse") {
                ErrorKind::BadModelOutput
            } else {
                ErrorKind::Server
            }
        }
        Some(
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "InvalidClientTokenId"
            | "MissingAuthenticationTokenException"
            | "MissingAuthenticationToken"
            | "IncompleteSignatureException"
            | "IncompleteSignature"
            | "NotAuthorized"
            | "RequestExpired",
        ) => ErrorKind::Auth,
        Some("AccessDeniedException" | "AccessDenied") => access_denied(&says),
        Some("ResourceNotFoundException" | "UnknownOperationException") => {
            if says("end of its life") || says("marked by provider as legacy") || says("use case details") {
                ErrorKind::ModelAccess
            } else {
                ErrorKind::NotFound
            }
        }
        Some("ValidationException") => validation(&says),
        _ => match status {
            Some(401) => ErrorKind::Auth,
            Some(403) => access_denied(&says),
            Some(404) => ErrorKind::NotFound,
            Some(408 | 504) => ErrorKind::Timeout,
            Some(413) => ErrorKind::InvalidRequest,
            Some(429) => ErrorKind::Throttled,
            Some(503 | 529) => ErrorKind::Overloaded,
            Some(500..=599) => ErrorKind::Server,
            Some(400 | 422) => validation(&says),
            _ => ErrorKind::Other,
        },
    }
}

fn access_denied(says: &dyn Fn(&str) -> bool) -> ErrorKind {
    if says("prompt caching") {
        ErrorKind::InvalidRequest
    } else if says("don't have access to the model") || says("marketplace") || says("model access") {
        ErrorKind::ModelAccess
    } else if says("security token") || says("bearer") || says("api key") || says("authentication failed") {
        ErrorKind::Auth
    } else {
        ErrorKind::Permission
    }
}

/// Texts by which models say that a prompt does not fit, over all families.
const OVERFLOW: &[&str] = &[
    "input is too long",
    "prompt is too long",
    "exceed context limit",
    "too many total text bytes",
    "too many input tokens",
    "input tokens exceeded",
    "maximum context length",
    "context_length_exceeded",
    "exceeds the context window",
    "input tokens exceed the configured limit",
    "exceed model maximum",
    "longer than the model's context length",
];

fn validation(says: &dyn Fn(&str) -> bool) -> ErrorKind {
    if OVERFLOW.iter().any(|text| says(text)) {
        ErrorKind::ContextOverflow
    } else if says("on-demand throughput") {
        ErrorKind::NeedsInferenceProfile
    } else if says("model identifier is invalid") {
        ErrorKind::NotFound
    } else if says("unsupported countries") {
        ErrorKind::ModelAccess
    } else {
        ErrorKind::InvalidRequest
    }
}

/// Where the kind alone does not tell whether trying again helps.
fn retryable(name: Option<&str>, kind: ErrorKind) -> Option<bool> {
    match (name, kind) {
        (Some("ModelErrorException" | "ModelStreamErrorException"), ErrorKind::BadModelOutput) => Some(false),
        _ => None,
    }
}

fn hint(kind: ErrorKind, failure: &ServiceFailure, site: &CallSite) -> Option<String> {
    let CallSite { model_id, region, credential_source, .. } = site;
    let text = failure.message.to_lowercase();
    let hint = match kind {
        ErrorKind::Auth if text.contains("expired") => {
            format!("the credentials from {credential_source} have expired; renew them")
        }
        ErrorKind::Auth if text.contains("signature") || text.contains("region") => format!(
            "check the secret key of the credentials from {credential_source}, the region ({region}) and this machine's clock"
        ),
        ErrorKind::Auth => format!("check the credentials from {credential_source}"),
        ErrorKind::Permission => format!(
            "allow the actions bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on `{model_id}` for the identity of {credential_source}"
        ),
        ErrorKind::ModelAccess if text.contains("end of its life") || text.contains("legacy") => {
            "the model is retired; configure a newer one".to_owned()
        }
        ErrorKind::ModelAccess => {
            format!("request access to the model in the Bedrock console for {region}, under Model access")
        }
        ErrorKind::NotFound => format!(
            "check the model id, and that {region} is a region in which it exists; a profile's prefix must fit the region"
        ),
        ErrorKind::NeedsInferenceProfile => match clawdia_bedrock_models::home_profile(model_id, region) {
            Some(profile) => format!("call it through an inference profile, for example `{profile}`"),
            None => "call it through an inference profile".to_owned(),
        },
        ErrorKind::Throttled => "wait a moment and try again, or ask AWS for a higher quota".to_owned(),
        ErrorKind::Quota => {
            "the quota is used up for now; wait, use another model, or ask AWS for a higher quota".to_owned()
        }
        ErrorKind::Overloaded => "the service is busy; try again in a moment".to_owned(),
        ErrorKind::Server | ErrorKind::Timeout => "the service failed; try again in a moment".to_owned(),
        ErrorKind::ContextOverflow => {
            "shorten the conversation, or use a model with a larger context window".to_owned()
        }
        _ => return None,
    };
    Some(hint)
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
