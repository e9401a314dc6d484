//! What can go wrong with a provider, in one type.
//!
//! Separate so that every provider reports through the same few words: [`ErrorKind`] to branch on, the service's
//! own status, code and request id kept verbatim, and a text that says what was attempted, what went wrong and
//! what to do next.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::stream_event::Finish;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ErrorKind {
    /// There are no credentials, or the service does not accept them.
    Auth,
    /// The credentials do not allow the action.
    Permission,
    /// The account has no access to the model.
    ModelAccess,
    /// There is no such model or resource.
    NotFound,
    /// The model is served only through an inference profile.
    NeedsInferenceProfile,
    /// Too many requests or tokens for the moment; waiting helps.
    Throttled,
    /// A quota is used up for long, such as one per day; waiting a moment does not help.
    Quota,
    /// The service has no capacity at the moment.
    Overloaded,
    /// A time limit passed.
    Timeout,
    /// The connection could not be made or broke.
    Transport,
    /// The answer ended without its end mark.
    Truncated,
    /// The prompt does not fit the model's context window.
    ContextOverflow,
    /// The request breaks a rule of the service.
    InvalidRequest,
    /// The model produced something that cannot be used.
    BadModelOutput,
    /// A guardrail intervened.
    Guardrail,
    /// A content filter intervened.
    ContentFiltered,
    /// The model refused to answer.
    Refused,
    /// The caller cancelled.
    Aborted,
    /// The service failed.
    Server,
    /// Anything else.
    Other,
}

impl ErrorKind {
    /// The kind's word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::ModelAccess => "modelAccess",
            Self::NotFound => "notFound",
            Self::NeedsInferenceProfile => "needsInferenceProfile",
            Self::Throttled => "throttled",
            Self::Quota => "quota",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Truncated => "truncated",
            Self::ContextOverflow => "contextOverflow",
            Self::InvalidRequest => "invalidRequest",
            Self::BadModelOutput => "badModelOutput",
            Self::Guardrail => "guardrail",
            Self::ContentFiltered => "contentFiltered",
            Self::Refused => "refused",
            Self::Aborted => "aborted",
            Self::Server => "server",
            Self::Other => "other",
        }
    }

    /// Whether the same request may well succeed a moment later.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Throttled
                | Self::Overloaded
                | Self::Timeout
                | Self::Transport
                | Self::Truncated
                | Self::Server
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A failure of a provider.
///
/// `Display` says what was attempted, what went wrong and what to do next; the cause is in
/// [`source()`](Error::source), not in the text.
///
/// ```
/// use clawdia_core::{ErrorKind, ProviderError};
/// let error = ProviderError::new(ErrorKind::Throttled, "Too many requests")
///     .with_attempt("stream from `acme/large`")
///     .with_status(429)
///     .with_hint("wait a moment and try again");
/// assert!(error.is_retryable());
/// assert_eq!(error.to_string(), "could not stream from `acme/large`: Too many requests; wait a moment and try again");
/// ```
#[derive(Debug, Clone)]
pub struct ProviderError {
    // Boxed, so that a `Result<StreamEvent, ProviderError>` stays small on the path that does not fail.
    detail: Box<Detail>,
}

#[derive(Debug, Clone)]
struct Detail {
    kind: ErrorKind,
    message: String,
    attempt: Option<String>,
    hint: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    retryable: Option<bool>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
    finish: Option<Finish>,
}

impl ProviderError {
    /// A failure of this kind; `message` is what went wrong, in the service's words where it has any.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            detail: Box::new(Detail {
                kind,
                message: message.into(),
                attempt: None,
                hint: None,
                status: None,
                code: None,
                request_id: None,
                retryable: None,
                retry_after: None,
                source: None,
                finish: None,
            }),
        }
    }

    /// Says what was attempted, to follow "could not ".
    #[must_use]
    pub fn with_attempt(mut self, attempt: impl Into<String>) -> Self {
        self.detail.attempt = Some(attempt.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.detail.hint = Some(hint.into());
        self
    }

    /// Keeps the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.detail.status = Some(status);
        self
    }

    /// Keeps the service's error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.detail.code = Some(code.into());
        self
    }

    /// Keeps the service's id of the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.detail.request_id = Some(id.into());
        self
    }

    /// Overrides whether trying again makes sense, where the kind alone does not tell.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.detail.retryable = Some(retryable);
        self
    }

    /// Keeps how long the service asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.detail.retry_after = Some(wait);
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.detail.source = Some(Arc::new(source));
        self
    }

    /// Keeps what was known about the answer when it failed: usage, raw stop reason, diagnostics.
    #[must_use]
    pub fn with_finish(mut self, finish: Finish) -> Self {
        self.detail.finish = Some(finish);
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.detail.kind
    }

    /// What went wrong, without attempt and hint: the `errorMessage` of a message that failed.
    pub fn message(&self) -> &str {
        &self.detail.message
    }

    /// What was attempted.
    pub fn attempt(&self) -> Option<&str> {
        self.detail.attempt.as_deref()
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        self.detail.hint.as_deref()
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.detail.status
    }

    /// The service's error code, verbatim.
    pub fn code(&self) -> Option<&str> {
        self.detail.code.as_deref()
    }

    /// The service's id of the request, for support.
    pub fn request_id(&self) -> Option<&str> {
        self.detail.request_id.as_deref()
    }

    /// Whether the same request may well succeed later.
    pub fn is_retryable(&self) -> bool {
        self.detail.retryable.unwrap_or(self.detail.kind.is_retryable())
    }

    /// How long the service asks to wait before trying again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.detail.retry_after
    }

    /// What was known about the answer when it failed.
    pub fn finish(&self) -> Option<&Finish> {
        self.detail.finish.as_ref()
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(attempt) = &self.detail.attempt {
            write!(formatter, "could not {attempt}: ")?;
        }
        match &self.detail.hint {
            // Services end their sentences, and this one goes on.
            Some(hint) => write!(formatter, "{}; {hint}", self.detail.message.trim_end_matches('.')),
            None => formatter.write_str(&self.detail.message),
        }
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.detail.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
