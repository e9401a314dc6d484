//! The places that give credentials, one file each, and what all of them need.
//!
//! Separate from the chain, which decides which of them is asked: a source only says what it was asked for, or why not.

pub(crate) mod container;
pub(crate) mod instance;
pub(crate) mod process;
pub(crate) mod role;
pub(crate) mod sso;
pub(crate) mod sso_token;

use aws_credential_types::Credentials;
use clawdia_core::Environment;

use crate::failure::CredentialsFailure;
use crate::http_clients::HttpClients;
use crate::service::{Service, ServiceEndpoints};
use crate::shared_files::SharedFiles;

/// Credentials, and where they really come from.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The SDK's type hides the secret parts.
    pub(crate) credentials: Credentials,
    pub(crate) place: FoundIn,
    /// Where they come from, for people.
    pub(crate) detail: String,
    /// Whether they are, or were got with, those of the instance this program runs on.
    pub(crate) on_instance: bool,
}

/// What kind of place credentials really come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundIn {
    /// A bearer token.
    BearerToken,
    /// The variables with access keys.
    Environment,
    /// Keys in AWS's shared files.
    SharedFiles,
    /// A program that a profile names.
    Process,
    /// A sign-in through SSO.
    Sso,
    /// A token in a file, as in EKS.
    WebIdentity,
    /// The metadata of a container, as in ECS and EKS Pod Identity.
    Container,
    /// The metadata of an EC2 instance.
    InstanceMetadata,
    /// A role that was assumed with other credentials.
    AssumedRole,
    /// Nowhere: requests are not authenticated.
    Nowhere,
}

/// What a source works with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) files: &'a SharedFiles,
    /// The profile whose settings hold besides its credentials.
    pub(crate) profile: &'a str,
    pub(crate) http: &'a HttpClients,
    pub(crate) endpoints: &'a ServiceEndpoints,
    /// The region that services such as STS are called in, where nothing else says one.
    pub(crate) region: Option<&'a str>,
}

impl Surroundings<'_> {
    /// The endpoint that somebody configured for a service.
    pub(crate) fn endpoint(&self, service: Service) -> Option<String> {
        self.endpoints.find(service, self.files, self.profile).map(|(url, _)| url)
    }
}

/// What a source says: credentials, that it is not there (and why), or that it failed.
pub(crate) type SourceResult = Result<Result<Found, String>, CredentialsFailure>;
