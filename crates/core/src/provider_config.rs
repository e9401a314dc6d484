//! The configuration of one provider, as written: an entry of `models.providers`.
//!
//! Separate from any document format: `clawdia-config-schema` reads the file, a plugin's `connect` resolves the
//! entry to its own settings, and both agree on this shape.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::Api;
use crate::headers::Headers;
use crate::model_config::ModelConfig;
use crate::model_ref::ProviderId;
use crate::stream_options::Timeouts;

/// How to reach a provider and which of its models are known.
///
/// ```
/// use clawdia_core::ProviderConfig;
/// let config: ProviderConfig = serde_json::from_str(r#"{
///     "baseUrl": "https://bedrock-runtime.us-east-1.amazonaws.com",
///     "api": "bedrock-converse-stream",
///     "auth": "aws-sdk"
/// }"#)?;
/// assert_eq!(config.auth.as_deref(), Some("aws-sdk"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// The provider's address, such as `https://bedrock-runtime.us-east-1.amazonaws.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The wire protocol, such as `bedrock-converse-stream`. Optional for ids that a plugin owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
    /// How to authenticate, such as `aws-sdk` for the AWS default credential chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// A key or token, for providers that take one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// HTTP headers to send with each request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Headers,
    /// Time limits in milliseconds.
    pub timeouts: Timeouts,
    /// The region to call, such as `eu-central-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The AWS profile to take credentials from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The IAM role to assume, an ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Options of the provider's protocol, as its plugin defines them.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Models, with what is known about them. Models that are not listed can be called too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelConfig>,
    /// The entry's key in `models.providers`.
    #[serde(skip)]
    pub id: Option<ProviderId>,
}

impl ProviderConfig {
    /// An entry with nothing but its id.
    pub fn new(id: impl Into<ProviderId>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }
}

/// A text that must not be shown: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Hands out the text, to be passed on and never printed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
