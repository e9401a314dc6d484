//! Our own request bodies against the SDK's typed ones: the same members, the same meaning.
//!
//! Each body we sent is rebuilt out of the SDK's types, which know every member of the API and no other, sent by the SDK,
//! and compared as the emulator received it.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types as sdk;
use aws_smithy_types::Document;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_core::{CacheRetention, Context, StreamOptions, ThinkingLevel, Tool, ToolChoice};
use serde_json::{Value, json};

use crate::fixture::{Bedrock, SONNET, params};

const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

#[tokio::test]
async fn our_bodies_say_what_the_sdks_types_say() {
    let bedrock = Bedrock::start().await;
    for (context, options) in samples() {
        bedrock.ask_with(SONNET, &context, &options).await.expect_message();
        let ours = bedrock.sent();
        send_typed(bedrock.emulator.url(), &ours).await;
        assert_eq!(bedrock.sent(), ours);
    }
}

#[tokio::test]
async fn our_bodies_say_what_the_sdks_types_say_of_the_rest_of_converse() {
    let configure = |config: &mut clawdia_core::ProviderConfig| {
        config.params = params(json!({
            "guardrail": {
                "guardrailIdentifier": "gr1", "guardrailVersion": "1", "trace": "enabled_full",
                "streamProcessingMode": "async", "scope": "lastUserTurn",
            },
            "serviceTier": "default",
            "performanceConfig": { "latency": "standard" },
            "additionalModelRequestFields": { "top_k": 5 },
            "additionalModelResponseFieldPaths": ["/stop_sequence"],
            "requestMetadata": { "team": "a b" },
        }));
    };
    let bedrock = Bedrock::start_at(|builder| builder.guardrail("gr1"), configure).await;
    let schema = json!({
        "type": "object", "properties": { "z": { "type": "string" } }, "additionalProperties": false,
    });
    let output = clawdia_core::OutputSchema::new(schema).with_name("n").with_description("d");
    let context: Context = serde_json::from_value(json!({ "messages": [
        { "role": "user", "content": [
            { "type": "document", "data": "aGk=", "mimeType": "text/plain", "name": "n", "context": "c" },
            { "type": "searchResult", "source": "s", "title": "t", "content": ["a", "b"] },
            { "type": "text", "text": "Which?" },
        ] },
        { "role": "assistant", "content": [{ "type": "text", "text": "That.", "citations": [{
            "title": "t", "source": "s", "sourceContent": ["a"],
            "location": { "documentChar": { "documentIndex": 0, "start": 1, "end": 2 } },
        }] }] },
        { "role": "user", "content": [
            { "type": "guardContent", "text": "Sure?", "qualifiers": ["query", "grounding_source"] },
            { "type": "image", "data": PIXEL, "mimeType": "image/png" },
        ] },
    ] }))
    .unwrap();
    for options in [
        StreamOptions::default().with_output_schema(output.clone()),
        StreamOptions::default().with_top_p(0.5).with_reasoning(ThinkingLevel::Off),
    ] {
        bedrock.ask_with(SONNET, &context, &options).await.expect_message();
        let ours = bedrock.sent();
        send_typed(bedrock.emulator.url(), &ours).await;
        assert_eq!(bedrock.sent(), ours);
    }
}

fn samples() -> Vec<(Context, StreamOptions)> {
    let mut history: Context = serde_json::from_value(json!({
        "systemPrompt": "Be brief.",
        "messages": [
            { "role": "user", "content": [
                { "type": "text", "text": "Look at this: 😀" },
                { "type": "image", "data": PIXEL, "mimeType": "image/png" },
            ] },
            { "role": "assistant", "content": [
                { "type": "text", "text": "Reading." },
                { "type": "toolCall", "id": "t1", "name": "read", "arguments": { "path": "x", "n": [1, -2, 2.5, true, null] } },
                { "type": "toolCall", "id": "t2", "name": "read", "arguments": {} },
            ] },
            { "role": "toolResult", "toolCallId": "t1", "toolName": "read", "content": "data" },
            { "role": "toolResult", "toolCallId": "t2", "toolName": "read", "content": "no", "isError": true },
        ],
    }))
    .unwrap();
    let schema =
        json!({ "type": "object", "properties": { "z": { "type": "integer", "minimum": -1 }, "a": {} } });
    history.tools = vec![Tool::new("read", "Reads a file.", schema.clone()), Tool::new("bare", "", schema)];
    let thinking = StreamOptions::default().with_reasoning(ThinkingLevel::Low);
    let settings = StreamOptions::default()
        .with_temperature(0.5)
        .with_max_tokens(50)
        .with_stop_sequences(["A", "B"])
        .with_tool_choice(ToolChoice::Any)
        .with_cache_retention(CacheRetention::Long);
    let mut labelled = StreamOptions::default().with_tool_choice(ToolChoice::Tool("read".to_owned()));
    labelled.request_metadata.insert("team".to_owned(), "a b".to_owned());
    let question = Context::new([clawdia_core::Message::user("hi")]).with_tools(history.tools.clone());
    vec![(question, thinking), (history.clone(), settings), (history, labelled)]
}

async fn send_typed(url: &str, body: &Value) {
    let config = aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build();
    let mut call = Client::from_conf(config).converse_stream().model_id(SONNET);
    for (name, value) in body.as_object().unwrap() {
        call = match name.as_str() {
            "messages" => call.set_messages(Some(list(value).map(message).collect())),
            "system" => call.set_system(Some(list(value).map(system).collect())),
            "inferenceConfig" => call.inference_config(inference(value)),
            "toolConfig" => call.tool_config(tools(value)),
            "additionalModelRequestFields" => call.additional_model_request_fields(document(value)),
            "requestMetadata" => value
                .as_object()
                .unwrap()
                .iter()
                .fold(call, |call, (key, value)| call.request_metadata(key, value.as_str().unwrap())),
            "additionalModelResponseFieldPaths" => call.set_additional_model_response_field_paths(Some(
                list(value).map(|path| text(path).to_owned()).collect(),
            )),
            "guardrailConfig" => call.guardrail_config(guardrail(value)),
            "serviceTier" => call.service_tier(
                sdk::ServiceTier::builder().r#type(text(&value["type"]).into()).build().unwrap(),
            ),
            "performanceConfig" => call.performance_config(
                sdk::PerformanceConfiguration::builder().latency(text(&value["latency"]).into()).build(),
            ),
            "outputConfig" => call.output_config(output(value)),
            other => panic!("the SDK's request has no `{other}`"),
        };
    }
    let mut output = call.send().await.unwrap();
    while output.stream.recv().await.unwrap().is_some() {}
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The one member of a union, and its name.
fn member(value: &Value) -> (&str, &Value) {
    let object = value.as_object().unwrap();
    assert_eq!(object.len(), 1, "{value}");
    let (name, value) = object.iter().next().unwrap();
    (name, value)
}

fn message(value: &Value) -> sdk::Message {
    sdk::Message::builder()
        .role(text(&value["role"]).into())
        .set_content(Some(list(&value["content"]).map(block).collect()))
        .build()
        .unwrap()
}

fn block(value: &Value) -> sdk::ContentBlock {
    match member(value) {
        ("text", value) => sdk::ContentBlock::Text(text(value).to_owned()),
        ("image", value) => sdk::ContentBlock::Image(image(value)),
        ("cachePoint", value) => sdk::ContentBlock::CachePoint(cache_point(value)),
        ("document", value) => sdk::ContentBlock::Document(
            sdk::DocumentBlock::builder()
                .format(text(&value["format"]).into())
                .name(text(&value["name"]))
                .source(sdk::DocumentSource::Bytes(Blob::new(
                    STANDARD.decode(text(&value["source"]["bytes"])).unwrap(),
                )))
                .set_context(value.get("context").map(|context| text(context).to_owned()))
                .build()
                .unwrap(),
        ),
        ("searchResult", value) => sdk::ContentBlock::SearchResult(
            sdk::SearchResultBlock::builder()
                .source(text(&value["source"]))
                .title(text(&value["title"]))
                .set_content(Some(
                    list(&value["content"])
                        .map(|passage| {
                            let passage =
                                sdk::SearchResultContentBlock::builder().text(text(&passage["text"]));
                            passage.build().unwrap()
                        })
                        .collect(),
                ))
                .build()
                .unwrap(),
        ),
        ("guardContent", value) => sdk::ContentBlock::GuardContent(guarded(value)),
        ("citationsContent", value) => sdk::ContentBlock::CitationsContent(
            sdk::CitationsContentBlock::builder()
                .set_content(Some(
                    list(&value["content"])
                        .map(|piece| sdk::CitationGeneratedContent::Text(text(&piece["text"]).to_owned()))
                        .collect(),
                ))
                .set_citations(Some(list(&value["citations"]).map(citation).collect()))
                .build(),
        ),
        ("toolUse", value) => sdk::ContentBlock::ToolUse(
            sdk::ToolUseBlock::builder()
                .tool_use_id(text(&value["toolUseId"]))
                .name(text(&value["name"]))
                .input(document(&value["input"]))
                .build()
                .unwrap(),
        ),
        ("toolResult", value) => sdk::ContentBlock::ToolResult(
            sdk::ToolResultBlock::builder()
                .tool_use_id(text(&value["toolUseId"]))
                .set_content(Some(list(&value["content"]).map(result).collect()))
                .set_status(value.get("status").map(|status| text(status).into()))
                .build()
                .unwrap(),
        ),
        (other, _) => panic!("no sample should hold `{other}`"),
    }
}

fn guarded(value: &Value) -> sdk::GuardrailConverseContentBlock {
    match member(value) {
        ("text", value) => sdk::GuardrailConverseContentBlock::Text(
            sdk::GuardrailConverseTextBlock::builder()
                .text(text(&value["text"]))
                .set_qualifiers(
                    value.get("qualifiers").map(|words| list(words).map(|word| text(word).into()).collect()),
                )
                .build()
                .unwrap(),
        ),
        ("image", value) => sdk::GuardrailConverseContentBlock::Image(
            sdk::GuardrailConverseImageBlock::builder()
                .format(text(&value["format"]).into())
                .source(sdk::GuardrailConverseImageSource::Bytes(Blob::new(
                    STANDARD.decode(text(&value["source"]["bytes"])).unwrap(),
                )))
                .build()
                .unwrap(),
        ),
        (other, _) => panic!("the SDK's guarded content has no `{other}`"),
    }
}

fn citation(value: &Value) -> sdk::Citation {
    let span = &value["location"]["documentChar"];
    let number = |name: &str| i32::try_from(span[name].as_i64().unwrap()).unwrap();
    let location = sdk::DocumentCharLocation::builder()
        .document_index(number("documentIndex"))
        .start(number("start"))
        .end(number("end"))
        .build();
    sdk::Citation::builder()
        .title(text(&value["title"]))
        .source(text(&value["source"]))
        .set_source_content(Some(
            list(&value["sourceContent"])
                .map(|piece| sdk::CitationSourceContent::Text(text(&piece["text"]).to_owned()))
                .collect(),
        ))
        .location(sdk::CitationLocation::DocumentChar(location))
        .build()
}

fn guardrail(value: &Value) -> sdk::GuardrailStreamConfiguration {
    sdk::GuardrailStreamConfiguration::builder()
        .guardrail_identifier(text(&value["guardrailIdentifier"]))
        .guardrail_version(text(&value["guardrailVersion"]))
        .set_trace(value.get("trace").map(|trace| text(trace).into()))
        .set_stream_processing_mode(value.get("streamProcessingMode").map(|mode| text(mode).into()))
        .build()
}

fn output(value: &Value) -> sdk::OutputConfig {
    let format = &value["textFormat"];
    let schema = &format["structure"]["jsonSchema"];
    let schema = sdk::JsonSchemaDefinition::builder()
        .schema(text(&schema["schema"]))
        .set_name(schema.get("name").map(|name| text(name).to_owned()))
        .set_description(schema.get("description").map(|description| text(description).to_owned()))
        .build()
        .unwrap();
    let format = sdk::OutputFormat::builder()
        .r#type(text(&format["type"]).into())
        .structure(sdk::OutputFormatStructure::JsonSchema(schema))
        .build()
        .unwrap();
    sdk::OutputConfig::builder().text_format(format).build()
}

fn result(value: &Value) -> sdk::ToolResultContentBlock {
    match member(value) {
        ("text", value) => sdk::ToolResultContentBlock::Text(text(value).to_owned()),
        ("image", value) => sdk::ToolResultContentBlock::Image(image(value)),
        (other, _) => panic!("no sample should hold `{other}`"),
    }
}

fn image(value: &Value) -> sdk::ImageBlock {
    let bytes = STANDARD.decode(text(&value["source"]["bytes"])).unwrap();
    sdk::ImageBlock::builder()
        .format(text(&value["format"]).into())
        .source(sdk::ImageSource::Bytes(Blob::new(bytes)))
        .build()
        .unwrap()
}

fn cache_point(value: &Value) -> sdk::CachePointBlock {
    sdk::CachePointBlock::builder()
        .r#type(text(&value["type"]).into())
        .set_ttl(value.get("ttl").map(|ttl| text(ttl).into()))
        .build()
        .unwrap()
}

fn system(value: &Value) -> sdk::SystemContentBlock {
    match member(value) {
        ("text", value) => sdk::SystemContentBlock::Text(text(value).to_owned()),
        ("cachePoint", value) => sdk::SystemContentBlock::CachePoint(cache_point(value)),
        (other, _) => panic!("the SDK's system prompt has no `{other}`"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the samples' numbers are small and exact")]
fn inference(value: &Value) -> sdk::InferenceConfiguration {
    sdk::InferenceConfiguration::builder()
        .set_max_tokens(value.get("maxTokens").map(|tokens| i32::try_from(tokens.as_i64().unwrap()).unwrap()))
        .set_temperature(value.get("temperature").map(|temperature| temperature.as_f64().unwrap() as f32))
        .set_top_p(value.get("topP").map(|top_p| top_p.as_f64().unwrap() as f32))
        .set_stop_sequences(
            value.get("stopSequences").map(|texts| list(texts).map(|stop| text(stop).to_owned()).collect()),
        )
        .build()
}

fn tools(value: &Value) -> sdk::ToolConfiguration {
    sdk::ToolConfiguration::builder()
        .set_tools(Some(list(&value["tools"]).map(tool).collect()))
        .set_tool_choice(value.get("toolChoice").map(choice))
        .build()
        .unwrap()
}

fn tool(value: &Value) -> sdk::Tool {
    match member(value) {
        ("toolSpec", value) => sdk::Tool::ToolSpec(
            sdk::ToolSpecification::builder()
                .name(text(&value["name"]))
                .set_description(value.get("description").map(|description| text(description).to_owned()))
                .input_schema(sdk::ToolInputSchema::Json(document(&value["inputSchema"]["json"])))
                .build()
                .unwrap(),
        ),
        ("cachePoint", value) => sdk::Tool::CachePoint(cache_point(value)),
        (other, _) => panic!("the SDK's tools have no `{other}`"),
    }
}

fn choice(value: &Value) -> sdk::ToolChoice {
    match member(value) {
        ("auto", _) => sdk::ToolChoice::Auto(sdk::AutoToolChoice::builder().build()),
        ("any", _) => sdk::ToolChoice::Any(sdk::AnyToolChoice::builder().build()),
        ("tool", value) => sdk::ToolChoice::Tool(
            sdk::SpecificToolChoice::builder().name(text(&value["name"])).build().unwrap(),
        ),
        (other, _) => panic!("the SDK's tool choice has no `{other}`"),
    }
}

fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(flag) => Document::Bool(*flag),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => aws_smithy_types::Number::PosInt(number),
            (None, Some(number)) => aws_smithy_types::Number::NegInt(number),
            (None, None) => aws_smithy_types::Number::Float(number.as_f64().unwrap()),
        }),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(values) => Document::Array(values.iter().map(document).collect()),
        Value::Object(members) => {
            Document::Object(members.iter().map(|(name, value)| (name.clone(), document(value))).collect())
        }
    }
}
