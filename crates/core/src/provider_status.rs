//! As whom, and where, a provider calls: what `clawdia models status` shows.
//!
//! Separate from the provider's settings, which are its own: these are the answers to the questions people ask of any
//! provider, each with how it was determined.

use serde::Serialize;

use crate::error::ProviderError;

/// As whom and where a provider calls.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ProviderStatus {
    /// Where credentials are taken from. Never the credentials themselves.
    pub credentials: Option<Determined>,
    /// When the credentials end, in milliseconds since the Unix epoch; `None` when they do not, or nobody knows.
    pub expires_at_ms: Option<u64>,
    /// The region that is called.
    pub region: Option<Determined>,
    /// The address that is called.
    pub endpoint: Option<Determined>,
    /// Why the provider cannot be called as things are: credentials that cannot be found, say.
    pub problem: Option<ProviderError>,
}

/// A value, and how it was determined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Determined {
    /// The value.
    pub value: String,
    /// How it was determined, in a few words: `AWS_REGION`, `profile \`work\``.
    pub origin: String,
}

impl Determined {
    /// `value`, determined by `origin`.
    pub fn new(value: impl Into<String>, origin: impl Into<String>) -> Self {
        Self { value: value.into(), origin: origin.into() }
    }
}
