//! The record by which a host finds this provider.
//!
//! Separate so that linking the crate is all it takes: the record is submitted here and nowhere else.

use std::sync::Arc;

use clawdia_bedrock_models::Capabilities;
use clawdia_core::{
    Api, ErrorKind, HostContext, Permission, Provider, ProviderConfig, ProviderError, ProviderPlugin,
};

use crate::config::{BedrockConfig, check_params};
use crate::provider::BedrockProvider;
use crate::settings::{BedrockSettings, DEFAULT_ID};
use crate::transport::with_causes;

/// The `auth` that Bedrock takes: AWS credentials, found by the SDK.
pub(crate) const AUTH: &str = "aws-sdk";

/// Amazon Bedrock through ConverseStream: api `bedrock-converse-stream`, provider id `amazon-bedrock`.
pub const PLUGIN: ProviderPlugin = ProviderPlugin::new(API, env!("CARGO_PKG_NAME"), connect)
    .with_default_id("amazon-bedrock")
    .with_auth(&[AUTH])
    .with_params::<BedrockConfig>()
    .with_params_check(check_params)
    .with_known_models(known_models)
    .with_capabilities(Capabilities::DESCRIBED)
    .with_permissions(PERMISSIONS);

/// What models are called on: their own ids, and the profiles that many are called through, in whatever region a profile
/// leads to. Source: "Actions defined by Amazon Bedrock" in the service authorization reference.
const CALLED_ON: &[&str] = &[
    "arn:aws:bedrock:*::foundation-model/*",
    "arn:aws:bedrock:*:*:inference-profile/*",
    "arn:aws:bedrock:*:*:application-inference-profile/*",
];

/// Answers as they are written.
pub(crate) const STREAM: Permission = Permission::new(
    "bedrock:InvokeModelWithResponseStream",
    CALLED_ON,
    "ask models for answers as they are written",
);

/// Whole answers.
pub(crate) const WHOLE: Permission =
    Permission::new("bedrock:InvokeModel", CALLED_ON, "ask models for whole answers");

/// Whatever is asked for with a Bedrock API key, beside the permission for it. Source: "Permissions for Amazon Bedrock API
/// keys" in the user guide.
pub(crate) const BEARER: Permission =
    Permission::new("bedrock:CallWithBearerToken", &["*"], "ask with an Amazon Bedrock API key");

const PERMISSIONS: &[Permission] = &[WHOLE, STREAM, BEARER];

const API: &str = "bedrock-converse-stream";

clawdia_core::register!(PLUGIN);

fn known_models() -> Vec<&'static str> {
    clawdia_bedrock_models::all().iter().map(|facts| facts.id).collect()
}

fn connect(config: &ProviderConfig, host: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    debug_assert_eq!(Api::BEDROCK_CONVERSE_STREAM, API);
    let settings = BedrockSettings::resolve(config, host.environment()).map_err(|error| {
        let id = config.id.clone().unwrap_or(DEFAULT_ID);
        ProviderError::new(ErrorKind::InvalidRequest, with_causes(&error))
            .with_attempt(format!("set up the provider `{id}`"))
    })?;
    Ok(Arc::new(BedrockProvider::new(settings, host.clone())))
}
