//! The JSON of every public type, pinned: it is what configuration files, transcripts and other hosts hold.

use std::collections::BTreeMap;
use std::fmt::Debug;

use clawdia_core::{
    Amount, Api, AssistantBlock, AssistantMessage, Audio, CachePoint, CacheRetention, Charge, Citation,
    Context, Cost, CostConfig, CostTier, Diagnostic, Document, ErrorKind, GuardContent, GuardQualifier,
    Image, Message, Modality, Model, ModelConfig, ModelId, ModelRef, OutputSchema, ProviderConfig,
    ProviderId, SearchResult, Secret, ServerToolCall, ServerToolResult, ServiceTierCost, StopReason,
    StreamOptions, Text, Thinking, ThinkingLevel, Timeouts, TokenCount, Tool, ToolCall, ToolCallId,
    ToolChoice, ToolResultBlock, ToolResultMessage, Usage, UserBlock, UserMessage, Video,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Writes a value and reads it back.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, expected: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), expected);
    assert_eq!(serde_json::from_str::<T>(expected).unwrap(), *value);
}

/// Writes a value of a type that is only written.
#[track_caller]
fn check_written(value: &impl Serialize, expected: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), expected);
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

#[test]
fn identifiers_are_texts() {
    check(&ProviderId::new("amazon-bedrock"), r#""amazon-bedrock""#);
    check(&ModelId::new("us.amazon.nova-lite-v1:0"), r#""us.amazon.nova-lite-v1:0""#);
    check(&Api::BEDROCK_CONVERSE_STREAM, r#""bedrock-converse-stream""#);
    check(&ToolCallId::new("tooluse_1"), r#""tooluse_1""#);
    check(&ModelRef::new("acme", "a/b"), r#""acme/a/b""#);
    check(&Secret::new("hush"), r#""hush""#);
}

#[test]
fn closed_sets_are_words() {
    for (value, word) in [
        (Modality::Text, "text"),
        (Modality::Image, "image"),
        (Modality::Video, "video"),
        (Modality::Audio, "audio"),
    ] {
        check(&value, &format!("\"{word}\""));
        assert_eq!(value.as_str(), word);
    }
    for (value, word) in
        ThinkingLevel::ALL.into_iter().zip(["off", "minimal", "low", "medium", "high", "xhigh", "max"])
    {
        check(&value, &format!("\"{word}\""));
        assert_eq!((value.as_str(), word.parse()), (word, Ok(value)));
    }
    for (value, word) in [
        (StopReason::Stop, "stop"),
        (StopReason::Length, "length"),
        (StopReason::ToolUse, "toolUse"),
        (StopReason::Error, "error"),
        (StopReason::Aborted, "aborted"),
    ] {
        check(&value, &format!("\"{word}\""));
        assert_eq!(value.as_str(), word);
    }
    for (value, word) in
        [(CacheRetention::None, "none"), (CacheRetention::Short, "short"), (CacheRetention::Long, "long")]
    {
        check(&value, &format!("\"{word}\""));
    }
}

#[test]
fn error_kinds_are_words() {
    let kinds = [
        (ErrorKind::Auth, "auth"),
        (ErrorKind::Permission, "permission"),
        (ErrorKind::ModelAccess, "modelAccess"),
        (ErrorKind::NotFound, "notFound"),
        (ErrorKind::NeedsInferenceProfile, "needsInferenceProfile"),
        (ErrorKind::Throttled, "throttled"),
        (ErrorKind::Quota, "quota"),
        (ErrorKind::Overloaded, "overloaded"),
        (ErrorKind::Timeout, "timeout"),
        (ErrorKind::Transport, "transport"),
        (ErrorKind::Truncated, "truncated"),
        (ErrorKind::ContextOverflow, "contextOverflow"),
        (ErrorKind::InvalidRequest, "invalidRequest"),
        (ErrorKind::BadModelOutput, "badModelOutput"),
        (ErrorKind::Guardrail, "guardrail"),
        (ErrorKind::ContentFiltered, "contentFiltered"),
        (ErrorKind::Refused, "refused"),
        (ErrorKind::Aborted, "aborted"),
        (ErrorKind::Server, "server"),
        (ErrorKind::Other, "other"),
    ];
    for (kind, word) in kinds {
        check(&kind, &format!("\"{word}\""));
        assert_eq!(kind.as_str(), word);
    }
}

#[test]
fn tool_choices_are_words_or_name_a_tool() {
    check(&ToolChoice::Auto, r#""auto""#);
    check(&ToolChoice::Any, r#""any""#);
    check(&ToolChoice::None, r#""none""#);
    check(&ToolChoice::Tool("add".to_owned()), r#"{"type":"tool","name":"add"}"#);
    assert_eq!(serde_json::from_str::<ToolChoice>(r#"{"type":"any"}"#).unwrap(), ToolChoice::Any);
}

#[test]
fn tools_keep_the_order_of_their_schema() {
    let parameters = r#"{"type":"object","required":["b","a"],"properties":{"b":{},"a":{}}}"#;
    let tool = Tool::new("add", "Adds.", serde_json::from_str(parameters).unwrap());
    check(&tool, &format!(r#"{{"name":"add","description":"Adds.","parameters":{parameters}}}"#));
    let bare: Tool = serde_json::from_str(r#"{"name":"now"}"#).unwrap();
    assert_eq!(bare.parameters, json!({ "type": "object", "properties": {} }));
}

#[test]
fn amounts_and_charges_are_dollars() {
    check(&Amount::from_dollars(0.012_345), "0.012345");
    let cents = Amount::from_dollars(0.01);
    check(
        &Charge::from_parts(cents, cents, Amount::ZERO, cents),
        r#"{"input":0.01,"output":0.01,"cacheRead":0.0,"cacheWrite":0.01,"total":0.03}"#,
    );
}

#[test]
fn usage_leaves_out_what_nobody_reported() {
    check(
        &Usage { input: 1, output: 2, cache_read: 3, cache_write: 4, total_tokens: 10, ..Usage::default() },
        r#"{"input":1,"output":2,"cacheRead":3,"cacheWrite":4,"totalTokens":10,"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0,"total":0.0}}"#,
    );
    let reported = Usage { cache_write_1h: Some(5), reasoning: Some(6), ..Usage::default() };
    check(
        &reported,
        r#"{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"cacheWrite1h":5,"reasoning":6,"totalTokens":0,"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0,"total":0.0}}"#,
    );
}

#[test]
fn costs_are_rates() {
    check(&Cost::default(), r#"{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0}"#);
    check(
        &Cost {
            input: 3.0,
            output: 15.0,
            cache_read: 0.3,
            cache_write: 3.75,
            cache_write_1h: Some(6.0),
            tiers: vec![CostTier { input_tokens_above: 200_000, input: 6.0, ..CostTier::default() }],
            service_tiers: BTreeMap::from([(
                "flex".to_owned(),
                ServiceTierCost { input: Some(1.5), ..ServiceTierCost::default() },
            )]),
        },
        r#"{"input":3.0,"output":15.0,"cacheRead":0.3,"cacheWrite":3.75,"cacheWrite1h":6.0,"tiers":[{"inputTokensAbove":200000,"input":6.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0}],"serviceTiers":{"flex":{"input":1.5}}}"#,
    );
}

#[test]
fn models_have_every_documented_member() {
    let mut model = Model::new("acme", "large", "acme-chat");
    check(
        &model,
        r#"{"id":"large","name":"large","api":"acme-chat","provider":"acme","reasoning":false,"input":["text"],"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0},"contextWindow":0,"maxTokens":0}"#,
    );
    model.base_url = Some("https://acme.example".to_owned());
    model.reasoning = true;
    model.input = vec![Modality::Text, Modality::Image];
    model.context_window = 200_000;
    model.max_tokens = 8_192;
    model.headers = [("x-team".to_owned(), "a".to_owned())].into();
    model.thinking_level_map =
        BTreeMap::from([(ThinkingLevel::Off, None), (ThinkingLevel::XHigh, Some("max".to_owned()))]);
    model.canonical_model_id = Some(ModelId::new("large-2"));
    model.capabilities = BTreeMap::from([("promptCaching".to_owned(), false)]);
    model.compat = Some(json!({ "supportsStrictMode": true }));
    model.input_limits = Some(json!({ "images": { "maxPerMessage": 20 } }));
    model.sampling_params = Some(json!(["temperature"]));
    check(
        &model,
        r#"{"id":"large","name":"large","api":"acme-chat","provider":"acme","baseUrl":"https://acme.example","reasoning":true,"input":["text","image"],"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0},"contextWindow":200000,"maxTokens":8192,"headers":{"x-team":"a"},"thinkingLevelMap":{"off":null,"xhigh":"max"},"canonicalModelId":"large-2","capabilities":{"promptCaching":false},"compat":{"supportsStrictMode":true},"inputLimits":{"images":{"maxPerMessage":20}},"samplingParams":["temperature"]}"#,
    );
}

#[test]
fn a_configured_model_shows_only_what_is_written() {
    let mut config = ModelConfig::new("large");
    check(&config, r#"{"id":"large","cost":{}}"#);
    config.name = Some("Large".to_owned());
    config.reasoning = Some(false);
    config.input = Some(vec![Modality::Text]);
    config.cost = CostConfig { input: Some(0.0), cache_write_1h: Some(1.0), ..CostConfig::default() };
    config.context_window = Some(1);
    config.max_tokens = Some(2);
    config.base_url = Some("https://acme.example".to_owned());
    config.headers = [("x".to_owned(), "y".to_owned())].into();
    config.thinking_level_map = BTreeMap::from([(ThinkingLevel::Max, None)]);
    config.canonical_model_id = Some(ModelId::new("large-2"));
    config.capabilities = BTreeMap::from([("promptCaching".to_owned(), true)]);
    config.params = map(json!({ "tier": "flex" }));
    check(
        &config,
        r#"{"id":"large","name":"Large","reasoning":false,"input":["text"],"cost":{"input":0.0,"cacheWrite1h":1.0},"contextWindow":1,"maxTokens":2,"baseUrl":"https://acme.example","headers":{"x":"y"},"thinkingLevelMap":{"max":null},"canonicalModelId":"large-2","capabilities":{"promptCaching":true},"params":{"tier":"flex"}}"#,
    );
}

#[test]
fn a_configured_provider_shows_only_what_is_written() {
    check(&ProviderConfig::default(), r#"{"timeouts":{}}"#);
    let mut config = ProviderConfig::default();
    config.base_url = Some("https://acme.example".to_owned());
    config.api = Some(Api::new("acme-chat"));
    config.auth = Some("key".to_owned());
    config.api_key = Some(Secret::new("hush"));
    config.headers = [("x".to_owned(), "y".to_owned())].into();
    config.timeouts =
        Timeouts { connect_ms: Some(1), first_event_ms: Some(2), idle_ms: Some(3), total_ms: Some(4) };
    config.region = Some("eu-central-1".to_owned());
    config.profile = Some("work".to_owned());
    config.role_arn = Some("arn:aws:iam::111122223333:role/x".to_owned());
    config.params = map(json!({ "tier": "flex" }));
    config.models = vec![ModelConfig::new("large")];
    check(
        &config,
        r#"{"baseUrl":"https://acme.example","api":"acme-chat","auth":"key","apiKey":"hush","headers":{"x":"y"},"timeouts":{"connectMs":1,"firstEventMs":2,"idleMs":3,"totalMs":4},"region":"eu-central-1","profile":"work","roleArn":"arn:aws:iam::111122223333:role/x","params":{"tier":"flex"},"models":[{"id":"large","cost":{}}]}"#,
    );
}

#[test]
fn options_show_only_what_is_set() {
    check_written(&StreamOptions::default(), r#"{"timeouts":{}}"#);
    let mut options = StreamOptions::default()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(10)
        .with_stop_sequences(["END"])
        .with_reasoning(ThinkingLevel::Low)
        .with_tool_choice(ToolChoice::Any)
        .with_output_schema(
            OutputSchema::new(json!({ "type": "object" })).with_name("n").with_description("d"),
        )
        .with_cache_retention(CacheRetention::Long)
        .with_request_metadata("team", "a")
        .with_param("serviceTier", "flex")
        .with_header("x", "y")
        .with_timeouts(Timeouts { idle_ms: Some(0), ..Timeouts::default() });
    options.headers.insert("z".to_owned(), None);
    let json = r#"{"temperature":0.5,"topP":0.9,"maxTokens":10,"stopSequences":["END"],"reasoning":"low","toolChoice":"any","outputSchema":{"name":"n","description":"d","schema":{"type":"object"}},"cacheRetention":"long","headers":{"x":"y","z":null},"requestMetadata":{"team":"a"},"params":{"serviceTier":"flex"},"timeouts":{"idleMs":0}}"#;
    check_written(&options, json);
    check_written(&serde_json::from_str::<StreamOptions>(json).unwrap(), json);
}

#[test]
fn user_messages_hold_every_block_of_theirs() {
    let blocks = vec![
        UserBlock::Text(Text::new("hi")),
        UserBlock::Image(Image { data: "aQ==".to_owned(), mime_type: "image/png".to_owned() }),
        UserBlock::Document(Document {
            data: "aQ==".to_owned(),
            mime_type: "application/pdf".to_owned(),
            name: Some("a".to_owned()),
            context: Some("b".to_owned()),
            citations: true,
        }),
        UserBlock::Video(Video { data: "aQ==".to_owned(), mime_type: "video/mp4".to_owned() }),
        UserBlock::Audio(Audio { data: "aQ==".to_owned(), mime_type: "audio/mpeg".to_owned() }),
        UserBlock::SearchResult(SearchResult {
            source: "s".to_owned(),
            title: "t".to_owned(),
            content: vec!["c".to_owned()],
            citations: false,
        }),
        UserBlock::GuardContent(GuardContent::new("g").with_qualifiers([
            GuardQualifier::GroundingSource,
            GuardQualifier::Query,
            GuardQualifier::GuardContent,
        ])),
        UserBlock::CachePoint(CachePoint { retention: Some(CacheRetention::Long) }),
    ];
    check(
        &Message::User(UserMessage {
            content: blocks,
            timestamp: Some(1),
            runtime_context: Some(json!(true)),
        }),
        r#"{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","data":"aQ==","mimeType":"image/png"},{"type":"document","data":"aQ==","mimeType":"application/pdf","name":"a","context":"b","citations":true},{"type":"video","data":"aQ==","mimeType":"video/mp4"},{"type":"audio","data":"aQ==","mimeType":"audio/mpeg"},{"type":"searchResult","source":"s","title":"t","content":["c"]},{"type":"guardContent","text":"g","qualifiers":["grounding_source","query","guard_content"]},{"type":"cachePoint","retention":"long"}],"timestamp":1,"runtimeContext":true}"#,
    );
}

#[test]
fn assistant_messages_hold_every_block_and_member_of_theirs() {
    let citation = Citation {
        title: Some("t".to_owned()),
        source: Some("s".to_owned()),
        source_content: vec!["c".to_owned()],
        location: Some(json!({ "page": 1 })),
    };
    let message = AssistantMessage {
        content: vec![
            AssistantBlock::Thinking(Thinking {
                thinking: "hm".to_owned(),
                thinking_signature: Some("sig".to_owned()),
                redacted: true,
            }),
            AssistantBlock::Text(Text {
                text: "hi".to_owned(),
                text_signature: Some("sig".to_owned()),
                citations: vec![citation],
            }),
            AssistantBlock::ToolCall(ToolCall {
                id: ToolCallId::new("1"),
                name: "add".to_owned(),
                arguments: map(json!({ "b": 1, "a": 2 })),
                arguments_error: Some("bad".to_owned()),
                thought_signature: Some("sig".to_owned()),
                namespace: Some("math".to_owned()),
                is_async: true,
            }),
            AssistantBlock::ServerToolCall(ServerToolCall {
                id: ToolCallId::new("2"),
                name: "search".to_owned(),
                arguments: map(json!({ "q": "crates" })),
            }),
            AssistantBlock::ServerToolResult(ServerToolResult {
                tool_call_id: ToolCallId::new("2"),
                kind: Some("search_result".to_owned()),
                content: vec![json!({ "text": "found" })],
                is_error: true,
            }),
            AssistantBlock::Image(Image { data: "aQ==".to_owned(), mime_type: "image/png".to_owned() }),
            AssistantBlock::CachePoint(CachePoint::default()),
        ],
        api: Some(Api::new("acme-chat")),
        provider: Some(ProviderId::new("acme")),
        model: Some(ModelId::new("large")),
        response_model: Some(ModelId::new("large-2")),
        response_id: Some("r".to_owned()),
        usage: Usage::default(),
        stop_reason: StopReason::Error,
        raw_stop_reason: Some("refusal".to_owned()),
        stop_sequence: Some("END".to_owned()),
        error_message: Some("no".to_owned()),
        diagnostics: vec![Diagnostic::new("code", "text").with("n", 1)],
        provider_metadata: map(json!({ "metrics": { "latencyMs": 3 } })),
        timestamp: Some(1),
        duration_ms: Some(2),
    };
    check(
        &Message::Assistant(message.clone()),
        r#"{"role":"assistant","content":[{"type":"thinking","thinking":"hm","thinkingSignature":"sig","redacted":true},{"type":"text","text":"hi","textSignature":"sig","citations":[{"title":"t","source":"s","sourceContent":["c"],"location":{"page":1}}]},{"type":"toolCall","id":"1","name":"add","arguments":{"b":1,"a":2},"argumentsError":"bad","thoughtSignature":"sig","namespace":"math","async":true},{"type":"serverToolCall","id":"2","name":"search","arguments":{"q":"crates"}},{"type":"serverToolResult","toolCallId":"2","kind":"search_result","content":[{"text":"found"}],"isError":true},{"type":"image","data":"aQ==","mimeType":"image/png"},{"type":"cachePoint"}],"api":"acme-chat","provider":"acme","model":"large","responseModel":"large-2","responseId":"r","usage":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"totalTokens":0,"cost":{"input":0.0,"output":0.0,"cacheRead":0.0,"cacheWrite":0.0,"total":0.0}},"stopReason":"error","rawStopReason":"refusal","stopSequence":"END","errorMessage":"no","diagnostics":[{"type":"code","message":"text","n":1}],"providerMetadata":{"metrics":{"latencyMs":3}},"timestamp":1,"durationMs":2}"#,
    );
    let json = serde_json::to_string(&message).unwrap();
    assert_eq!(serde_json::from_str::<AssistantMessage>(&json).unwrap(), message);
}

#[test]
fn tool_results_hold_every_member_of_theirs() {
    check(
        &Message::ToolResult(ToolResultMessage {
            tool_call_id: ToolCallId::new("1"),
            tool_name: "add".to_owned(),
            content: vec![
                ToolResultBlock::Text(Text::new("3")),
                ToolResultBlock::Image(Image { data: String::new(), mime_type: "image/gif".to_owned() }),
                ToolResultBlock::Document(Document::default()),
                ToolResultBlock::Video(Video::default()),
                ToolResultBlock::Audio(Audio::default()),
                ToolResultBlock::SearchResult(SearchResult { citations: true, ..SearchResult::default() }),
                ToolResultBlock::CachePoint(CachePoint { retention: Some(CacheRetention::None) }),
            ],
            is_error: true,
            details: Some(json!([1])),
            timestamp: Some(1),
        }),
        r#"{"role":"toolResult","toolCallId":"1","toolName":"add","content":[{"type":"text","text":"3"},{"type":"image","data":"","mimeType":"image/gif"},{"type":"document","data":"","mimeType":""},{"type":"video","data":"","mimeType":""},{"type":"audio","data":"","mimeType":""},{"type":"searchResult","source":"","title":"","content":[],"citations":true},{"type":"cachePoint","retention":"none"}],"isError":true,"details":[1],"timestamp":1}"#,
    );
}

#[test]
fn token_counts_say_whether_they_are_guesses() {
    check(&TokenCount::counted(3), r#"{"inputTokens":3,"estimated":false}"#);
    check(&TokenCount::estimated(4), r#"{"inputTokens":4,"estimated":true}"#);
}

#[test]
fn contexts_hold_prompt_messages_and_tools() {
    check(&Context::default(), r#"{"messages":[]}"#);
    check(
        &Context::new([Message::user("hi")]).with_system_prompt("Be brief.").with_tools([Tool::new(
            "now",
            "",
            json!({}),
        )]),
        r#"{"systemPrompt":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"tools":[{"name":"now","description":"","parameters":{}}]}"#,
    );
}
