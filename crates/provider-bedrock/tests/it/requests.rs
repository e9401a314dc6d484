//! What is sent for a conversation, as the service receives it.

use clawdia_core::{
    Context, ErrorKind, Image, Message, StreamOptions, Text, ThinkingLevel, Tool, ToolChoice, UserBlock,
    UserMessage,
};
use serde_json::{Value, json};

use crate::fixture::{Bedrock, NOVA, SONNET, question};

const OPUS_4_6: &str = "us.anthropic.claude-opus-4-6-v1";
const LLAMA: &str = "meta.llama3-70b-instruct-v1:0";

#[expect(clippy::needless_pass_by_value, reason = "each caller makes the value for the call")]
fn context(messages: Value) -> Context {
    serde_json::from_value(json!({ "messages": messages })).unwrap()
}

fn with_tool(mut context: Context) -> Context {
    let schema = json!({ "type": "object", "properties": { "z": {}, "a": {} } });
    context.tools = vec![Tool::new("read", "Reads a file.", schema)];
    context
}

fn call(id: &str) -> Value {
    json!({ "type": "toolCall", "id": id, "name": "read", "arguments": { "path": "x" } })
}

fn result(id: &str, text: &str) -> Value {
    json!({ "role": "toolResult", "toolCallId": id, "toolName": "read", "content": [{ "type": "text", "text": text }] })
}

/// Sends a conversation to `model`, sees it accepted, and gives what was sent.
async fn sent(model: &str, context: &Context, options: &StreamOptions) -> Value {
    let bedrock = Bedrock::start().await;
    bedrock.ask_with(model, context, options).await.expect_message();
    bedrock.sent()
}

async fn messages_of(model: &str, context: &Context) -> Value {
    let options = StreamOptions::default().with_cache_retention(clawdia_core::CacheRetention::None);
    sent(model, context, &options).await["messages"].take()
}

#[tokio::test]
async fn text_system_prompt_and_settings_arrive() {
    let options = StreamOptions::default()
        .with_max_tokens(100)
        .with_temperature(0.0)
        .with_stop_sequences(["END"])
        .with_cache_retention(clawdia_core::CacheRetention::None);
    let body = sent(SONNET, &question().with_system_prompt("Be brief."), &options).await;
    let expected = json!({
        "messages": [{ "role": "user", "content": [{ "text": "What is a crate?" }] }],
        "system": [{ "text": "Be brief." }],
        "inferenceConfig": { "maxTokens": 100, "temperature": 0.0, "stopSequences": ["END"] },
        "additionalModelResponseFieldPaths": ["/delta/stop_sequence"],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_schema_keeps_its_authors_order() {
    let bedrock = Bedrock::start().await;
    bedrock.ask(SONNET, &with_tool(question())).await.expect_message();
    let body = String::from_utf8(bedrock.last_request().body.to_vec()).unwrap();
    assert!(body.contains(r#""properties":{"z":{},"a":{}}"#), "{body}");
}

#[tokio::test]
async fn blank_text_and_empty_turns_leave_no_gap() {
    let history = context(json!([
        { "role": "user", "content": "   " },
        { "role": "assistant", "content": [{ "type": "text", "text": " " }] },
        { "role": "user", "content": [{ "type": "text", "text": "" }, { "type": "text", "text": "hi" }] },
    ]));
    let expected = json!([{ "role": "user", "content": [{ "text": "<empty>" }, { "text": "hi" }] }]);
    assert_eq!(messages_of(SONNET, &history).await, expected);
}

#[tokio::test]
async fn results_stand_together_right_after_their_calls() {
    let history = with_tool(context(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [call("a"), call("b"), call("c")] },
        result("b", "second"),
        { "role": "user", "content": "note" },
        result("a", "first"),
        result("a", "again"),
        result("nobody", "lost"),
    ])));
    let messages = messages_of(SONNET, &history).await;
    let content = messages[2]["content"].as_array().unwrap();
    let ids =
        content.iter().filter_map(|block| block["toolResult"]["toolUseId"].as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["b", "a", "c"]);
    assert_eq!(content[2]["toolResult"]["status"], "error");
    assert_eq!(content[3]["text"], "note");
    assert_eq!(messages.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_failed_turn_goes_with_its_results() {
    let history = with_tool(context(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [call("a")], "stopReason": "error" },
        result("a", "x"),
        { "role": "user", "content": "again" },
    ])));
    let expected = json!([{ "role": "user", "content": [{ "text": "go" }, { "text": "again" }] }]);
    assert_eq!(messages_of(SONNET, &history).await, expected);
}

#[tokio::test]
async fn foreign_ids_and_odd_arguments_are_made_acceptable() {
    let mut odd = call("call|fc/+=");
    odd["arguments"] = json!({ "": 1, "a": { "": 2, "b": [{ "": 3 }] } });
    let history = with_tool(context(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [odd] },
        result("call|fc/+=", ""),
    ])));
    let messages = messages_of(SONNET, &history).await;
    let tool_use = &messages[1]["content"][0]["toolUse"];
    assert_eq!(tool_use["input"], json!({ "a": { "b": [{}] } }));
    let tool_result = &messages[2]["content"][0]["toolResult"];
    assert_eq!(tool_result["toolUseId"], tool_use["toolUseId"]);
    assert_eq!(tool_result["content"], json!([{ "text": "<empty>" }]));
    assert_eq!(tool_result["status"], "success");
}

#[tokio::test]
async fn without_tools_the_history_of_tools_is_told_as_text() {
    let mut history = with_tool(context(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [call("a")] },
        result("a", "data"),
    ])));
    let options = StreamOptions::default().with_tool_choice(ToolChoice::None);
    let body = sent(SONNET, &history, &options).await;
    assert_eq!(body.get("toolConfig"), None);
    assert_eq!(body["messages"][1]["content"][0]["text"], "[Assistant tool call]: read({\"path\":\"x\"})");
    assert_eq!(body["messages"][2]["content"][0]["text"], "[Tool result: read]:");
    assert_eq!(body["messages"][2]["content"][1]["text"], "data");
    history.tools.clear();
    assert_eq!(sent(SONNET, &history, &StreamOptions::default()).await, body);
}

#[tokio::test]
async fn images_of_failed_tools_follow_the_results_on_claude_only() {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let image = json!({ "type": "image", "data": PIXEL, "mimeType": "image/png" });
    let mut failed = result("a", "broken");
    failed["isError"] = json!(true);
    failed["content"].as_array_mut().unwrap().extend([image.clone(), image]);
    let history = with_tool(context(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [call("a"), call("b")] },
        failed,
        result("b", "fine"),
    ])));
    let claude = messages_of(SONNET, &history).await;
    let blocks = claude[2]["content"].as_array().unwrap();
    assert_eq!(
        blocks[0]["toolResult"]["content"],
        json!([{ "text": "broken" }, { "text": "(image attached after the tool results)" }])
    );
    assert!(blocks[1]["toolResult"].is_object());
    assert!(blocks[2]["text"].as_str().unwrap().contains("tool call a (read)"));
    assert!(blocks[3]["image"].is_object() && blocks[4]["image"].is_object());
    let nova = messages_of(NOVA, &history).await;
    assert_eq!(nova[2]["content"][0]["toolResult"]["content"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_model_that_cannot_see_is_told_what_is_missing() {
    let image = || UserBlock::Image(Image { data: "AAAA".into(), mime_type: "image/png".into() });
    let content = vec![image(), image(), UserBlock::Text(Text::new("what is this?"))];
    let history = Context::new([Message::User(UserMessage { content, ..UserMessage::default() })]);
    let expected = json!([{ "role": "user", "content": [
        { "text": "(image omitted: model does not support images)" },
        { "text": "what is this?" },
    ] }]);
    assert_eq!(messages_of(LLAMA, &history).await, expected);
}

#[track_caller]
fn refused(outcome: &crate::fixture::Outcome, place: &str, rule: &str) {
    let error = outcome.expect_error();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains(place) && error.message().contains(rule), "{error}");
}

#[tokio::test]
async fn media_no_request_can_hold_is_refused_with_place_and_rule() {
    for (data, mime_type, place, rule) in [
        ("AAAA".to_owned(), "image/svg+xml", "context.messages[0].content[1].mimeType", "image/png"),
        ("A%AA".to_owned(), "image/png", "context.messages[0].content[1].data", "base64"),
        ("AAAAA".to_owned(), "image/png", "context.messages[0].content[1].data", "cut short"),
        (String::new(), "image/png", "context.messages[0].content[1].data", "empty"),
        ("A".repeat(8_000_000), "image/png", "context.messages[0].content[1].data", "6.00 MB"),
    ] {
        let bedrock = Bedrock::start().await;
        let image = UserBlock::Image(Image { data, mime_type: mime_type.to_owned() });
        let content = vec![UserBlock::Text(Text::new("look")), image];
        let history = Context::new([Message::User(UserMessage { content, ..UserMessage::default() })]);
        refused(&bedrock.ask(SONNET, &history).await, place, rule);
        assert_eq!(bedrock.emulator.requests().len(), 0, "nothing is sent");
    }
}

#[tokio::test]
async fn what_cannot_be_repaired_is_refused() {
    let bedrock = Bedrock::start().await;
    refused(&bedrock.ask(SONNET, &Context::default()).await, "context.messages", "add a user message");
    let mut twice = with_tool(question());
    twice.tools.push(twice.tools[0].clone());
    refused(&bedrock.ask(SONNET, &twice).await, "context.tools[1].name", "twice");
    let mut unnamed = with_tool(question());
    unnamed.tools[0].name.clear();
    refused(&bedrock.ask(SONNET, &unnamed).await, "context.tools[0].name", "empty");
    let options = StreamOptions::default().with_tool_choice(ToolChoice::Tool("write".to_owned()));
    refused(&bedrock.ask_with(SONNET, &with_tool(question()), &options).await, "toolChoice", "write");
}

#[tokio::test]
async fn claude_thinks_within_a_budget_that_leaves_room_to_answer() {
    let mut model = Bedrock::start().await.model(SONNET);
    model.max_tokens = 8_192;
    for (model_limit, option, level, budget, max_tokens) in [
        (8_192, None, ThinkingLevel::High, 7_168, 8_192),
        (64_000, None, ThinkingLevel::XHigh, 16_384, 64_000),
        (64_000, Some(4_000), ThinkingLevel::Low, 2_048, 6_048),
        (64_000, Some(64_000), ThinkingLevel::Minimal, 1_024, 64_000),
    ] {
        let bedrock = Bedrock::start().await;
        model.max_tokens = model_limit;
        let mut options = StreamOptions::default().with_reasoning(level).with_temperature(0.2);
        options.max_tokens = option;
        let outcome = crate::fixture::ask(&*bedrock.provider, &model, &question(), &options).await;
        outcome.expect_message();
        let body = bedrock.sent();
        assert_eq!(body["additionalModelRequestFields"]["thinking"]["budget_tokens"], budget);
        assert_eq!(body["inferenceConfig"], json!({ "maxTokens": max_tokens }), "and no temperature");
        assert!(outcome.message.diagnostics.iter().any(|found| found.code == "bedrock_temperature_dropped"));
    }
}

#[tokio::test]
async fn no_room_for_thinking_means_none() {
    let bedrock = Bedrock::start().await;
    let mut model = bedrock.model(SONNET);
    model.max_tokens = 1_500;
    let options = StreamOptions::default().with_reasoning(ThinkingLevel::Low);
    let outcome = crate::fixture::ask(&*bedrock.provider, &model, &question(), &options).await;
    assert_eq!(bedrock.sent().get("additionalModelRequestFields"), None);
    assert!(
        outcome.expect_message().diagnostics.iter().any(|found| found.code == "bedrock_thinking_dropped")
    );
}

#[tokio::test]
async fn newer_claude_is_given_an_effort() {
    let options = StreamOptions::default().with_reasoning(ThinkingLevel::Medium);
    let body = sent(OPUS_4_6, &question(), &options).await;
    let expected = json!({
        "thinking": { "type": "adaptive", "display": "summarized" },
        "output_config": { "effort": "medium" },
    });
    assert_eq!(body["additionalModelRequestFields"], expected);
}

#[tokio::test]
async fn signed_thinking_and_tools_survive_a_whole_conversation() {
    for model in [SONNET, OPUS_4_6] {
        let bedrock = Bedrock::start().await;
        let options = StreamOptions::default().with_reasoning(ThinkingLevel::Medium);
        let mut history = with_tool(Context::new([Message::user("Please use the read tool on x.")]));
        for _ in 0..3 {
            let outcome = bedrock.ask_with(model, &history, &options).await;
            let message = outcome.expect_message().clone();
            assert!(matches!(message.content[0], clawdia_core::AssistantBlock::Thinking(_)), "{message:?}");
            let calls = message.tool_calls().cloned().collect::<Vec<_>>();
            history.messages.push(Message::Assistant(message));
            history.messages.extend(calls.iter().map(|call| Message::tool_result(call, "contents")));
            if calls.is_empty() {
                history.messages.push(Message::user("Use the read tool again."));
            }
        }
        assert!(bedrock.emulator.requests().iter().all(|request| request.status == Some(200)));
    }
}

#[tokio::test]
async fn thinking_of_another_model_is_left_out() {
    let history = context(json!([
        { "role": "user", "content": "hi" },
        { "role": "assistant", "provider": "elsewhere", "model": "x", "api": "y", "content": [
            { "type": "thinking", "thinking": "hm", "thinkingSignature": "sig" },
            { "type": "text", "text": "hello" },
        ] },
        { "role": "user", "content": "go on" },
    ]));
    assert_eq!(messages_of(SONNET, &history).await[1]["content"], json!([{ "text": "hello" }]));
}

#[tokio::test]
async fn a_forced_tool_gives_way_to_thinking() {
    let options =
        StreamOptions::default().with_reasoning(ThinkingLevel::Low).with_tool_choice(ToolChoice::Any);
    let body = sent(SONNET, &with_tool(question()), &options).await;
    assert_eq!(body["toolConfig"].get("toolChoice"), None);
    let options = StreamOptions::default().with_tool_choice(ToolChoice::Tool("read".to_owned()));
    let body = sent(SONNET, &with_tool(question()), &options).await;
    assert_eq!(body["toolConfig"]["toolChoice"], json!({ "tool": { "name": "read" } }));
}

#[tokio::test]
async fn prompts_are_cached_where_the_model_can() {
    let prompted = question().with_system_prompt("Be brief.");
    let body = sent(SONNET, &prompted, &StreamOptions::default()).await;
    assert_eq!(body["system"][1], json!({ "cachePoint": { "type": "default" } }));
    assert_eq!(body["messages"][0]["content"][1], json!({ "cachePoint": { "type": "default" } }));
    let long = StreamOptions::default().with_cache_retention(clawdia_core::CacheRetention::Long);
    let body = sent(SONNET, &prompted, &long).await;
    assert_eq!(body["system"][1]["cachePoint"]["ttl"], "1h");
    let body = sent(LLAMA, &prompted, &long).await;
    assert!(!body.to_string().contains("cachePoint"));
}
