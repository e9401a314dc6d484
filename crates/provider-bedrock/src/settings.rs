//! What a configured Bedrock provider is told to do, resolved from its configuration and the environment.
//!
//! Separate from the provider so that every default and every check of an option has one place.

use std::collections::HashMap;

use clawdia_aws::{AwsSettings, AwsSettingsError};
use clawdia_bedrock_models::LEAST_THINKING_BUDGET;
use clawdia_core::schemars::JsonSchema;
use clawdia_core::{
    CacheRetention, Environment, Headers, ModelId, ProviderConfig, ProviderId, Timeouts, from_config,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// How long prompts are worth caching where a call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_retention: Option<CacheRetention>,
    /// What Claude shows of its thinking.
    pub thinking_display: ThinkingDisplay,
    /// Whether Claude models that are given a budget may think between the calls of a turn. On by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interleaved_thinking: Option<bool>,
    /// Tokens to think with, by level, for Claude models that are given a budget.
    pub thinking_budgets: ThinkingBudgets,
}

/// What Claude shows of its thinking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum ThinkingDisplay {
    /// A summary.
    #[default]
    Summarized,
    /// Nothing but its signature.
    Omitted,
}

/// Tokens to think with, by level; at least 1024 each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
pub struct ThinkingBudgets {
    /// For the level `minimal`. Default 1024.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimal: Option<u64>,
    /// For the level `low`. Default 2048.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<u64>,
    /// For the level `medium`. Default 8192.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<u64>,
    /// For the levels `high`, `xhigh` and `max`. Default 16384.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<u64>,
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
    pub(crate) headers: Headers,
    params: BedrockConfig,
    /// The `params` of single models, over those of the provider.
    model_params: HashMap<ModelId, BedrockConfig>,
    /// How long prompts are worth caching where neither call nor configuration says.
    pub(crate) default_retention: CacheRetention,
}

impl BedrockSettings {
    /// The options that hold for a model.
    pub(crate) fn params(&self, model: &ModelId) -> &BedrockConfig {
        self.model_params.get(model).unwrap_or(&self.params)
    }

    pub(crate) fn resolve(config: &ProviderConfig, environment: &Environment) -> Result<Self, SettingsError> {
        if let Some(auth) = config.auth.as_deref()
            && auth != crate::plugin::AUTH
        {
            return Err(SettingsError::Auth { auth: auth.to_owned() });
        }
        let mut model_params = HashMap::new();
        for model in config.models.iter().filter(|model| !model.params.is_empty()) {
            let merged = merged(config.params.clone(), &model.params);
            let place = format!("params` of the model `{}", model.id);
            model_params.insert(model.id.clone(), params(merged, &place)?);
        }
        let default_retention = match environment.get(RETENTION_VARIABLE) {
            None => CacheRetention::default(),
            Some(word) => serde_json::from_value(word.into())
                .map_err(|_| SettingsError::Retention { word: word.to_owned() })?,
        };
        Ok(Self {
            id: config.id.clone().unwrap_or(DEFAULT_ID),
            aws: AwsSettings::resolve(config, environment)?,
            timeouts: config.timeouts,
            headers: config.headers.clone(),
            params: params(config.params.clone(), "params")?,
            model_params,
            default_retention,
        })
    }
}

/// Sets how long prompts are worth caching where neither call nor configuration says.
const RETENTION_VARIABLE: &str = "CLAWDIA_CACHE_RETENTION";

/// Options of a model over those of its provider, member by member.
fn merged(mut provider: Map<String, Value>, model: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in model {
        match (provider.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => {
                *inner = merged(std::mem::take(inner), value);
            }
            _ => {
                provider.insert(name.clone(), value.clone());
            }
        }
    }
    provider
}

fn params(params: Map<String, Value>, place: &str) -> Result<BedrockConfig, SettingsError> {
    let unusable = |message: String| SettingsError::Params { place: place.to_owned(), message };
    let params: BedrockConfig = from_config(params.into()).map_err(|error| unusable(error.to_string()))?;
    let ThinkingBudgets { minimal, low, medium, high } = params.thinking_budgets;
    match [minimal, low, medium, high].into_iter().flatten().find(|budget| *budget < LEAST_THINKING_BUDGET) {
        Some(budget) => Err(unusable(format!(
            "a thinking budget of {budget} tokens is below the least, {LEAST_THINKING_BUDGET}"
        ))),
        None => Ok(params),
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("`auth` is `{auth}`, and Bedrock knows only `aws-sdk`, the AWS default credential chain")]
    Auth { auth: String },
    #[error("`{place}` cannot be used: {message}")]
    Params { place: String, message: String },
    #[error("`{RETENTION_VARIABLE}` is `{word}`, and must be `none`, `short` or `long`")]
    Retention { word: String },
    #[error(transparent)]
    Aws(#[from] AwsSettingsError),
}
