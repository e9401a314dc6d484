//! What becomes of a refusal or a broken answer: kind, words, what is kept.

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{ErrorKind, StopReason, StreamEvent};
use serde_json::json;

use crate::fixture::{self, Bedrock, Outcome, SONNET, question};

fn start() -> Step {
    Step::event("messageStart", json!({ "role": "assistant" }))
}

fn text(text: &str) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
}

async fn play(reply: Reply) -> Outcome {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(reply);
    bedrock.ask(SONNET, &question()).await
}

#[tokio::test]
async fn each_exception_in_mid_stream_keeps_its_kind_and_the_text() {
    for (name, kind, prefix) in [
        ("throttlingException", ErrorKind::Throttled, "Throttling error: "),
        ("internalServerException", ErrorKind::Server, "Internal server error: "),
        ("modelStreamErrorException", ErrorKind::Server, "Model stream error: "),
        ("validationException", ErrorKind::InvalidRequest, "Validation error: "),
        ("serviceUnavailableException", ErrorKind::Overloaded, "Service unavailable: "),
        ("somethingNewException", ErrorKind::Other, "SomethingNewException: "),
    ] {
        let outcome = play(Reply::stream([start(), text("partial"), Step::exception(name, "because")])).await;
        let error = outcome.expect_error();
        assert_eq!(error.kind(), kind, "{name}");
        assert_eq!(error.message(), format!("{prefix}because"));
        assert!(error.request_id().is_some(), "{name}");
        assert_eq!(outcome.message.text(), "partial");
        assert_eq!(outcome.message.stop_reason, StopReason::Error);
        assert_eq!(outcome.message.error_message.as_deref(), Some(error.message()));
        assert!(
            matches!(outcome.events.last(), Some(StreamEvent::TextEnd { .. })),
            "the block that began ends"
        );
    }
}

#[tokio::test]
async fn an_error_frame_keeps_its_code() {
    let outcome =
        play(Reply::stream([start(), text("a"), Step::error_frame("InternalFailure", "broken")])).await;
    assert_eq!(outcome.expect_error().code(), Some("InternalFailure"));
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Server);
}

#[tokio::test]
async fn a_corrupt_frame_ends_the_stream_at_once() {
    let corrupt = json!({ "contentBlockIndex": 0, "delta": { "text": "lost" } });
    let stop = Step::event("messageStop", json!({ "stopReason": "end_turn" }));
    let steps =
        [start(), text("a"), Step::corrupt("contentBlockDelta", corrupt), text("after the hole"), stop];
    let outcome = play(Reply::stream(steps)).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Transport);
    assert_eq!(outcome.message.text(), "a");
}

#[tokio::test]
async fn a_clean_end_without_a_stop_reason_is_an_error() {
    let outcome = play(Reply::stream([start(), text("half an ans")])).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Truncated);
    assert!(outcome.expect_error().is_retryable());
    assert_eq!(outcome.message.text(), "half an ans");
}

#[tokio::test]
async fn an_end_inside_a_frame_is_an_error() {
    let cut = Step::truncated("messageStop", json!({ "stopReason": "end_turn" }), 20);
    let outcome = play(Reply::stream([start(), text("a"), cut])).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Truncated);
}

#[tokio::test]
async fn a_connection_that_breaks_after_content_is_an_error_and_not_retried() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([start(), text("a"), Step::cut()]));
    let outcome = bedrock.ask(SONNET, &question()).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Transport);
    assert_eq!(outcome.message.text(), "a");
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_keeps_its_name_and_its_facts() {
    let outcome = play(Reply::error(403, "AccessDeniedException", "no")).await;
    let error = outcome.expect_error();
    assert_eq!(error.message(), "AccessDeniedException: no");
    assert_eq!((error.status(), error.code()), (Some(403), Some("AccessDeniedException")));
    let [facts] = &outcome.message.diagnostics[..] else { panic!("{:?}", outcome.message.diagnostics) };
    assert_eq!(facts.code, "bedrock_response_failure");
    assert_eq!(facts.details["status"], 403);
    assert_eq!(facts.details["errorCode"], "AccessDeniedException");
    assert_eq!(facts.details["requestId"].as_str(), error.request_id());
}

#[tokio::test]
async fn a_number_in_the_text_is_no_status() {
    let outcome = play(Reply::error(400, "ValidationException", "Value 500 of 503 is too large")).await;
    let error = outcome.expect_error();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidRequest, false));
}

#[tokio::test]
async fn a_long_body_is_cut_and_says_so() {
    let reply =
        Reply::http(403).header("content-type", "application/json").body("x".repeat(5_000)).unjudged();
    let outcome = play(reply).await;
    let expected = format!("403: {}... [truncated 1000 chars]", "x".repeat(4_000));
    assert_eq!(outcome.expect_error().message(), expected);
}

#[tokio::test]
async fn hints_name_the_next_step() {
    let denied = "User: x is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: y";
    let outcome = play(Reply::error(403, "AccessDeniedException", denied)).await;
    assert!(outcome.expect_error().hint().unwrap().contains("bedrock:InvokeModelWithResponseStream"));
    let outcome =
        play(Reply::error(403, "AccessDeniedException", "You don't have access to the model.")).await;
    assert!(outcome.expect_error().hint().unwrap().contains("console"));
}

#[tokio::test]
async fn a_gateway_that_answers_html_is_named_as_such() {
    let page = || "<html>Bad gateway</html>";
    let reply = Reply::http(403).header("content-type", "text/html").body(page()).unjudged();
    let error = play(reply).await;
    assert_eq!(error.expect_error().message(), "403: <html>Bad gateway</html>");
    assert!(error.expect_error().hint().unwrap().contains("baseUrl"));

    let reply = Reply::http(200).header("content-type", "text/html").body(page()).unjudged();
    let error = play(reply).await;
    assert!(error.expect_error().message().contains("text/html"), "{:?}", error.error);
    assert!(!error.expect_error().is_retryable());
}

#[tokio::test]
async fn a_refused_connection_says_where_and_why() {
    let bedrock = Bedrock::start().await;
    let url = bedrock.emulator.url().to_owned();
    bedrock.emulator.shutdown().await;
    let model = clawdia_core::Model::new("amazon-bedrock", SONNET, "bedrock-converse-stream");
    let outcome =
        fixture::ask(&*bedrock.provider, &model, &question(), &clawdia_core::StreamOptions::default()).await;
    let error = outcome.expect_error();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.message().contains("refused"), "{error}");
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_an_auth_error_that_says_where_they_are_from() {
    let bedrock = Bedrock::start().await;
    let provider = fixture::connect(&bedrock.emulator, &[("AWS_SECRET_ACCESS_KEY", "wrong")], |_| {});
    let model = bedrock.model(SONNET);
    let outcome =
        fixture::ask(&*provider, &model, &question(), &clawdia_core::StreamOptions::default()).await;
    let error = outcome.expect_error();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("AWS_SECRET_ACCESS_KEY"), "{error}");
    assert!(!format!("{error:?}").contains("wrong"), "a secret was shown");
}

#[tokio::test]
async fn missing_credentials_are_told_with_what_was_tried_and_what_helps() {
    let bedrock = Bedrock::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "[profile work]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
                           [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example\n").unwrap();
    let file = file.path().to_str().unwrap();
    let keyless = ("AWS_SECRET_ACCESS_KEY", " ");
    for (variables, says, advises) in [
        (&[keyless][..], "AWS_SECRET_ACCESS_KEY is missing", "set AWS_BEARER_TOKEN_BEDROCK"),
        (&[keyless, ("AWS_PROFILE", "wrok"), ("AWS_CONFIG_FILE", file)], "there are `work`", "AWS_PROFILE"),
        (
            &[keyless, ("AWS_PROFILE", "work"), ("AWS_CONFIG_FILE", file)],
            "SSO",
            "aws sso login --sso-session corp",
        ),
    ] {
        let provider = fixture::connect(&bedrock.emulator, variables, |_| {});
        let model = bedrock.model(SONNET);
        let options = clawdia_core::StreamOptions::default();
        let outcome = fixture::ask(&*provider, &model, &question(), &options).await;
        let error = outcome.expect_error();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.message().contains(says), "{error}");
        assert!(error.hint().unwrap().contains(advises), "{error}");
    }
    assert!(bedrock.emulator.requests().is_empty());
}
