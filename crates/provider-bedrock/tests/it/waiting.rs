//! Time limits, cancellation, back-pressure and connections.

use clawdia_bedrock_emulator::{Gate, Reply, Step};
use clawdia_core::{ErrorKind, StopReason, StreamOptions, Timeouts};
use futures_util::StreamExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::fixture::{Bedrock, SONNET, connect, question};

fn start() -> Step {
    Step::event("messageStart", json!({ "role": "assistant" }))
}

fn text(text: &str) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
}

fn limits(timeouts: Timeouts) -> StreamOptions {
    StreamOptions::default().with_timeouts(timeouts)
}

#[tokio::test]
async fn a_silent_stream_times_out_and_closes_its_connection() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([start(), text("a"), Step::gate(&Gate::new())]));
    let options = limits(Timeouts { idle_ms: Some(50), ..Timeouts::default() });
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Timeout);
    assert!(outcome.expect_error().hint().unwrap().contains("timeouts.idleMs"));
    assert_eq!(outcome.message.text(), "a");
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn a_head_or_a_first_event_that_never_comes_times_out() {
    for reply in [Reply::answer().after(&Gate::new()), Reply::stream([Step::gate(&Gate::new())])] {
        let bedrock = Bedrock::start().await;
        // The limit counts from the beginning of a call, and the first one also connects.
        bedrock.ask(SONNET, &question()).await;
        bedrock.emulator.enqueue(reply);
        let options = limits(Timeouts { first_event_ms: Some(250), ..Timeouts::default() });
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::Timeout);
        assert!(outcome.expect_error().hint().unwrap().contains("timeouts.firstEventMs"));
        assert_eq!(bedrock.emulator.requests().len(), 2, "a limit that passed is not tried again");
    }
}

#[tokio::test]
async fn the_whole_call_has_a_limit_of_its_own() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([start(), text("a"), Step::gate(&Gate::new())]));
    let options = limits(Timeouts { total_ms: Some(80), ..Timeouts::default() });
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    assert!(outcome.expect_error().hint().unwrap().contains("timeouts.totalMs"));
}

#[tokio::test]
async fn a_cancelled_token_ends_the_stream_as_aborted() {
    let bedrock = Bedrock::start().await;
    let gate = Gate::new();
    bedrock.emulator.enqueue(Reply::stream([start(), text("so far"), Step::gate(&gate)]));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let model = bedrock.model(SONNET);
    let mut accumulator = clawdia_core::Accumulator::new(&model);
    let mut stream = bedrock.provider.stream(&model, &question(), &options).await.unwrap();
    for _ in 0..3 {
        accumulator.push(&stream.next().await.unwrap().unwrap());
    }
    token.cancel();
    let end = stream.next().await.unwrap().unwrap();
    accumulator.push(&end);
    let error = stream.next().await.unwrap().unwrap_err();
    accumulator.fail(&error);
    assert_eq!(error.kind(), ErrorKind::Aborted);
    assert!(stream.next().await.is_none());
    assert_eq!(accumulator.message().stop_reason, StopReason::Aborted);
    assert_eq!(accumulator.message().text(), "so far");
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn a_token_cancelled_beforehand_sends_nothing() {
    let bedrock = Bedrock::start().await;
    let token = CancellationToken::new();
    token.cancel();
    let outcome = bedrock.ask_with(SONNET, &question(), &StreamOptions::default().with_cancel(token)).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Aborted);
    assert_eq!(bedrock.emulator.requests().len(), 0);
}

#[tokio::test]
async fn cancelling_beats_waiting_for_a_retry() {
    let bedrock = Bedrock::start().await;
    bedrock
        .emulator
        .enqueue(Reply::error(429, "ThrottlingException", "slow down").header("retry-after", "30"));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let context = question();
    let (outcome, ()) = tokio::join!(bedrock.ask_with(SONNET, &context, &options), async {
        bedrock.emulator.wait_for_requests(1).await;
        token.cancel();
    });
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Aborted);
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([start(), text("a"), Step::gate(&Gate::new())]));
    let model = bedrock.model(SONNET);
    let stream = bedrock.provider.stream(&model, &question(), &StreamOptions::default()).await.unwrap();
    assert_eq!(bedrock.emulator.open_connections(), 1);
    drop(stream);
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn a_hundred_requests_in_a_row_share_one_connection() {
    let bedrock = Bedrock::start().await;
    for _ in 0..100 {
        bedrock.ask(SONNET, &question()).await.expect_message();
    }
    assert_eq!(bedrock.emulator.connections(), 1);
}

#[tokio::test]
async fn a_body_that_ends_late_costs_its_connection_and_nothing_else() {
    let bedrock = Bedrock::start().await;
    let stop = Step::event("messageStop", json!({ "stopReason": "end_turn" }));
    let metadata = Step::event("metadata", json!({ "usage": { "inputTokens": 1, "outputTokens": 1 } }));
    bedrock.emulator.enqueue(Reply::stream([start(), text("a"), stop, metadata, Step::gate(&Gate::new())]));
    assert_eq!(bedrock.ask(SONNET, &question()).await.expect_message().text(), "a");
}

#[tokio::test]
async fn two_providers_with_the_same_identity_share_their_connection() {
    let bedrock = Bedrock::start().await;
    let environment = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let host = clawdia_core::HostContext::new(environment.into_iter().collect());
    for id in ["one", "two"] {
        let mut config = clawdia_core::ProviderConfig::new(id);
        config.base_url = Some(bedrock.emulator.url().to_owned());
        let provider = (clawdia_provider_bedrock::PLUGIN.connect)(&config, &host).unwrap();
        let model = provider.describe(&SONNET.into()).unwrap();
        crate::fixture::ask(&*provider, &model, &question(), &StreamOptions::default())
            .await
            .expect_message();
    }
    assert_eq!(bedrock.emulator.connections(), 1);
}

#[tokio::test]
async fn the_provider_conforms() {
    let bedrock = Bedrock::start().await;
    let provider = connect(&bedrock.emulator, &[], |_| {});
    let model = bedrock.model(SONNET);
    clawdia_core::testing::conformance(&*provider, &model).await.unwrap();
}
