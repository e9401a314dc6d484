//! What becomes of a response: every event, in and out of order.

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{Amount, AssistantBlock, ErrorKind, StopReason, StreamEvent};
use serde_json::json;

use crate::fixture::{Bedrock, NOVA, SONNET, question};
use crate::script::{message_stop, metadata, play, raw, start, stop, text, thinking, tool_input, tool_start};

#[tokio::test]
async fn text_streams_as_it_was_sent() {
    let outcome =
        play([start(), text(0, "Hel"), text(0, "lo."), stop(0), message_stop("end_turn"), metadata()]).await;
    let message = outcome.expect_message();
    assert_eq!(message.text(), "Hello.");
    assert_eq!(message.stop_reason, StopReason::Stop);
    assert_eq!(message.raw_stop_reason.as_deref(), Some("end_turn"));
    assert_eq!((message.usage.input, message.usage.output, message.usage.total_tokens), (10, 5, 15));
    assert_eq!(message.usage.cost.total, Amount::from_dollars((10.0 * 3.3 + 5.0 * 16.5) / 1e6));
    assert!(message.response_id.is_some(), "{message:?}");
    let expected = [
        StreamEvent::Start,
        StreamEvent::TextStart { content_index: 0 },
        StreamEvent::TextDelta { content_index: 0, delta: "Hel".into() },
        StreamEvent::TextDelta { content_index: 0, delta: "lo.".into() },
        StreamEvent::TextEnd { content_index: 0, citations: Vec::new() },
    ];
    assert_eq!(outcome.events[..5], expected);
    assert!(matches!(outcome.events[5..], [StreamEvent::Done(_)]));
}

#[tokio::test]
async fn chunk_boundaries_do_not_matter() {
    for size in [1, 2, 3, 7, 64] {
        let bedrock = Bedrock::start().await;
        let steps = [start(), text(0, "Grüße 😀"), stop(0), message_stop("end_turn"), metadata()];
        bedrock.emulator.enqueue(Reply::stream(steps).chunked_at(size));
        assert_eq!(bedrock.ask(SONNET, &question()).await.expect_message().text(), "Grüße 😀");
    }
}

#[tokio::test]
async fn blocks_may_interleave() {
    let outcome = play([
        start(),
        text(0, "a"),
        text(3, "x"),
        text(0, "b"),
        stop(3),
        text(0, "c"),
        stop(0),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let texts = outcome.expect_message().content.iter().map(|block| match block {
        AssistantBlock::Text(text) => text.text.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["abc", "x"]);
}

#[tokio::test]
async fn thinking_keeps_its_signature_and_tools_their_arguments() {
    let outcome = play([
        start(),
        thinking(0, &json!({ "text": "Let me " })),
        thinking(0, &json!({ "text": "see." })),
        thinking(0, &json!({ "signature": "AbC" })),
        thinking(0, &json!({ "signature": "dEf=" })),
        stop(0),
        text(1, "Looking."),
        stop(1),
        tool_start(2, "tooluse_1", "read"),
        tool_input(2, ""),
        tool_input(2, "{\"path\": \"a\\u00"),
        tool_input(2, "e4\", \"n\": 90071992547"),
        tool_input(2, "40993}"),
        stop(2),
        message_stop("tool_use"),
        metadata(),
    ])
    .await;
    let message = outcome.expect_message();
    assert_eq!(message.stop_reason, StopReason::ToolUse);
    let [AssistantBlock::Thinking(thinking), AssistantBlock::Text(_), AssistantBlock::ToolCall(call)] =
        &message.content[..]
    else {
        panic!("{message:?}");
    };
    assert_eq!(
        (thinking.thinking.as_str(), thinking.thinking_signature.as_deref()),
        ("Let me see.", Some("AbCdEf="))
    );
    assert_eq!(serde_json::to_string(&call.arguments).unwrap(), "{\"path\":\"aä\",\"n\":9007199254740993}");
}

#[tokio::test]
async fn hidden_reasoning_is_joined_as_bytes() {
    // Five bytes in pieces that are no whole groups of base64.
    let outcome = play([
        start(),
        thinking(0, &json!({ "redactedContent": "AQ==" })),
        thinking(0, &json!({ "redactedContent": "AgM=" })),
        thinking(0, &json!({ "redactedContent": "BAU=" })),
        thinking(0, &json!({ "signature": "ignored" })),
        stop(0),
        text(1, "ok"),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let AssistantBlock::Thinking(thinking) = &outcome.expect_message().content[0] else {
        panic!("{outcome:?}")
    };
    assert!(thinking.redacted);
    assert_eq!(thinking.thinking, "[Reasoning redacted]");
    assert_eq!(thinking.thinking_signature.as_deref(), Some("AQIDBAU="));
}

#[tokio::test]
async fn blocks_that_never_stop_are_ended() {
    let outcome =
        play([start(), text(0, "a"), tool_start(1, "t", "run"), message_stop("tool_use"), metadata()]).await;
    let message = outcome.expect_message();
    assert_eq!(message.tool_calls().next().unwrap().arguments.len(), 0);
    assert_eq!(
        message.tool_calls().next().unwrap().arguments_error,
        None,
        "no input is a call without arguments"
    );
}

#[tokio::test]
async fn deltas_that_fit_no_block_change_nothing() {
    let outcome = play([
        start(),
        tool_input(5, "{}"),
        stop(9),
        tool_start(0, "t", "run"),
        text(0, "not a tool's"),
        tool_input(0, "{\"a\":1}"),
        stop(0),
        message_stop("tool_use"),
        metadata(),
    ])
    .await;
    let message = outcome.expect_message();
    assert_eq!(message.content.len(), 1);
    assert_eq!(message.tool_calls().next().unwrap().arguments["a"], 1);
}

#[tokio::test]
async fn malformed_arguments_are_told_and_do_not_fail_the_turn() {
    let outcome = play([
        start(),
        tool_start(0, "t1", "run"),
        tool_input(0, "{\"a\": nope"),
        stop(0),
        tool_start(1, "t2", "run"),
        tool_input(1, "{\"b\":\"x\ny\"}"),
        stop(1),
        message_stop("tool_use"),
        metadata(),
    ])
    .await;
    let calls = outcome.expect_message().tool_calls().collect::<Vec<_>>();
    assert!(calls[0].arguments_error.as_deref().unwrap().contains("{\"a\": nope"));
    assert_eq!(calls[1].arguments["b"], "x\ny");
}

#[tokio::test]
async fn events_and_deltas_from_the_future_are_passed_over_and_told() {
    let unknown_delta = json!({ "contentBlockIndex": 1, "delta": { "hologram": {} } });
    let outcome = play([
        start(),
        Step::event("telepathy", json!({ "strength": 3 })),
        text(0, "a"),
        Step::event("contentBlockDelta", unknown_delta.clone()),
        Step::event("contentBlockDelta", unknown_delta),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let message = outcome.expect_message();
    assert_eq!(message.text(), "a");
    let names = message.diagnostics.iter().map(|diagnostic| &diagnostic.details["name"]).collect::<Vec<_>>();
    assert_eq!(names, ["telepathy", "hologram"]);
}

#[tokio::test]
async fn usage_counts_whenever_metadata_comes() {
    let early = play([start(), metadata(), text(0, "a"), message_stop("end_turn")]).await;
    assert_eq!(early.expect_message().usage.input, 10);
    let never = play([start(), text(0, "a"), message_stop("end_turn")]).await;
    assert_eq!(never.expect_message().usage.total_tokens, 0);
}

#[tokio::test]
async fn cache_writes_for_an_hour_are_told_apart_and_charged() {
    let usage = json!({
        "inputTokens": 1, "outputTokens": 1, "totalTokens": 152, "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 150,
        "cacheDetails": [{ "ttl": "1h", "inputTokens": 100 }, { "ttl": "5m", "inputTokens": 50 }],
    });
    let metadata = Step::event("metadata", json!({ "usage": usage }));
    let outcome = play([start(), text(0, "a"), message_stop("end_turn"), metadata]).await;
    let usage = outcome.expect_message().usage;
    assert_eq!(usage.cache_write_1h, Some(100));
    assert_eq!(usage.cost.cache_write, Amount::from_dollars((50.0 * 4.125 + 100.0 * 6.6) / 1e6));
}

#[tokio::test]
async fn each_stop_reason_has_its_outcome() {
    for (raw, expected) in [
        ("end_turn", Ok(StopReason::Stop)),
        ("stop_sequence", Ok(StopReason::Stop)),
        ("max_tokens", Ok(StopReason::Length)),
        ("model_context_window_exceeded", Ok(StopReason::Length)),
        ("guardrail_intervened", Err(ErrorKind::Guardrail)),
        ("content_filtered", Err(ErrorKind::ContentFiltered)),
        ("malformed_model_output", Err(ErrorKind::BadModelOutput)),
        ("malformed_tool_use", Err(ErrorKind::BadModelOutput)),
        ("refusal", Err(ErrorKind::Refused)),
        ("something_new", Err(ErrorKind::Other)),
        ("", Err(ErrorKind::Other)),
    ] {
        let outcome = play([start(), text(0, "partial"), stop(0), message_stop(raw), metadata()]).await;
        let got = match &outcome.error {
            Some(error) => Err(error.kind()),
            None => Ok(outcome.message.stop_reason),
        };
        assert_eq!(got, expected, "{raw}");
        assert_eq!(outcome.message.text(), "partial", "{raw}");
        assert_eq!(outcome.message.raw_stop_reason.as_deref(), Some(raw));
        assert_eq!(outcome.message.usage.output, 5, "{raw}");
    }
}

#[tokio::test]
async fn a_turn_with_calls_wants_its_tools_run_whatever_it_says() {
    let outcome =
        play([start(), tool_start(0, "t", "run"), stop(0), message_stop("end_turn"), metadata()]).await;
    assert_eq!(outcome.expect_message().stop_reason, StopReason::ToolUse);
    assert_eq!(outcome.message.raw_stop_reason.as_deref(), Some("end_turn"));
}

#[tokio::test]
async fn an_answer_that_starts_as_the_user_is_refused() {
    let outcome = play([Step::event("messageStart", json!({ "role": "user" }))]).await;
    assert!(outcome.expect_error().message().contains("got user message start instead"));
}

#[tokio::test]
async fn answers_nobody_scripted_work_on_any_family() {
    for model in [SONNET, NOVA, "meta.llama3-70b-instruct-v1:0", "openai.gpt-oss-120b-1:0"] {
        let bedrock = Bedrock::start().await;
        let outcome = bedrock.ask(model, &question()).await;
        let message = outcome.expect_message();
        assert!(!message.content.is_empty(), "{model}");
        assert!(message.usage.total_tokens > 0, "{model}");
    }
}

#[tokio::test]
async fn two_events_in_one_chunk_are_two_events() {
    let bedrock = Bedrock::start().await;
    let steps = [start(), text(0, "a"), text(0, "b"), stop(0), message_stop("end_turn"), metadata()];
    bedrock.emulator.enqueue(Reply::stream(steps).chunked_at(1_000_000));
    let outcome = bedrock.ask(SONNET, &question()).await;
    let deltas = outcome.events.iter().filter(|event| matches!(event, StreamEvent::TextDelta { .. }));
    assert_eq!((deltas.count(), outcome.expect_message().text().as_str()), (2, "ab"));
}

#[tokio::test]
async fn reasoning_may_be_nothing_but_its_signature() {
    let outcome = play([
        start(),
        thinking(0, &json!({ "text": "" })),
        thinking(0, &json!({ "signature": "c2ln" })),
        stop(0),
        text(1, "ok"),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let AssistantBlock::Thinking(thinking) = &outcome.expect_message().content[0] else {
        panic!("{outcome:?}")
    };
    assert_eq!((thinking.thinking.as_str(), thinking.thinking_signature.as_deref()), ("", Some("c2ln")));
}

#[tokio::test]
async fn half_an_emoji_costs_no_more_than_itself() {
    // No JSON value of ours can hold it: the bytes are the service's.
    let payload = r#"{"contentBlockIndex":0,"delta":{"text":"a\ud83d b"}}"#;
    let outcome =
        play([start(), raw("contentBlockDelta", payload), message_stop("end_turn"), metadata()]).await;
    assert_eq!(outcome.expect_message().text(), "a b");
}

#[tokio::test]
async fn the_total_is_never_less_than_its_parts() {
    for (total, expected) in [(json!(null), 23), (json!(5), 23), (json!(40), 40)] {
        let usage = json!({
            "inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 6, "cacheWriteInputTokens": 2,
            "totalTokens": total,
        });
        let metadata = Step::event("metadata", json!({ "usage": usage }));
        let outcome = play([start(), text(0, "a"), message_stop("end_turn"), metadata]).await;
        assert_eq!(outcome.expect_message().usage.total_tokens, expected);
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_holds_nothing_but_its_stream() {
    let bedrock = Bedrock::start().await;
    let many = (0..400).map(|_| text(0, &"x".repeat(20_000)));
    bedrock.emulator.enqueue(Reply::stream([start()].into_iter().chain(many)));
    let model = bedrock.model(SONNET);
    let options = clawdia_core::StreamOptions::default();
    let stream = bedrock.provider.stream(&model, &question(), &options).await.unwrap();
    // Megabytes wait at the sender, since nobody reads them.
    assert_eq!(bedrock.emulator.open_connections(), 1);
    drop(stream);
    bedrock.emulator.wait_for_open_connections(0).await;
}
