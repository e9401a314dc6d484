//! Calls of tools as models really write them: named late, without an id, cut short, in thousands of pieces.

use clawdia_bedrock_emulator::Step;
use clawdia_core::{AssistantMessage, StopReason, StreamEvent};
use serde_json::{Value, json};

use crate::script::{
    block_start, delta, diagnostics, document, message_stop, metadata, play, play_whole, start, stop, text,
    tool_input, tool_start,
};

fn end(reason: &str) -> [Step; 2] {
    [message_stop(reason), metadata()]
}

fn named(block: u64, call: &Value) -> Step {
    delta(block, &json!({ "toolUse": call }))
}

/// Ids, names and arguments of the calls.
fn calls(message: &AssistantMessage) -> Vec<(String, String, String)> {
    let arguments = |call: &clawdia_core::ToolCall| serde_json::to_string(&call.arguments).unwrap();
    message.tool_calls().map(|call| (call.id.to_string(), call.name.clone(), arguments(call))).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

#[tokio::test]
async fn a_delta_that_names_a_call_begins_it() {
    let outcome = play(
        [
            start(),
            named(0, &json!({ "toolUseId": "t1", "name": "read", "input": "{\"a\":" })),
            named(0, &json!({ "toolUseId": "t1", "name": "read", "input": "1" })),
            tool_input(0, "}"),
            stop(0),
            named(1, &json!({ "name": "list" })),
            named(1, &json!({ "toolUseId": "t3", "name": "write", "input": "{}" })),
        ]
        .into_iter()
        .chain(end("tool_use")),
    )
    .await;
    let message = outcome.expect_message();
    let calls = calls(message);
    assert_eq!(calls[0], call("t1", "read", "{\"a\":1}"));
    assert_eq!(calls[1].1, "list");
    assert_eq!(calls.len(), 2, "an id that comes late belongs to the call that had none");
    assert_eq!(message.stop_reason, StopReason::ToolUse);
}

#[tokio::test]
async fn a_start_that_leaves_out_the_name_is_completed_by_the_first_delta() {
    let outcome = play(
        [
            start(),
            block_start(0, &json!({ "toolUse": { "toolUseId": "t1" } })),
            named(0, &json!({ "name": "read", "input": "{\"a\":1}" })),
            stop(0),
        ]
        .into_iter()
        .chain(end("tool_use")),
    )
    .await;
    assert_eq!(calls(outcome.expect_message()), [call("t1", "read", "{\"a\":1}")]);
    assert_eq!(outcome.message.diagnostics, []);
}

#[tokio::test]
async fn a_call_without_an_id_gets_one_that_no_other_has() {
    let steps = [
        start(),
        block_start(0, &json!({ "toolUse": { "toolUseId": "", "name": "read" } })),
        stop(0),
        block_start(1, &json!({ "toolUse": { "name": "read", "input": { "b": 1 } } })),
        tool_start(2, "", "read"),
        tool_input(2, "{}"),
    ];
    let outcome = play(steps.into_iter().chain(end("tool_use"))).await;
    let message = outcome.expect_message();
    let calls = calls(message);
    let ids = calls.iter().map(|(id, ..)| id.as_str()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!((ids.len(), calls.len()), (3, 3), "{ids:?}");
    let is_plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.starts_with(message.response_id.as_deref().unwrap())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.:-".contains(letter))
    };
    assert!(ids.iter().all(is_plain), "{ids:?}");
    assert_eq!(calls[1].2, "{\"b\":1}", "input that comes with the start counts");
    let told = diagnostics(message, "bedrock_tool_call_id_made");
    assert_eq!(
        told.iter()
            .map(|told| told.details["id"].as_str().unwrap())
            .collect::<std::collections::BTreeSet<_>>(),
        ids
    );
}

#[tokio::test]
async fn input_that_belongs_to_no_call_is_left_out_and_told_once() {
    let steps = [start(), tool_input(0, "{"), tool_input(0, "}"), text(1, "a"), tool_input(1, "{}"), stop(7)];
    let outcome = play(steps.into_iter().chain(end("end_turn"))).await;
    let message = outcome.expect_message();
    assert_eq!((message.text().as_str(), message.content.len()), ("a", 1));
    let told = diagnostics(message, "bedrock_delta_dropped");
    assert_eq!((told.len(), &told[0].details["name"]), (1, &json!("toolUse")));
}

#[tokio::test]
async fn two_calls_may_be_written_at_once() {
    let steps = [
        start(),
        tool_start(1, "a", "read"),
        tool_start(2, "b", "write"),
        tool_input(2, "{\"n\":"),
        tool_input(1, "{\"n\""),
        tool_input(2, "2}"),
        tool_input(1, ":1}"),
        stop(2),
        stop(1),
    ];
    let outcome = play(steps.into_iter().chain(end("tool_use"))).await;
    let expected = [call("a", "read", "{\"n\":1}"), call("b", "write", "{\"n\":2}")];
    assert_eq!(calls(outcome.expect_message()), expected);
}

#[tokio::test]
async fn every_fragment_is_handed_out_as_it_came() {
    let text = json!({ "text": "é😀 \"quoted\" \\ ".repeat(1_600) }).to_string();
    let letters = text.chars().collect::<Vec<_>>();
    let fragments = letters.chunks(3).map(|letters| letters.iter().collect::<String>()).collect::<Vec<_>>();
    assert!(fragments.len() > 7_000);
    let steps = [start(), tool_start(0, "t", "write")]
        .into_iter()
        .chain(fragments.iter().map(|fragment| tool_input(0, fragment)))
        .chain([stop(0)])
        .chain(end("tool_use"));
    let outcome = play(steps).await;
    let handed_out = outcome.events.iter().filter_map(|event| match event {
        StreamEvent::ToolCallDelta { delta, .. } => Some(delta.as_str()),
        _ => None,
    });
    assert_eq!(handed_out.collect::<Vec<_>>(), fragments);
    assert_eq!(calls(outcome.expect_message())[0].2, text);
}

#[tokio::test]
async fn a_call_that_the_limit_cuts_says_that_it_is_not_whole() {
    let steps = [start(), tool_start(0, "t", "write"), tool_input(0, "{\"text\": \"and th")];
    let outcome = play(steps.into_iter().chain(end("max_tokens"))).await;
    let message = outcome.expect_message();
    assert_eq!(message.stop_reason, StopReason::Length);
    let call = message.tool_calls().next().unwrap();
    assert!(call.arguments_error.is_some() && call.arguments.is_empty(), "{call:?}");
}

#[tokio::test]
async fn arguments_that_are_no_object_are_an_error_of_the_call() {
    for input in ["[1]", "\"x\"", "7"] {
        let steps = [start(), tool_start(0, "t", "run"), tool_input(0, input), stop(0)];
        let outcome = play(steps.into_iter().chain(end("tool_use"))).await;
        let call = outcome.expect_message().tool_calls().next().unwrap().clone();
        assert!(call.arguments_error.unwrap().contains(input));
    }
}

#[tokio::test]
async fn calls_in_an_answer_of_one_piece_keep_their_arguments_in_order() {
    let call_of =
        |id: &str, input: Value| json!({ "toolUse": { "toolUseId": id, "name": "read", "input": input } });
    let content = json!([
        call_of("a", json!({ "z": 1, "a": { "y": 9_007_199_254_740_993_u64, "b": "x\u{0}" } })),
        call_of("b", json!({})),
        call_of("c", json!(null)),
        call_of("", json!({ "n": [] })),
    ]);
    let outcome = play_whole(document(&content, "end_turn")).await;
    let message = outcome.expect_message();
    let calls = calls(message);
    assert_eq!(calls[0], call("a", "read", "{\"z\":1,\"a\":{\"y\":9007199254740993,\"b\":\"x\\u0000\"}}"));
    assert_eq!((calls[1].2.as_str(), calls[2].2.as_str(), calls[3].2.as_str()), ("{}", "{}", "{\"n\":[]}"));
    assert!(!calls[3].0.is_empty());
    assert_eq!(message.stop_reason, StopReason::ToolUse, "there are calls to be run, whatever it says");
}
