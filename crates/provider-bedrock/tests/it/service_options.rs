//! What is asked of the service besides the conversation: tiers, latency, marks, fields for the model, stored prompts,
//! and where the defaults of all this come from.

use clawdia_core::{Context, ErrorKind, ModelConfig, StreamOptions, ThinkingLevel};
use serde_json::{Value, json};

use crate::conversation::{NOVA_PRO, OPUS_4_6, Sent, tool, uncached};
use crate::fixture::{Bedrock, NOVA, SONNET, params, question};

const OPUS_5: &str = "us.anthropic.claude-opus-5";

async fn send_with(model: &str, name: &str, value: Value) -> Sent {
    crate::conversation::send(model, &question(), &uncached().with_param(name, value)).await
}

#[tokio::test]
async fn a_tier_is_sent_where_there_is_such_a_one_and_the_model_has_it() {
    let sent = send_with(SONNET, "serviceTier", json!("FLEX ")).await;
    assert_eq!(sent.body["serviceTier"], json!({ "type": "flex" }));
    let sent = send_with(SONNET, "service_tier", json!("priority")).await;
    assert_eq!(sent.body["serviceTier"], json!({ "type": "priority" }));
    for (model, tier) in [(SONNET, "turbo"), (OPUS_5, "flex")] {
        let sent = send_with(model, "serviceTier", json!(tier)).await;
        assert_eq!(sent.body.get("serviceTier"), None, "{model} {tier}");
        assert!(sent.has_diagnostic("bedrock_service_tier_dropped"), "{model} {tier}");
    }
    let sent = send_with(OPUS_5, "serviceTier", json!("default")).await;
    assert_eq!(sent.body["serviceTier"], json!({ "type": "default" }));
}

#[tokio::test]
async fn the_tier_that_served_is_charged_and_said() {
    let sent = send_with(SONNET, "serviceTier", json!("flex")).await;
    assert_eq!(sent.message.provider_metadata["serviceTier"], json!({ "type": "flex" }));
    assert!(sent.message.provider_metadata["metrics"]["latencyMs"].is_u64());
}

#[tokio::test]
async fn latency_is_optimised_where_it_is_asked_for_and_then_without_caching() {
    let options = StreamOptions::default().with_param("performanceConfig", json!({ "latency": "optimized" }));
    let long = question().with_system_prompt("Be brief. ".repeat(2_000));
    let bedrock = Bedrock::start().await;
    let haiku = "us.anthropic.claude-3-5-haiku-20241022-v1:0";
    let sent = bedrock.send(&bedrock.model(haiku), &long, &options).await;
    assert_eq!(sent.body["performanceConfig"], json!({ "latency": "optimized" }));
    assert_eq!(sent.cache_points(), 0, "the service refuses them beside it");
    assert_eq!(sent.message.provider_metadata["performanceConfig"], json!({ "latency": "optimized" }));

    // A model that does not offer it says so, and is asked again without; then its prompt is cached as ever.
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    assert!(bedrock.sent().to_string().contains("cachePoint"));
    let codes: Vec<_> = outcome.expect_message().diagnostics.iter().map(|found| &found.code).collect();
    assert!(codes.iter().any(|code| *code == "bedrock_latency_dropped"), "{codes:?}");
}

#[tokio::test]
async fn marks_of_the_call_go_before_those_of_the_configuration() {
    let bedrock = Bedrock::start_with(|config| {
        config.params = params(json!({ "requestMetadata": { "team": "blue", "stage": "test" } }));
    })
    .await;
    let options = StreamOptions::default().with_request_metadata("team", "red");
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    assert_eq!(bedrock.sent()["requestMetadata"], json!({ "team": "red", "stage": "test" }));
}

#[tokio::test]
async fn marks_that_the_service_would_refuse_are_refused_before() {
    let bedrock = Bedrock::start().await;
    let many: Vec<_> = (0..51).map(|number| (format!("k{number}"), "v".to_owned())).collect();
    for marks in [
        many,
        vec![("aws:x".to_owned(), "v".to_owned())],
        vec![("k".to_owned(), "v".repeat(257))],
        vec![(String::new(), "v".to_owned())],
        vec![("k".to_owned(), "ü".to_owned())],
    ] {
        let mut options = StreamOptions::default();
        options.request_metadata.extend(marks);
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    }
    assert!(bedrock.emulator.requests().is_empty());
    let mut options = StreamOptions::default();
    options.request_metadata.extend((0..16).map(|number| (format!("k{number}"), "v".repeat(256))));
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
}

#[tokio::test]
async fn fields_for_the_model_are_merged_with_those_derived() {
    let bedrock = Bedrock::start_with(|config| {
        config.params = params(json!({ "additionalModelRequestFields": {
            "top_k": 5, "anthropic_beta": ["token-efficient-tools-2025-02-19"],
        } }));
    })
    .await;
    let thinking = StreamOptions::default()
        .with_reasoning(ThinkingLevel::Low)
        .with_param("additionalModelRequestFields", json!({ "thinking": { "display": "omitted" } }));
    let build = bedrock.ask_with(SONNET, &question(), &thinking).await;
    // Claude refuses `top_k` while it thinks, but what the caller says is sent as it is.
    drop(build);
    let fields = &bedrock.bodies()[0]["additionalModelRequestFields"];
    assert_eq!(fields["top_k"], 5);
    assert_eq!(fields["thinking"]["type"], "enabled", "derived members stay");
    assert_eq!(fields["thinking"]["display"], "omitted", "and the caller's go before them");
    let betas: Vec<_> = fields["anthropic_beta"].as_array().unwrap().iter().collect();
    assert_eq!(betas, ["interleaved-thinking-2025-05-14", "token-efficient-tools-2025-02-19"]);
}

#[tokio::test]
async fn what_the_message_has_a_place_for_is_asked_of_the_model() {
    let options = uncached().with_stop_sequences(["a crate"]);
    let sent = crate::conversation::send(SONNET, &question(), &options).await;
    assert_eq!(sent.body["additionalModelResponseFieldPaths"], json!(["/delta/stop_sequence"]));
    assert_eq!(sent.message.stop_sequence.as_deref(), Some("a crate"));
    assert_eq!(sent.message.raw_stop_reason.as_deref(), Some("stop_sequence"));

    let sent =
        crate::conversation::send(OPUS_4_6, &question(), &uncached().with_reasoning(ThinkingLevel::Low))
            .await;
    let paths = sent.body["additionalModelResponseFieldPaths"].as_array().unwrap();
    assert!(paths.contains(&json!("/usage/output_tokens_details")));
    assert!(sent.message.usage.reasoning.unwrap() > 0, "{:?}", sent.message.usage);

    let sent = crate::conversation::send(NOVA, &question(), &uncached().with_stop_sequences(["x"])).await;
    assert_eq!(sent.body.get("additionalModelResponseFieldPaths"), None, "another vendor has none of these");
}

#[tokio::test]
async fn callers_ask_for_more_of_the_models_response() {
    let sent =
        send_with(SONNET, "additionalModelResponseFieldPaths", json!(["/delta/stop_reason", "/none"])).await;
    let fields = &sent.message.provider_metadata["additionalModelResponseFields"];
    assert_eq!(fields["delta"]["stop_reason"], "end_turn", "{fields}");

    let bedrock = Bedrock::start().await;
    let eleven: Vec<_> = (0..11).map(|number| format!("/{number}")).collect();
    for paths in [json!(["stop_reason"]), json!([""]), json!(["/a~2"]), json!(eleven)] {
        let options = StreamOptions::default().with_param("additionalModelResponseFieldPaths", paths);
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    }
    assert!(bedrock.emulator.requests().is_empty());
}

const PROMPT: &str = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT1:2";

#[tokio::test]
async fn a_stored_prompt_is_called_with_its_variables_and_nothing_it_brings_itself() {
    let build = |builder: clawdia_bedrock_emulator::EmulatorBuilder| {
        builder.prompt("PROMPT1", SONNET, "Say something about {{topic}}.")
    };
    let bedrock = Bedrock::start_at(build, |_| {}).await;
    let options = StreamOptions::default()
        .with_max_tokens(100)
        .with_param("promptVariables", json!({ "topic": "crates" }));
    let outcome = bedrock.ask_with(PROMPT, &Context::default(), &options).await;
    assert!(outcome.expect_message().text().contains("crates"), "{:?}", outcome.message.text());
    assert_eq!(bedrock.sent(), json!({ "promptVariables": { "topic": { "text": "crates" } } }));
    assert!(
        outcome.message.diagnostics.iter().any(|found| found.code == "bedrock_left_to_prompt"),
        "the limit was left out, and that is said"
    );

    let goes_on: Vec<clawdia_core::Message> = serde_json::from_value(json!([
        { "role": "assistant", "content": "Crates are boxes." },
        { "role": "user", "content": "What is a crate?" },
    ]))
    .unwrap();
    let context = Context::new(goes_on).with_system_prompt("Be brief.").with_tools([tool("read")]);
    bedrock.ask_with(PROMPT, &context, &options).await.expect_message();
    let body = bedrock.sent();
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["messages", "promptVariables"]);

    let missing = bedrock.ask(PROMPT, &Context::default()).await;
    assert_eq!(missing.expect_error().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_stored_prompt_is_told_of_calls_as_text() {
    let build =
        |builder: clawdia_bedrock_emulator::EmulatorBuilder| builder.prompt("PROMPT1", SONNET, "Read it.");
    let bedrock = Bedrock::start_at(build, |_| {}).await;
    let context = crate::conversation::history(json!([
        { "role": "assistant", "content": [{ "type": "toolCall", "id": "t", "name": "read", "arguments": {} }] },
        { "role": "toolResult", "toolCallId": "t", "toolName": "read", "content": "A box." },
    ]));
    let outcome = bedrock.ask_with(PROMPT, &context, &uncached()).await;
    let codes: Vec<_> = outcome.expect_message().diagnostics.iter().map(|found| &found.code).collect();
    assert!(codes.iter().any(|code| *code == "bedrock_tools_as_text"), "{codes:?}");
    assert!(!bedrock.sent().to_string().contains("toolUse"));

    let schema = clawdia_core::OutputSchema::new(json!({ "type": "object", "properties": {} }));
    let held = uncached().with_output_schema(schema);
    bedrock.ask_with(PROMPT, &Context::default(), &held).await.expect_message();
    assert!(bedrock.sent()["outputConfig"].is_object(), "the service is the only one that can");
    let by_tool = held.with_param("structuredOutput", "tool");
    let outcome = bedrock.ask_with(PROMPT, &Context::default(), &by_tool).await;
    assert!(outcome.expect_error().message().contains("outputSchema"), "{:?}", outcome.error);
}

#[tokio::test]
async fn variables_without_a_stored_prompt_are_left_out_and_that_is_said() {
    let sent = send_with(SONNET, "promptVariables", json!({ "topic": "crates" })).await;
    assert_eq!(sent.body.get("promptVariables"), None);
    assert!(sent.has_diagnostic("bedrock_prompt_variables_dropped"));
}

#[tokio::test]
async fn stop_sequences_of_blanks_are_left_out_where_the_model_refuses_them() {
    let options = uncached().with_stop_sequences(["\n\n", "END"]);
    let sent = crate::conversation::send(SONNET, &question(), &options).await;
    assert_eq!(sent.body["inferenceConfig"]["stopSequences"], json!(["END"]));
    assert!(sent.has_diagnostic("bedrock_stop_sequences_dropped"));
    let sent = crate::conversation::send(NOVA, &question(), &options).await;
    assert_eq!(sent.body["inferenceConfig"]["stopSequences"], json!(["\n\n", "END"]));
}

#[tokio::test]
async fn limits_fit_the_integers_of_the_service() {
    let bedrock = Bedrock::start().await;
    let options = StreamOptions::default().with_max_tokens(1 << 31);
    // A model whose own limit is not known, so that nothing else cuts it.
    let mut model = bedrock.model(NOVA);
    (model.max_tokens, model.context_window) = (u64::MAX, u64::MAX);
    let outcome = crate::fixture::ask(&*bedrock.provider, &model, &question(), &options).await;
    let limit = &bedrock.bodies()[0]["inferenceConfig"]["maxTokens"];
    assert!(limit.as_u64().unwrap() < 1 << 31, "{limit}: {:?}", outcome.error);
    assert!(outcome.message.diagnostics.iter().any(|found| found.code == "bedrock_max_tokens_lowered"));
}

#[tokio::test]
async fn a_prompt_routers_choice_is_the_model_that_answered() {
    let router = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/team";
    let bedrock = Bedrock::start_at(|builder| builder.prompt_router("team", [SONNET]), |_| {}).await;
    let outcome = bedrock.ask(router, &question()).await;
    let answered_by = outcome.expect_message().response_model.clone().unwrap();
    assert!(answered_by.as_str().contains("claude-sonnet-4-5"), "{answered_by}");
}

#[tokio::test]
async fn settings_come_from_the_call_the_model_and_the_provider_in_this_order() {
    let bedrock = Bedrock::start_with(|config| {
        config.params = params(json!({
            "temperature": 0.1, "maxTokens": 10, "stopSequences": ["PROVIDER"], "serviceTier": "flex",
        }));
        let mut row = ModelConfig::new(SONNET);
        row.params = params(json!({ "temperature": 0.2, "serviceTier": null, "maxTokens": 20 }));
        config.models = vec![row];
    })
    .await;
    bedrock.ask(NOVA_PRO, &question()).await.expect_message();
    let body = bedrock.sent();
    let expected = json!({ "maxTokens": 10, "temperature": 0.1, "stopSequences": ["PROVIDER"] });
    assert_eq!(body["inferenceConfig"], expected);
    assert_eq!(body["serviceTier"]["type"], "flex");

    bedrock.ask(SONNET, &question()).await.expect_message();
    let body = bedrock.sent();
    assert_eq!(body["inferenceConfig"]["temperature"], 0.2);
    assert_eq!(body["inferenceConfig"]["maxTokens"], 20);
    assert_eq!(body.get("serviceTier"), None, "`null` takes it back");

    let options = StreamOptions::default().with_temperature(0.3).with_param("maxTokens", 30);
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    assert_eq!(bedrock.sent()["inferenceConfig"]["temperature"], 0.3);
    assert_eq!(bedrock.sent()["inferenceConfig"]["maxTokens"], 30);
}

#[tokio::test]
async fn an_option_that_bedrock_does_not_have_is_refused_by_name() {
    let bedrock = Bedrock::start().await;
    for (name, value) in
        [("servicetier", json!("flex")), ("temperature", json!(2)), ("guardrail", json!(true))]
    {
        let options = StreamOptions::default().with_param(name, value);
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
        assert!(outcome.expect_error().message().contains(name), "{:?}", outcome.error);
    }
    assert!(bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn the_service_runs_its_own_tools() {
    let options = uncached().with_param("systemTools", json!(["nova_grounding"]));
    let bedrock = Bedrock::start().await;
    let nova_2 = "us.amazon.nova-2-lite-v1:0";
    let outcome = bedrock.ask_with(nova_2, &question(), &options).await;
    let message = outcome.expect_message().clone();
    assert_eq!(
        bedrock.sent()["toolConfig"]["tools"],
        json!([{ "systemTool": { "name": "nova_grounding" } }])
    );
    let kinds: Vec<_> = message.content.iter().map(std::mem::discriminant).collect();
    assert!(kinds.len() >= 3, "a call, its result and what was made of it: {:?}", message.content);
    assert_eq!(message.tool_calls().count(), 0, "nobody else has to run them");

    let mut context = question();
    context.messages.push(clawdia_core::Message::Assistant(message));
    context.messages.push(clawdia_core::Message::user("And then?"));
    bedrock.ask_with(nova_2, &context, &options).await.expect_message();
    let replayed = bedrock.sent()["messages"][1].to_string();
    assert!(replayed.contains("server_tool_use") && replayed.contains("toolResult"), "{replayed}");
    bedrock.ask(NOVA, &context).await.expect_message();
    let told = bedrock.sent()["messages"][1].to_string();
    assert!(told.contains("[Tool result]"), "another model is told as text: {told}");
}

#[tokio::test]
async fn tools_that_the_service_does_not_run_for_a_model_are_left_out() {
    let sent = send_with(SONNET, "systemTools", json!(["nova_grounding"])).await;
    assert_eq!(sent.body.get("toolConfig"), None);
    assert!(sent.has_diagnostic("bedrock_system_tools_dropped"));
    let bedrock = Bedrock::start().await;
    for names in [json!([""]), json!(["a b"]), json!(["nova_grounding", "nova_grounding"])] {
        let options = StreamOptions::default().with_param("systemTools", names);
        let outcome = bedrock.ask_with("us.amazon.nova-2-lite-v1:0", &question(), &options).await;
        assert!(outcome.expect_error().message().contains("systemTools["), "{:?}", outcome.error);
    }
    assert!(bedrock.emulator.requests().is_empty());
}

#[tokio::test]
async fn only_whole_pairs_of_the_services_own_tools_go_back_as_such() {
    let call =
        |id: &str| json!({ "type": "serverToolCall", "id": id, "name": "nova_grounding", "arguments": {} });
    let result = |id: &str, piece: Value| json!({ "type": "serverToolResult", "toolCallId": id, "kind": "nova_grounding_result", "content": [piece] });
    let found = || json!({ "text": "found" });
    for (content, expected) in [
        (json!([call("a"), result("a", found())]), ["toolUse", "toolResult"].as_slice()),
        (
            json!([call("a"), result("a", found()), call("a"), result("a", found())]),
            &["toolUse", "toolResult", "toolUse", "toolResult"],
        ),
        (json!([result("a", found()), call("a")]), &["text", "text"]),
        (json!([call("a"), result("a", json!({ "text": " " }))]), &["text", "text"]),
        (json!([call("a"), result("a", json!({ "foreign": 1 }))]), &["text", "text"]),
        (json!([call("not an id"), result("not an id", found())]), &["toolUse", "toolResult"]),
    ] {
        let context = crate::conversation::history(json!([
            { "role": "user", "content": "Hi" }, { "role": "assistant", "content": content }, { "role": "user", "content": "And?" },
        ]));
        let sent = crate::conversation::send("us.amazon.nova-2-lite-v1:0", &context, &uncached()).await;
        assert_eq!(crate::conversation::kinds(sent.content(1)), expected, "{content}");
        let ids = crate::conversation::ids(&sent.body, "toolUse");
        assert!(ids.iter().enumerate().all(|(index, id)| !ids[..index].contains(id)), "{ids:?}");
        assert_eq!(sent.has_diagnostic("bedrock_server_tools_as_text"), expected.contains(&"text"));
    }
}

#[tokio::test]
async fn places_that_are_none_of_the_services_are_left_out_of_citations() {
    for (location, is_kept) in [
        (json!({ "documentPage": { "documentIndex": 0, "start": 1, "end": 2 } }), true),
        (json!({ "web": {} }), true),
        (json!({ "documentPage": { "page": 1 } }), false),
        (json!({ "documentPage": { "start": -1 } }), false),
        (json!({ "web": { "url": 1 } }), false),
        (json!({ "type": "url_citation" }), false),
    ] {
        let context = crate::conversation::history(json!([
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": [
                { "type": "text", "text": "Yes.", "citations": [{ "title": "t", "location": location }] },
            ] },
            { "role": "user", "content": "And?" },
        ]));
        let sent = crate::conversation::send(SONNET, &context, &uncached()).await;
        let citation = &sent.content(1)[0]["citationsContent"]["citations"][0];
        assert_eq!(citation.get("location").is_some(), is_kept, "{location}");
        assert_eq!(sent.has_diagnostic("bedrock_citations_dropped"), !is_kept, "{location}");
    }
}

#[tokio::test]
async fn cited_text_goes_back_to_the_model_that_cited_it() {
    let mut context: Context = serde_json::from_value(json!({ "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "What does it say?" },
        { "type": "document", "data": "VGhlIHNreSBpcyBibHVlLg==", "mimeType": "text/plain", "citations": true },
        { "type": "searchResult", "source": "s", "title": "t", "content": ["Crates are boxes."], "citations": true },
    ] }] }))
    .unwrap();
    let bedrock = Bedrock::start().await;
    let outcome = bedrock.ask(SONNET, &context).await;
    let message = outcome.expect_message().clone();
    let cited = json!(message.content).to_string();
    assert!(cited.contains("\"citations\":[{"), "{cited}");
    context.messages.push(clawdia_core::Message::Assistant(message));
    context.messages.push(clawdia_core::Message::user("Sure?"));
    bedrock.ask(SONNET, &context).await.expect_message();
    assert!(bedrock.sent()["messages"][1].to_string().contains("citationsContent"));
    let outcome = bedrock.ask(NOVA, &context).await;
    assert!(
        outcome.expect_message().diagnostics.iter().any(|found| found.code == "bedrock_citations_dropped")
    );
    assert!(!bedrock.sent().to_string().contains("citations"), "a model that does not cite is not asked to");
}

#[tokio::test]
async fn only_what_can_be_cited_from_is_marked_for_it() {
    let document =
        |mime: &str| json!({ "type": "document", "data": "aGk=", "mimeType": mime, "citations": true });
    let context = crate::conversation::history(json!([
        { "role": "user", "content": [
            { "type": "text", "text": "Read these." }, document("text/plain"), document("text/csv"),
        ] },
        { "role": "assistant", "content": [{ "type": "toolCall", "id": "t", "name": "read", "arguments": {} }] },
        { "role": "toolResult", "toolCallId": "t", "toolName": "read", "content": [document("text/plain")] },
    ]));
    let sent = crate::conversation::send(SONNET, &context, &uncached()).await;
    assert_eq!(sent.body.to_string().matches("citations").count(), 1, "{}", sent.body);
    assert!(sent.has_diagnostic("bedrock_citations_dropped"));
}

#[tokio::test]
async fn schemas_with_nameless_members_are_refused_before_they_are_sent() {
    let nameless = || json!({ "type": "object", "properties": { "": { "type": "string" } } });
    let bedrock = Bedrock::start().await;
    let tool = clawdia_core::Tool::new("read", "Reads.", nameless());
    let outcome = bedrock.ask_with(SONNET, &question().with_tools([tool]), &uncached()).await;
    assert!(outcome.expect_error().message().contains("context.tools[0].parameters"), "{:?}", outcome.error);
    let held = uncached().with_output_schema(clawdia_core::OutputSchema::new(nameless()));
    let by_tool = held.clone().with_param("structuredOutput", "tool");
    let outcome = bedrock.ask_with(SONNET, &question(), &by_tool).await;
    assert!(outcome.expect_error().message().contains("outputSchema"), "{:?}", outcome.error);
    assert!(bedrock.emulator.requests().is_empty());
    bedrock.ask_with(SONNET, &question(), &held).await.expect_message();
}
