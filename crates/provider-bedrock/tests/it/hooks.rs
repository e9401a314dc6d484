//! The host's own code in the middle of a call.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use clawdia_bedrock_emulator::Reply;
use clawdia_core::{ErrorKind, Hooks, Model, ProviderError, ResponseHead, StreamOptions};
use serde_json::{Value, json};

use crate::fixture::{Bedrock, SONNET, question};

#[derive(Debug, Default)]
struct Spy {
    change: Option<(&'static str, Value)>,
    fail_payload: bool,
    fail_response: bool,
    payloads: Mutex<Vec<Value>>,
    heads: Mutex<Vec<ResponseHead>>,
}

#[async_trait]
impl Hooks for Spy {
    async fn on_payload(&self, payload: &mut Value, model: &Model) -> Result<(), ProviderError> {
        assert_eq!(model.id, SONNET);
        self.payloads.lock().unwrap().push(payload.clone());
        if let Some((name, value)) = &self.change {
            payload[name] = value.clone();
        }
        if self.fail_payload {
            return Err(ProviderError::new(ErrorKind::Other, "not this payload"));
        }
        Ok(())
    }

    async fn on_response(&self, head: &ResponseHead, _: &Model) -> Result<(), ProviderError> {
        self.heads.lock().unwrap().push(head.clone());
        if self.fail_response {
            return Err(ProviderError::new(ErrorKind::Other, "not this response"));
        }
        Ok(())
    }
}

async fn ask(bedrock: &Bedrock, spy: Spy) -> (crate::fixture::Outcome, Arc<Spy>) {
    let spy = Arc::new(spy);
    let hooks: Arc<dyn Hooks> = Arc::clone(&spy) as _;
    let outcome = bedrock.ask_with(SONNET, &question(), &StreamOptions::default().with_hooks(hooks)).await;
    (outcome, spy)
}

#[tokio::test]
async fn a_hook_sees_the_payload_and_leaves_its_bytes_alone() {
    let bedrock = Bedrock::start().await;
    bedrock.ask(SONNET, &question()).await.expect_message();
    let plain = bedrock.last_request().body;
    let (outcome, spy) = ask(&bedrock, Spy::default()).await;
    outcome.expect_message();
    assert_eq!(bedrock.last_request().body, plain);
    assert_eq!(*spy.payloads.lock().unwrap(), [bedrock.sent()]);
}

#[tokio::test]
async fn a_hook_changes_the_payload_before_it_is_signed() {
    let bedrock = Bedrock::start().await;
    let change = Some(("requestMetadata", json!({ "seen": "yes" })));
    let (outcome, _) = ask(&bedrock, Spy { change, ..Spy::default() }).await;
    outcome.expect_message();
    assert_eq!(bedrock.sent()["requestMetadata"], json!({ "seen": "yes" }));
}

#[tokio::test]
async fn a_hook_that_refuses_the_payload_ends_the_call_before_anything_is_sent() {
    let bedrock = Bedrock::start().await;
    let (outcome, _) = ask(&bedrock, Spy { fail_payload: true, ..Spy::default() }).await;
    assert_eq!(outcome.expect_error().message(), "not this payload");
    assert!(outcome.events.is_empty() && bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn a_hook_sees_the_head_of_each_response_refusals_included() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::throttled().header("x-gateway", "g-1"));
    let (outcome, spy) = ask(&bedrock, Spy::default()).await;
    let message = outcome.expect_message();
    let heads = spy.heads.lock().unwrap();
    assert_eq!(heads.iter().map(|head| head.status).collect::<Vec<_>>(), [429, 200]);
    assert_eq!(heads[0].header("X-Gateway"), Some("g-1"));
    assert_eq!(heads[1].header("x-amzn-requestid"), message.response_id.as_deref());
    assert_eq!(spy.payloads.lock().unwrap().len(), 2, "each attempt is shown");
}

#[tokio::test]
async fn a_hook_that_refuses_the_response_ends_the_call_and_closes_the_connection() {
    let bedrock = Bedrock::start().await;
    let (outcome, _) = ask(&bedrock, Spy { fail_response: true, ..Spy::default() }).await;
    let error = outcome.expect_error();
    assert_eq!(error.message(), "not this response");
    assert!(error.attempt().unwrap().contains("hook"), "{error}");
    assert!(outcome.events.is_empty());
    assert_eq!(bedrock.emulator.requests().len(), 1, "it is not tried again");
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn a_hook_changes_what_is_counted_as_it_changes_what_is_asked() {
    let bedrock = Bedrock::start().await;
    let masked = json!([{ "role": "user", "content": [{ "text": "(masked)" }] }]);
    for (change, expected) in [
        (None, json!([{ "role": "user", "content": [{ "text": "What is a crate?" }] }])),
        (Some(("messages", masked.clone())), masked),
        (
            Some(("requestMetadata", json!({ "team": "blue" }))),
            json!([{ "role": "user", "content": [{ "text": "What is a crate?" }] }]),
        ),
    ] {
        let spy = Arc::new(Spy { change, ..Spy::default() });
        let hooks: Arc<dyn Hooks> = Arc::clone(&spy) as _;
        let options = StreamOptions::default()
            .with_cache_retention(clawdia_core::CacheRetention::None)
            .with_hooks(hooks);
        let model = bedrock.model(SONNET);
        let counted = bedrock.provider.count_tokens(&model, &question(), &options).await.unwrap();
        assert!(!counted.estimated);
        assert_eq!(bedrock.sent(), json!({ "input": { "converse": { "messages": expected } } }));
        assert!(spy.payloads.lock().unwrap()[0].get("messages").is_some(), "it looks like a request");
    }
    let hooks: Arc<dyn Hooks> = Arc::new(Spy { fail_payload: true, ..Spy::default() });
    let requests = bedrock.emulator.requests().len();
    let options = StreamOptions::default().with_hooks(hooks);
    let refused = bedrock.provider.count_tokens(&bedrock.model(SONNET), &question(), &options).await;
    assert_eq!(refused.unwrap_err().message(), "not this payload");
    assert_eq!(bedrock.emulator.requests().len(), requests, "nothing was sent");
}
