//! Answers held to a schema: by the service, or by a tool in its place.

use clawdia_core::{
    ErrorKind, OutputSchema, StopReason, StreamEvent, StreamOptions, ThinkingLevel, ToolChoice,
};
use serde_json::{Value, json};

use crate::conversation::{LLAMA, NOVA_PRO, OPUS_4_7, send, tool, uncached};
use crate::fixture::{Bedrock, SONNET, params, question};

fn place() -> Value {
    json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "people": { "type": "integer", "minimum": 0 } },
        "required": ["city"],
    })
}

fn held_to(schema: Value) -> StreamOptions {
    uncached().with_output_schema(OutputSchema::new(schema).with_name("place"))
}

fn sent_schema(body: &Value) -> Value {
    let text = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn the_service_holds_the_answer_to_the_schema_where_the_model_can() {
    let sent = send(SONNET, &question(), &held_to(place())).await;
    let format = &sent.body["outputConfig"]["textFormat"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["structure"]["jsonSchema"]["name"], "place");
    let expected = json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "people": { "type": "integer" } },
        "required": ["city"],
        "additionalProperties": false,
    });
    assert_eq!(sent_schema(&sent.body).to_string(), expected.to_string(), "in its author's order");
    assert!(sent.has_diagnostic("bedrock_output_schema_relaxed"), "`minimum` cannot be held to");
    assert_eq!(sent.body.get("toolConfig"), None);
    let answer: Value = serde_json::from_str(&sent.message.text()).unwrap();
    assert!(answer["city"].is_string(), "{answer}");
}

#[tokio::test]
async fn a_tool_takes_the_place_of_the_schema_where_the_model_has_none() {
    for model in [OPUS_4_7, NOVA_PRO] {
        let bedrock = Bedrock::start().await;
        let outcome = bedrock.ask_with(model, &question(), &held_to(place())).await;
        let message = outcome.expect_message();
        let body = bedrock.sent();
        assert_eq!(body.get("outputConfig"), None, "{model}");
        let spec = &body["toolConfig"]["tools"][0]["toolSpec"];
        assert_eq!(spec["inputSchema"]["json"], place(), "{model}");
        assert!(message.diagnostics.iter().any(|found| found.code == "bedrock_output_by_tool"), "{model}");
        if model == NOVA_PRO {
            assert_eq!(body["toolConfig"]["toolChoice"]["tool"]["name"], spec["name"]);
            let answer: Value = serde_json::from_str(&message.text()).unwrap();
            assert!(answer["city"].is_string(), "{answer}");
            assert_eq!(message.stop_reason, StopReason::Stop, "nobody has a tool to run");
            assert_eq!(message.tool_calls().count(), 0);
            assert!(outcome.events.iter().any(|event| matches!(event, StreamEvent::TextDelta { .. })));
        }
    }
}

#[tokio::test]
async fn the_answers_tool_stands_beside_the_others() {
    let context = question().with_tools([tool("structured_output"), tool("read")]);
    let sent = send(NOVA_PRO, &context, &held_to(place())).await;
    let names: Vec<_> = sent.body["toolConfig"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["toolSpec"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["read", "structured_output", "structured_output_2"], "last, and of another name");
    assert_eq!(sent.body["toolConfig"]["toolChoice"], json!({ "any": {} }), "some call there must be");

    let chosen = held_to(place()).with_tool_choice(ToolChoice::Tool("read".to_owned()));
    let sent = send(NOVA_PRO, &context, &chosen).await;
    assert_eq!(sent.body["toolConfig"]["toolChoice"]["tool"]["name"], "read", "what the caller says counts");

    let none = held_to(place()).with_tool_choice(ToolChoice::None);
    let sent = send(NOVA_PRO, &context, &none).await;
    assert_eq!(sent.body["toolConfig"]["tools"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_schema_that_the_service_cannot_hold_to_becomes_a_tools() {
    let mut open = place();
    open["additionalProperties"] = json!({ "type": "string" });
    let sent = send(SONNET, &question(), &held_to(open)).await;
    assert_eq!(sent.body.get("outputConfig"), None);
    assert!(sent.has_diagnostic("bedrock_output_by_tool"));

    // What is cited from and what is held to a schema exclude each other.
    let cited = serde_json::from_value(json!({ "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "Where?" },
        { "type": "document", "data": "aGk=", "mimeType": "text/plain", "citations": true },
    ] }] }));
    let sent = send(SONNET, &cited.unwrap(), &held_to(place())).await;
    assert_eq!(sent.body.get("outputConfig"), None);
}

#[tokio::test]
async fn what_the_service_refuses_to_hold_to_is_asked_for_by_a_tool_from_then_on() {
    let refusal =
        "The model returned the following errors: output_config.format: Extra inputs are not permitted";
    let bedrock = Bedrock::refusing("outputConfig.textFormat", refusal).await;
    let first = bedrock.ask_with(SONNET, &question(), &held_to(place())).await;
    let codes: Vec<_> = first.expect_message().diagnostics.iter().map(|found| found.code.as_str()).collect();
    assert!(codes.contains(&"bedrock_request_repaired"), "{codes:?}");
    bedrock.ask_with(SONNET, &question(), &held_to(place())).await.expect_message();
    let native: Vec<_> = bedrock.bodies().iter().map(|body| body.get("outputConfig").is_some()).collect();
    assert_eq!(native, [true, false, false]);
}

#[tokio::test]
async fn a_schema_that_is_too_complex_is_remembered_and_no_other_with_it() {
    let bedrock = Bedrock::start().await;
    let too_complex =
        "The model returned the following errors: compilation exceeded limits: Schema is too complex";
    bedrock.emulator.enqueue(clawdia_bedrock_emulator::Reply::error(400, "ValidationException", too_complex));
    bedrock.ask_with(SONNET, &question(), &held_to(place())).await.expect_message();
    bedrock.ask_with(SONNET, &question(), &held_to(place())).await.expect_message();
    let other = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    bedrock.ask_with(SONNET, &question(), &held_to(other)).await.expect_message();
    let native: Vec<_> = bedrock.bodies().iter().map(|body| body.get("outputConfig").is_some()).collect();
    assert_eq!(native, [true, false, false, true]);
}

#[tokio::test]
async fn how_to_hold_to_a_schema_can_be_chosen() {
    let by_tool = held_to(place()).with_param("structuredOutput", "tool");
    assert_eq!(send(SONNET, &question(), &by_tool).await.body.get("outputConfig"), None);

    let bedrock = Bedrock::start_with(|config| {
        config.params = params(json!({ "structuredOutput": "native" }));
    })
    .await;
    let mut open = place();
    open["additionalProperties"] = json!(true);
    let outcome = bedrock.ask_with(SONNET, &question(), &held_to(open)).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    assert!(bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn a_schema_that_is_none_is_refused_before_it_is_sent() {
    let bedrock = Bedrock::start().await;
    for (model, schema) in [(SONNET, json!([])), (NOVA_PRO, json!({ "type": "array" })), (LLAMA, place())] {
        let outcome = bedrock.ask_with(model, &question(), &held_to(schema)).await;
        let error = outcome.expect_error();
        assert!(error.message().contains("options.outputSchema"), "{error}");
    }
    assert!(bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn a_model_that_thinks_is_not_forced_to_call_the_answers_tool() {
    let options = held_to(place()).with_reasoning(ThinkingLevel::Low).with_param("structuredOutput", "tool");
    let sent = send(SONNET, &question(), &options).await;
    assert_eq!(sent.body["toolConfig"].get("toolChoice"), None);
    assert!(sent.has_diagnostic("bedrock_tool_choice_dropped"));
}

#[tokio::test]
async fn a_tool_that_is_sent_under_the_same_name_stays_apart() {
    let context = question().with_tools([tool("structured output")]);
    let sent = send(NOVA_PRO, &context, &held_to(place())).await;
    let tools = sent.body["toolConfig"]["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| &tool["toolSpec"]["name"]).collect();
    assert_eq!(names, ["structured_output", "structured_output_2"]);
}

#[tokio::test]
async fn where_only_the_service_may_what_it_cannot_is_refused_before_it_is_sent() {
    let bedrock = Bedrock::start().await;
    let native = held_to(place()).with_param("structuredOutput", "native");
    let outcome = bedrock.ask_with(OPUS_4_7, &question(), &native).await;
    assert!(outcome.expect_error().message().contains("outputSchema"), "{:?}", outcome.error);
    let cited = crate::conversation::history(json!([{ "role": "user", "content": [
        { "type": "text", "text": "Read this." },
        { "type": "document", "data": "aGk=", "mimeType": "text/plain", "citations": true },
    ] }]));
    let outcome = bedrock.ask_with(SONNET, &cited, &native).await;
    assert!(outcome.expect_error().message().contains("cited"), "{:?}", outcome.error);
    assert!(bedrock.emulator.requests().is_empty());

    // A table cannot be cited from, so nothing stands against the schema.
    let table = crate::conversation::from_json(
        &json!({ "messages": [{ "role": "user", "content": [
            { "type": "text", "text": "Read this." },
            { "type": "document", "data": "aGk=", "mimeType": "text/csv", "citations": true },
        ] }] })
        .to_string(),
    );
    bedrock.ask_with(SONNET, &table, &native).await.expect_message();
    assert!(bedrock.sent()["outputConfig"].is_object());
}
