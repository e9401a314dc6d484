//! What a person reads when a command cannot do its work.
//!
//! Separate so that every error looks alike: `error:` with what was attempted and what went wrong, each cause on a
//! line of its own, and `hint:` with what to do next.

use std::error::Error;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use clawdia::{ErrorKind, HostError, ProviderError};

use crate::status::Status;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    /// From the direct cause to the first.
    causes: Vec<String>,
    hint: Option<String>,
    pub(crate) status: Status,
}

impl Failure {
    /// The user's side is wrong: the command line, a file, the configuration.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None, status: Status::Refused }
    }

    /// Something else is wrong.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { status: Status::Failed, ..Self::refused(message) }
    }

    /// Adds a cause and its own causes. A message that ends where they end has said it all.
    pub(crate) fn because(mut self, cause: &dyn Error) -> Self {
        let mut causes = Vec::<String>::new();
        let mut next = Some(cause);
        let mut first = String::new();
        while let Some(cause) = next {
            first = cause.to_string();
            // Some errors repeat their cause in their own text.
            if !causes.iter().any(|outer| outer.contains(&first)) {
                causes.push(first.clone());
            }
            next = cause.source();
        }
        if !self.message.contains(&first) {
            self.causes = causes;
        }
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// What was attempted and what went wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What was attempted, what went wrong, and why.
    pub(crate) fn whole(&self) -> String {
        std::iter::once(&self.message).chain(&self.causes).cloned().collect::<Vec<_>>().join(": ")
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Writes the failure to standard error.
    pub(crate) fn report(&self) {
        let mut lines = vec![format!("{ERROR}error:{ERROR:#} {}", self.message)];
        lines.extend(self.causes.iter().map(|cause| format!("  caused by: {cause}")));
        lines.extend(self.hint.iter().map(|hint| format!("{HINT}hint:{HINT:#} {hint}")));
        write_to_stderr(&(lines.join("\n") + "\n"));
    }
}

impl From<&ProviderError> for Failure {
    fn from(error: &ProviderError) -> Self {
        let message = match error.attempt() {
            Some(attempt) => format!("could not {attempt}: {}", error.message()),
            None => error.message().to_owned(),
        };
        let failure =
            Self { hint: error.hint().map(str::to_owned), status: status_of(error), ..Self::failed(message) };
        match error.source() {
            Some(source) => failure.because(source),
            None => failure,
        }
    }
}

impl From<&HostError> for Failure {
    fn from(error: &HostError) -> Self {
        let failure = match error {
            HostError::Connect { source, .. } => Self::from(source),
            other => Self::refused(other.to_string()),
        };
        let failure = match error.source() {
            Some(source) if !matches!(error, HostError::Connect { .. }) => failure.because(source),
            Some(_) | None => failure,
        };
        Self { status: Status::Refused, ..failure }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::from(&error)
    }
}

/// The exit status a provider's error deserves.
pub(crate) fn status_of(error: &ProviderError) -> Status {
    // A service says so with a status, or, in the middle of a stream, with the name of an exception.
    let is_answer = error.status().is_some() || error.code().is_some();
    match error.kind() {
        // Refused here, before a byte was sent: the request is wrong.
        ErrorKind::InvalidRequest if !is_answer => Status::Refused,
        // Only Ctrl-C cancels requests.
        ErrorKind::Aborted => Status::Interrupted,
        _ => Status::Failed,
    }
}

/// Tells the user something that keeps nothing from working.
pub(crate) fn warn(message: &str) {
    write_to_stderr(&format!("{WARNING}warning:{WARNING:#} {message}\n"));
}

/// Tells the user what to do next.
pub(crate) fn hint(message: &str) {
    write_to_stderr(&format!("{HINT}hint:{HINT:#} {message}\n"));
}

/// Writes to standard error, without colours unless it is a terminal.
pub(crate) fn write_to_stderr(text: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, io::Error);

    impl std::fmt::Display for Layer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    fn layer(text: &'static str) -> Layer {
        Layer(text, io::Error::other("refused"))
    }

    #[test]
    fn causes_are_listed_once_each() {
        assert_eq!(
            Failure::failed("could not call").because(&layer("dispatch failure")).causes,
            ["dispatch failure", "refused"]
        );
        assert_eq!(
            Failure::failed("could not call").because(&layer("it was refused")).causes,
            ["it was refused"]
        );
    }

    #[test]
    fn a_message_that_names_the_first_cause_stands_alone() {
        let failure = Failure::failed("could not call: refused").because(&layer("dispatch failure"));
        assert!(failure.causes.is_empty());
    }
}
