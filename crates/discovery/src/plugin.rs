//! The record by which a host finds this source.
//!
//! Separate so that linking the crate is all it takes: the record is submitted here and nowhere else.

use std::sync::Arc;

use clawdia_core::{
    Api, ErrorKind, HostContext, ModelSource, Permission, ProviderError, Section, SourceConfig, SourcePlugin,
};
use serde_json::Value;

use crate::config::BedrockDiscoveryConfig;
use crate::settings::DiscoverySettings;
use crate::source::BedrockSource;

/// The models of Amazon Bedrock that an account can use: source `bedrock`, for providers of the protocol
/// `bedrock-converse-stream`, each of which it is opened for.
///
/// ```
/// use clawdia_core::{Environment, Freshness, HostContext, ProviderConfig, SourceConfig};
/// use clawdia_discovery::PLUGIN;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let config = SourceConfig::new(ProviderConfig::new("amazon-bedrock"))
///     .with_section(Some(serde_json::json!({ "enabled": false })));
/// let source = (PLUGIN.open)(&config, &HostContext::new(Environment::default()))?;
/// let found = source.discover(Freshness::Cached).await?;
/// assert!(found.skipped.is_some() && found.models.is_empty());
/// # Ok::<(), clawdia_core::ProviderError>(())
/// # }).unwrap();
/// ```
pub const PLUGIN: SourcePlugin = SourcePlugin::new("bedrock", API, env!("CARGO_PKG_NAME"), open)
    .with_section(BedrockDiscoveryConfig::POINTER)
    .with_region(region)
    .with_permissions(PERMISSIONS);

const API: &str = "bedrock-converse-stream";

/// The region that the section names, unless it is switched off.
fn region(section: &Value) -> Option<String> {
    let region = section.get("region")?.as_str()?.trim();
    let is_off = section.get("enabled").and_then(Value::as_bool) == Some(false);
    (!is_off && !region.is_empty()).then(|| region.to_owned())
}

/// What is called, and for what. Source: "Actions defined by Amazon Bedrock" in the service authorization reference.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::new("bedrock:ListFoundationModels", &["*"], "list the models of a region"),
    Permission::new(
        "bedrock:ListInferenceProfiles",
        &["*"],
        "list the inference profiles that models are called through",
    ),
    Permission::new(
        "bedrock:GetInferenceProfile",
        &["arn:aws:bedrock:*:*:inference-profile/*", "arn:aws:bedrock:*:*:application-inference-profile/*"],
        "find the model behind an inference profile when it is examined",
    ),
    Permission::new(
        "bedrock:GetFoundationModelAvailability",
        &["*"],
        "tell whether the account has access to a model when it is examined",
    ),
];

clawdia_core::register!(PLUGIN);

fn open(config: &SourceConfig, host: &HostContext) -> Result<Arc<dyn ModelSource>, ProviderError> {
    debug_assert_eq!(Api::BEDROCK_CONVERSE_STREAM, API);
    let settings = DiscoverySettings::resolve(config, host.environment()).map_err(|error| {
        let id = config.provider.id.as_ref().map_or("amazon-bedrock", |id| id.as_str());
        ProviderError::new(ErrorKind::InvalidRequest, with_causes(&error))
            .with_attempt(format!("set up the discovery of the models of `{id}`"))
            .with_source(error)
    })?;
    Ok(Arc::new(BedrockSource::new(settings, host)))
}

/// An error with its causes, as far as it does not name them itself.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}
