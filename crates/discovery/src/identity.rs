//! Who asks, in a text without secrets, and whether there is anybody to ask as.
//!
//! Separate because all that is known about credentials here is known by `clawdia-aws`.

use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials;
use clawdia_aws::{AwsSettings, Connection, CredentialSource};
use clawdia_core::{Environment, ProviderConfig, Secret};

/// How long to look for credentials before there are none.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells identities apart: lists of one are not shown to another.
pub(crate) fn identity(provider: &ProviderConfig, aws: &AwsSettings, environment: &Environment) -> String {
    let source = aws.credential_source();
    let secret = match &source {
        CredentialSource::ApiKey => provider.api_key.as_ref().map(Secret::expose),
        CredentialSource::BearerToken => environment.get("AWS_BEARER_TOKEN_BEDROCK"),
        CredentialSource::AccessKeys => environment.get("AWS_ACCESS_KEY_ID"),
        _ => None,
    };
    // Far too short to lead back to what it is made of.
    let print =
        secret.map(|secret| format!(" {:08x}", crc32fast::hash(secret.as_bytes()))).unwrap_or_default();
    let role = provider.role_arn.as_deref().map(|role| format!(" as {}", role.trim())).unwrap_or_default();
    format!("{source}{print}{role}")
}

/// Whether there are credentials: named by configuration or environment, or found by the default chain.
pub(crate) async fn is_detected(connection: &Connection) -> bool {
    if *connection.credential_source() != CredentialSource::DefaultChain {
        return true;
    }
    let Some(provider) = connection.sdk_config().credentials_provider() else { return false };
    matches!(tokio::time::timeout(PATIENCE, provider.provide_credentials()).await, Ok(Ok(_)))
}
