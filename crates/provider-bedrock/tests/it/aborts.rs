//! Cancelling, at every moment of an answer.

use clawdia_bedrock_emulator::{Gate, Reply, Step};
use clawdia_core::{
    Accumulator, AssistantMessage, ErrorKind, ProviderError, StopReason, StreamEvent, StreamOptions,
};
use futures_util::StreamExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::fixture::{Bedrock, SONNET, question};
use crate::script::{message_stop, metadata, start, stop, text};

/// Plays the steps, cancels after the first event for which `is_time` holds, and gives what came of it.
async fn cancelled(
    steps: Vec<Step>,
    is_time: impl Fn(&StreamEvent) -> bool,
) -> (Bedrock, AssistantMessage, ProviderError) {
    let bedrock = Bedrock::start().await;
    // What is sent before a pause arrives at once.
    bedrock.emulator.enqueue(Reply::stream(steps).chunked_at(100_000));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let model = bedrock.model(SONNET);
    let mut accumulator = Accumulator::new(&model);
    let mut protocol = clawdia_core::testing::Protocol::default();
    let mut errors = Vec::new();
    let mut stream = bedrock.provider.stream(&model, &question(), &options).await.unwrap();
    while let Some(item) = stream.next().await {
        protocol.observe(&item).unwrap();
        match item {
            Ok(event) => {
                accumulator.push(&event);
                if is_time(&event) {
                    token.cancel();
                }
            }
            Err(error) => errors.push(error),
        }
    }
    protocol.end().unwrap();
    let error = errors.pop().unwrap_or_else(|| panic!("no error, but {:?}", accumulator.message()));
    accumulator.fail(&error);
    (bedrock, accumulator.into_message(), error)
}

fn is_text(event: &StreamEvent) -> bool {
    matches!(event, StreamEvent::TextDelta { .. })
}

#[track_caller]
fn check(message: &AssistantMessage, error: &ProviderError, expected: &str) {
    assert_eq!(error.kind(), ErrorKind::Aborted);
    assert_eq!(message.stop_reason, StopReason::Aborted);
    assert_eq!(message.error_message.as_deref(), Some("Request was aborted"));
    assert_eq!(message.text(), expected);
}

#[tokio::test]
async fn before_the_first_event() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([Step::gate(&Gate::new())]));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let context = question();
    let (outcome, ()) = tokio::join!(bedrock.ask_with(SONNET, &context, &options), async {
        bedrock.emulator.wait_for_requests(1).await;
        token.cancel();
    });
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Aborted);
    assert_eq!((outcome.message.stop_reason, outcome.events.len()), (StopReason::Aborted, 0));
    bedrock.emulator.wait_for_open_connections(0).await;
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn in_the_middle_of_text() {
    let steps = vec![start(), text(0, "so far"), Step::gate(&Gate::new())];
    let (bedrock, message, error) = cancelled(steps, is_text).await;
    check(&message, &error, "so far");
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn between_the_stop_and_the_metadata() {
    let steps = vec![start(), text(0, "all"), stop(0), message_stop("end_turn"), Step::gate(&Gate::new())];
    let (bedrock, message, error) =
        cancelled(steps, |event| matches!(event, StreamEvent::TextEnd { .. })).await;
    check(&message, &error, "all");
    assert_eq!(message.raw_stop_reason.as_deref(), Some("end_turn"));
    bedrock.emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn while_the_last_events_are_on_their_way() {
    // All has arrived when the caller cancels, but for the caller it is not over.
    let steps = vec![start(), text(0, "all"), stop(0), message_stop("end_turn"), metadata()];
    let (_, message, error) = cancelled(steps, is_text).await;
    check(&message, &error, "all");
    assert_eq!(message.usage.output, 5, "what was used is known");
}

#[tokio::test]
async fn at_the_moment_at_which_the_answer_fails() {
    let bad_ends: [fn() -> Step; 4] = [
        || Step::exception("modelStreamErrorException", "broken"),
        || Step::corrupt("metadata", json!({})),
        || Step::truncated("metadata", json!({}), 9),
        || Step::event("messageStart", json!({ "role": "user" })),
    ];
    for end in bad_ends {
        // In one chunk, so that the failure is in hand when the text is.
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(Reply::stream([start(), text(0, "so far"), end()]).chunked_at(100_000));
        let token = CancellationToken::new();
        let options = StreamOptions::default().with_cancel(token.clone());
        let model = bedrock.model(SONNET);
        let mut stream = bedrock.provider.stream(&model, &question(), &options).await.unwrap();
        token.cancel();
        let mut accumulator = Accumulator::new(&model);
        while let Some(item) = stream.next().await {
            match item {
                Ok(event) => accumulator.push(&event),
                Err(error) => accumulator.fail(&error),
            }
        }
        assert_eq!(accumulator.message().stop_reason, StopReason::Aborted);
        assert_eq!(accumulator.message().text(), "so far");
    }
}

#[tokio::test]
async fn after_the_end_it_changes_nothing() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::text("done"));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone());
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    token.cancel();
    assert_eq!(outcome.expect_message().text(), "done");
    assert_eq!(bedrock.ask(SONNET, &question()).await.expect_message().stop_reason, StopReason::Stop);
    assert_eq!(bedrock.emulator.connections(), 1, "the connection was kept");
}
