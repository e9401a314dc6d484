//! Any history on any model: accepted by the service, or refused before it is sent with the message and the rule.

use std::sync::LazyLock;

use clawdia_bedrock_models as facts;
use clawdia_core::{
    CacheRetention, Context, ErrorKind, StreamOptions, Strictness, ThinkingLevel, Tool, ToolChoice,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::fixture::{Bedrock, Outcome};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static BEDROCK: LazyLock<Bedrock> = LazyLock::new(|| RUNTIME.block_on(Bedrock::start()));

/// The models of the table that can be called from the emulator's region and write text.
static MODELS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let callable = |facts: &&facts::ModelFacts| {
        let here = facts.geography.is_none_or(|geography| matches!(geography.as_str(), "us" | "global"));
        // The table knows a few ids whose profile nobody lists.
        let routed = !facts.served_only_through_profile()
            || facts::home_profile(facts.id, "us-east-1").is_some_and(|id| facts::find(&id).unwrap().exact);
        // And a few that are other spellings of an id.
        let spelled = facts.geography.is_some() || facts.id == facts.base_id;
        here && routed && spelled && !facts.end_of_life
    };
    facts::all().iter().filter(callable).map(|facts| facts.id).collect()
});

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6} [a-z]{1,6}[ .!]{0,2}",
        1 => Just(String::new()),
        1 => Just(" \n".to_owned()),
        1 => Just("😀 é\u{0}".to_owned()),
    ]
}

fn media() -> impl Strategy<Value = Value> {
    select(vec![
        json!({ "type": "image", "data": PNG, "mimeType": "image/png" }),
        json!({ "type": "image", "data": GIF, "mimeType": "IMAGE/JPEG; q=1" }),
        json!({ "type": "document", "data": "SGVsbG8gd29ybGQ=", "mimeType": "text/plain", "name": "notes_1.txt" }),
        json!({ "type": "document", "data": "JVBERi0xLjQK", "mimeType": "application/pdf" }),
        json!({ "type": "video", "data": "AAAAIGZ0eXBpc29t", "mimeType": "VIDEO/MP4; codecs=x" }),
        json!({ "type": "audio", "data": "AAAA", "mimeType": "audio/mpeg" }),
        json!({ "type": "searchResult", "source": "https://x.example", "title": "X", "content": ["found", " "] }),
        json!({ "type": "cachePoint" }),
        json!({ "type": "cachePoint", "retention": "long" }),
    ])
}

fn said() -> impl Strategy<Value = Value> {
    let block = prop_oneof![
        3 => text().prop_map(|text| json!({ "type": "text", "text": text })),
        1 => media(),
    ];
    prop_oneof![
        text().prop_map(Value::from),
        prop::collection::vec(block, 0..4).prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn call_id() -> impl Strategy<Value = String> {
    let ids = ["a", "b", "tooluse_1", "call|fc+/=", "", "AbC123xyZ"].map(str::to_owned);
    select(ids.into_iter().chain(["x".repeat(90)]).collect::<Vec<_>>())
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["read", "write", "no such tool", "", "with-hyphen"])
}

fn call() -> impl Strategy<Value = Value> {
    let arguments = select(vec![
        json!({}),
        json!({ "path": "x", "n": [1, -2.5, null] }),
        json!({ "": 1, "a": { "": [{ "": 2 }] } }),
        json!("{\"x\":1}"),
        json!("oops"),
        json!([1]),
    ]);
    (call_id(), name(), arguments).prop_map(
        |(id, name, arguments)| json!({ "type": "toolCall", "id": id, "name": name, "arguments": arguments }),
    )
}

fn thinking() -> impl Strategy<Value = Value> {
    (text(), select(vec![None, Some("c2lnbmF0dXJl"), Some("no base64!")]), any::<bool>()).prop_map(
        |(thinking, signature, redacted)| {
            json!({ "type": "thinking", "thinking": thinking, "thinkingSignature": signature, "redacted": redacted })
        },
    )
}

fn answered() -> impl Strategy<Value = Value> {
    let block = prop_oneof![
        3 => text().prop_map(|text| json!({ "type": "text", "text": text })),
        3 => call(),
        1 => thinking(),
        1 => Just(json!({ "type": "image", "data": PNG, "mimeType": "image/png" })),
        1 => Just(json!({ "type": "cachePoint" })),
    ];
    let reason = select(vec!["stop", "toolUse", "length", "error", "aborted"]);
    // Of another provider: a signature nobody made could not be replayed to the model that is asked.
    (prop::collection::vec(block, 0..5), reason).prop_map(|(content, reason)| {
        json!({ "role": "assistant", "content": content, "stopReason": reason, "provider": "elsewhere" })
    })
}

fn unsigned() -> impl Strategy<Value = Value> {
    text().prop_map(|text| {
        json!({ "role": "assistant", "content": [
            { "type": "thinking", "thinking": text },
            { "type": "text", "text": "own words" },
        ] })
    })
}

fn message() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (said(), any::<bool>()).prop_map(|(content, volatile)| {
            let mut message = json!({ "role": "user", "content": content });
            if volatile {
                message["runtimeContext"] = json!({});
            }
            message
        }),
        3 => answered(),
        1 => unsigned(),
        3 => (call_id(), name(), said(), any::<bool>()).prop_map(|(id, name, content, error)| {
            json!({ "role": "toolResult", "toolCallId": id, "toolName": name, "content": content, "isError": error })
        }),
        1 => text().prop_map(|text| json!({ "role": "system", "content": text })),
    ]
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let read = Tool::new(
        "read",
        "Reads a file.",
        json!({ "type": "object", "properties": { "path": { "type": "string" } } }),
    );
    let bare = Tool::new("bare", " ", json!({ "properties": {} }));
    let strict = read.clone().with_strict(Strictness::Prefer);
    select(vec![vec![], vec![read.clone()], vec![read, bare.clone()], vec![strict, bare]])
}

fn options() -> impl Strategy<Value = StreamOptions> {
    (
        prop::option::of(select(ThinkingLevel::ALL.to_vec())),
        prop::option::of(select(vec![0.0, 0.7, 1.0])),
        prop::option::of(select(vec![1, 600, 3_000, 1_000_000])),
        prop::option::of(select(vec![
            ToolChoice::Auto,
            ToolChoice::Any,
            ToolChoice::None,
            ToolChoice::Tool("read".to_owned()),
        ])),
        prop::option::of(select(vec![CacheRetention::None, CacheRetention::Short, CacheRetention::Long])),
        any::<bool>(),
    )
        .prop_map(|(reasoning, temperature, max_tokens, tool_choice, cache_retention, stops)| {
            let mut options = StreamOptions::default();
            options.reasoning = reasoning;
            options.temperature = temperature;
            options.max_tokens = max_tokens;
            options.tool_choice = tool_choice;
            options.cache_retention = cache_retention;
            if stops {
                options.stop_sequences = vec!["ZZZ".to_owned()];
            }
            options
        })
}

/// An outcome that shows no request the service would refuse.
fn is_fine(outcome: &Outcome) -> bool {
    match &outcome.error {
        None => true,
        // Refused by us: an answer of the service has a status.
        Some(error) => {
            error.kind() == ErrorKind::InvalidRequest
                && error.status().is_none()
                && (error.message().contains("context.") || error.message().contains("options."))
        }
    }
}

/// The non-blank texts that users and models said, in order; failed turns and results left out.
fn spoken(history: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for message in history["messages"].as_array().unwrap() {
        let failed = matches!(message["stopReason"].as_str(), Some("error" | "aborted"));
        if failed || !matches!(message["role"].as_str(), Some("user" | "assistant")) {
            continue;
        }
        match &message["content"] {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(blocks) => {
                texts.extend(
                    blocks
                        .iter()
                        .filter(|block| block["type"] == "text")
                        .map(|block| block["text"].as_str().unwrap().to_owned()),
                );
            }
            _ => {}
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

fn sent_texts(body: &Value) -> Vec<String> {
    let turns = body["messages"].as_array().unwrap().iter();
    let blocks = turns.flat_map(|turn| turn["content"].as_array().unwrap());
    blocks.filter_map(|block| block["text"].as_str()).map(str::to_owned).collect()
}

fn is_subsequence(texts: &[String], of: &[String]) -> bool {
    let mut rest = of.iter();
    // The end of an answer that is to be continued loses its trailing blanks.
    texts.iter().all(|text| rest.any(|sent| sent == text || sent == text.trim_end()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_history_on_any_model_is_accepted_or_refused_before_it_is_sent(
        model in select(MODELS.clone()),
        messages in prop::collection::vec(message(), 0..9),
        system in prop::option::of(text()),
        tools in tools(),
        options in options(),
    ) {
        let history = json!({ "systemPrompt": system, "messages": messages });
        let mut context: Context = serde_json::from_value(history.clone()).unwrap();
        context.tools = tools;
        let outcome = RUNTIME.block_on(BEDROCK.ask_with(model, &context, &options));
        prop_assert!(is_fine(&outcome), "{model}: {:?}", outcome.error);
        if outcome.error.is_none() {
            let body = BEDROCK.sent();
            let (spoken, sent) = (spoken(&history), sent_texts(&body));
            prop_assert!(is_subsequence(&spoken, &sent), "{spoken:?} in {sent:?}");
        }
    }
}
