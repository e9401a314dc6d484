//! Requests refused before they are sent.
//!
//! Separate so that every such error reads alike: where in the caller's input, and which rule it breaks.

use clawdia_core::{ErrorKind, ProviderError};

/// An error of kind invalidRequest about `place`, a path into the caller's request.
pub(super) fn refuse(place: &str, rule: impl AsRef<str>) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, format!("`{place}`: {}", rule.as_ref()))
        .with_attempt("build a request that Bedrock accepts")
}
