//! Content that is neither text, thinking nor a call of the host's tools: what the service ran itself, images, sources.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_emulator::Step;
use clawdia_core::{AssistantBlock, Citation, StopReason, StreamEvent};
use serde_json::{Value, json};

use crate::conversation::PNG;
use crate::script::{
    block_start, delta, diagnostics, document, message_stop, metadata, play, play_whole, start, stop, text,
    tool_input, tool_start,
};

fn server_call(block: u64) -> Step {
    let call = json!({ "toolUseId": "srv_1", "name": "search", "type": "server_tool_use" });
    block_start(block, &json!({ "toolUse": call }))
}

fn server_result(block: u64, status: Option<&str>) -> Step {
    let result = json!({ "toolUseId": "srv_1", "type": "search_result", "status": status });
    block_start(block, &json!({ "toolResult": result }))
}

fn pieces(block: u64, pieces: &Value) -> Step {
    delta(block, &json!({ "toolResult": pieces }))
}

#[track_caller]
fn content(blocks: &[AssistantBlock]) -> String {
    serde_json::to_string(blocks).unwrap()
}

#[tokio::test]
async fn what_the_service_ran_itself_is_in_the_message_and_not_for_the_host_to_run() {
    let outcome = play([
        start(),
        server_call(0),
        tool_input(0, "{\"q\":"),
        tool_input(0, "1}"),
        stop(0),
        server_result(1, Some("success")),
        pieces(1, &json!([{ "text": "fo" }])),
        pieces(1, &json!([{ "text": "und" }, { "json": { "b": 1, "a": 2 } }])),
        pieces(1, &json!([{ "text": "more" }, { "text": "", "rank": 1 }, { "text": "last" }])),
        stop(1),
        text(2, "There."),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let message = outcome.expect_message();
    assert_eq!(message.stop_reason, StopReason::Stop);
    assert_eq!(message.diagnostics, []);
    assert_eq!(
        content(&message.content),
        "[{\"type\":\"serverToolCall\",\"id\":\"srv_1\",\"name\":\"search\",\"arguments\":{\"q\":1}},\
         {\"type\":\"serverToolResult\",\"toolCallId\":\"srv_1\",\"kind\":\"search_result\",\"content\":[\
         {\"text\":\"found\"},{\"json\":{\"b\":1,\"a\":2}},{\"text\":\"more\"},{\"text\":\"\",\"rank\":1},\
         {\"text\":\"last\"}]},{\"type\":\"text\",\"text\":\"There.\"}]"
    );
    assert_eq!(
        outcome.events[1],
        StreamEvent::ServerToolCallStart { content_index: 0, id: "srv_1".into(), name: "search".into() }
    );
}

#[tokio::test]
async fn answers_in_one_piece_hold_what_the_service_ran_too() {
    let outcome = play_whole(document(
        &json!([
            { "toolUse": { "toolUseId": "srv_1", "name": "search", "type": "server_tool_use", "input": { "q": 1 } } },
            { "toolResult": {
                "toolUseId": "srv_1", "type": "search_result", "status": "error",
                "content": [{ "text": "a" }, { "text": "b" }, { "json": [] }],
            } },
            { "text": "There." },
        ]),
        "end_turn",
    ))
    .await;
    assert_eq!(
        content(&outcome.expect_message().content),
        "[{\"type\":\"serverToolCall\",\"id\":\"srv_1\",\"name\":\"search\",\"arguments\":{\"q\":1}},\
         {\"type\":\"serverToolResult\",\"toolCallId\":\"srv_1\",\"kind\":\"search_result\",\"content\":[\
         {\"text\":\"a\"},{\"text\":\"b\"},{\"json\":[]}],\"isError\":true},{\"type\":\"text\",\"text\":\"There.\"}]"
    );
}

#[tokio::test]
async fn a_result_without_a_start_or_an_id_answers_the_call_before_it() {
    let outcome = play([
        start(),
        server_call(0),
        stop(0),
        pieces(1, &json!({ "text": "found" })),
        message_stop("tool_use"),
        metadata(),
    ])
    .await;
    let AssistantBlock::ServerToolResult(result) = &outcome.expect_message().content[1] else {
        panic!("{outcome:?}")
    };
    assert_eq!((result.tool_call_id.as_str(), &result.content[0]["text"]), ("srv_1", &json!("found")));
    assert_eq!(outcome.message.stop_reason, StopReason::Stop, "there is nothing for the host to run");
}

#[tokio::test]
async fn calls_of_the_host_and_of_the_service_stay_apart() {
    let outcome = play([
        start(),
        server_call(0),
        stop(0),
        tool_start(1, "t", "run"),
        stop(1),
        message_stop("tool_use"),
        metadata(),
    ])
    .await;
    assert_eq!(outcome.expect_message().tool_calls().count(), 1);
    assert_eq!(outcome.message.stop_reason, StopReason::ToolUse);
}

fn image_bytes(block: u64, bytes: &[u8]) -> Step {
    delta(block, &json!({ "image": { "source": { "bytes": STANDARD.encode(bytes) } } }))
}

#[track_caller]
fn image(block: &AssistantBlock) -> (&str, &str) {
    let AssistantBlock::Image(image) = block else { panic!("{block:?}") };
    (&image.mime_type, &image.data)
}

#[tokio::test]
async fn an_image_is_joined_out_of_the_bytes_of_its_pieces() {
    // Pieces that are no whole groups of base64.
    for (format, mime_type) in [
        ("png", "image/png"),
        ("jpeg", "image/jpeg"),
        ("jpg", "image/jpeg"),
        ("gif", "image/gif"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
    ] {
        let outcome = play([
            start(),
            block_start(0, &json!({ "image": { "format": format } })),
            image_bytes(0, &[1]),
            image_bytes(0, &[2, 3]),
            image_bytes(0, &[4, 5]),
            stop(0),
            text(1, "Here."),
            message_stop("end_turn"),
            metadata(),
        ])
        .await;
        assert_eq!(image(&outcome.expect_message().content[0]), (mime_type, "AQIDBAU="));
        assert_eq!(outcome.message.text(), "Here.");
    }
}

#[tokio::test]
async fn an_image_without_a_start_begins_with_its_first_piece() {
    let png = STANDARD.decode(PNG).unwrap();
    let pieces = png.chunks(20).map(|piece| image_bytes(0, piece));
    let steps = [start()].into_iter().chain(pieces).chain([message_stop("end_turn"), metadata()]);
    let outcome = play(steps).await;
    assert_eq!(image(&outcome.expect_message().content[0]), ("image/png", PNG));
}

#[tokio::test]
async fn an_image_that_fails_is_empty_and_says_why() {
    let failed = json!({ "image": { "error": { "message": "too violent" } } });
    let broken = json!({ "image": { "source": { "bytes": "no base64!" } } });
    for (piece, why) in [
        (failed, "too violent"),
        (broken, "bytes cannot be read"),
        (json!({ "image": { "error": {} } }), "no reason"),
    ] {
        let outcome = play([
            start(),
            block_start(0, &json!({ "image": { "format": "png" } })),
            image_bytes(0, &[1, 2]),
            delta(0, &piece),
            image_bytes(0, &[3]),
            stop(0),
            message_stop("end_turn"),
            metadata(),
        ])
        .await;
        assert_eq!(image(&outcome.expect_message().content[0]), ("image/png", ""));
        let told = diagnostics(&outcome.message, "bedrock_image_failed");
        assert!(told[0].message.contains(why), "{told:?}");
    }
}

#[tokio::test]
async fn an_image_that_lies_elsewhere_says_where() {
    let source = json!({ "s3Location": { "uri": "s3://bucket/cat.png", "bucketOwner": "1" } });
    let streamed = play([
        start(),
        block_start(0, &json!({ "image": { "format": "png" } })),
        delta(0, &json!({ "image": { "source": source } })),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let whole =
        play_whole(document(&json!([{ "image": { "format": "png", "source": source } }]), "end_turn")).await;
    for outcome in [streamed, whole] {
        assert_eq!(image(&outcome.expect_message().content[0]), ("image/png", ""));
        let told = diagnostics(&outcome.message, "bedrock_image_elsewhere");
        assert_eq!(told[0].details["address"], "s3://bucket/cat.png");
    }
}

#[tokio::test]
async fn answers_in_one_piece_hold_images_and_their_failures() {
    let outcome = play_whole(document(
        &json!([
            { "image": { "format": "png", "source": { "bytes": PNG } } },
            { "image": { "format": "jpeg", "error": { "message": "too large" } } },
        ]),
        "end_turn",
    ))
    .await;
    let [first, second] = &outcome.expect_message().content[..] else { panic!("{outcome:?}") };
    assert_eq!((image(first), image(second)), (("image/png", PNG), ("image/jpeg", "")));
    assert!(diagnostics(&outcome.message, "bedrock_image_failed")[0].message.contains("too large"));
}

/// Sources of every kind, with what is often missing and with what nobody knows yet.
fn sources() -> Vec<(Value, Citation)> {
    let locations = [
        json!({ "web": { "url": "https://example.org", "domain": "example.org" } }),
        json!({ "documentChar": { "documentIndex": 0, "start": 1, "end": 9 } }),
        json!({ "documentPage": { "documentIndex": 0, "start": 1, "end": 2, "new": [null] } }),
        json!({ "documentChunk": { "documentIndex": 1 } }),
        json!({ "searchResultLocation": { "searchResultIndex": 0, "start": 0, "end": 1 } }),
        json!({ "hologram": { "z": 1, "a": 2 } }),
    ];
    let located = locations.into_iter().map(|location| {
        let wire = json!({
            "title": "Book", "source": "shelf", "sourceContent": [{ "text": "one" }, {}, { "text": "two" }],
            "location": location,
        });
        let citation = Citation {
            title: Some("Book".to_owned()),
            source: Some("shelf".to_owned()),
            source_content: vec!["one".to_owned(), "two".to_owned()],
            location: Some(location),
        };
        (wire, citation)
    });
    located
        .chain([
            (json!({}), Citation::default()),
            (
                json!({ "title": null, "source": 7, "sourceContent": null, "location": null }),
                Citation::default(),
            ),
        ])
        .collect()
}

#[tokio::test]
async fn sources_of_every_kind_are_kept_with_all_they_say() {
    for (wire, expected) in sources() {
        let streamed = play([
            start(),
            text(0, "It is "),
            delta(0, &json!({ "citation": wire })),
            text(0, "so."),
            stop(0),
            message_stop("end_turn"),
            metadata(),
        ])
        .await;
        let cited = json!({ "content": [{ "text": "It is " }, {}, { "text": "so." }], "citations": [wire] });
        let whole = play_whole(document(&json!([{ "citationsContent": cited }]), "end_turn")).await;
        for outcome in [streamed, whole] {
            let [AssistantBlock::Text(text)] = &outcome.expect_message().content[..] else {
                panic!("{outcome:?}")
            };
            assert_eq!(
                (text.text.as_str(), &text.citations[..]),
                ("It is so.", std::slice::from_ref(&expected))
            );
            if let (Some(kept), Some(sent)) = (&text.citations[0].location, &expected.location) {
                assert_eq!(kept.to_string(), sent.to_string(), "in the service's order");
            }
        }
    }
}

#[tokio::test]
async fn content_that_nobody_knows_is_told_by_its_name() {
    let outcome = play([
        start(),
        block_start(0, &json!({ "video": {} })),
        delta(0, &json!({ "video": { "source": {} } })),
        stop(0),
        text(1, "a"),
        message_stop("end_turn"),
        metadata(),
    ])
    .await;
    let streamed = outcome.expect_message();
    let outcome =
        play_whole(document(&json!([{ "audio": {}, "text": null }, { "text": "a" }]), "end_turn")).await;
    let whole = outcome.expect_message();
    for (message, name) in [(streamed, "video"), (whole, "audio")] {
        let told = diagnostics(message, "bedrock_unknown_member");
        assert_eq!((told.len(), &told[0].details["name"], message.text().as_str()), (1, &json!(name), "a"));
    }
}
