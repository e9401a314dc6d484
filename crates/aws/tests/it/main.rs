//! Identity, region and endpoint, resolved from a configuration and an environment that are handed in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod caller;
mod endpoints;
mod identities;
mod instances;
mod isolation;
mod loopback;
mod networks;
mod reaching;
mod regions;
mod renewals;
mod secured;
mod shared_file;
mod sign_ins;
mod sources;

use clawdia_aws::{Aws, AwsError, AwsSettings, Connection};
use clawdia_core::{HostContext, ProviderConfig};

/// Connects as `config` and `variables` say; AWS's files are `file`, or none.
async fn connect(
    variables: &[(&str, &str)],
    configure: impl FnOnce(&mut ProviderConfig),
    arn_region: Option<&str>,
) -> Result<Connection, AwsError> {
    let nowhere = [
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let host = HostContext::new(nowhere.into_iter().chain(variables.iter().copied()).collect());
    let mut config = ProviderConfig::new("amazon-bedrock");
    configure(&mut config);
    let settings = AwsSettings::resolve(&config, host.environment()).unwrap();
    Aws::of(&host).connect(&settings, arn_region).await
}
