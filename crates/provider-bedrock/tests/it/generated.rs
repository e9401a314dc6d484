//! Conversations of any kind, for the tests that hold the provider to its promises on all of them.
//!
//! Separate from those tests because they share it, and because what a history may hold is a catalogue of its own.

use std::sync::LazyLock;

use clawdia_bedrock_models as facts;
use clawdia_core::{Strictness, Tool};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// One runtime for all cases: starting one takes longer than a case.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// The models of the table that can be called from the emulator's region and write text.
pub(crate) static MODELS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
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

/// So many cases as a rule; `PROPTEST_CASES` asks for others.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(usual),
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(crate) fn text() -> impl Strategy<Value = String> {
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
        json!({ "type": "document", "data": "SGVsbG8=", "mimeType": "text/plain", "citations": true, "context": "" }),
        json!({ "type": "document", "data": "YSxiCjEsMg==", "mimeType": "text/csv", "citations": true, "context": "rows" }),
        json!({ "type": "document", "data": "JVBERi0xLjQK", "mimeType": "application/pdf", "citations": true }),
        json!({ "type": "video", "data": "AAAAIGZ0eXBpc29t", "mimeType": "VIDEO/MP4; codecs=x" }),
        json!({ "type": "audio", "data": "AAAA", "mimeType": "audio/mpeg" }),
        json!({ "type": "searchResult", "source": "https://x.example", "title": "X", "content": ["found", " "] }),
        json!({ "type": "searchResult", "source": "", "title": "", "content": ["found"], "citations": true }),
        json!({ "type": "searchResult", "source": "s", "title": "t", "content": [" "], "citations": true }),
        json!({ "type": "cachePoint" }),
        json!({ "type": "cachePoint", "retention": "long" }),
    ])
}

fn plain() -> impl Strategy<Value = Value> {
    text().prop_map(|text| json!({ "type": "text", "text": text }))
}

fn guarded() -> impl Strategy<Value = Value> {
    let qualifiers = prop::collection::vec(select(vec!["grounding_source", "query", "guard_content"]), 0..3);
    (text(), qualifiers).prop_map(
        |(text, qualifiers)| json!({ "type": "guardContent", "text": text, "qualifiers": qualifiers }),
    )
}

/// What a message holds, in each of the forms in which hosts store it.
fn content(block: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => text().prop_map(Value::from),
        3 => prop::collection::vec(block, 0..4).prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn call_id() -> impl Strategy<Value = String> {
    let ids = ["a", "b", "tooluse_1", "call|fc+/=", "", "AbC123xyZ", "tooluse.1:2"].map(str::to_owned);
    select(ids.into_iter().chain(["x".repeat(90)]).collect::<Vec<_>>())
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["read", "write", "no such tool", "", "with-hyphen", "nova_grounding"])
}

fn arguments() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!({ "path": "x", "n": [1, -2.5, null] }),
        json!({ "": 1, "a": { "": [{ "": 2 }] } }),
        json!("{\"x\":1}"),
        json!("oops"),
        json!([1]),
    ])
}

fn call() -> impl Strategy<Value = Value> {
    (call_id(), name(), arguments()).prop_map(
        |(id, name, arguments)| json!({ "type": "toolCall", "id": id, "name": name, "arguments": arguments }),
    )
}

/// Calls of the service's own tools and their results: alone, together, twice, or the wrong way round.
fn server_tools() -> impl Strategy<Value = Vec<Value>> {
    let piece = select(vec![
        json!({ "text": "found" }),
        json!({ "text": " " }),
        json!({ "json": { "hits": 1, "": 2 } }),
        json!({ "json": [1] }),
        json!({ "text": "a", "json": {} }),
        json!({ "foreign": 1 }),
        json!({}),
        json!("plain"),
        Value::Null,
    ]);
    let pieces = prop::collection::vec(piece, 0..3);
    let kind = select(vec![None, Some("nova_grounding_result"), Some("")]);
    let order = select(vec!["c", "r", "cr", "rc", "ccr", "crr", "crcr"]);
    (call_id(), name(), arguments(), pieces, kind, any::<bool>(), order).prop_map(
        |(id, name, arguments, pieces, kind, error, order)| {
            let call = json!({ "type": "serverToolCall", "id": id, "name": name, "arguments": arguments });
            let mut result = json!({
                "type": "serverToolResult", "toolCallId": id, "content": pieces, "isError": error,
            });
            if let Some(kind) = kind {
                result["kind"] = kind.into();
            }
            order.chars().map(|which| if which == 'c' { call.clone() } else { result.clone() }).collect()
        },
    )
}

fn thinking() -> impl Strategy<Value = Value> {
    (text(), select(vec![None, Some("c2lnbmF0dXJl"), Some("no base64!")]), any::<bool>()).prop_map(
        |(thinking, signature, redacted)| {
            json!({ "type": "thinking", "thinking": thinking, "thinkingSignature": signature, "redacted": redacted })
        },
    )
}

/// Where something is cited from: in the service's forms, nearly so, and in those of others.
fn location() -> impl Strategy<Value = Value> {
    select(vec![
        json!({ "web": { "url": "https://x.example", "domain": "x.example" } }),
        json!({ "web": {} }),
        json!({ "documentChar": { "documentIndex": 0, "start": 0, "end": 5 } }),
        json!({ "documentPage": { "documentIndex": 0, "start": 1, "end": 2 } }),
        json!({ "documentChunk": { "documentIndex": 0, "start": 0 } }),
        json!({ "searchResultLocation": { "searchResultIndex": 0, "start": 0, "end": 1 } }),
        json!({ "searchResultLocation": { "documentIndex": 0 } }),
        json!({ "documentChar": { "start": -1 } }),
        json!({ "documentChar": { "start": "1" } }),
        json!({ "documentChar": { "start": 1.5 } }),
        json!({ "documentPage": { "page": 1 } }),
        json!({ "documentChar": null }),
        json!({ "web": { "url": 1 } }),
        json!({ "web": {}, "documentChar": {} }),
        json!({ "type": "url_citation", "url": "https://x.example" }),
        json!({}),
        json!([]),
        json!("page 1"),
        Value::Null,
    ])
}

fn citation() -> impl Strategy<Value = Value> {
    let named = || prop::option::of(text());
    let passages = prop::option::of(prop::collection::vec(text(), 0..3));
    (named(), named(), passages, prop::option::of(location())).prop_map(
        |(title, source, passages, location)| {
            let mut citation = json!({});
            for (name, value) in
                [("title", json!(title)), ("source", json!(source)), ("sourceContent", json!(passages))]
            {
                if !value.is_null() {
                    citation[name] = value;
                }
            }
            if let Some(location) = location {
                citation["location"] = location;
            }
            citation
        },
    )
}

fn cited() -> impl Strategy<Value = Value> {
    (text(), prop::collection::vec(citation(), 0..3))
        .prop_map(|(text, citations)| json!({ "type": "text", "text": text, "citations": citations }))
}

/// A model's message without thinking: a signature nobody made could not be replayed to the model that is asked, so only
/// other models think here, and the one that is asked does so unsigned.
fn answered(thinking: BoxedStrategy<Value>) -> impl Strategy<Value = Vec<Value>> {
    let one = |block: BoxedStrategy<Value>| block.prop_map(|block| vec![block]).boxed();
    let blocks = prop_oneof![
        3 => one(plain().boxed()),
        1 => one(cited().boxed()),
        3 => one(call().boxed()),
        1 => one(thinking),
        1 => server_tools(),
        1 => one(Just(json!({ "type": "image", "data": PNG, "mimeType": "image/png" })).boxed()),
        1 => one(Just(json!({ "type": "cachePoint" })).boxed()),
    ];
    prop::collection::vec(blocks, 0..5).prop_map(|blocks| blocks.concat())
}

fn assistant() -> impl Strategy<Value = Value> {
    let unsigned = text().prop_map(|text| json!({ "type": "thinking", "thinking": text })).boxed();
    let content = prop_oneof![
        (answered(thinking().boxed()), Just(Some("elsewhere"))),
        (answered(unsigned), Just(None)),
    ];
    let reason = select(vec!["stop", "stop", "toolUse", "toolUse", "length", "error", "aborted"]);
    (content, reason, any::<bool>()).prop_map(|((content, provider), reason, more)| {
        let mut message = json!({ "role": "assistant", "content": content, "stopReason": reason });
        if let Some(provider) = provider {
            message["provider"] = provider.into();
        }
        if more {
            message["stopSequence"] = "ZZZ".into();
            message["rawStopReason"] = "stop_sequence".into();
            message["providerMetadata"] = json!({ "trace": { "guardrail": {} }, "": [null] });
        }
        message
    })
}

pub(crate) fn message() -> impl Strategy<Value = Value> {
    let said = || prop_oneof![3 => plain(), 1 => media(), 1 => guarded()];
    let returned = || prop_oneof![3 => plain(), 1 => media()];
    prop_oneof![
        3 => (content(said()), any::<bool>()).prop_map(|(content, volatile)| {
            let mut message = json!({ "role": "user", "content": content });
            if volatile {
                message["runtimeContext"] = json!({});
            }
            message
        }),
        4 => assistant(),
        3 => (call_id(), name(), content(returned()), any::<bool>()).prop_map(|(id, name, content, error)| {
            json!({ "role": "toolResult", "toolCallId": id, "toolName": name, "content": content, "isError": error })
        }),
        1 => text().prop_map(|text| json!({ "role": "system", "content": text })),
    ]
}

pub(crate) fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let read = Tool::new(
        "read",
        "Reads a file.",
        json!({ "type": "object", "properties": { "path": { "type": "string" } } }),
    );
    let bare = Tool::new("bare", " ", json!({ "properties": {} }));
    let strict = read.clone().with_strict(Strictness::Prefer);
    let odd = Tool::new("structured output", "", json!({ "type": "object", "properties": { "a b": true } }));
    let nameless = Tool::new("nameless", "", json!({ "type": "object", "properties": { "": true } }));
    prop_oneof![
        20 => select(vec![vec![], vec![read.clone()], vec![read, bare.clone(), odd], vec![strict, bare]]),
        1 => Just(vec![nameless]),
    ]
}

/// Schemas of an answer: closed and open, nested, with alternatives, references and constraints.
pub(crate) fn schema() -> impl Strategy<Value = Value> {
    let leaf = select(vec![
        json!({ "type": "string", "minLength": 1 }),
        json!({ "type": ["integer", "null"], "maximum": 3 }),
        json!({ "enum": ["a", { "b": 1 }] }),
        json!({ "const": 1 }),
        json!({ "$ref": "#/$defs/node" }),
        json!({ "$ref": "#" }),
        json!({ "$ref": "https://x.example/schema.json" }),
        json!({ "pattern": "^(?=a)b\\1$", "type": "string" }),
        json!({}),
        json!(true),
    ]);
    let inner = leaf.prop_recursive(3, 12, 3, |inner| {
        let open = select(vec![Value::Null, json!(false), json!(true), json!({ "type": "string" })]);
        let object = (prop::collection::vec(inner.clone(), 0..3), open, any::<bool>()).prop_map(
            |(members, open, typed)| {
                let mut schema = json!({ "properties": {} });
                for (index, member) in members.into_iter().enumerate() {
                    schema["properties"][["a", "b c", ""][index]] = member;
                }
                if typed {
                    schema["type"] = "object".into();
                    schema["required"] = json!(["a"]);
                }
                if !open.is_null() {
                    schema["additionalProperties"] = open;
                }
                schema
            },
        );
        let keywords = select(vec!["anyOf", "allOf", "oneOf", "prefixItems"]);
        let several = (keywords, prop::collection::vec(inner.clone(), 0..3))
            .prop_map(|(keyword, schemas)| json!({ (keyword): schemas }));
        let list = (inner, any::<bool>()).prop_map(|(items, constrained)| {
            let mut schema = json!({ "type": "array", "items": items });
            if constrained {
                schema["minItems"] = 2.into();
            }
            schema
        });
        prop_oneof![3 => object, 1 => several, 1 => list]
    });
    (inner, select(vec![0, 1, 2, 2, 2])).prop_map(|(schema, more)| match (schema, more) {
        (Value::Object(mut members), 1) => {
            members.insert(
                "$defs".to_owned(),
                json!({ "node": { "type": "object", "properties": {
                "next": { "$ref": "#/$defs/node" },
            } } }),
            );
            Value::Object(members)
        }
        (Value::Object(mut members), 2) => {
            members.insert("type".to_owned(), json!("object"));
            Value::Object(members)
        }
        (schema, _) => schema,
    })
}
