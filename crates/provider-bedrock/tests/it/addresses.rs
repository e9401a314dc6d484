//! The address that is told to people is the one that the SDK calls.

use aws_sdk_bedrockruntime::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use clawdia_aws::{Aws, AwsSettings};
use clawdia_core::{HostContext, ProviderConfig};

#[tokio::test]
async fn addresses_of_all_partitions_are_the_sdks() {
    for region in [
        "us-east-1",
        "eu-central-1",
        "cn-north-1",
        "us-gov-west-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "us-isof-south-1",
        "eusc-de-east-1",
        "xx-new-9",
    ] {
        for (fips, dual_stack) in [(false, false), (true, false), (false, true), (true, true)] {
            let params =
                Params::builder().region(region).use_fips(fips).use_dual_stack(dual_stack).build().unwrap();
            // Some partitions have no such hosts.
            let Ok(expected) = DefaultResolver::new().resolve_endpoint(&params).await else { continue };
            let variables = [
                ("AWS_REGION", region.to_owned()),
                ("AWS_USE_FIPS_ENDPOINT", fips.to_string()),
                ("AWS_USE_DUALSTACK_ENDPOINT", dual_stack.to_string()),
                ("AWS_BEARER_TOKEN_BEDROCK", "token".to_owned()),
            ];
            let host = HostContext::new(variables.into_iter().collect());
            let config = ProviderConfig::new("amazon-bedrock");
            let settings = AwsSettings::resolve(&config, host.environment()).unwrap();
            let identity = Aws::of(&host).identify(&settings, None).await.unwrap();
            assert_eq!(identity.endpoint, expected.url());
        }
    }
}
