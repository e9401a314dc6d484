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
/// `K` is what an [`api_key`](Self::api_key) is. A plugin always has the key itself; a document may say where to find it
/// instead, and its reader resolves that with [`with_api_key`](Self::with_api_key).
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(
    rename = "ProviderConfig",
    description = "How to reach a provider and which of its models are known."
)]
#[non_exhaustive]
pub struct ProviderConfig<K = Secret> {
    /// The provider's address, `https://` and a host. Default is where the protocol's provider usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"https://bedrock-runtime.us-east-1.amazonaws.com")]
    pub base_url: Option<String>,
    /// The wire protocol that the provider speaks. It may be left out for ids that a linked crate owns, such as
    /// `amazon-bedrock`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"bedrock-converse-stream")]
    pub api: Option<Api>,
    /// How to authenticate, in a word of the protocol, such as `aws-sdk` for the AWS default credential chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"aws-sdk")]
    pub auth: Option<String>,
    /// A key or token, for providers that take one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<K>,
    /// HTTP headers to send with each request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Headers,
    /// Time limits in milliseconds.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// The region to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"eu-central-1")]
    pub region: Option<String>,
    /// The AWS profile to take credentials from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"work")]
    pub profile: Option<String>,
    /// The ARN of the IAM role to assume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"arn:aws:iam::111122223333:role/clawdia")]
    pub role_arn: Option<String>,
    /// Options of the provider's protocol.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Models, with what is known about them. Models that are not listed can be called too, unless `models.mode` is
    /// `replace`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelConfig>,
    /// The entry's key in `models.providers`.
    #[serde(skip)]
    pub id: Option<ProviderId>,
    /// The region to call where nothing else names one: neither this entry nor whatever the provider asks besides.
    #[serde(skip)]
    pub fallback_region: Option<FallbackRegion>,
}

/// A region that somebody named for another purpose, and that is a better guess than none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FallbackRegion {
    /// The region.
    pub region: String,
    /// Where it is written, for people: `models.bedrockDiscovery.region`, say.
    pub place: String,
}

impl ProviderConfig {
    /// An entry with nothing but its id.
    pub fn new(id: impl Into<ProviderId>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }
}

// Not derived, so that `ProviderConfig::default()` alone says which kind of key is meant.
impl Default for ProviderConfig {
    fn default() -> Self {
        Self {
            base_url: None,
            api: None,
            auth: None,
            api_key: None,
            headers: Headers::default(),
            timeouts: Timeouts::default(),
            region: None,
            profile: None,
            role_arn: None,
            params: Map::new(),
            models: Vec::new(),
            id: None,
            fallback_region: None,
        }
    }
}

impl<K> ProviderConfig<K> {
    /// The same entry with another key.
    #[must_use]
    pub fn with_api_key<L>(self, api_key: Option<L>) -> ProviderConfig<L> {
        ProviderConfig {
            base_url: self.base_url,
            api: self.api,
            auth: self.auth,
            api_key,
            headers: self.headers,
            timeouts: self.timeouts,
            region: self.region,
            profile: self.profile,
            role_arn: self.role_arn,
            params: self.params,
            models: self.models,
            id: self.id,
            fallback_region: self.fallback_region,
        }
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
