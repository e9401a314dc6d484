//! Every failure that the service is known to send, and what a caller is told it is.
//!
//! Separate from the failures that are about how an answer breaks: this is the emulator's whole table, over HTTP and in
//! mid-stream, held against one reading of what each means.

use clawdia_bedrock_emulator::{Failure, Meaning, Reply, Step, failures};
use clawdia_core::{CacheRetention, ErrorKind, ProviderError, StopReason, StreamOptions};
use serde_json::json;

use crate::fixture::{Bedrock, Outcome, SONNET, question};

/// What a failure that means this is for a caller, and whether trying again may help.
fn reading(meaning: Meaning) -> (ErrorKind, bool) {
    match meaning {
        Meaning::Throttled => (ErrorKind::Throttled, true),
        Meaning::DailyQuota | Meaning::AccountQuota => (ErrorKind::Quota, false),
        Meaning::Overloaded => (ErrorKind::Overloaded, true),
        Meaning::ServerFault | Meaning::ModelFault => (ErrorKind::Server, true),
        Meaning::ModelTimeout => (ErrorKind::Timeout, true),
        Meaning::BadToolCall => (ErrorKind::BadModelOutput, false),
        Meaning::BadCredentials | Meaning::ExpiredCredentials | Meaning::WrongClock => {
            (ErrorKind::Auth, false)
        }
        Meaning::NotPermitted => (ErrorKind::Permission, false),
        Meaning::NoModelAccess
        | Meaning::ModelRetired
        | Meaning::UnsupportedRegion
        | Meaning::DataRetention => (ErrorKind::ModelAccess, false),
        Meaning::UnknownModel | Meaning::UnknownResource => (ErrorKind::NotFound, false),
        Meaning::NeedsInferenceProfile => (ErrorKind::NeedsInferenceProfile, false),
        Meaning::PromptTooLong => (ErrorKind::ContextOverflow, false),
        Meaning::BodyTooLarge
        | Meaning::LimitExceeded
        | Meaning::RefusedField
        | Meaning::WrongSetting
        | Meaning::BrokenRule => (ErrorKind::InvalidRequest, false),
        Meaning::Unexplained => (ErrorKind::Other, false),
        other => panic!("{other:?} has no reading yet"),
    }
}

/// What stands before the text.
fn prefix(failure: &Failure) -> String {
    match failure.exception {
        "ThrottlingException" => "Throttling error: ".to_owned(),
        "ValidationException" => "Validation error: ".to_owned(),
        "InternalServerException" => "Internal server error: ".to_owned(),
        "ModelStreamErrorException" => "Model stream error: ".to_owned(),
        "ServiceUnavailableException" => "Service unavailable: ".to_owned(),
        "" => format!("{}: ", failure.status.unwrap()),
        name => format!("{name}: "),
    }
}

#[track_caller]
fn check(failure: &Failure, error: &ProviderError) {
    let Failure { id, message, exception, .. } = failure;
    assert_eq!((error.kind(), error.is_retryable()), reading(failure.meaning), "{id}: {error:?}");
    assert_eq!(error.message(), format!("{}{message}", prefix(failure)), "{id}");
    assert_eq!(error.code().unwrap_or_default(), *exception, "{id}");
}

/// A request with nothing in it that could be refused and left out.
async fn ask(bedrock: &Bedrock, reply: Reply) -> Outcome {
    bedrock.emulator.enqueue(reply);
    let options = StreamOptions::default().with_cache_retention(CacheRetention::None);
    bedrock.ask_with(SONNET, &question(), &options).await
}

#[tokio::test]
async fn every_failure_over_http_is_what_it_means() {
    let bedrock = Bedrock::start().await;
    for failure in failures() {
        let Some(status) = failure.status else { continue };
        // A service that asks for an hour's wait is not waited for, so that each is played once.
        let reply = || Reply::failure(failure).header("retry-after", "3600");
        let mut outcome = ask(&bedrock, reply()).await;
        if outcome.error.is_none() {
            // A lesson that was learned; it is learned once.
            outcome = ask(&bedrock, reply()).await;
        }
        let error = outcome.expect_error();
        check(failure, error);
        assert_eq!(error.status(), Some(status), "{}", failure.id);
        assert!(outcome.message.content.is_empty(), "{}", failure.id);
        assert_eq!(bedrock.emulator.scripted_replies(), 0, "{}", failure.id);
    }
}

#[tokio::test]
async fn every_failure_in_mid_stream_is_what_it_means_and_keeps_the_text() {
    let bedrock = Bedrock::start().await;
    for failure in failures().iter().filter(|failure| failure.may_stream) {
        let text = json!({ "contentBlockIndex": 0, "delta": { "text": "partial" } });
        let reply = Reply::stream([
            Step::event("messageStart", json!({ "role": "assistant" })),
            Step::event("contentBlockDelta", text),
            failure.exception_frame(),
        ]);
        let outcome = ask(&bedrock, reply).await;
        let error = outcome.expect_error();
        check(failure, error);
        let message = &outcome.message;
        assert_eq!(
            (message.text(), message.stop_reason),
            ("partial".to_owned(), StopReason::Error),
            "{}",
            failure.id
        );
        assert_eq!(message.error_message.as_deref(), Some(error.message()), "{}", failure.id);
        let facts =
            message.diagnostics.iter().find(|diagnostic| diagnostic.code == "bedrock_response_failure");
        let facts = &facts.expect("the failure's facts are told").details;
        assert_eq!(facts["errorCode"], failure.exception, "{}", failure.id);
        assert_eq!(facts["requestId"].as_str(), error.request_id(), "{}", failure.id);
    }
    // Nothing is tried again once there is content.
    let streamed = failures().iter().filter(|failure| failure.may_stream).count();
    assert_eq!(bedrock.emulator.requests().len(), streamed);
}

#[tokio::test]
async fn a_request_is_repeated_once_when_the_model_fails_before_it_says_anything() {
    let bedrock = Bedrock::start().await;
    let failure = failures().iter().find(|failure| failure.id == "model-stream-error").unwrap();
    for _ in 0..2 {
        bedrock.emulator.enqueue(Reply::failure(failure));
    }
    let outcome = bedrock.ask(SONNET, &question()).await;
    check(failure, outcome.expect_error());
    assert_eq!(bedrock.emulator.requests().len(), 2);
}
