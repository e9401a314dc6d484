//! A provider of another crate, which this program has done nothing with but mention it.

use std::fs;

use clawdia::{Context, Environment, ErrorKind, Host, Message, StreamOptions};
// All that linking takes.
use clawdia_echo_provider as _;
use tempfile::TempDir;

fn host(config: Option<&str>) -> (Host, TempDir) {
    let directory = TempDir::new().unwrap();
    if let Some(config) = config {
        fs::write(directory.path().join("clawdia.jsonc"), config).unwrap();
    }
    let environment: Environment =
        [("CLAWDIA_STATE_DIR", directory.path().display().to_string())].into_iter().collect();
    (Host::load(environment).unwrap(), directory)
}

#[tokio::test]
async fn it_answers_under_its_own_id_without_any_configuration() {
    let (host, _directory) = host(None);
    let context = Context::new([Message::user("hear me")]);
    let message =
        host.complete(&"echo/any".parse().unwrap(), &context, &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "hear me");
    assert_eq!(message.provider.unwrap(), "echo");
    assert!(message.usage.cost.total > clawdia::core::Amount::ZERO);
}

#[tokio::test]
async fn it_answers_under_any_configured_id_as_configured() {
    let (host, _directory) = host(Some(
        r#"{
            models: { providers: { loud: { api: "echo", params: { shout: true }, models: [
                { id: "any", cost: { input: 0, output: 0 } },
            ] } } },
            agents: { defaults: { model: "loud/any" } },
        }"#,
    ));
    assert!(host.warnings().is_empty(), "{:?}", host.warnings());
    let context = Context::new([Message::user("hear me")]);
    let message =
        host.complete(host.default_model().unwrap(), &context, &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "HEAR ME");
    assert_eq!(message.usage.cost.total, clawdia::core::Amount::ZERO);
}

#[tokio::test]
async fn a_cancelled_request_ends_aborted() {
    let (host, _directory) = host(None);
    let options = StreamOptions::default();
    let token = tokio_util::sync::CancellationToken::new();
    token.cancel();
    let context = Context::new([Message::user("hear me")]);
    let incomplete =
        host.complete(&"echo/any".parse().unwrap(), &context, &options.with_cancel(token)).await.unwrap_err();
    assert_eq!(incomplete.error.kind(), ErrorKind::Aborted);
}
