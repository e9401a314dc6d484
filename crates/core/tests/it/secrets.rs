//! Nothing that may be a credential shows in debug output.

use clawdia_core::{Environment, HostContext, Model, ModelConfig, ProviderConfig, Secret, StreamOptions};

#[track_caller]
fn check(value: &impl std::fmt::Debug, visible: &str) {
    let shown = format!("{value:?}\n{value:#?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains(visible), "{shown}");
}

#[test]
fn keys_and_variables_are_hidden() {
    check(&Secret::new("s3cret"), "Secret");
    let environment: Environment = [("AWS_SECRET_ACCESS_KEY", "s3cret")].into_iter().collect();
    check(&environment, "AWS_SECRET_ACCESS_KEY");
    check(&HostContext::new(environment), "AWS_SECRET_ACCESS_KEY");
}

#[test]
fn headers_show_their_names_only() {
    let header = || [("x-auth".to_owned(), "s3cret".to_owned())].into();
    let mut provider = ProviderConfig::new("acme");
    provider.headers = header();
    provider.api_key = Some(Secret::new("s3cret"));
    let mut configured = ModelConfig::new("large");
    configured.headers = header();
    provider.models.push(configured);
    check(&provider, "x-auth");
    let mut model = Model::new("acme", "large", "acme-chat");
    model.headers = header();
    check(&model, "x-auth");
    check(&StreamOptions::default().with_header("x-auth", "s3cret"), "x-auth");
}
