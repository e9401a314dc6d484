//! What a configured Bedrock provider is told to do, resolved from its configuration and the environment, and for each call
//! from the call's own options as well.
//!
//! Separate from the provider so that every default and every precedence of an option has one place.

use std::borrow::Cow;
use std::collections::HashMap;

use clawdia_aws::{AwsSettings, AwsSettingsError};
use clawdia_core::{
    CacheRetention, Environment, ErrorKind, Headers, ModelId, ProviderConfig, ProviderError, ProviderId,
    StreamOptions, Timeouts, from_config, merge_params,
};
use serde_json::{Map, Value};

use crate::config::BedrockConfig;

/// The provider id that belongs to Bedrock without any configuration.
pub(crate) const DEFAULT_ID: ProviderId = ProviderId::from_static("amazon-bedrock");

/// A [`ProviderConfig`] with everything checked and filled in.
#[derive(Debug, Clone)]
pub(crate) struct BedrockSettings {
    pub(crate) id: ProviderId,
    pub(crate) aws: AwsSettings,
    pub(crate) timeouts: Timeouts,
    pub(crate) headers: Headers,
    params: Params,
    /// The `params` of single models, over those of the provider.
    model_params: HashMap<ModelId, Params>,
    /// How long prompts are worth caching where neither call nor configuration says.
    pub(crate) default_retention: CacheRetention,
}

/// Options as they are written, for a call's own to be merged with, and as they are read.
#[derive(Debug, Clone)]
struct Params {
    written: Map<String, Value>,
    read: BedrockConfig,
}

impl Params {
    fn new(written: Map<String, Value>, place: &str) -> Result<Self, SettingsError> {
        let read = read(written.clone(), place)?;
        Ok(Self { written, read })
    }
}

impl BedrockSettings {
    /// The options that hold for a model where a call has none of its own.
    pub(crate) fn params(&self, model: &ModelId) -> &BedrockConfig {
        &self.params_of(model).read
    }

    /// The options that hold for a call.
    ///
    /// # Errors
    /// Kind invalidRequest when the call's own are none of Bedrock's; the text names the option.
    pub(crate) fn params_for_call(
        &self,
        model: &ModelId,
        options: &StreamOptions,
    ) -> Result<Cow<'_, BedrockConfig>, ProviderError> {
        let configured = self.params_of(model);
        if options.params.is_empty() {
            return Ok(Cow::Borrowed(&configured.read));
        }
        let mut merged = configured.written.clone();
        merge_params(&mut merged, &options.params);
        read(merged, "options.params").map(Cow::Owned).map_err(|error| {
            ProviderError::new(ErrorKind::InvalidRequest, error.to_string())
                .with_attempt("build a request that Bedrock accepts")
        })
    }

    fn params_of(&self, model: &ModelId) -> &Params {
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
            let mut merged = config.params.clone();
            merge_params(&mut merged, &model.params);
            let place = format!("params` of the model `{}", model.id);
            model_params.insert(model.id.clone(), Params::new(merged, &place)?);
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
            params: Params::new(config.params.clone(), "params")?,
            model_params,
            default_retention,
        })
    }
}

/// Sets how long prompts are worth caching where neither call nor configuration says.
const RETENTION_VARIABLE: &str = "CLAWDIA_CACHE_RETENTION";

fn read(params: Map<String, Value>, place: &str) -> Result<BedrockConfig, SettingsError> {
    let unusable = |message: String| SettingsError::Params { place: place.to_owned(), message };
    let params: BedrockConfig = from_config(params.into()).map_err(|error| unusable(error.to_string()))?;
    params.check().map_err(|(path, rule)| unusable(format!("`{path}` {rule}")))?;
    Ok(params)
}

/// A call's options, with what it leaves open filled in from the configuration.
pub(crate) fn with_defaults<'o>(
    options: &'o StreamOptions,
    params: &BedrockConfig,
) -> Cow<'o, StreamOptions> {
    let fills = (options.temperature.is_none() && params.temperature.is_some())
        || (options.top_p.is_none() && params.top_p.is_some())
        || (options.max_tokens.is_none() && params.max_tokens.is_some())
        || (options.stop_sequences.is_empty() && !params.stop_sequences.is_empty())
        || !params.request_metadata.is_empty();
    if !fills {
        return Cow::Borrowed(options);
    }
    let mut filled = options.clone();
    filled.temperature = options.temperature.or(params.temperature);
    filled.top_p = options.top_p.or(params.top_p);
    filled.max_tokens = options.max_tokens.or(params.max_tokens);
    if filled.stop_sequences.is_empty() {
        filled.stop_sequences.clone_from(&params.stop_sequences);
    }
    for (name, value) in &params.request_metadata {
        filled.request_metadata.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Cow::Owned(filled)
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
