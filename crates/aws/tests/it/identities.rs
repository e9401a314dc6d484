//! Whose credentials are used, and how that is told.

use aws_credential_types::provider::ProvideCredentials;
use clawdia_aws::{AwsSettings, CredentialSource};
use clawdia_core::{Environment, ProviderConfig, Secret};

use crate::connect;

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "env-secret")];

fn source(variables: &[(&str, &str)], configure: impl FnOnce(&mut ProviderConfig)) -> CredentialSource {
    let environment: Environment = variables.iter().copied().collect();
    let mut config = ProviderConfig::new("amazon-bedrock");
    configure(&mut config);
    AwsSettings::resolve(&config, &environment).unwrap().credential_source()
}

#[test]
fn the_label_follows_the_documented_order() {
    let token = ("AWS_BEARER_TOKEN_BEDROCK", "token");
    let profile = ("AWS_PROFILE", "work");
    let all = [token, KEYS[0], KEYS[1], profile];
    let key = |config: &mut ProviderConfig| config.api_key = Some(Secret::new("key"));
    let configured = |config: &mut ProviderConfig| config.profile = Some("mine".to_owned());
    assert_eq!(source(&all, key), CredentialSource::ApiKey);
    assert_eq!(source(&all, configured), CredentialSource::ConfiguredProfile("mine".to_owned()));
    assert_eq!(source(&all, |_| {}), CredentialSource::BearerToken);
    assert_eq!(source(&all[1..], |_| {}), CredentialSource::AccessKeys);
    assert_eq!(
        source(&all[2..], |_| {}),
        CredentialSource::Profile("work".to_owned()),
        "half a pair is none"
    );
    assert_eq!(source(&[], |_| {}), CredentialSource::DefaultChain);
    assert_eq!(
        source(&[("AWS_BEARER_TOKEN_BEDROCK", " "), KEYS[0], KEYS[1]], |_| {}),
        CredentialSource::AccessKeys
    );
}

#[tokio::test]
async fn keys_come_with_their_session_token() {
    let variables = [KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "session")];
    let connection = connect(&variables, |_| {}, None).await.unwrap();
    let provider = connection.sdk_config().credentials_provider().unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    assert_eq!(credentials.access_key_id(), "AKIDENV");
    assert_eq!(credentials.session_token(), Some("session"));
}

#[test]
fn secrets_are_never_shown() {
    let environment: Environment = KEYS.into_iter().chain([("AWS_SESSION_TOKEN", "session")]).collect();
    let settings = AwsSettings::resolve(&ProviderConfig::new("x"), &environment).unwrap();
    let shown = format!("{settings:?} {environment:?}");
    assert!(!shown.contains("env-secret") && !shown.contains("session\""), "{shown}");
}

#[test]
fn a_token_that_no_header_can_carry_is_refused_without_showing_it() {
    let environment: Environment = [("AWS_BEARER_TOKEN_BEDROCK", "two words")].into_iter().collect();
    let error = AwsSettings::resolve(&ProviderConfig::new("x"), &environment).unwrap_err();
    assert!(error.to_string().contains("AWS_BEARER_TOKEN_BEDROCK"), "{error}");
    assert!(!error.to_string().contains("two words"), "{error}");
}
