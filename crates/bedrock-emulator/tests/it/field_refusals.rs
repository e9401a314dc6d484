//! Fields that a test has refused, and what counting judges.

use clawdia_bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::*;

#[tokio::test]
async fn a_field_is_refused_wherever_its_path_leads() {
    let strict = json!({ "toolConfig": { "tools": [tool("a"), tool("b")] } });
    let mut tools = with(prompt("Hi"), strict);
    let schema = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    tools["toolConfig"]["tools"][1]["toolSpec"]["inputSchema"]["json"] = schema;
    tools["toolConfig"]["tools"][1]["toolSpec"]["strict"] = true.into();
    let structure = json!({ "jsonSchema": { "schema": r#"{"type":"string"}"# } });
    let format =
        json!({ "outputConfig": { "textFormat": { "type": "json_schema", "structure": structure } } });
    let effort = json!({ "additionalModelRequestFields": { "output_config": { "effort": "low" } } });
    let cases: [(&str, &str, Value); 5] = [
        ("toolConfig.tools.*.toolSpec.strict", SONNET_4_5, tools),
        ("outputConfig.textFormat", SONNET_4_5, with(prompt("Hi"), format)),
        ("messages.*.content.*.cachePoint", SONNET_4_5, conversation([user([text("Hi"), cache_point()])])),
        (
            "inferenceConfig.temperature",
            SONNET_4_5,
            with(prompt("Hi"), json!({ "inferenceConfig": { "temperature": 0.5 } })),
        ),
        ("additionalModelRequestFields.output_config.effort", OPUS_4_7, with(prompt("Hi"), effort)),
    ];
    let builder = cases
        .iter()
        .fold(Emulator::builder(), |builder, (path, ..)| builder.refuse(*path, format!("{path}: no")));
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let (_plain, plain_client) = pair().await;
    for (path, model, request) in &cases {
        plain_client.stream(model, request).await.assert_accepted();
        let reply = client.stream(model, request).await;
        assert_eq!(
            (reply.status, reply.exception(), reply.message()),
            (400, "ValidationException", format!("{path}: no"))
        );
        let refusal = emulator.requests().pop().unwrap().refusal.unwrap();
        assert_eq!(refusal.rule, Some("refused-field"));
        client.stream(model, &prompt("Hi")).await.assert_accepted();
    }
}

#[tokio::test]
async fn a_refusal_of_a_field_may_be_any_error() {
    let builder =
        Emulator::builder().refuse_with("system.*.cachePoint", 403, "AccessDeniedException", "No caching.");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let request = with(prompt("Hi"), json!({ "system": [text("Be kind."), cache_point()] }));
    client.stream(SONNET_4_5, &request).await.assert_refused(403, "AccessDeniedException", "No caching.");
    // Counting is refused likewise.
    let counting = json!({ "input": { "converse": request } });
    let reply = client.send_invocation(&SONNET_4_5[3..], "count-tokens", &counting).await;
    reply.assert_refused(403, "AccessDeniedException", "No caching.");
}

#[tokio::test]
async fn counting_judges_every_member() {
    let (_emulator, client) = pair().await;
    let count = async |converse: Value| {
        let body = json!({ "input": { "converse": converse } });
        client.send_invocation(&SONNET_4_5[3..], "count-tokens", &body).await
    };
    let cases = [
        (prompt(" "), "is blank"),
        (with(prompt("Hi"), json!({ "system": [cache_point()] })), "There is nothing available to cache."),
        (with(prompt("Hi"), json!({ "toolConfig": { "tools": [] } })), "'input.converse.toolConfig.tools'"),
        (
            with(prompt("Hi"), json!({ "toolConfig": { "tools": [tool("a"), tool("a")] } })),
            "Tool names must be unique.",
        ),
        (
            with(prompt("Hi"), json!({ "additionalModelRequestFields": { "nonsense": 1 } })),
            "nonsense: Extra inputs are not permitted",
        ),
        (with(prompt("Hi"), json!({ "inferenceConfig": {} })), "'input.converse.inferenceConfig'"),
    ];
    for (converse, text) in cases {
        count(converse).await.assert_refused(400, "ValidationException", text);
    }
    let mut full = with(tool_exchange(), json!({ "system": [text("Be kind.")] }));
    let less = count(full.clone()).await.json()["inputTokens"].as_u64().unwrap();
    full["toolConfig"]["tools"].as_array_mut().unwrap().push(tool("another"));
    assert!(count(full).await.json()["inputTokens"].as_u64().unwrap() > less);
    // No answer is asked for, so nothing limits one, and a prompt may be longer than the window.
    let thinking = json!({ "thinking": { "type": "enabled", "budget_tokens": 16_000 } });
    count(with(prompt("Hi"), json!({ "additionalModelRequestFields": thinking }))).await.assert_accepted();
    count(prompt(&"word".repeat(200_001))).await.assert_accepted();
}
