//! How a request finds its provider, and what is said when it finds none.

use clawdia::core::Api;
use clawdia::{
    Accumulator, Context, ErrorKind, Host, Message, Model, ProviderError, StopReason, StreamOptions,
};
use futures_util::StreamExt as _;

use crate::plugins::{connected, host};

fn question() -> Context {
    Context::new([Message::user("Hi")])
}

#[track_caller]
fn check_refusal(host: &Host, reference: &str, kind: ErrorKind, expected: &str) {
    let error = host.model(&reference.parse().unwrap()).unwrap_err();
    assert_eq!(error.kind(), kind);
    let error = ProviderError::from(error);
    assert_eq!(error.kind(), kind);
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn an_answer_is_streamed_and_folded() {
    let host = host("{}");
    let model = host.model(&"acme/known".parse().unwrap()).unwrap();
    let mut events = host.stream(&model.reference(), &question(), &StreamOptions::default()).await.unwrap();
    let mut accumulator = Accumulator::new(&model);
    while let Some(event) = events.next().await {
        accumulator.push(&event.unwrap());
    }
    assert_eq!(accumulator.message().text(), "Hello from acme.");
    assert!(accumulator.is_finished());
}

#[tokio::test]
async fn a_completed_message_says_when_it_was_asked_and_how_long_it_took() {
    let host = host("{}");
    let message =
        host.complete(&"acme/known".parse().unwrap(), &question(), &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "Hello from acme.");
    assert!(message.timestamp.is_some(), "{message:?}");
    assert!(message.duration_ms.is_some(), "{message:?}");
}

#[tokio::test]
async fn a_request_that_reaches_no_provider_is_an_incomplete_message() {
    let incomplete = host("{}")
        .complete(&"acne/known".parse().unwrap(), &question(), &StreamOptions::default())
        .await
        .unwrap_err();
    assert_eq!(incomplete.error.kind(), ErrorKind::NotFound);
    assert_eq!(incomplete.message.stop_reason, StopReason::Error);
    assert_eq!(incomplete.message.error_message.as_deref(), Some(incomplete.error.message()));
}

#[test]
fn an_unknown_provider_is_told_with_what_is_linked_and_what_was_meant() {
    check_refusal(
        &host("{}"),
        "acne/known",
        ErrorKind::NotFound,
        "no provider `acne` is configured and no linked crate brings one (linked: `acme` by its-crate); \
         add it to `models.providers`, or `use its_crate as _;` to the host; did you mean `acme`?",
    );
    check_refusal(
        &host("{}"),
        "openai/gpt",
        ErrorKind::NotFound,
        "no provider `openai` is configured and no linked crate brings one (linked: `acme` by its-crate); \
         add it to `models.providers`, or `use its_crate as _;` to the host",
    );
}

#[test]
fn configured_providers_are_suggested_too() {
    let host = host(r#"{ models: { providers: { "acme-europe": { api: "scripted" } } } }"#);
    let error = host.model(&"europe/known".parse().unwrap()).unwrap_err();
    assert!(error.to_string().ends_with("did you mean `acme-europe`?"), "{error}");
}

#[test]
fn what_a_provider_does_not_accept_is_told_in_its_words() {
    check_refusal(
        &host(r#"{ models: { providers: { mine: { api: "broken" } } } }"#),
        "mine/known",
        ErrorKind::Auth,
        "could not connect: there is no key; set `apiKey`",
    );
}

#[tokio::test]
async fn a_described_model_is_served_by_its_provider() {
    let host = host(r#"{ models: { providers: { second: { api: "scripted" } } } }"#);
    let model = Model::new("second", "any", "scripted");
    let mut events = host.stream_model(&model, &question(), &StreamOptions::default()).await.unwrap();
    assert!(events.next().await.unwrap().is_ok());
}

#[test]
fn a_described_model_of_an_unconfigured_provider_is_served_by_its_protocol() {
    let host = host("{}");
    let provider = host.provider_for(&Model::new("elsewhere", "any", "scripted")).unwrap();
    assert_eq!(provider.id().as_str(), "elsewhere");
    host.provider_for(&Model::new("elsewhere", "other", "scripted")).unwrap();
    assert_eq!(connected(&host), 1);
    let error = host.provider_for(&Model::new("elsewhere", "any", "unheard-of")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_described_model_of_another_protocol_is_not_sent_to_a_provider() {
    let error =
        host("{}").provider_for(&Model::new("acme", "any", Api::BEDROCK_CONVERSE_STREAM)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.to_string(),
        "could not use the provider `acme` for a model of the protocol `bedrock-converse-stream`: \
         it is configured for `scripted`; change the model's `api` or its `provider`"
    );
}
