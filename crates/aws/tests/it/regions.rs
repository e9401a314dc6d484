//! Which region is called, in the documented order.

use clawdia_aws::AwsSettings;
use clawdia_core::{Environment, FallbackRegion, ProviderConfig};

use crate::connect;
use crate::shared_file::SharedFile;

const STANDARD: &str = "https://bedrock-runtime.ap-south-1.amazonaws.com";

#[tokio::test]
async fn each_source_goes_before_the_next() {
    let file = SharedFile::new("[default]\nregion = eu-north-1\n");
    let all =
        [("AWS_CONFIG_FILE", file.path()), ("AWS_DEFAULT_REGION", "eu-west-2"), ("AWS_REGION", "eu-west-1")];
    let standard = |config: &mut ProviderConfig| config.base_url = Some(STANDARD.to_owned());
    let configured = |config: &mut ProviderConfig| {
        standard(config);
        config.region = Some("us-west-2".to_owned());
    };
    let told = |connection: clawdia_aws::Connection| {
        format!("{} by {}", connection.region(), connection.region_origin())
    };

    let arn = Some("us-east-2");
    assert_eq!(told(connect(&all, configured, arn).await.unwrap()), "us-west-2 by region");
    assert_eq!(told(connect(&all, standard, arn).await.unwrap()), "us-east-2 by the model's ARN");
    assert_eq!(told(connect(&all, standard, None).await.unwrap()), "eu-west-1 by AWS_REGION");
    assert_eq!(told(connect(&all[..2], standard, None).await.unwrap()), "eu-west-2 by AWS_DEFAULT_REGION");
    assert_eq!(told(connect(&all[..1], standard, None).await.unwrap()), "eu-north-1 by profile `default`");
    assert_eq!(told(connect(&[], standard, None).await.unwrap()), "ap-south-1 by baseUrl");
    let fallback = |config: &mut ProviderConfig| {
        let (region, place) = ("sa-east-1".to_owned(), "models.listing.region".to_owned());
        config.fallback_region = Some(FallbackRegion { region, place });
    };
    let both = |config: &mut ProviderConfig| {
        standard(config);
        fallback(config);
    };
    assert_eq!(told(connect(&[], both, None).await.unwrap()), "ap-south-1 by baseUrl");
    assert_eq!(told(connect(&[], fallback, None).await.unwrap()), "sa-east-1 by models.listing.region");
    assert_eq!(told(connect(&[], |_| {}, None).await.unwrap()), "us-east-1 by default");
}

#[tokio::test]
async fn blank_values_are_unset() {
    let connection =
        connect(&[("AWS_REGION", "  "), ("AWS_DEFAULT_REGION", "eu-west-2")], |_| {}, None).await;
    assert_eq!(connection.unwrap().region(), "eu-west-2");
}

#[tokio::test]
async fn a_profile_has_a_region_of_its_own() {
    let file = SharedFile::new("[default]\nregion = eu-north-1\n[profile work]\nregion = sa-east-1\n");
    let variables = [("AWS_CONFIG_FILE", file.path())];
    let by_option = |config: &mut ProviderConfig| config.profile = Some("work".to_owned());
    assert_eq!(connect(&variables, by_option, None).await.unwrap().region(), "sa-east-1");
    let by_variable = [variables[0], ("AWS_PROFILE", "work")];
    assert_eq!(connect(&by_variable, |_| {}, None).await.unwrap().region(), "sa-east-1");
}

#[test]
fn what_is_no_region_is_refused_with_its_place() {
    let environment: Environment = [("AWS_DEFAULT_REGION", "us east 1")].into_iter().collect();
    let error = AwsSettings::resolve(&ProviderConfig::new("x"), &environment).unwrap_err();
    assert!(
        error.to_string().contains("AWS_DEFAULT_REGION") && error.to_string().contains("us east 1"),
        "{error}"
    );
}
