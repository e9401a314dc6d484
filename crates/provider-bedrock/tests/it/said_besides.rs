//! What is said about an answer besides its content: metadata, stop sequences, tokens, refusals, guardrails.

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{AssistantMessage, ErrorKind, StopReason, Usage};
use serde_json::{Value, json};

use crate::fixture::{Bedrock, SONNET, question};
use crate::script::{
    diagnostics, document, message_stop, metadata, play, play_whole, raw, start, stop, text, tool_start,
};

/// The end of a message with members of the model's own.
fn stop_with(reason: &str, fields: &Value) -> Step {
    Step::event("messageStop", json!({ "stopReason": reason, "additionalModelResponseFields": fields }))
}

#[track_caller]
fn check_metadata(message: &AssistantMessage, expected: &str) {
    assert_eq!(serde_json::to_string(&message.provider_metadata).unwrap(), expected);
}

#[tokio::test]
async fn what_the_service_says_besides_is_kept_in_its_words_and_order() {
    let metadata = json!({
        "usage": { "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 },
        "serviceTier": { "type": "default" },
        "metrics": { "latencyMs": 7, "z": 1, "a": null },
        "trace": null,
        "tomorrow": [1.5, { "new": true }],
        "performanceConfig": { "latency": "standard" },
    });
    let expected = "{\"additionalModelResponseFields\":{\"b\":1,\"a\":[]},\"serviceTier\":{\"type\":\"default\"},\
                    \"metrics\":{\"latencyMs\":7,\"z\":1,\"a\":null},\"tomorrow\":[1.5,{\"new\":true}],\
                    \"performanceConfig\":{\"latency\":\"standard\"}}";
    let fields = json!({ "b": 1, "a": [] });
    let end = [stop_with("end_turn", &fields), Step::event("metadata", metadata.clone())];
    let outcome = play([start(), text(0, "a"), stop(0)].into_iter().chain(end)).await;
    check_metadata(outcome.expect_message(), expected);

    let mut whole = document(&json!([{ "text": "a" }]), "end_turn");
    whole["additionalModelResponseFields"] = fields;
    whole.as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
    let outcome = play_whole(whole).await;
    check_metadata(outcome.expect_message(), expected);
    assert_eq!(outcome.message.usage.total_tokens, 3);
}

#[tokio::test]
async fn an_answer_outlives_whatever_its_metadata_is() {
    let too_deep = format!("{{\"trace\":{}{}}}", "[".repeat(500), "]".repeat(500));
    for (payload, is_readable) in [
        (r#"{"usage":null,"metrics":3,"serviceTier":"flex","trace":[]}"#, true),
        (r#"{"usage":[1],"trace":{"promptRouter":{"invokedModelId":7}}}"#, true),
        (r#"{"usage":{"inputTokens":-1,"outputTokens":2.4,"totalTokens":"x","cacheDetails":7}}"#, true),
        (r"{}", true),
        (r"[]", false),
        (r#"{"usage":{"inputTokens":1e999}}"#, false),
        (r#"{"usage":"#, false),
        ("", false),
        (too_deep.as_str(), false),
    ] {
        let steps = [start(), text(0, "fine"), stop(0), message_stop("end_turn"), raw("metadata", payload)];
        let outcome = play(steps).await;
        let message = outcome.expect_message();
        assert_eq!((message.text().as_str(), message.stop_reason), ("fine", StopReason::Stop), "{payload}");
        let told = diagnostics(message, "bedrock_metadata_unreadable").len();
        assert_eq!(told, usize::from(!is_readable), "{payload}");
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_outlives_whatever_its_metadata_is() {
    for (besides, is_readable) in [
        (r#""usage":[null],"trace":7,"metrics":{"latencyMs":-0.5}"#, true),
        (r#""usage":{"inputTokens":1e999}"#, false),
    ] {
        let body = format!(
            r#"{{"output":{{"message":{{"role":"assistant","content":[{{"text":"x\ud83d"}}]}}}},"stopReason":"end_turn",{besides}}}"#
        );
        let bedrock = Bedrock::start().await;
        let refusal = "This model doesn't support tool use in streaming mode.";
        bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
        bedrock.emulator.enqueue(Reply::http(200).header("content-type", "application/json").body(body));
        let context = question().with_tools([crate::conversation::tool("read")]);
        let outcome = bedrock.ask(SONNET, &context).await;
        assert_eq!(outcome.expect_message().text(), "x");
        assert_eq!(diagnostics(&outcome.message, "bedrock_metadata_unreadable").is_empty(), is_readable);
    }
}

#[tokio::test]
async fn members_of_the_models_own_never_fail_an_answer() {
    for fields in ["7", "[]", "\"x\"", "{\"delta\":7}", "{\"n\":1e999}"] {
        let payload = format!("{{\"stopReason\":\"end_turn\",\"additionalModelResponseFields\":{fields}}}");
        let outcome = play([start(), text(0, "fine"), raw("messageStop", &payload), metadata()]).await;
        assert_eq!(outcome.expect_message().text(), "fine", "{fields}");
    }
}

#[tokio::test]
async fn the_tier_that_served_is_the_one_that_is_paid() {
    let paid = async |tier: &str| {
        let said = json!({
            "usage": { "inputTokens": 1000, "outputTokens": 0, "totalTokens": 1000 },
            "serviceTier": { "type": tier },
        });
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(Reply::stream([
            start(),
            text(0, "a"),
            message_stop("end_turn"),
            Step::event("metadata", said),
        ]));
        let mut model = bedrock.model(SONNET);
        let flex = clawdia_core::ServiceTierCost { input: Some(1.0), ..Default::default() };
        model.cost = clawdia_core::Cost { input: 2.0, ..Default::default() };
        model.cost.service_tiers.insert("flex".to_owned(), flex);
        let outcome = crate::fixture::ask(
            &*bedrock.provider,
            &model,
            &question(),
            &clawdia_core::StreamOptions::default(),
        )
        .await;
        outcome.expect_message().usage.cost.total
    };
    assert_eq!(paid("flex").await, clawdia_core::Amount::from_dollars(0.001));
    assert_eq!(paid("default").await, clawdia_core::Amount::from_dollars(0.002));
}

#[tokio::test]
async fn the_model_a_router_chose_is_named() {
    let trace =
        json!({ "promptRouter": { "invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/x" } });
    let said = Step::event("metadata", json!({ "usage": {}, "trace": trace }));
    let outcome = play([start(), text(0, "a"), message_stop("end_turn"), said]).await;
    let named = outcome.expect_message().response_model.as_ref().map(clawdia_core::ModelId::as_str);
    assert_eq!(named, Some("arn:aws:bedrock:us-east-1::foundation-model/x"));
}

#[tokio::test]
async fn stop_sequence_and_thinking_tokens_are_read_out_of_the_models_own_members() {
    let fields = json!({
        "delta": { "stop_sequence": "END" },
        "usage": { "output_tokens_details": { "thinking_tokens": 4 } },
    });
    let outcome = play([start(), text(0, "a"), stop_with("stop_sequence", &fields), metadata()]).await;
    let message = outcome.expect_message();
    assert_eq!(message.stop_sequence.as_deref(), Some("END"));
    assert_eq!((message.stop_reason, message.usage.reasoning), (StopReason::Stop, Some(4)));

    let mut whole = document(&json!([{ "text": "a" }]), "stop_sequence");
    whole["additionalModelResponseFields"] = json!({ "stop_sequence": "END" });
    let outcome = play_whole(whole).await;
    assert_eq!(outcome.expect_message().stop_sequence.as_deref(), Some("END"));

    let outcome = play([
        start(),
        text(0, "a"),
        stop_with("end_turn", &json!({ "delta": { "stop_sequence": null } })),
        metadata(),
    ])
    .await;
    assert_eq!(
        (outcome.expect_message().stop_sequence.as_ref(), outcome.message.usage.reasoning),
        (None, None)
    );
}

#[tokio::test]
async fn a_refusal_says_its_category_and_is_not_tried_again() {
    let details = json!({ "type": "refusal", "category": "cyber", "explanation": "No exploits." });
    for fields in [json!({ "stop_details": details }), json!({ "delta": { "stop_details": details } })] {
        for said_before in [None, Some(text(0, "Well,"))] {
            let bedrock = Bedrock::start().await;
            let steps =
                [start()].into_iter().chain(said_before).chain([stop_with("refusal", &fields), metadata()]);
            bedrock.emulator.enqueue(Reply::stream(steps));
            let outcome = bedrock.ask(SONNET, &question()).await;
            let error = outcome.expect_error();
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Refused, false));
            assert_eq!(error.message(), "Anthropic refusal (category: cyber): No exploits.");
            let told = diagnostics(&outcome.message, "provider_refusal");
            assert_eq!((&told[0].details["category"], told.len()), (&json!("cyber"), 1));
            assert_eq!(told[0].details["explanation"], "No exploits.");
            assert_eq!(outcome.message.usage.output, 5);
            assert_eq!(bedrock.emulator.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_refusal_stays_one_when_the_connection_breaks_behind_it() {
    for end in
        [Step::cut(), Step::corrupt("metadata", json!({})), Step::exception("throttlingException", "busy")]
    {
        let bedrock = Bedrock::start().await;
        bedrock.emulator.enqueue(Reply::stream([start(), message_stop("refusal"), end]));
        let outcome = bedrock.ask(SONNET, &question()).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::Refused);
        assert_eq!(outcome.expect_error().message(), "Provider stopped with: refusal");
        assert_eq!(bedrock.emulator.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_guardrail_is_an_error_that_says_what_it_objected_to() {
    let trace = json!({ "guardrail": {
        "inputAssessment": { "gr-1": { "topicPolicy": { "topics": [
            { "name": "Weather", "type": "DENY", "action": "BLOCKED", "detected": false },
        ] } } },
        "outputAssessments": { "gr-1": [{ "sensitiveInformationPolicy": { "piiEntities": [
            { "type": "NAME", "match": "Ada", "action": "ANONYMIZED", "detected": true },
        ] } }] },
    } });
    let said = json!({ "usage": { "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 }, "trace": trace });
    let guarded = |said: &Value| {
        play([
            start(),
            text(0, "Hello {NAME}"),
            message_stop("guardrail_intervened"),
            Step::event("metadata", said.clone()),
        ])
    };
    let outcome = guarded(&said).await;
    let error = outcome.expect_error();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Guardrail, false));
    assert_eq!(error.message(), "Provider stopped with: guardrail_intervened");
    let hint = error.hint().unwrap();
    assert!(hint.contains("masked parts of the answer (sensitiveInformationPolicy)"), "{hint}");
    assert!(!hint.contains("blocked") && !hint.contains("Ada"), "{hint}");
    assert_eq!(outcome.message.text(), "Hello {NAME}");
    assert_eq!(outcome.message.provider_metadata["trace"], trace);

    let outcome = guarded(&json!({})).await;
    assert!(outcome.expect_error().hint().unwrap().contains("trace"));
}

#[tokio::test]
async fn what_the_service_says_of_an_answer_that_fails_is_kept_too() {
    let steps = [start(), metadata(), text(0, "a"), Step::exception("modelStreamErrorException", "broken")];
    let outcome = play(steps).await;
    outcome.expect_error();
    let Usage { input, output, .. } = outcome.message.usage;
    assert_eq!((input, output), (10, 5));
    check_metadata(&outcome.message, "{\"metrics\":{\"latencyMs\":7}}");
    let failure = diagnostics(&outcome.message, "bedrock_response_failure");
    assert_eq!(failure[0].details["errorCode"], "ModelStreamErrorException");
    assert_eq!(failure[0].details["requestId"], outcome.expect_error().request_id().unwrap());
}

#[tokio::test]
async fn a_reason_that_nobody_knows_does_not_run_tools() {
    let outcome =
        play([start(), tool_start(0, "t", "run"), stop(0), message_stop("paused"), metadata()]).await;
    assert_eq!(outcome.expect_error().message(), "Provider stopped with: paused");
    assert_eq!(outcome.message.stop_reason, StopReason::Error);
}

#[tokio::test]
async fn tokens_that_no_metadata_counts_are_none() {
    let outcome = play([start(), text(0, "a"), message_stop("end_turn")]).await;
    assert_eq!(outcome.expect_message().usage, Usage::default());
    assert_eq!(diagnostics(&outcome.message, "bedrock_metadata_unreadable").len(), 0);
}
