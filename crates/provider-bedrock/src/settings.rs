//! What a configured Bedrock provider is told to do, resolved from its configuration and the environment.
//!
//! Separate from the provider so that every default and every check of an option has one place.

use std::collections::BTreeMap;

use clawdia_aws::{AwsSettings, AwsSettingsError};
use clawdia_core::schemars::JsonSchema;
use clawdia_core::{Environment, ProviderConfig, ProviderId, Timeouts};
use serde::{Deserialize, Serialize};

/// The provider id that belongs to Bedrock without any configuration.
pub(crate) const DEFAULT_ID: ProviderId = ProviderId::from_static("amazon-bedrock");

/// The `params` of a Bedrock provider's configuration.
///
/// ```
/// use clawdia_provider_bedrock::{BedrockConfig, ProfilePreference};
/// let config: BedrockConfig = serde_json::from_str(r#"{"profilePreference": "none"}"#)?;
/// assert_eq!(config.profile_preference, ProfilePreference::None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct BedrockConfig {
    /// Which inference profile stands in for a foundation model that is served only through profiles.
    pub profile_preference: ProfilePreference,
}

/// Which inference profile stands in for a foundation model that is served only through profiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum ProfilePreference {
    /// That of the region's own geography, the global one where there is none.
    #[default]
    Geo,
    /// The global one, that of the region's geography where there is none.
    Global,
    /// None: the id is called as it is written.
    None,
}

/// A [`ProviderConfig`] with everything checked and filled in.
#[derive(Debug, Clone)]
pub(crate) struct BedrockSettings {
    pub(crate) id: ProviderId,
    pub(crate) aws: AwsSettings,
    pub(crate) timeouts: Timeouts,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) profile_preference: ProfilePreference,
}

impl BedrockSettings {
    pub(crate) fn resolve(config: &ProviderConfig, environment: &Environment) -> Result<Self, SettingsError> {
        if let Some(auth) = config.auth.as_deref()
            && auth != crate::plugin::AUTH
        {
            return Err(SettingsError::Auth { auth: auth.to_owned() });
        }
        let params: BedrockConfig = clawdia_core::from_config(config.params.clone().into())
            .map_err(|error| SettingsError::Params { message: error.to_string() })?;
        Ok(Self {
            id: config.id.clone().unwrap_or(DEFAULT_ID),
            aws: AwsSettings::resolve(config, environment)?,
            timeouts: config.timeouts,
            headers: config.headers.clone(),
            profile_preference: params.profile_preference,
        })
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("`auth` is `{auth}`, and Bedrock knows only `aws-sdk`, the AWS default credential chain")]
    Auth { auth: String },
    #[error("`params` cannot be used: {message}")]
    Params { message: String },
    #[error(transparent)]
    Aws(#[from] AwsSettingsError),
}
