//! Stored conversations of every kind, made valid: text, blanks, tools and their results.

use clawdia_core::Context;
use serde_json::{Value, json};

use crate::conversation::{
    answers, assistant, by, call, failed, from_json, history, ids, image, kinds, result, send_uncached, text,
    tool, user,
};
use crate::fixture::{NOVA, SONNET};

/// The messages that a conversation with Claude becomes.
async fn messages(messages: Value) -> Value {
    send_uncached(SONNET, &history(messages)).await.body["messages"].take()
}

#[track_caller]
fn check(sent: &Value, expected: &[(&str, Value)]) {
    let expected = expected
        .iter()
        .map(|(role, content)| json!({ "role": role, "content": content }))
        .collect::<Vec<_>>();
    assert_eq!(*sent, Value::from(expected));
}

#[tokio::test]
async fn a_blank_question_is_sent_as_a_placeholder() {
    for blank in [json!("   "), json!(""), json!([]), json!(null), json!([text(""), text(" \n")])] {
        check(&messages(json!([user(blank)])).await, &[("user", json!([{ "text": "<empty>" }]))]);
    }
}

#[tokio::test]
async fn blank_text_beside_other_text_is_left_out() {
    let sent = messages(json!([user(json!([text(""), text("hi")]))])).await;
    check(&sent, &[("user", json!([{ "text": "hi" }]))]);
}

#[test]
fn blocks_of_an_unknown_kind_are_refused_where_they_stand() {
    let stored = json!({ "messages": [user(json!([{ "type": "hologram", "data": "x" }]))] });
    let error = serde_json::from_value::<Context>(stored).unwrap_err().to_string();
    assert!(error.contains("messages[0].content[0].type") && error.contains("hologram"), "{error}");
}

#[tokio::test]
async fn answers_without_content_are_left_out_and_their_neighbours_joined() {
    let unsigned = json!({ "type": "thinking", "thinking": "" });
    let foreign = json!({ "type": "thinking", "thinking": "hm", "thinkingSignature": "sig" });
    for nothing in [
        assistant(json!([])),
        assistant(json!(null)),
        assistant(json!([text("  ")])),
        by(SONNET, json!([unsigned])),
        by("another.model", json!([foreign, text("\n")])),
    ] {
        let sent = messages(json!([user("a"), nothing, user("b")])).await;
        check(&sent, &[("user", json!([{ "text": "a" }, { "text": "b" }]))]);
    }
}

#[tokio::test]
async fn blank_text_beside_a_call_is_left_out() {
    let turn = assistant(json!([text(" "), call("a")]));
    let sent = messages(json!([user("go"), turn, result("a", "x")])).await;
    assert_eq!(kinds(sent[1]["content"].as_array().unwrap()), ["toolUse"]);
}

#[tokio::test]
async fn halves_of_surrogate_pairs_are_dropped_and_whole_ones_kept() {
    let stored = r#"{
        "systemPrompt": "s\ud83d 😀",
        "messages": [
            { "role": "user", "content": "a\ud83d b \ud83d\ude00 😀" },
            { "role": "assistant", "content": [
                { "type": "toolCall", "id": "a", "name": "read", "arguments": { "path": "\ude00x" } }
            ] },
            { "role": "toolResult", "toolCallId": "a", "toolName": "read", "content": "r\ude00 😀" }
        ]
    }"#;
    let context = from_json(stored).with_tools([tool("read")]);
    let body = send_uncached(SONNET, &context).await.body;
    assert_eq!(body["system"], json!([{ "text": "s 😀" }]));
    assert_eq!(body["messages"][0]["content"], json!([{ "text": "a b 😀 😀" }]));
    assert_eq!(body["messages"][1]["content"][0]["toolUse"]["input"], json!({ "path": "x" }));
    assert_eq!(body["messages"][2]["content"][0]["toolResult"]["content"], json!([{ "text": "r 😀" }]));
}

#[tokio::test]
async fn a_result_without_content_succeeds_with_a_placeholder() {
    for nothing in [json!([]), json!(null), json!(" "), json!([text("\t")])] {
        let sent = messages(json!([user("go"), assistant(json!([call("a")])), result("a", nothing)])).await;
        let expected = json!({ "toolUseId": "a", "content": [{ "text": "<empty>" }], "status": "success" });
        assert_eq!(sent[2]["content"][0]["toolResult"], expected);
    }
}

#[tokio::test]
async fn results_in_a_row_are_one_user_message_in_their_order() {
    let calls = assistant(json!([call("a"), call("b"), call("c")]));
    let sent =
        messages(json!([user("go"), calls, result("a", "1"), result("b", "2"), result("c", "3")])).await;
    let results = |id: &str, text: &str| json!({ "toolResult": { "toolUseId": id, "content": [{ "text": text }], "status": "success" } });
    assert_eq!(sent.as_array().unwrap().len(), 3);
    assert_eq!(sent[2]["role"], "user");
    assert_eq!(sent[2]["content"], json!([results("a", "1"), results("b", "2"), results("c", "3")]));
}

#[tokio::test]
async fn a_failed_result_is_marked_where_the_model_takes_marks() {
    let conversation = || json!([user("go"), assistant(json!([call("a")])), failed("a", "broken")]);
    let sent = messages(conversation()).await;
    assert_eq!(sent[2]["content"][0]["toolResult"]["status"], "error");
    let mistral = send_uncached("mistral.mistral-large-2407-v1:0", &history(conversation())).await;
    assert_eq!(mistral.content(2)[0]["toolResult"].get("status"), None);
}

#[tokio::test]
async fn each_run_of_images_in_a_failed_result_becomes_one_note_and_the_images_follow() {
    let content = json!([text("one"), image(), image(), text("two"), image()]);
    let conversation = json!([user("go"), assistant(json!([call("a")])), failed("a", content)]);
    let note = json!({ "text": "(image attached after the tool results)" });
    let sent = send_uncached(SONNET, &history(conversation.clone())).await;
    let blocks = sent.content(2);
    assert_eq!(blocks[0]["toolResult"]["content"], json!([{ "text": "one" }, note, { "text": "two" }, note]));
    assert_eq!(kinds(blocks), ["toolResult", "text", "image", "image", "image"]);
    let caption = blocks[1]["text"].as_str().unwrap();
    assert!(caption.contains("call a") && caption.contains("read"), "{caption}");

    let nova = send_uncached(NOVA, &history(conversation)).await;
    assert_eq!(kinds(nova.content(2)), ["toolResult"]);
    let inside = nova.content(2)[0]["toolResult"]["content"].as_array().unwrap();
    assert_eq!(kinds(inside), ["text", "image", "image", "text", "image"]);
}

#[tokio::test]
async fn images_of_a_result_that_succeeded_stay_in_it() {
    let content = json!([text("see"), image()]);
    let sent = messages(json!([user("go"), assistant(json!([call("a")])), result("a", content)])).await;
    let inside = sent[2]["content"][0]["toolResult"]["content"].as_array().unwrap();
    assert_eq!(kinds(inside), ["text", "image"]);
}

#[tokio::test]
async fn images_of_a_failed_result_follow_all_results_of_the_turn() {
    let calls = assistant(json!([call("a"), call("b")]));
    let sent = messages(json!([user("go"), calls, failed("a", json!([image()])), result("b", "fine")])).await;
    assert_eq!(kinds(sent[2]["content"].as_array().unwrap()), ["toolResult", "toolResult", "text", "image"]);
    assert_eq!(sent.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn arguments_stored_as_text_are_read_and_unreadable_ones_are_none() {
    for (stored, expected) in
        [(json!("{\"x\":1}"), json!({ "x": 1 })), (json!("oops"), json!({})), (json!([1]), json!({}))]
    {
        let mut odd = call("a");
        odd["arguments"] = stored;
        let sent = messages(json!([user("go"), assistant(json!([odd])), result("a", "x")])).await;
        assert_eq!(sent[1]["content"][0]["toolUse"]["input"], expected);
    }
}

#[tokio::test]
async fn a_call_without_a_result_gets_an_error_before_what_the_user_says_next() {
    let sent = messages(json!([user("go"), assistant(json!([call("a")])), user("never mind")])).await;
    let missing =
        json!({ "toolUseId": "a", "content": [{ "text": "No result provided" }], "status": "error" });
    assert_eq!(sent[2]["content"], json!([{ "toolResult": missing }, { "text": "never mind" }]));
    assert_eq!(sent.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_call_at_the_end_of_the_conversation_gets_an_error_too() {
    let sent = send_uncached(SONNET, &history(json!([user("go"), assistant(json!([call("a")]))]))).await;
    assert_eq!(sent.content(2)[0]["toolResult"]["status"], "error");
    assert!(sent.has_diagnostic("bedrock_tool_result_added"));
}

#[tokio::test]
async fn a_system_message_between_call_and_result_goes_to_the_system_prompt() {
    let sent = send_uncached(
        SONNET,
        &history(json!([
            { "role": "system", "content": "Be brief." },
            user("go"),
            assistant(json!([call("a")])),
            { "role": "system", "content": "Be kind." },
            result("a", "x"),
        ])),
    )
    .await;
    assert_eq!(sent.body["system"], json!([{ "text": "Be brief.\n\nBe kind." }]));
    assert_eq!(kinds(sent.content(2)), ["toolResult"]);
    assert_eq!(sent.content(2)[0]["toolResult"]["status"], "success");
    assert!(!sent.has_diagnostic("bedrock_tool_result_added"));
}

#[tokio::test]
async fn a_turn_that_failed_is_left_out_with_its_calls_and_their_results() {
    for reason in ["error", "aborted"] {
        let mut turn = assistant(json!([text("I was"), call("a")]));
        turn["stopReason"] = json!(reason);
        let sent = messages(json!([user("go"), turn, result("a", "x"), user("again")])).await;
        check(&sent, &[("user", json!([{ "text": "go" }, { "text": "again" }]))]);
    }
}

#[tokio::test]
async fn of_two_results_for_one_call_the_first_is_kept() {
    let sent = send_uncached(
        SONNET,
        &history(json!([
            user("go"),
            assistant(json!([call("a")])),
            result("a", "first"),
            result("a", "second"),
        ])),
    )
    .await;
    assert_eq!(answers(&sent.body)["a"], "first");
    assert_eq!(ids(&sent.body, "toolResult"), ["a"]);
    assert!(sent.has_diagnostic("bedrock_tool_results_dropped"));
}

#[tokio::test]
async fn results_that_no_call_waits_for_are_dropped() {
    let sent = send_uncached(
        SONNET,
        &history(json!([user("go"), result("nobody", "lost"), assistant(json!([text("ok")])), user("on")])),
    )
    .await;
    assert!(ids(&sent.body, "toolResult").is_empty());
    assert!(sent.has_diagnostic("bedrock_tool_results_dropped"));
}

#[tokio::test]
async fn results_that_came_late_or_in_another_order_stand_with_their_calls() {
    let sent = messages(json!([
        user("go"),
        assistant(json!([call("a"), call("b")])),
        result("b", "second"),
        user("by the way"),
        assistant(json!([text("yes?")])),
        result("a", "first"),
        user("now?"),
    ]))
    .await;
    let results = sent[2]["content"].as_array().unwrap();
    assert_eq!(kinds(results), ["toolResult", "toolResult", "text"]);
    let body = json!({ "messages": sent });
    assert_eq!(answers(&body)["a"], "first");
    assert_eq!(answers(&body)["b"], "second");
    assert_eq!(sent[3]["role"], "assistant");
}

fn is_acceptable(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.chars().all(|character| character.is_ascii_alphanumeric() || "_.:-".contains(character))
}

#[tokio::test]
async fn a_long_foreign_id_becomes_acceptable_and_its_result_follows() {
    let id = format!("call_abc|fc_123+/={}", "x".repeat(450));
    let turn = by("gpt-4", json!([call(&id)]));
    let sent = send_uncached(SONNET, &history(json!([user("go"), turn, result(&id, "x")]))).await;
    let called = ids(&sent.body, "toolUse");
    assert!(is_acceptable(called[0]), "{called:?}");
    assert_eq!(ids(&sent.body, "toolResult"), called);
}

#[tokio::test]
async fn long_ids_with_the_same_beginning_stay_apart() {
    let long = "y".repeat(64);
    let (one, two) = (format!("{long}1"), format!("{long}2"));
    let turn = by("gpt-4", json!([call(&one), call(&two)]));
    let sent = send_uncached(
        SONNET,
        &history(json!([user("go"), turn, result(&two, "second"), result(&one, "first")])),
    )
    .await;
    let called = ids(&sent.body, "toolUse");
    assert!(called[0] != called[1] && called.iter().all(|id| is_acceptable(id)), "{called:?}");
    assert_eq!(answers(&sent.body)[called[0]], "first");
    assert_eq!(answers(&sent.body)[called[1]], "second");
}

#[tokio::test]
async fn ids_of_the_service_stay_as_they_are() {
    for turn in [by(SONNET, json!([call("tooluse_abc-1")])), assistant(json!([call("tooluse_abc-1")]))] {
        let sent =
            send_uncached(SONNET, &history(json!([user("go"), turn, result("tooluse_abc-1", "x")]))).await;
        assert_eq!(ids(&sent.body, "toolUse"), ["tooluse_abc-1"]);
        assert_eq!(ids(&sent.body, "toolResult"), ["tooluse_abc-1"]);
    }
}

#[tokio::test]
async fn members_without_a_name_are_taken_out_of_arguments() {
    let mut odd = call("a");
    odd["arguments"] = json!({ "": 1, "a": { "": 2, "b": [{ "": 3 }] } });
    let sent = messages(json!([user("go"), assistant(json!([odd])), result("a", "x")])).await;
    assert_eq!(sent[1]["content"][0]["toolUse"]["input"], json!({ "a": { "b": [{}] } }));
}

#[tokio::test]
async fn a_result_that_came_last_is_answered() {
    let turns = json!([
        user("go"),
        assistant(json!([call("a")])),
        user("by the way"),
        assistant("yes?"),
        result("a", "late"),
    ]);
    let sent = send_uncached(SONNET, &history(turns)).await;
    assert_eq!(sent.body["messages"].as_array().unwrap().last().unwrap()["role"], "user");
}

#[tokio::test]
async fn the_result_of_a_failed_turn_is_not_given_to_an_earlier_call() {
    let mut aborted = assistant(json!([call("a")]));
    aborted["stopReason"] = json!("aborted");
    let turns = json!([
        user("go"),
        assistant(json!([call("a")])),
        user("stop"),
        aborted,
        result("a", "of the aborted"),
        user("x"),
    ]);
    let sent = send_uncached(SONNET, &history(turns)).await;
    assert!(sent.body.to_string().contains("No result provided"));
    assert!(!sent.body.to_string().contains("of the aborted"));
}
