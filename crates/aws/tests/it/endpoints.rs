//! Where requests go, in the documented order.

use clawdia_aws::{Connection, EndpointOrigin};

use crate::caller::Caller;

const STANDARD: &str = "https://bedrock-runtime.us-east-1.amazonaws.com";
const FILES: &str = "[default]\nservices = here\nendpoint_url = http://general\n\
                     [services here]\nbedrock_runtime =\n  endpoint_url = http://service\n\
                     bedrock =\n  endpoint_url = http://control/\n";

fn caller(base_url: Option<&str>, variables: &[(&str, &str)]) -> Caller {
    let caller = Caller::new().configured(|config| config.base_url = base_url.map(str::to_owned));
    variables.iter().fold(caller, |caller, (name, value)| caller.with(name, *value))
}

/// Checks both addresses, and who says so.
async fn check(caller: Caller, runtime: (&str, &str), control: (&str, &str)) {
    let identity = caller.identify().await;
    assert_eq!((identity.endpoint.as_str(), identity.endpoint_origin.to_string().as_str()), runtime);
    let origin = identity.control_plane_endpoint_origin.to_string();
    assert_eq!((identity.control_plane_endpoint.as_str(), origin.as_str()), control);
    let connection = caller.connect().await.unwrap();
    let configured = |origin: &str, address: &str| (!origin.starts_with("AWS's")).then(|| address.to_owned());
    assert_eq!(connection.endpoint().map(str::to_owned), configured(runtime.1, runtime.0));
    assert_eq!(connection.control_plane_endpoint().map(str::to_owned), configured(control.1, control.0));
    assert_eq!(connection.control_plane_address(), control.0);
}

const AWS: &str = "AWS's own for the region";
const CONTROL: &str = "https://bedrock.us-east-1.amazonaws.com";

#[tokio::test]
async fn each_source_goes_before_the_next() {
    let general = ("AWS_ENDPOINT_URL", "http://everything");
    let own = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://runtime/");
    let control = ("AWS_ENDPOINT_URL_BEDROCK", "http://plane");
    let files = |caller: Caller| caller.file(".aws/config", FILES);

    check(
        files(caller(Some("http://custom"), &[general, own, control])),
        ("http://custom", "baseUrl"),
        ("http://plane", "AWS_ENDPOINT_URL_BEDROCK"),
    )
    .await;
    check(
        files(caller(Some(STANDARD), &[general, own])),
        ("http://runtime", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        ("http://everything", "AWS_ENDPOINT_URL"),
    )
    .await;
    check(
        files(caller(Some(STANDARD), &[])),
        ("http://service", "profile `default`"),
        ("http://control", "profile `default`"),
    )
    .await;
    let hyphenated = FILES.replace("bedrock_runtime", "bedrock-runtime").replace("bedrock =", "other =");
    check(
        caller(Some(STANDARD), &[]).file(".aws/config", &hyphenated),
        ("http://service", "profile `default`"),
        ("http://general", "profile `default`"),
    )
    .await;
    check(caller(Some(STANDARD), &[]), (STANDARD, AWS), (CONTROL, AWS)).await;
    check(caller(Some("http://127.0.0.1:1/x"), &[]), ("http://127.0.0.1:1/x", "baseUrl"), (CONTROL, AWS))
        .await;
    check(caller(None, &[("AWS_ENDPOINT_URL", "  ")]), (STANDARD, AWS), (CONTROL, AWS)).await;
}

#[tokio::test]
async fn configured_endpoints_can_be_ignored() {
    let variables =
        [("AWS_ENDPOINT_URL", "http://everything"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE")];
    let by_variable = caller(None, &variables).file(".aws/config", FILES);
    check(by_variable, (STANDARD, AWS), (CONTROL, AWS)).await;
    let by_profile = "[default]\nignore_configured_endpoint_urls = true\nendpoint_url = http://general\n";
    check(caller(None, &[]).file(".aws/config", by_profile), (STANDARD, AWS), (CONTROL, AWS)).await;
}

#[tokio::test]
async fn partitions_and_variants_have_hosts_of_their_own() {
    let fips = ("AWS_USE_FIPS_ENDPOINT", "true");
    let dual = ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE");
    for (region, variables, host, suffix) in [
        ("eu-west-1", &[][..], "", "eu-west-1.amazonaws.com"),
        ("cn-north-1", &[], "", "cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", &[fips], "-fips", "us-gov-west-1.amazonaws.com"),
        ("us-east-1", &[dual], "", "us-east-1.api.aws"),
        ("us-east-1", &[fips, dual], "-fips", "us-east-1.api.aws"),
        ("cn-north-1", &[dual], "", "cn-north-1.api.amazonwebservices.com.cn"),
    ] {
        let caller = caller(None, variables).configured(|config| config.region = Some(region.to_owned()));
        let address = |service: &str| format!("https://{service}{host}.{suffix}");
        check(caller, (&address("bedrock-runtime"), AWS), (&address("bedrock"), AWS)).await;
    }
    let standard = "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com";
    let control = "https://bedrock-fips.us-gov-west-1.amazonaws.com";
    check(caller(Some(standard), &[]), (standard, AWS), (control, AWS)).await;
}

fn flags(connection: &Connection) -> (Option<bool>, Option<bool>) {
    (connection.sdk_config().use_fips(), connection.sdk_config().use_dual_stack())
}

#[tokio::test]
async fn the_environment_goes_before_the_profile_and_an_endpoint_before_both() {
    let profile = "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n";
    let files = |caller: Caller| caller.file(".aws/config", profile);
    let connect = |caller: Caller| async move { caller.connect().await.unwrap() };
    assert_eq!(flags(&connect(files(caller(None, &[]))).await), (Some(true), Some(true)));
    let said = files(caller(None, &[("AWS_USE_FIPS_ENDPOINT", "false")]));
    assert_eq!(flags(&connect(said).await), (Some(false), Some(true)));
    let vpc = "https://vpce-1-a.bedrock-runtime.us-east-1.vpce.amazonaws.com";
    let custom = connect(files(caller(Some(vpc), &[]))).await;
    assert_eq!(custom.endpoint(), Some(vpc));
    assert_eq!(flags(&custom), (None, None), "the SDK refuses both");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_where_it_is_written() {
    let caller = Caller::new().file(".aws/config", "[default]\nendpoint_url = localhost\n");
    let error = caller.connect().await.unwrap_err();
    assert!(error.to_string().contains("localhost"), "{error}");

    let variables = [("AWS_ENDPOINT_URL_STS", "localhost")];
    let environment = variables.into_iter().collect();
    let config = clawdia_core::ProviderConfig::new("x");
    let error = clawdia_aws::AwsSettings::resolve(&config, &environment).unwrap_err();
    assert!(error.to_string().contains("AWS_ENDPOINT_URL_STS"), "{error}");
}

#[tokio::test]
async fn passwords_in_addresses_are_not_told() {
    let caller = caller(Some("https://user:secret@gateway.example"), &[]);
    let identity = caller.identify().await;
    assert_eq!(identity.endpoint, "https://gateway.example");
    assert_eq!(identity.endpoint_origin, EndpointOrigin::BaseUrl);
    assert!(!format!("{identity:?}").contains("secret"));
}
