//! What holds over all attempts of a call: what is told, what is kept, and what is never let go.
//!
//! Separate from the reasons for a further attempt, each of which has tests of its own.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use clawdia_bedrock_emulator::{Guardrail, Reply};
use clawdia_core::{
    Context, ErrorKind, Hooks, Model, ProviderError, ResponseHead, StopReason, StreamOptions,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::fmt::MakeWriter;

use crate::conversation::{PNG, history, tool, uncached};
use crate::fixture::{Bedrock, Outcome, SONNET, params, question};
use crate::script::{message_stop, metadata, start, text};

fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.message.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_known_to_have_said_nothing() {
    let bedrock = Bedrock::start().await;
    let url = bedrock.emulator.url().to_owned();
    bedrock.emulator.shutdown().await;
    let provider = Bedrock::start_with(|config| {
        config.base_url = Some(url);
        config.params = params(json!({ "retries": { "maxRetries": 2, "maxDelayMs": 1 } }));
    })
    .await;
    let outcome = provider.ask(SONNET, &question()).await;
    assert!(outcome.expect_error().is_retryable(), "whoever calls may try again");
    assert_eq!(codes(&outcome), ["bedrock_retry", "bedrock_retry", "provider_transport_failure"]);
    let failure = &outcome.message.diagnostics[2].details;
    assert_eq!(failure["eventsEmitted"], false);
    assert_eq!(failure["errorCode"], "ECONNREFUSED");
    assert_eq!(failure["phase"], "before_message_stream_start");
}

/// Cancels the call when a response arrives.
#[derive(Debug)]
struct Cancelling(CancellationToken);

#[async_trait::async_trait]
impl Hooks for Cancelling {
    async fn on_response(&self, _: &ResponseHead, _: &Model) -> Result<(), ProviderError> {
        self.0.cancel();
        Ok(())
    }
}

#[tokio::test]
async fn what_was_tried_is_told_also_by_a_call_that_is_given_up_while_it_waits() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::throttled().header("retry-after", "30"));
    let token = CancellationToken::new();
    let options = StreamOptions::default().with_cancel(token.clone()).with_hooks(Arc::new(Cancelling(token)));
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Aborted);
    assert_eq!(outcome.message.stop_reason, StopReason::Aborted);
    assert_eq!(codes(&outcome), ["bedrock_retry"]);
}

#[tokio::test]
async fn what_was_mended_is_told_also_where_it_was_of_no_use() {
    let bedrock = Bedrock::start().await;
    let refusal = "The model returned the following errors: `temperature` is deprecated for this model.";
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.emulator.enqueue(Reply::error(403, "AccessDeniedException", "no"));
    let outcome = bedrock.ask_with(SONNET, &question(), &uncached().with_temperature(0.5)).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Permission);
    assert!(codes(&outcome).contains(&"bedrock_request_repaired"), "{:?}", codes(&outcome));
}

/// A provider with a guardrail.
async fn guarded(scope: &str) -> Bedrock {
    let guardrail = json!({ "guardrailIdentifier": "gr1", "guardrailVersion": "1", "scope": scope });
    let build = |builder: clawdia_bedrock_emulator::EmulatorBuilder| {
        builder.guardrail(Guardrail::new("gr1").blocks("forbidden")).prompt(
            "PROMPT1",
            SONNET,
            "Say {{what}}.",
        )
    };
    let configure = |config: &mut clawdia_core::ProviderConfig| {
        config.params = params(json!({ "guardrail": guardrail, "retries": { "maxDelayMs": 1 } }));
    };
    Bedrock::start_at(build, configure).await
}

#[track_caller]
fn check_guarded(bedrock: &Bedrock, requests: usize) {
    let bodies = bedrock.bodies();
    assert_eq!(bodies.len(), requests);
    for body in bodies {
        assert_eq!(body["guardrailConfig"]["guardrailIdentifier"], "gr1", "{body}");
    }
}

#[tokio::test]
async fn a_guardrail_is_in_every_request_of_a_call_whatever_becomes_of_it() {
    let refused = |text: &str| Reply::error(400, "ValidationException", text);
    // Mended, repeated, and then asked for in one piece.
    let bedrock = guarded("conversation").await;
    for reply in [
        refused("This model doesn't support the stopSequences field. Remove stopSequences and try again."),
        Reply::throttled(),
        Reply::stream([start()]),
        refused("This model doesn't support tool use in streaming mode."),
        Reply::error(403, "AccessDeniedException", "your request did not allow prompt caching"),
    ] {
        bedrock.emulator.enqueue(reply);
    }
    let context = question().with_tools([tool("read")]);
    let options = StreamOptions::default().with_stop_sequences(["x"]);
    bedrock.ask_with(SONNET, &context, &options).await.expect_message();
    check_guarded(&bedrock, 6);

    // Through a profile that the model turned out to need.
    let bedrock = guarded("conversation").await;
    let needs_profile = "Invocation of model ID m with on-demand throughput isn\u{2019}t supported. Retry your request with a profile.";
    bedrock.emulator.enqueue(refused(needs_profile));
    bedrock.ask("amazon.nova-lite-v1:0", &question()).await.expect_message();
    check_guarded(&bedrock, 2);

    // For a stored prompt, which brings its own of everything else.
    let bedrock = guarded("conversation").await;
    let prompt = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT1:1";
    let options = StreamOptions::default().with_param("promptVariables", json!({ "what": "this" }));
    bedrock.ask_with(prompt, &Context::default(), &options).await.expect_message();
    check_guarded(&bedrock, 1);
}

#[tokio::test]
async fn what_a_guardrail_cannot_look_at_is_told() {
    let gif = "R0lGODlhAQABAAAAACw=";
    for (data, kind, told) in [(gif, "image/gif", true), (PNG, "image/png", false)] {
        let bedrock = guarded("lastUserTurn").await;
        let context = history(json!([{ "role": "user", "content": [
            { "type": "text", "text": "What is it?" },
            { "type": "image", "data": data, "mimeType": kind },
        ] }]));
        let outcome = bedrock.ask_with(SONNET, &context, &uncached()).await;
        outcome.expect_message();
        assert_eq!(codes(&outcome).contains(&"bedrock_guardrail_unseen"), told, "{kind}");
    }
}

#[tokio::test]
async fn nothing_of_a_refused_answer_is_shown_where_answers_are_held_back() {
    let refused = || Reply::stream([start(), text(0, "How to"), message_stop("refusal"), metadata()]);
    let held_back = StreamOptions::default().with_param("refusalPolicy", "buffer");
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(refused());
    let outcome = bedrock.ask_with(SONNET, &question(), &held_back).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::Refused);
    assert!(outcome.events.is_empty() && outcome.message.content.is_empty(), "{outcome:?}");
    assert_eq!(outcome.message.usage.output, 5, "what it cost is known all the same");
    assert_eq!(bedrock.emulator.requests().len(), 1, "a refusal is final");

    // An answer that is none too long arrives whole, and with all its events.
    let outcome = bedrock.ask_with(SONNET, &question(), &held_back).await;
    assert!(!outcome.expect_message().text().is_empty());
    assert!(outcome.events.len() > 4, "{:?}", outcome.events);

    // What breaks off is held back as well, and may be asked for again since nobody has seen it.
    bedrock.emulator.enqueue(Reply::stream([start(), text(0, "half")]));
    bedrock.ask_with(SONNET, &question(), &held_back).await.expect_message();
    assert_eq!(bedrock.emulator.requests().len(), 4);

    bedrock.emulator.enqueue(refused());
    let streamed = bedrock.ask(SONNET, &question()).await;
    assert_eq!(streamed.expect_error().kind(), ErrorKind::Refused);
    assert_eq!(streamed.message.text(), "How to", "by default it is shown as it comes");
}

#[tokio::test]
async fn numbers_that_are_none_are_refused_before_anything_is_sent() {
    let bedrock = Bedrock::start().await;
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1.1] {
        for options in [uncached().with_temperature(number), uncached().with_top_p(number)] {
            let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
            assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest, "{number}");
        }
    }
    for (name, value) in [
        ("maxTokens", json!(-1)),
        ("maxTokens", json!(0)),
        ("temperature", json!(1e308)),
        ("topP", json!(-1)),
    ] {
        let outcome = bedrock.ask_with(SONNET, &question(), &uncached().with_param(name, value)).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest, "{name}");
    }
    assert!(bedrock.emulator.requests().is_empty());
    // As large as they come, a limit is cut to what the model can.
    bedrock.ask_with(SONNET, &question(), &uncached().with_max_tokens(u64::MAX)).await.expect_message();
}

/// Everything that is logged, as one text.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_the_conversation_nor_a_secret_is_logged_or_shown() {
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::prelude::*;

    let log = Log::default();
    let layer = tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(false);
    let ours = Targets::new().with_target("clawdia", tracing_subscriber::filter::LevelFilter::TRACE);
    // For the whole process: a subscriber of one thread misses events whose call sites another test's
    // thread found uninteresting first.
    tracing_subscriber::registry().with(layer.with_filter(ours)).init();
    let bedrock = Bedrock::start_with(|config| {
        config.headers.insert("x-gateway-key".to_owned(), "header-secret".to_owned());
    })
    .await;
    let refusal = "This model doesn't support the stopSequences field. Remove stopSequences and try again.";
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.emulator.enqueue(Reply::throttled());
    bedrock.emulator.enqueue(Reply::error(403, "AccessDeniedException", "no"));
    let context = Context::new([clawdia_core::Message::user("my diary")]).with_system_prompt("our recipe");
    let options = uncached().with_stop_sequences(["x"]).with_header("x-call-key", "call-secret");
    let outcome = bedrock.ask_with(SONNET, &context, &options).await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("mending the request") && logged.contains("trying again"), "{logged}");
    let shown = format!("{logged}{outcome:?}{:?}", bedrock.provider);
    for secret in ["my diary", "our recipe", "header-secret", "call-secret"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let message: Value = serde_json::to_value(&outcome.message).unwrap();
    assert!(message["diagnostics"].as_array().unwrap().len() >= 3, "{message}");
}
