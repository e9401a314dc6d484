//! Whether to ask at all.

use clawdia_bedrock_emulator::{CredentialSource, Operation};
use clawdia_core::{Environment, ErrorKind, Freshness, HostContext, Secret};
use serde_json::json;

use crate::account::{Account, ids, model, open};

/// A machine without any credentials, whose requests would come to the emulator.
fn without_credentials(account: &Account) -> HostContext {
    let home = account.state().join("home").display().to_string();
    let variables = [
        ("AWS_ENDPOINT_URL", account.emulator.url().to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("HOME", home),
    ];
    HostContext::new(variables.into_iter().collect::<Environment>())
}

#[tokio::test]
async fn switched_off_means_that_nobody_is_asked() {
    let account = Account::usual().await;
    let source = account.source(json!({ "enabled": false }));
    for freshness in [Freshness::Cached, Freshness::Refreshed, Freshness::Offline] {
        let found = source.discover(freshness).await.unwrap();
        assert_eq!(found.skipped.as_deref(), Some("`models.bedrockDiscovery.enabled` is false"));
    }
    let mut steps = Vec::<clawdia_core::Step>::new();
    source.examine(None, &mut steps).await;
    assert!(steps.iter().all(|step| step.outcome == clawdia_core::Outcome::Skipped));
    assert!(account.emulator.requests().is_empty());
}

#[tokio::test]
async fn credentials_are_reason_enough_to_ask() {
    let account = Account::with([model("acme.m")], []).await;
    assert_eq!(ids(&account.discover(json!({})).await), ["acme.m"]);
    assert_eq!(account.emulator.count(Operation::ListFoundationModels), 1);
}

#[tokio::test]
async fn without_credentials_only_those_who_insist_ask() {
    let account = Account::usual().await;
    let host = without_credentials(&account);
    let found = open(&host, json!({}), |_| {}).unwrap().discover(Freshness::Cached).await.unwrap();
    assert!(found.skipped.unwrap().contains("no AWS credentials were found"));
    let insisting = open(&host, json!({ "enabled": true }), |_| {}).unwrap();
    let error = insisting.discover(Freshness::Cached).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(account.emulator.requests().is_empty());
}

#[tokio::test]
async fn credentials_that_cannot_be_used_are_an_error() {
    let account = Account::usual().await;
    let host = without_credentials(&account);
    let variables = host.environment().iter().chain([("AWS_PROFILE", "misspelt")]);
    let host = HostContext::new(variables.collect::<Environment>());
    let error = open(&host, json!({}), |_| {}).unwrap().discover(Freshness::Cached).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(error.to_string().contains("misspelt"), "{error}");
    assert!(account.emulator.requests().is_empty());
}

/// A machine with a role of its own and nothing else.
fn instance(account: &Account, more: &[(&'static str, &str)]) -> HostContext {
    let home = account.state().join("home");
    let mut variables = account.emulator.surroundings(CredentialSource::InstanceRole, &home).unwrap();
    variables.push(("HOME", home.display().to_string()));
    variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    HostContext::new(variables.into_iter().collect::<Environment>()).with_state_dir(account.state())
}

#[tokio::test]
async fn the_role_of_an_instance_is_enough() {
    let account =
        Account::of(|builder| builder.list_models([model("acme.m")]).list_profiles([]).instance_role("app"))
            .await;
    // By itself, and with what people wrote down to get around its not being seen.
    for more in [&[][..], &[("AWS_PROFILE", "default"), ("AWS_REGION", "us-east-1")]] {
        let host = instance(&account, more);
        let source = open(&host, json!({}), |_| {}).unwrap();
        assert_eq!(ids(&source.discover(Freshness::Refreshed).await.unwrap()), ["acme.m"], "{more:?}");
    }
    assert_eq!(account.emulator.count(Operation::ListFoundationModels), 2);
}

#[tokio::test]
async fn an_instance_is_asked_once_for_all_regions() {
    let account =
        Account::of(|builder| builder.list_models([model("acme.m")]).list_profiles([]).instance_role("app"))
            .await;
    let host = instance(&account, &[]);
    let source = open(&host, json!({ "region": "us-east-1" }), |_| {}).unwrap();
    assert_eq!(ids(&source.discover(Freshness::Refreshed).await.unwrap()), ["acme.m"]);
    let asked = account.emulator.requests();
    let asked = asked.iter().filter(|request| request.path.ends_with("/security-credentials/app")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_key_for_somebody_elses_gateway_is_not_shown_to_aws() {
    let account = Account::with([model("acme.m")], []).await;
    let source = |url: &str| {
        open(&account.host, json!({ "enabled": true }), |provider| {
            provider.base_url = Some(url.to_owned());
            provider.api_key = Some(Secret::new("gateway-key"));
        })
    };
    let found = source("https://gateway.example/bedrock").unwrap().discover(Freshness::Cached).await.unwrap();
    assert!(found.skipped.unwrap().contains("none of AWS's"));
    assert!(account.emulator.requests().is_empty());
    let own = source("https://vpce-1-a.bedrock-runtime.us-east-1.vpce.amazonaws.com").unwrap();
    own.discover(Freshness::Cached).await.unwrap_err();
    assert!(!account.emulator.requests().is_empty(), "a key of Bedrock's is for all of Bedrock");
}
