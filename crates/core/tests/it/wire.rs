//! The lines a host in another language reads, and the requests it writes.

use std::time::Duration;

use clawdia_core::wire::{self, Request, RequestError, RequestModel};
use clawdia_core::{
    Accumulator, Citation, Cost, Diagnostic, ErrorKind, Finish, Message, Model, ProviderError,
    ServerToolResult, StopReason, StreamEvent, ThinkingLevel, Usage,
};
use serde_json::{Value, json};

/// Pushes events and writes the line of each.
fn lines(events: &[StreamEvent], id: Option<&Value>) -> Vec<String> {
    let mut accumulator = Accumulator::new(&Model::new("acme", "large", "acme-chat"));
    let line = |event: &StreamEvent| {
        accumulator.push(event);
        wire::event_line(event, &accumulator, id)
    };
    events.iter().map(line).collect()
}

fn answer() -> Vec<StreamEvent> {
    let mut finish = Finish::new(
        StopReason::ToolUse,
        Usage { input: 1_000, output: 100, total_tokens: 1_100, ..Usage::default() },
        &Cost { input: 3.0, output: 15.0, ..Cost::default() },
    );
    finish.raw_stop_reason = Some("tool_use".to_owned());
    finish.response_id = Some("r-1".to_owned());
    finish.diagnostics = vec![Diagnostic::new("dropped", "it was dropped").with("setting", "temperature")];
    let citation = Citation { title: Some("T".to_owned()), ..Citation::default() };
    vec![
        StreamEvent::Start,
        StreamEvent::ThinkingStart { content_index: 0 },
        StreamEvent::ThinkingDelta { content_index: 0, delta: "hm".to_owned() },
        StreamEvent::ThinkingEnd { content_index: 0, signature: Some("sig".to_owned()), redacted: false },
        StreamEvent::TextStart { content_index: 1 },
        StreamEvent::TextDelta { content_index: 1, delta: "a\n".to_owned() },
        StreamEvent::TextDelta { content_index: 1, delta: "\"b\"".to_owned() },
        StreamEvent::TextEnd { content_index: 1, citations: vec![citation] },
        StreamEvent::ToolCallStart { content_index: 2, id: "call-1".into(), name: "add".to_owned() },
        StreamEvent::ToolCallDelta { content_index: 2, delta: "{\"b\":1,".to_owned() },
        StreamEvent::ToolCallDelta { content_index: 2, delta: "\"a\":2}".to_owned() },
        StreamEvent::ToolCallEnd { content_index: 2 },
        StreamEvent::Done(Box::new(finish)),
    ]
}

#[test]
fn every_event_has_its_line() {
    assert_eq!(
        lines(&answer(), None),
        [
            r#"{"type":"start"}"#,
            r#"{"type":"thinking_start","contentIndex":0}"#,
            r#"{"type":"thinking_delta","contentIndex":0,"delta":"hm"}"#,
            r#"{"type":"thinking_end","contentIndex":0,"content":"hm"}"#,
            r#"{"type":"text_start","contentIndex":1}"#,
            r#"{"type":"text_delta","contentIndex":1,"delta":"a\n"}"#,
            r#"{"type":"text_delta","contentIndex":1,"delta":"\"b\""}"#,
            r#"{"type":"text_end","contentIndex":1,"content":"a\n\"b\""}"#,
            r#"{"type":"toolcall_start","contentIndex":2,"id":"call-1","name":"add"}"#,
            r#"{"type":"toolcall_delta","contentIndex":2,"delta":"{\"b\":1,"}"#,
            r#"{"type":"toolcall_delta","contentIndex":2,"delta":"\"a\":2}"}"#,
            r#"{"type":"toolcall_end","contentIndex":2,"toolCall":{"type":"toolCall","id":"call-1","name":"add","arguments":{"b":1,"a":2}}}"#,
            r#"{"type":"done","reason":"toolUse","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm","thinkingSignature":"sig"},{"type":"text","text":"a\n\"b\"","citations":[{"title":"T"}]},{"type":"toolCall","id":"call-1","name":"add","arguments":{"b":1,"a":2}}],"api":"acme-chat","provider":"acme","model":"large","responseId":"r-1","usage":{"input":1000,"output":100,"cacheRead":0,"cacheWrite":0,"totalTokens":1100,"cost":{"input":0.003,"output":0.0015,"cacheRead":0.0,"cacheWrite":0.0,"total":0.0045}},"stopReason":"toolUse","rawStopReason":"tool_use","diagnostics":[{"type":"dropped","message":"it was dropped","setting":"temperature"}]}}"#,
        ]
    );
}

#[test]
fn what_the_service_ran_and_made_itself_has_its_lines() {
    let result = ServerToolResult {
        tool_call_id: "s-1".into(),
        content: vec![json!({ "text": "found" })],
        ..ServerToolResult::default()
    };
    assert_eq!(
        lines(
            &[
                StreamEvent::ServerToolCallStart {
                    content_index: 0,
                    id: "s-1".into(),
                    name: "search".to_owned()
                },
                StreamEvent::ServerToolCallDelta { content_index: 0, delta: "{\"q\":1}".to_owned() },
                StreamEvent::ServerToolCallEnd { content_index: 0 },
                StreamEvent::ServerToolResultStart { content_index: 1, id: "s-1".into() },
                StreamEvent::ServerToolResultEnd { content_index: 1, result: Box::new(result) },
                StreamEvent::ImageStart { content_index: 2, mime_type: "image/png".to_owned() },
                StreamEvent::ImageEnd { content_index: 2, data: "aQ==".to_owned() },
            ],
            None
        ),
        [
            r#"{"type":"servertoolcall_start","contentIndex":0,"id":"s-1","name":"search"}"#,
            r#"{"type":"servertoolcall_delta","contentIndex":0,"delta":"{\"q\":1}"}"#,
            r#"{"type":"servertoolcall_end","contentIndex":0,"toolCall":{"type":"serverToolCall","id":"s-1","name":"search","arguments":{"q":1}}}"#,
            r#"{"type":"servertoolresult_start","contentIndex":1,"toolCallId":"s-1"}"#,
            r#"{"type":"servertoolresult_end","contentIndex":1,"result":{"type":"serverToolResult","toolCallId":"s-1","content":[{"text":"found"}]}}"#,
            r#"{"type":"image_start","contentIndex":2,"mimeType":"image/png"}"#,
            r#"{"type":"image_end","contentIndex":2,"image":{"type":"image","data":"aQ==","mimeType":"image/png"}}"#,
        ]
    );
}

#[test]
fn every_line_is_one_line_and_echoes_the_id() {
    let id = json!({ "turn": 7 });
    for line in lines(&answer(), Some(&id)) {
        assert!(line.starts_with(r#"{"id":{"turn":7},"type":""#), "{line}");
        assert!(!line.contains('\n'), "{line}");
    }
}

#[test]
fn a_message_of_done_is_read_back_as_it_was() {
    let last = lines(&answer(), None).pop().unwrap();
    let done: Value = serde_json::from_str(&last).unwrap();
    let message: Message = serde_json::from_value(done["message"].clone()).unwrap();
    assert_eq!(wire::message_json(&message), done["message"].to_string());
}

#[test]
fn an_error_line_has_the_message_so_far_and_every_member_of_the_cause() {
    let mut finish = Finish::default();
    finish.raw_stop_reason = Some("refusal".to_owned());
    let error = ProviderError::new(ErrorKind::Throttled, "Too many requests")
        .with_attempt("stream from `acme/large`")
        .with_hint("wait a moment")
        .with_status(429)
        .with_code("ThrottlingException")
        .with_request_id("req-1")
        .with_retry_after(Duration::from_millis(1_500))
        .with_finish(finish);
    let mut accumulator = Accumulator::new(&Model::new("acme", "large", "acme-chat"));
    for event in [
        StreamEvent::Start,
        StreamEvent::TextStart { content_index: 0 },
        StreamEvent::TextDelta { content_index: 0, delta: "so fa".to_owned() },
        StreamEvent::TextEnd { content_index: 0, citations: Vec::new() },
    ] {
        accumulator.push(&event);
    }
    accumulator.fail(&error);
    assert_eq!(
        wire::error_line(&error, &accumulator, Some(&json!("7"))),
        r#"{"id":"7","type":"error","reason":"error","error":{"role":"assistant","content":[{"type":"text","text":"so fa"}],"api":"acme-chat","provider":"acme","model":"large","usage":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"totalTokens":0,"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0,"total":0.0}},"stopReason":"error","rawStopReason":"refusal","errorMessage":"Too many requests"},"cause":{"kind":"throttled","status":429,"code":"ThrottlingException","requestId":"req-1","retryable":true,"retryAfterMs":1500,"message":"could not stream from `acme/large`: Too many requests","hint":"wait a moment"}}"#
    );
}

#[test]
fn a_cause_names_what_it_does_not_know() {
    let error = ProviderError::new(ErrorKind::Aborted, "cancelled");
    let mut accumulator = Accumulator::new(&Model::new("acme", "large", "acme-chat"));
    accumulator.fail(&error);
    let line: Value = serde_json::from_str(&wire::error_line(&error, &accumulator, None)).unwrap();
    assert_eq!((&line["reason"], line.get("id")), (&json!("aborted"), None));
    assert_eq!(
        line["cause"],
        json!({
            "kind": "aborted", "status": null, "code": null, "requestId": null, "retryable": false,
            "retryAfterMs": null, "message": "cancelled", "hint": null,
        })
    );
}

#[test]
fn a_request_is_read_with_its_options() {
    let request = Request::from_json(
        r#"{"id":[1],"model":"ACME/Large","context":{"messages":[{"role":"user","content":"hi"}]},
            "options":{"maxTokens":10,"reasoning":"xhigh","headers":{"x":null},"timeouts":{"idleMs":0}}}"#,
    )
    .unwrap();
    assert_eq!(request.id, Some(json!([1])));
    assert!(matches!(request.model, RequestModel::Name(name) if name == "ACME/Large"));
    assert_eq!(request.context.messages, [Message::user("hi")]);
    assert_eq!(request.options.max_tokens, Some(10));
    assert_eq!(request.options.reasoning, Some(ThinkingLevel::XHigh));
    assert_eq!(request.options.headers["x"], None);
}

#[track_caller]
fn check_refused(request: &str, expected: &str) {
    assert_eq!(Request::from_json(request).unwrap_err().to_string(), expected);
}

#[test]
fn a_request_that_is_none_is_refused_by_place() {
    check_refused("{\n  \"model\": }", "the request is not valid JSON: expected value at line 2, column 12");
    check_refused("[]", "the request is not valid at `.`: expected an object with `model` and `context`");
    check_refused("{}", "the request is not valid at `.`: missing member `model`");
    check_refused(r#"{"model":"a/b"}"#, "the request is not valid at `.`: missing member `context`");
    check_refused(
        r#"{"model":7,"context":{}}"#,
        "the request is not valid at `model`: expected a model's name or a model object",
    );
    check_refused(
        r#"{"model":" ","context":{}}"#,
        "the request is not valid at `model`: the name of the model is blank",
    );
    check_refused(
        r#"{"model":{"id":"x","api":"y"},"context":{}}"#,
        "the request is not valid at `model`: missing field `provider`",
    );
    check_refused(
        r#"{"model":"a/b","context":{},"optoins":{}}"#,
        "the request is not valid at `optoins`: unknown member `optoins`, expected one of `id`, `model`, `context`, `options`",
    );
    let RequestError::Shape(flaw) =
        Request::from_json(r#"{"model":"a/b","context":{},"options":{"maxTokns":1}}"#).unwrap_err()
    else {
        panic!("the request is valid JSON")
    };
    assert_eq!(flaw.path, "options.maxTokns");
}

#[test]
fn the_id_of_a_broken_request_is_found_where_there_is_one() {
    assert_eq!(wire::request_id(r#"{"id":"a","modle":1}"#), Some(json!("a")));
    assert_eq!(wire::request_id(r#"{"modle":1}"#), None);
    assert_eq!(wire::request_id("[]"), None);
    assert_eq!(wire::request_id("{"), None);
}

#[test]
fn a_request_nested_without_end_is_refused() {
    let request = format!(r#"{{"model":"a/b","context":{}"#, "[".repeat(100_000));
    assert!(matches!(Request::from_json(&request), Err(RequestError::Syntax { .. })));
}
