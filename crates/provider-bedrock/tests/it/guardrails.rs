//! Guardrails: configured, shown what they are to look at, and never lost on the way.

use clawdia_bedrock_emulator::Guardrail;
use clawdia_core::{Context, ErrorKind, StreamOptions};
use serde_json::{Value, json};

use crate::conversation::{PNG, history};
use crate::fixture::{Bedrock, SONNET, connect, params, question};

fn guardrail(more: Value) -> Value {
    let mut guardrail = params(json!({ "guardrailIdentifier": "gr1", "guardrailVersion": "1" }));
    guardrail.extend(params(more));
    Value::Object(guardrail)
}

async fn guarded(more: Value) -> Bedrock {
    let known = Guardrail::new("gr1").blocks("forbidden").masks("secret");
    let configure = |config: &mut clawdia_core::ProviderConfig| {
        config.params = params(json!({ "guardrail": guardrail(more) }));
    };
    Bedrock::start_at(|builder| builder.guardrail(known), configure).await
}

#[tokio::test]
async fn a_guardrail_is_sent_as_long_as_it_is_configured() {
    let bedrock = guarded(json!({ "trace": "enabled", "streamProcessingMode": "async" })).await;
    bedrock.ask(SONNET, &question()).await.expect_message();
    let expected = json!({
        "guardrailIdentifier": "gr1", "guardrailVersion": "1", "trace": "enabled",
        "streamProcessingMode": "async",
    });
    assert_eq!(bedrock.sent()["guardrailConfig"], expected);

    let without = StreamOptions::default().with_param("guardrail", Value::Null);
    bedrock.ask_with(SONNET, &question(), &without).await.expect_message();
    assert_eq!(bedrock.sent().get("guardrailConfig"), None, "a call can do without it");

    let bare = Bedrock::start_at(|builder| builder.guardrail("gr2"), |_| {}).await;
    bare.ask(SONNET, &question()).await.expect_message();
    assert_eq!(bare.sent().get("guardrailConfig"), None);
    let with = StreamOptions::default()
        .with_param("guardrail", json!({ "guardrailIdentifier": "gr2", "guardrailVersion": "DRAFT" }));
    bare.ask_with(SONNET, &question(), &with).await.expect_message();
    assert_eq!(bare.sent()["guardrailConfig"]["guardrailIdentifier"], "gr2", "a call can bring one");
}

#[tokio::test]
async fn half_a_guardrail_is_no_configuration() {
    for (written, member) in [
        (json!({ "guardrailIdentifier": "gr1" }), "guardrailVersion"),
        (json!({ "guardrailIdentifier": " ", "guardrailVersion": "1" }), "guardrailIdentifier"),
        (json!({ "guardrailIdentifier": "gr1", "guardrailVersion": "latest" }), "guardrailVersion"),
    ] {
        let bedrock = Bedrock::start().await;
        let options = StreamOptions::default().with_param("guardrail", written.clone());
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
        assert!(outcome.expect_error().message().contains(member), "{:?}", outcome.error);
        assert!(bedrock.emulator.requests().is_empty());

        let configured = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            connect(&bedrock.emulator, &[], |config| config.params = params(json!({ "guardrail": written })))
        }));
        assert!(configured.is_err(), "the configuration is refused, too");
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_has_no_mode_of_streaming() {
    let bedrock = guarded(json!({ "streamProcessingMode": "sync" })).await;
    let mut model = bedrock.model(SONNET);
    model.capabilities.insert("streamingTools".to_owned(), false);
    let context = question().with_tools([crate::conversation::tool("read")]);
    bedrock.send(&model, &context, &StreamOptions::default()).await;
    assert_eq!(bedrock.sent()["guardrailConfig"].get("streamProcessingMode"), None);
}

#[tokio::test]
async fn what_the_user_said_last_is_marked_where_only_that_is_to_be_looked_at() {
    let bedrock = guarded(json!({ "scope": "lastUserTurn" })).await;
    let context = history(json!([
        { "role": "user", "content": "earlier" },
        { "role": "assistant", "content": "yes" },
        { "role": "user", "content": [
            { "type": "text", "text": "now" },
            { "type": "image", "data": PNG, "mimeType": "image/png" },
        ] },
        { "role": "assistant", "content": [{ "type": "toolCall", "id": "t", "name": "read", "arguments": {} }] },
        { "role": "toolResult", "toolCallId": "t", "toolName": "read", "content": "data" },
    ]));
    let options = StreamOptions::default().with_cache_retention(clawdia_core::CacheRetention::None);
    bedrock.ask_with(SONNET, &context, &options).await.expect_message();
    let body = bedrock.sent();
    assert_eq!(body["messages"][0]["content"][0], json!({ "text": "earlier" }));
    assert_eq!(body["messages"][2]["content"][0], json!({ "guardContent": { "text": { "text": "now" } } }));
    assert_eq!(body["messages"][2]["content"][1]["guardContent"]["image"]["format"], "png");
    assert!(body["messages"][4]["content"][0].get("toolResult").is_some(), "results stay as they are");
}

#[tokio::test]
async fn callers_mark_texts_themselves() {
    let context: Context = serde_json::from_value(json!({ "messages": [{ "role": "user", "content": [
        { "type": "guardContent", "text": "The handbook says so.", "qualifiers": ["grounding_source"] },
        { "type": "guardContent", "text": " " },
        { "type": "text", "text": "Is it so?" },
    ] }] }))
    .unwrap();
    let bedrock = guarded(json!({})).await;
    bedrock.ask(SONNET, &context).await.expect_message();
    let marked = json!({ "guardContent": { "text": {
        "text": "The handbook says so.", "qualifiers": ["grounding_source"],
    } } });
    assert_eq!(bedrock.sent()["messages"][0]["content"][0], marked);
    assert_eq!(bedrock.sent()["messages"][0]["content"][1], json!({ "text": "Is it so?" }));

    let unguarded = Bedrock::start().await;
    unguarded.ask(SONNET, &context).await.expect_message();
    let plain = json!({ "text": "The handbook says so." });
    assert_eq!(unguarded.sent()["messages"][0]["content"][0], plain, "to a model it is text like any other");
}

#[tokio::test]
async fn what_a_guardrail_blocks_is_an_error_that_says_why() {
    let bedrock = guarded(json!({ "trace": "enabled" })).await;
    let outcome = bedrock.ask(SONNET, &Context::new([clawdia_core::Message::user("a forbidden word")])).await;
    let error = outcome.expect_error();
    assert_eq!(error.kind(), ErrorKind::Guardrail);
    assert!(!error.is_retryable());
    assert!(error.hint().unwrap().contains("wordPolicy"), "{error}");
    assert_eq!(outcome.message.raw_stop_reason.as_deref(), Some("guardrail_intervened"));
    assert!(!outcome.message.text().is_empty(), "the guardrail's own message is kept");
    let trace = &outcome.message.provider_metadata["trace"]["guardrail"];
    assert!(trace["inputAssessment"].is_object(), "{trace}");
}

#[tokio::test]
async fn a_guardrail_is_never_left_out_of_a_request_that_is_mended() {
    let bedrock = guarded(json!({})).await;
    let refusal =
        "This model doesn't support the guardrailConfig field. Remove guardrailConfig and try again.";
    let reply = clawdia_bedrock_emulator::Reply::error(400, "ValidationException", refusal);
    bedrock.emulator.enqueue(reply);
    let outcome = bedrock.ask(SONNET, &question()).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_guarded_document_after_tool_results_keeps_them_first() {
    let bedrock = guarded(json!({ "scope": "lastUserTurn" })).await;
    let context = history(json!([
        { "role": "user", "content": "Look." },
        { "role": "assistant", "content": [{ "type": "toolCall", "id": "t", "name": "read", "arguments": {} }] },
        { "role": "toolResult", "toolCallId": "t", "toolName": "read", "content": "data" },
        { "role": "user", "content": [{ "type": "document", "data": "aGk=", "mimeType": "text/plain" }] },
    ]));
    let options = crate::conversation::uncached();
    bedrock.ask_with(SONNET, &context, &options).await.expect_message();
    let body = bedrock.sent();
    let kinds = crate::conversation::kinds(body["messages"][2]["content"].as_array().unwrap());
    assert_eq!(kinds, ["toolResult", "guardContent", "text", "document"]);
}

#[tokio::test]
async fn what_cannot_be_a_guardrail_is_refused_before_it_is_sent() {
    let bedrock = Bedrock::start().await;
    for identifier in
        ["Mine", "gr_1", "arn:aws:bedrock:us-east-1:1:guardrail/gr1", "arn:aws:iam::guardrail/gr1"]
    {
        let written = json!({ "guardrailIdentifier": identifier, "guardrailVersion": "1" });
        let options = StreamOptions::default().with_param("guardrail", written);
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert!(outcome.expect_error().message().contains("guardrailIdentifier"), "{:?}", outcome.error);
    }
    assert!(bedrock.emulator.requests().is_empty());
    let arn = "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:guardrail/gr1";
    let written = json!({ "guardrailIdentifier": arn, "guardrailVersion": "1" });
    let options = StreamOptions::default().with_param("guardrail", written);
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    assert_eq!(outcome.expect_error().status(), Some(400), "only the service knows which there are");
}
