//! Stored conversations: every member hosts are known to write is read, every other one is refused by its path.

use clawdia_core::wire::{Request, RequestError, RequestModel};
use clawdia_core::{
    AssistantBlock, AssistantMessage, Context, Message, Modality, Model, StopReason, ThinkingLevel,
    ToolResultBlock, UserBlock,
};
use serde_json::{Value, json};

#[track_caller]
fn read(context: Value) -> Context {
    serde_json::from_value(context).unwrap()
}

#[track_caller]
fn read_message(message: Value) -> Message {
    serde_json::from_value(message).unwrap()
}

#[track_caller]
fn read_assistant(message: Value) -> AssistantMessage {
    serde_json::from_value(message).unwrap()
}

/// Reads a request with this context and gives the path and the text of its flaw.
#[track_caller]
fn check_refused(context: &Value, path: &str, message: &str) {
    let request = json!({ "model": "acme/large", "context": context }).to_string();
    match Request::from_json(&request).unwrap_err() {
        RequestError::Shape(flaw) => assert_eq!((flaw.path.as_str(), flaw.message.as_str()), (path, message)),
        RequestError::Syntax { .. } => panic!("the request is valid JSON"),
    }
}

/// Checks that a member is unknown to the message or block at `path`.
#[track_caller]
fn check_unknown(context: &Value, path: &str) {
    let request = json!({ "model": "acme/large", "context": context }).to_string();
    let RequestError::Shape(flaw) = Request::from_json(&request).unwrap_err() else {
        panic!("the request is valid JSON")
    };
    assert_eq!(flaw.path, path);
    assert!(flaw.message.starts_with("unknown "), "{flaw}");
}

#[test]
fn text_blocks_keep_their_signature() {
    let message =
        read_assistant(json!({ "content": [{ "type": "text", "text": "a", "textSignature": "s" }] }));
    let AssistantBlock::Text(text) = &message.content[0] else { panic!("{message:?}") };
    assert_eq!((text.text.as_str(), text.text_signature.as_deref()), ("a", Some("s")));
}

#[test]
fn thinking_blocks_keep_signature_and_redaction() {
    let message = read_assistant(json!({ "content": [
        { "type": "thinking", "thinking": "a", "thinkingSignature": "s" },
        { "type": "thinking", "thinking": "", "thinkingSignature": "b3BhcXVl", "redacted": true },
    ] }));
    let thinking = |index: usize| match &message.content[index] {
        AssistantBlock::Thinking(thinking) => thinking.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((thinking(0).thinking_signature.as_deref(), thinking(0).redacted), (Some("s"), false));
    assert_eq!((thinking(1).thinking_signature.as_deref(), thinking(1).redacted), (Some("b3BhcXVl"), true));
}

#[test]
fn images_video_and_audio_are_read_for_users_and_tools() {
    let blocks = json!([
        { "type": "image", "data": "aQ==", "mimeType": "image/png" },
        { "type": "video", "data": "aQ==", "mimeType": "video/mp4" },
        { "type": "audio", "data": "aQ==", "mimeType": "audio/mpeg" },
    ]);
    let Message::User(user) = read_message(json!({ "role": "user", "content": blocks })) else {
        panic!("no user")
    };
    assert!(matches!(&user.content[..], [UserBlock::Image(_), UserBlock::Video(_), UserBlock::Audio(_)]));
    let result = json!({ "role": "toolResult", "toolCallId": "1", "toolName": "x", "content": blocks, "isError": false });
    let Message::ToolResult(result) = read_message(result) else { panic!("no result") };
    assert!(matches!(
        &result.content[..],
        [ToolResultBlock::Image(_), ToolResultBlock::Video(_), ToolResultBlock::Audio(_)]
    ));
}

#[test]
fn tool_calls_keep_every_member_and_tolerate_old_arguments() {
    let call = |members: Value| {
        let mut block = json!({ "type": "toolCall", "id": "1", "name": "add" });
        block.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        read_assistant(json!({ "content": [block] })).tool_calls().next().unwrap().clone()
    };
    let full = call(json!({
        "arguments": { "a": 1 }, "thoughtSignature": "t", "namespace": "n", "argumentsError": "e", "async": true,
    }));
    assert_eq!(full.arguments["a"], 1);
    assert_eq!(full.thought_signature.as_deref(), Some("t"));
    assert_eq!(full.namespace.as_deref(), Some("n"));
    assert_eq!(full.arguments_error.as_deref(), Some("e"));
    assert!(full.is_async);
    assert_eq!(call(json!({ "arguments": "{\"a\":2}" })).arguments["a"], 2);
    for nothing in
        [json!({}), json!({ "arguments": "?" }), json!({ "arguments": [1] }), json!({ "arguments": null })]
    {
        assert!(call(nothing).arguments.is_empty());
    }
}

#[test]
fn user_content_may_be_text_and_carry_marks_of_its_host() {
    let text = read_message(json!({ "role": "user", "content": "hi", "timestamp": 1_700_000_000_000.7 }));
    let Message::User(user) = text else { panic!("{text:?}") };
    assert_eq!((user.content.len(), user.timestamp), (1, Some(1_700_000_000_000)));
    for mark in ["runtimeContext", "carrier"] {
        let mut message = json!({ "role": "user", "content": [] });
        message[mark] = json!({ "kind": "x" });
        let Message::User(user) = read_message(message) else { panic!("no user") };
        assert_eq!(user.runtime_context, Some(json!({ "kind": "x" })));
    }
}

#[test]
fn assistant_messages_are_read_with_every_member_hosts_store() {
    let message = read_assistant(json!({
        "role": "assistant",
        "content": [],
        "api": "acme-chat",
        "provider": "acme",
        "model": "large",
        "responseModel": "large-2",
        "responseId": "r",
        "usage": {
            "input": 1, "output": 2, "cacheRead": 3, "cacheWrite": 4, "cacheWrite1h": 5, "reasoning": 6, "totalTokens": 10,
            "cost": { "input": 0.1, "output": 0.2, "cacheRead": 0, "cacheWrite": 0, "total": 0.3, "totalFromProvider": 0.4 },
            "contextUsage": { "state": "known", "promptTokens": 1, "totalTokens": 2 },
        },
        "stopReason": "toolUse",
        "rawStopReason": "tool_use",
        "errorMessage": "e",
        "errorCode": "c",
        "errorType": "t",
        "errorBody": { "a": 1 },
        "diagnostics": [{ "type": "retry", "timestamp": 1, "error": { "name": "x" } }],
        "timestamp": 1,
        "durationMs": 2.5,
        "thinkingLevel": "high",
        "providerThinkingLevel": "max",
        "endTurn": true,
        "deferred": false,
    }));
    assert_eq!(message.response_model.unwrap(), "large-2");
    assert_eq!((message.usage.cache_write_1h, message.usage.reasoning), (Some(5), Some(6)));
    assert_eq!(message.usage.cost.total.to_string(), "$0.3000");
    assert_eq!(message.stop_reason, StopReason::ToolUse);
    assert_eq!(message.diagnostics[0].details["error"]["name"], "x");
    assert_eq!(message.duration_ms, Some(2));
}

#[test]
fn a_message_may_leave_out_everything_but_its_role() {
    let message = read_message(json!({ "role": "assistant" }));
    assert_eq!(message, Message::Assistant(AssistantMessage::default()));
    assert_eq!(
        read_assistant(json!({ "usage": null, "stopReason": null, "diagnostics": null })),
        AssistantMessage::default()
    );
}

#[test]
fn every_stored_stop_reason_has_a_meaning() {
    for (word, reason) in [
        ("stop", StopReason::Stop),
        ("deferred", StopReason::Stop),
        ("length", StopReason::Length),
        ("toolUse", StopReason::ToolUse),
        ("error", StopReason::Error),
        ("aborted", StopReason::Aborted),
        ("pending", StopReason::Aborted),
    ] {
        assert_eq!(read_assistant(json!({ "stopReason": word })).stop_reason, reason, "{word}");
    }
}

#[test]
fn tool_results_are_read_with_every_member_hosts_store() {
    let result = read_message(json!({
        "role": "toolResult",
        "toolCallId": "1",
        "toolName": "add",
        "content": "3",
        "isError": true,
        "details": { "a": 1 },
        "usage": { "input": 1 },
        "nestedCalls": [],
        "durationMs": 1.5,
        "timestamp": 1,
    }));
    let Message::ToolResult(result) = result else { panic!("{result:?}") };
    assert_eq!((result.tool_name.as_str(), result.is_error, result.content.len()), ("add", true, 1));
    assert_eq!(result.details, Some(json!({ "a": 1 })));
}

#[test]
fn models_are_read_with_every_member_hosts_store() {
    let request = json!({
        "model": {
            "id": "large", "name": "Large", "api": "acme-chat", "provider": "acme", "baseUrl": "https://acme.example",
            "reasoning": true, "input": ["text", "image"],
            "cost": {
                "input": 3, "output": 15, "cacheRead": 0.3, "cacheWrite": 3.75,
                "tiers": [{ "inputTokensAbove": 200_000, "input": 6, "output": 22.5, "cacheRead": 0.6, "cacheWrite": 7.5 }],
            },
            "contextWindow": 200_000, "maxTokens": 8_192, "headers": { "x": "y" },
            "compat": { "supportsStrictMode": true },
            "thinkingLevelMap": { "off": null, "minimal": "low", "xhigh": "max" },
            "inputLimits": { "images": { "maxPerMessage": 20, "resize": { "maxWidth": 2_000 } } },
            "samplingParams": ["temperature"],
        },
        "context": { "messages": [] },
    });
    let RequestModel::Model(model) = Request::from_json(&request.to_string()).unwrap().model else {
        panic!("the model was described in full")
    };
    assert_eq!(model.input, [Modality::Text, Modality::Image]);
    assert_eq!(model.cost.tiers[0].input_tokens_above, 200_000);
    assert_eq!(model.thinking_level_map[&ThinkingLevel::Off], None);
    assert_eq!(serde_json::from_value::<Model>(serde_json::to_value(&model).unwrap()).unwrap(), *model);
}

#[test]
fn system_messages_are_folded_into_one_prompt() {
    let context = read(json!({
        "systemPrompt": "Be brief.",
        "tools": [{ "name": "a", "description": "old" }, { "name": "b" }],
        "messages": [
            { "role": "system", "content": "Be kind.", "sections": { "memory": "m1", "rules": "r" }, "timestamp": 1 },
            { "role": "user", "content": "hi" },
            { "role": "system", "sections": { "memory": "m2", "rules": null }, "toolsAdded": [{ "name": "c" }] },
            { "role": "system", "content": null, "toolsAdded": [{ "name": "a", "description": "new" }], "toolsRemoved": ["b"] },
            { "role": "system", "content": "" },
        ],
    }));
    assert_eq!(context.system_prompt.as_deref(), Some("Be brief.\n\nBe kind.\n\nm2"));
    assert_eq!(context.messages, [Message::user("hi")]);
    let tools = context.tools.iter().map(|tool| (tool.name.as_str(), tool.description.as_str()));
    assert_eq!(tools.collect::<Vec<_>>(), [("a", "new"), ("c", "")]);
}

#[test]
fn a_prompt_of_nothing_is_no_prompt() {
    for context in [
        json!({}),
        json!({ "systemPrompt": "" }),
        json!({ "systemPrompt": null, "messages": null, "tools": null }),
    ] {
        assert_eq!(read(context), Context::default());
    }
    assert_eq!(
        read(json!({ "messages": [{ "role": "system", "sections": { "a": "" } }] })),
        Context::default()
    );
}

#[test]
fn content_of_null_is_no_content() {
    let context = read(json!({ "messages": [
        { "role": "user", "content": null },
        { "role": "assistant", "content": null },
        { "role": "toolResult", "toolCallId": "1", "content": null },
    ] }));
    let lengths = context.messages.iter().map(|message| match message {
        Message::User(user) => user.content.len(),
        Message::Assistant(assistant) => assistant.content.len(),
        Message::ToolResult(result) => result.content.len(),
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [0, 0, 0]);
}

#[test]
fn unknown_members_are_refused_by_their_path() {
    let after = |message: Value| {
        let user = |text| json!({ "role": "user", "content": text });
        json!({ "messages": [user("a"), user("b"), user("c"), message] })
    };
    check_unknown(
        &after(json!({ "role": "user", "content": [{ "type": "text", "text": "x", "txet": 1 }] })),
        "context.messages[3].content[0].txet",
    );
    check_unknown(
        &after(json!({ "role": "user", "content": "x", "timestmap": 1 })),
        "context.messages[3].timestmap",
    );
    check_unknown(&after(json!({ "role": "assistant", "usages": {} })), "context.messages[3].usages");
    check_unknown(
        &after(
            json!({ "role": "assistant", "content": [{ "type": "toolCall", "id": "1", "name": "x", "args": {} }] }),
        ),
        "context.messages[3].content[0].args",
    );
    check_unknown(
        &after(json!({ "role": "toolResult", "toolCallId": "1", "isErorr": true })),
        "context.messages[3].isErorr",
    );
    check_unknown(&after(json!({ "role": "system", "contents": "x" })), "context.messages[3].contents");
    check_unknown(&json!({ "message": [] }), "context.message");
    check_unknown(
        &json!({ "tools": [{ "name": "a" }, { "name": "b", "schema": {} }] }),
        "context.tools[1].schema",
    );
}

#[test]
fn wrong_shapes_are_refused_by_their_path() {
    check_refused(&json!([]), "context", "expected an object, found a list");
    check_refused(&json!({ "messages": {} }), "context.messages", "expected a list, found an object");
    check_refused(&json!({ "messages": ["hi"] }), "context.messages[0]", "expected an object, found text");
    check_refused(&json!({ "messages": [{}] }), "context.messages[0]", "missing member `role`");
    check_refused(
        &json!({ "messages": [{ "role": 1 }] }),
        "context.messages[0].role",
        "expected text, found a number",
    );
    check_refused(
        &json!({ "messages": [{ "role": "robot" }] }),
        "context.messages[0].role",
        "unknown role `robot`, expected one of `user`, `assistant`, `toolResult`, `system`",
    );
    check_refused(
        &json!({ "messages": [{ "role": "user", "content": [{ "text": "x" }] }] }),
        "context.messages[0].content[0]",
        "missing member `type`",
    );
    check_refused(
        &json!({ "messages": [{ "role": "user", "content": [{ "type": "toolCall" }] }] }),
        "context.messages[0].content[0].type",
        "unknown block `toolCall` for this role, expected one of text, image, document, video, audio, searchResult, guardContent, cachePoint",
    );
    check_refused(
        &json!({ "messages": [{ "role": "user", "content": 7 }] }),
        "context.messages[0].content",
        "expected a list, found a number",
    );
    check_refused(
        &json!({ "messages": [{ "role": "user", "content": [{ "type": "text" }] }] }),
        "context.messages[0].content[0]",
        "missing field `text`",
    );
    check_refused(
        &json!({ "messages": [{ "role": "assistant", "usage": { "input": "many" } }] }),
        "context.messages[0].usage.input",
        "invalid type: string \"many\", expected u64",
    );
    check_refused(
        &json!({ "messages": [{ "role": "toolResult", "content": "x" }] }),
        "context.messages[0]",
        "missing field `toolCallId`",
    );
    check_refused(
        &json!({ "messages": [{ "role": "system", "sections": { "a": 1 } }] }),
        "context.messages[0].sections.a",
        "expected text or null, found a number",
    );
    check_refused(
        &json!({ "tools": [["add", "Adds.", {}]] }),
        "context.tools[0]",
        "invalid type: sequence, expected struct Tool",
    );
}

#[test]
fn lone_halves_of_surrogate_pairs_are_dropped() {
    let text = r#"{"model":"acme/large","context":{"messages":[
        {"role":"user","content":"a\ud83d b"},
        {"role":"user","content":"\ud83d\ude00"},
        {"role":"user","content":"\\ud83d"}
    ]}}"#;
    let context = Request::from_json(text).unwrap().context;
    assert_eq!(context.messages, ["a b", "😀", "\\ud83d"].map(Message::user));
}

#[test]
fn messages_alone_name_paths_below_themselves() {
    let error = serde_json::from_value::<Message>(
        json!({ "role": "user", "content": [{ "type": "text", "txet": "" }] }),
    );
    assert!(error.unwrap_err().to_string().starts_with("at `content[0].txet`: unknown field"));
    let error = serde_json::from_value::<Message>(json!([])).unwrap_err();
    assert_eq!(error.to_string(), "at `.`: expected an object, found a list");
}
