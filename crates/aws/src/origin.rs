//! Who says which region and which endpoint is used.
//!
//! Separate because both are shown to people beside the value itself: a wrong region is mended where it was said.

use std::fmt;

/// What decides the region, in the order in which it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegionOrigin {
    /// The `region` of the provider's configuration.
    Option,
    /// The ARN of the model that is called.
    Arn,
    /// A variable: `AWS_REGION` or `AWS_DEFAULT_REGION`.
    Variable(&'static str),
    /// The `region` of a profile of the shared files.
    Profile(String),
    /// A `baseUrl` that is one of AWS's own addresses.
    BaseUrl,
    /// A setting for another purpose, by its place in the configuration: the region whose models are listed.
    Fallback(String),
    /// The instance this program runs on.
    InstanceMetadata,
    /// Nobody: the default.
    Default,
}

impl fmt::Display for RegionOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => formatter.write_str("region"),
            Self::Arn => formatter.write_str("the model's ARN"),
            Self::Variable(name) => formatter.write_str(name),
            Self::Profile(name) => write!(formatter, "profile `{name}`"),
            Self::BaseUrl => formatter.write_str("baseUrl"),
            Self::Fallback(place) => formatter.write_str(place),
            Self::InstanceMetadata => formatter.write_str("instance metadata"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// What decides the endpoint, in the order in which it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointOrigin {
    /// The `baseUrl` of the provider's configuration.
    BaseUrl,
    /// A variable such as `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
    Variable(String),
    /// A profile of the shared files.
    Profile(String),
    /// The region: the endpoint is AWS's own.
    Region,
}

impl fmt::Display for EndpointOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl => formatter.write_str("baseUrl"),
            Self::Variable(name) => formatter.write_str(name),
            Self::Profile(name) => write!(formatter, "profile `{name}`"),
            Self::Region => formatter.write_str("AWS's own for the region"),
        }
    }
}
