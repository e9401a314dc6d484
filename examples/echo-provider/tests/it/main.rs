//! The echo provider, held to the promises of every provider and to its own.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it stands")]

use std::sync::Arc;

use clawdia_core::testing::{Protocol, conformance};
use clawdia_core::{
    AssistantMessage, Context, Environment, ErrorKind, HostContext, Message, Model, Plugins, Provider,
    ProviderConfig, ProviderExt, StopReason, StreamEvent, StreamOptions,
};
use clawdia_echo_provider::PLUGIN;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

fn provider(params: &Value) -> (Arc<dyn Provider>, Model) {
    let mut config = ProviderConfig::new("loud");
    config.params.clone_from(params.as_object().unwrap());
    let provider = (PLUGIN.connect)(&config, &HostContext::new(Environment::default())).unwrap();
    let model = provider.describe(&"parrot".into()).unwrap();
    (provider, model)
}

async fn ask(params: &Value, text: &str, options: StreamOptions) -> AssistantMessage {
    let (provider, model) = provider(params);
    provider.complete(&model, &Context::new([Message::user(text)]), &options).await.unwrap()
}

#[tokio::test]
async fn it_keeps_every_promise_of_a_provider() {
    let (provider, model) = provider(&json!({}));
    conformance(&*provider, &model).await.unwrap();
}

#[test]
fn linking_the_crate_is_enough() {
    let plugins = Plugins::linked().unwrap();
    assert_eq!(plugins.provider("echo").unwrap().owner, "clawdia-echo-provider");
    assert_eq!(plugins.owner_of("echo").unwrap().api, "echo");
}

#[tokio::test]
async fn it_says_what_the_user_said_last_and_counts_words() {
    let (provider, model) = provider(&json!({}));
    let context =
        Context::new([Message::user("One."), Message::user("Two words.")]).with_system_prompt("Be an echo.");
    let message = provider.complete(&model, &context, &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "Two words.");
    assert_eq!((message.usage.input, message.usage.output, message.usage.total_tokens), (6, 2, 8));
    assert_eq!(message.usage.cost, model.cost.of(&message.usage, None));
    assert!(message.usage.cost.total.dollars() > 0.0);
}

#[tokio::test]
async fn its_option_is_obeyed_and_checked() {
    assert_eq!(ask(&json!({ "shout": true }), "Hello.", StreamOptions::default()).await.text(), "HELLO.");
    assert_eq!((PLUGIN.check_params)(json!({ "shout": true })), Ok(()));
    assert_eq!((PLUGIN.check_params)(json!({ "shuot": true })).unwrap_err().path, "shuot");

    let mut config = ProviderConfig::new("loud");
    config.params.insert("shout".to_owned(), json!("yes"));
    let error = (PLUGIN.connect)(&config, &HostContext::new(Environment::default())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not connect the provider `loud`: its `params` cannot be used; correct them in the configuration"
    );
}

#[tokio::test]
async fn the_limit_cuts_the_answer() {
    let message = ask(&json!({}), "one two three", StreamOptions::default().with_max_tokens(2)).await;
    assert_eq!((message.text().as_str(), message.stop_reason), ("one two ", StopReason::Length));
    assert_eq!(message.usage.output, 2);

    let (provider, mut model) = provider(&json!({}));
    model.max_tokens = 0;
    let context = Context::new([Message::user("one two three")]);
    let message = provider.complete(&model, &context, &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "one two three", "a limit nobody knows is no limit");
}

#[tokio::test]
async fn nothing_said_is_nothing_echoed() {
    assert_eq!(ask(&json!({}), "", StreamOptions::default()).await.text(), "");
}

#[tokio::test]
async fn cancelling_ends_the_stream_at_the_next_word() {
    let (provider, model) = provider(&json!({}));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let context = Context::new([Message::user("one two three")]);
    let mut events = provider.stream(&model, &context, &options).await.unwrap();
    let mut protocol = Protocol::default();
    let mut words = Vec::new();
    let mut ending = None;
    while let Some(item) = events.next().await {
        protocol.observe(&item).unwrap();
        match item {
            Ok(StreamEvent::TextDelta { delta, .. }) => {
                words.push(delta);
                token.cancel();
            }
            Ok(_) => {}
            Err(error) => ending = Some(error.kind()),
        }
    }
    protocol.end().unwrap();
    assert_eq!((words, ending), (vec!["one ".to_owned()], Some(ErrorKind::Aborted)));
}
