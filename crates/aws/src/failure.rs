//! Why there are no credentials, in words that lead on.
//!
//! Separate because all sources report in this one way: what went wrong, what to do next, and what was tried before.

use std::fmt;

/// One place where credentials were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The place, such as `AWS_PROFILE` or `instance metadata`.
    pub source: &'static str,
    /// What was found there.
    pub outcome: Outcome,
}

/// What was found in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Credentials.
    Found,
    /// None; the text says why, and the next place was asked.
    Absent(String),
    /// Something that should give credentials and does not; the text says why. No further place was asked.
    Failed(String),
}

impl Attempt {
    pub(crate) fn found(source: &'static str) -> Self {
        Self { source, outcome: Outcome::Found }
    }

    pub(crate) fn absent(source: &'static str, why: impl Into<String>) -> Self {
        Self { source, outcome: Outcome::Absent(why.into()) }
    }

    pub(crate) fn failed(source: &'static str, why: impl Into<String>) -> Self {
        Self { source, outcome: Outcome::Failed(why.into()) }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Found => write!(formatter, "{} (found)", self.source),
            Outcome::Absent(why) | Outcome::Failed(why) => write!(formatter, "{} ({why})", self.source),
        }
    }
}

/// What kind of failure it is, to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsFailureKind {
    /// There are none anywhere.
    NotFound,
    /// A profile is named that does not exist.
    UnknownProfile,
    /// A file, variable or answer is there and cannot be used.
    Invalid,
    /// A sign-in is needed: there is no SSO session, or it has expired.
    SignIn,
    /// AWS says no, for example to assuming a role.
    Denied,
    /// A service or program that gives credentials did not answer; it may later.
    Unavailable,
}

/// Why there are no credentials.
///
/// `Display` says what went wrong, [`hint`](Self::hint) what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsFailure {
    kind: CredentialsFailureKind,
    message: String,
    hint: String,
    attempts: Vec<Attempt>,
}

/// The ways to get credentials, for those who have none.
const WAYS: &str = "set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, \
                    or run on a machine with an AWS role";

impl CredentialsFailure {
    pub(crate) fn new(
        kind: CredentialsFailureKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { kind, message: message.into(), hint: hint.into(), attempts: Vec::new() }
    }

    /// For something that is there and cannot be used.
    pub(crate) fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(CredentialsFailureKind::Invalid, message, hint)
    }

    /// For something that did not answer.
    pub(crate) fn unavailable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(CredentialsFailureKind::Unavailable, message, hint)
    }

    /// For when all places have been asked in vain.
    pub(crate) fn not_found(attempts: Vec<Attempt>) -> Self {
        let tried: Vec<_> = attempts.iter().map(ToString::to_string).collect();
        let message = format!("there are none; tried, in this order: {}", tried.join(", "));
        Self { kind: CredentialsFailureKind::NotFound, message, hint: WAYS.to_owned(), attempts }
    }

    /// Puts what is most likely to help before all other ways.
    pub(crate) fn leading_with(mut self, first: Option<&str>) -> Self {
        if let Some(first) = first {
            self.hint = format!("{first}; or {}", self.hint);
        }
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: Vec<Attempt>) -> Self {
        self.attempts = attempts;
        self
    }

    /// The kind, to branch on.
    pub fn kind(&self) -> CredentialsFailureKind {
        self.kind
    }

    /// What to do next.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// Where credentials were looked for, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The failure behind an error of the SDK, if that comes from looking for credentials.
    pub fn in_causes<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(failure) = error.downcast_ref::<Self>() {
                return Some(failure);
            }
            cause = error.source();
        }
        None
    }
}
