//! The one retry layer: before content, and never after.

use std::time::Duration;

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{ErrorKind, StreamEvent, StreamOptions, Timeouts};
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::fixture::{Bedrock, SONNET, question};

#[tokio::test]
async fn throttling_is_waited_out_and_told() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.throttle(2);
    let outcome = bedrock.ask(SONNET, &question()).await;
    let message = outcome.expect_message();
    assert_eq!(bedrock.emulator.requests().len(), 3);
    assert_eq!(outcome.events.iter().filter(|event| matches!(event, StreamEvent::Start)).count(), 1);
    let retries = message.diagnostics.iter().filter(|diagnostic| diagnostic.code == "bedrock_retry");
    assert_eq!(retries.map(|retry| retry.details["attempt"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn what_breaks_before_content_is_tried_again() {
    let start = || Step::event("messageStart", json!({ "role": "assistant" }));
    for reply in [
        Reply::http(503).body("busy"),
        Reply::error(500, "InternalServerException", "oops"),
        Reply::error(429, "ModelNotReadyException", "Model is not ready."),
        Reply::stream([start(), Step::cut()]),
        Reply::stream([start()]),
        Reply::stream([start(), Step::exception("throttlingException", "Too many requests")]),
    ] {
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(reply);
        let outcome = bedrock.ask(SONNET, &question()).await;
        outcome.expect_message();
        assert_eq!(bedrock.emulator.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_one_that_broke() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        for _ in 0..4 {
            let (mut connection, _) = listener.accept().await.unwrap();
            assert_ne!(connection.read(&mut [0; 4096]).await.unwrap(), 0);
        }
    });
    let bedrock = Bedrock::start_with(|config| config.base_url = Some(url)).await;
    let outcome = bedrock.ask(SONNET, &question()).await;
    let error = outcome.expect_error();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Transport, true), "{error:?}");
    // It ends only after the first attempt and three more.
    server.await.unwrap();
}

#[tokio::test]
async fn a_service_that_keeps_failing_is_given_up() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.throttle(100);
    let outcome = bedrock.ask(SONNET, &question()).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Throttled);
    assert_eq!(bedrock.emulator.requests().len(), 4);
    let told = outcome.message.diagnostics.iter().filter(|diagnostic| diagnostic.code == "bedrock_retry");
    assert_eq!(told.count(), 3);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_or_refused() {
    let bedrock = Bedrock::start().await;
    let throttled =
        Reply::error(429, "ThrottlingException", "Too many requests").header("retry-after", "3600");
    bedrock.emulator.enqueue(throttled);
    let outcome = bedrock.ask(SONNET, &question()).await;
    assert_eq!(outcome.expect_error().retry_after(), Some(Duration::from_hours(1)));
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn no_retry_outlasts_the_whole_call() {
    let bedrock = Bedrock::start().await;
    let throttled = Reply::error(429, "ThrottlingException", "Too many requests").header("retry-after", "30");
    bedrock.emulator.enqueue(throttled);
    let timeouts = Timeouts { total_ms: Some(20_000), ..Timeouts::default() };
    let outcome =
        bedrock.ask_with(SONNET, &question(), &StreamOptions::default().with_timeouts(timeouts)).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Throttled);
}

#[tokio::test]
async fn lasting_refusals_are_not_tried_again() {
    for (status, name) in
        [(400, "ValidationException"), (403, "AccessDeniedException"), (404, "ResourceNotFoundException")]
    {
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(Reply::error(status, name, "no"));
        bedrock.ask(SONNET, &question()).await.expect_error();
        assert_eq!(bedrock.emulator.requests().len(), 1, "{name}");
    }
}
