//! Where requests go, in the documented order.

use clawdia_core::ProviderConfig;

use crate::connect;
use crate::shared_file::SharedFile;

#[tokio::test]
async fn each_source_goes_before_the_next() {
    let file = SharedFile::new(
        "[default]\nservices = here\nendpoint_url = http://general\n\
         [services here]\nbedrock_runtime =\n  endpoint_url = http://service\n",
    );
    let all = [
        ("AWS_CONFIG_FILE", file.path()),
        ("AWS_ENDPOINT_URL", "http://everything"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://runtime/"),
    ];
    let custom = |config: &mut ProviderConfig| config.base_url = Some("http://custom".to_owned());
    let standard = |config: &mut ProviderConfig| {
        config.base_url = Some("https://bedrock-runtime.us-east-1.amazonaws.com".to_owned());
    };
    let endpoint = |connection: clawdia_aws::Connection| connection.endpoint().unwrap().to_owned();

    assert_eq!(endpoint(connect(&all, custom, None).await.unwrap()), "http://custom");
    assert_eq!(endpoint(connect(&all, standard, None).await.unwrap()), "http://runtime");
    assert_eq!(endpoint(connect(&all[..2], standard, None).await.unwrap()), "http://everything");
    assert_eq!(endpoint(connect(&all[..1], standard, None).await.unwrap()), "http://service");
    assert!(connect(&[], standard, None).await.unwrap().endpoint().is_none());
}

#[tokio::test]
async fn configured_endpoints_can_be_ignored() {
    let variables =
        [("AWS_ENDPOINT_URL", "http://everything"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE")];
    assert!(connect(&variables, |_| {}, None).await.unwrap().endpoint().is_none());
}

#[tokio::test]
async fn a_profiles_endpoint_that_is_no_address_is_refused() {
    let file = SharedFile::new("[default]\nendpoint_url = localhost\n");
    let error = connect(&[("AWS_CONFIG_FILE", file.path())], |_| {}, None).await.unwrap_err();
    assert!(error.to_string().contains("localhost"), "{error}");
}
