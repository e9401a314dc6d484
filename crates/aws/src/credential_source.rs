//! Where credentials come from, in the contract's words.
//!
//! Separate because it is shown to people in several places, and its order is fixed: bearer token, access keys,
//! profile, default chain.

use std::fmt;

/// Where a connection takes its credentials from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialSource {
    /// The `apiKey` of the provider's configuration, used as a bearer token.
    ApiKey,
    /// The variable `AWS_BEARER_TOKEN_BEDROCK`.
    BearerToken,
    /// The `profile` of the provider's configuration.
    ConfiguredProfile(String),
    /// The variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    AccessKeys,
    /// The variable `AWS_PROFILE`.
    Profile(String),
    /// Whatever the AWS SDK finds: shared files, SSO, web identity, container, instance role.
    DefaultChain,
    /// None: requests are not authenticated, as `AWS_BEDROCK_SKIP_AUTH` says.
    Unauthenticated,
}

impl fmt::Display for CredentialSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKey => formatter.write_str("apiKey"),
            Self::BearerToken => formatter.write_str("AWS_BEARER_TOKEN_BEDROCK"),
            Self::ConfiguredProfile(name) => write!(formatter, "profile `{name}`"),
            Self::AccessKeys => formatter.write_str("AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY"),
            Self::Profile(name) => write!(formatter, "AWS_PROFILE `{name}`"),
            Self::DefaultChain => formatter.write_str("default AWS SDK chain"),
            Self::Unauthenticated => formatter.write_str("no authentication (AWS_BEDROCK_SKIP_AUTH)"),
        }
    }
}
