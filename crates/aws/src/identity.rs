//! Who we are to AWS, found out and told.
//!
//! Separate from the connection, which makes requests: these are values to show, to log and to decide by.

use std::fmt;
use std::time::SystemTime;

use crate::credential_source::CredentialSource;
use crate::failure::{Attempt, CredentialsFailure};
use crate::origin::{EndpointOrigin, RegionOrigin};
use crate::source::FoundIn;

/// Identity, region and endpoints, each with who says so; the credentials were really looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Where credentials are taken from, in the contract's words.
    pub source: CredentialSource,
    /// What was found there, or why nothing was.
    pub credentials: Result<FoundCredentials, CredentialsFailure>,
    /// The places that were asked, in order; empty where none had to be.
    pub attempts: Vec<Attempt>,
    /// The region that is called.
    pub region: String,
    /// Who says so.
    pub region_origin: RegionOrigin,
    /// The address that models are called at.
    pub endpoint: String,
    /// Who says so.
    pub endpoint_origin: EndpointOrigin,
    /// The address of the control plane, which lists models.
    pub control_plane_endpoint: String,
    /// Who says so.
    pub control_plane_endpoint_origin: EndpointOrigin,
}

/// Credentials that were found, without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundCredentials {
    /// The kind of place they come from.
    pub found_in: FoundIn,
    /// The place in words, such as `` instance role `app` (IMDS) ``.
    pub detail: String,
    /// The account they belong to, where their source says so.
    pub account: Option<String>,
    /// When they end; they are renewed before.
    pub expires: Option<SystemTime>,
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.credentials {
            Ok(found) => write!(formatter, "{}", told(&self.source, &found.detail)),
            Err(failure) => write!(formatter, "{}: {failure}", self.source),
        }
    }
}

/// A source with what was found there, where that says more.
pub(crate) fn told(source: &CredentialSource, detail: &str) -> String {
    if detail.is_empty() { source.to_string() } else { format!("{source}: {detail}") }
}

/// Whether there are credentials at all, as far as that is cheap to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// Where they would be taken from, in the contract's words.
    pub source: CredentialSource,
    /// What they would be, such as ``keys of profile `work` ``; nobody has tried them.
    pub detail: String,
    /// Why there are none.
    pub failure: Option<CredentialsFailure>,
}

impl Detection {
    /// Whether there are credentials.
    pub fn is_present(&self) -> bool {
        self.failure.is_none()
    }
}

impl fmt::Display for Detection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            None => write!(formatter, "{}", told(&self.source, &self.detail)),
            Some(failure) => write!(formatter, "{}: {failure}", self.source),
        }
    }
}
