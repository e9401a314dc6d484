//! Cache points.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

fn point(lifetime: &str) -> Value {
    json!({ "cachePoint": { "type": "default", "ttl": lifetime } })
}

fn ending(blocks: impl IntoIterator<Item = Value>) -> Value {
    conversation([user(blocks)])
}

fn system(blocks: impl IntoIterator<Item = Value>) -> Value {
    with(prompt("Hi"), json!({ "system": blocks.into_iter().collect::<Vec<_>>() }))
}

pub(super) fn cases() -> Vec<Case> {
    let pointed = || ending([text("Hi"), cache_point()]);
    let forbidden = |model| {
        let mut case = refused(
            "cache-supported",
            model,
            pointed(),
            "You invoked an unsupported model or your request did not allow prompt caching.",
            prompt("Hi"),
        );
        case.status = 403;
        case.exception = "AccessDeniedException";
        case
    };
    let points = |count: usize| {
        let blocks = (0..count).flat_map(|index| [text(&format!("Part {index}")), cache_point()]);
        with(ending(blocks), json!({}))
    };
    let after_reasoning =
        |blocks: Vec<Value>| conversation([user([text("Hi")]), assistant(blocks), user([text("So?")])]);
    let pair = |first: &str, second: &str| {
        with(ending([text("Hi"), point(second)]), json!({ "system": [text("Be kind."), point(first)] }))
    };
    let document = |format: &str| json!({ "document": { "format": format, "name": "a", "source": { "bytes": base64(b"words") } } });
    let tools_with = |points: Vec<Value>| {
        let tools: Vec<Value> = [tool("a")].into_iter().chain(points).collect();
        with(prompt("Hi"), json!({ "toolConfig": { "tools": tools } }))
    };
    let fast = |request: Value| with(request, json!({ "performanceConfig": { "latency": "optimized" } }));
    vec![
        refused_by_model(
            "cache-latency",
            HAIKU_3_5,
            fast(system([text("Be kind."), cache_point()])),
            "system.0.cache_control: Extra inputs are not permitted",
            fast(system([text("Be kind.")])),
        ),
        refused(
            "cache-point-supported",
            GPT_OSS,
            pointed(),
            "This model doesn't support the cachePoint field.",
            prompt("Hi"),
        ),
        forbidden(MISTRAL),
        forbidden("anthropic.claude-3-5-sonnet-20240620-v1:0"),
        refused(
            "cache-after-reasoning",
            SONNET_4_5,
            after_reasoning(vec![
                text("Yes"),
                json!({ "reasoningContent": { "reasoningText": { "text": "", "signature": "" } } }),
                cache_point(),
            ]),
            "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
            after_reasoning(vec![text("Yes"), cache_point()]),
        ),
        refused(
            "cache-something",
            SONNET_4_5,
            ending([cache_point(), text("Hi")]),
            "There is nothing available to cache.",
            pointed(),
        ),
        refused(
            "cache-something",
            NOVA,
            system([cache_point()]),
            "There is nothing available to cache.",
            system([text("Be kind."), cache_point()]),
        ),
        refused(
            "cache-something",
            SONNET_4_5,
            ending([text("Hi"), cache_point(), cache_point()]),
            "There is nothing available to cache.",
            ending([text("Hi"), cache_point(), text("So"), cache_point()]),
        ),
        refused(
            "cache-something",
            NOVA,
            system([text("Be kind."), cache_point(), text("Be brief."), cache_point(), cache_point()]),
            "There is nothing available to cache.",
            system([text("Be kind."), cache_point(), text("Be brief."), cache_point()]),
        ),
        refused(
            "cache-something",
            OPUS_4_1,
            tools_with(vec![cache_point(), cache_point()]),
            "There is nothing available to cache.",
            tools_with(vec![cache_point()]),
        ),
        refused_by_model(
            "tool-cache-nova",
            NOVA,
            tools_with(vec![cache_point()]),
            "Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted, please reformat \
             your input and try again.",
            tools_with(Vec::new()),
        ),
        refused_by_model(
            "cache-four",
            SONNET_4_5,
            points(5),
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
            points(4),
        ),
        refused_by_model(
            "cache-ttl-order",
            SONNET_4_5,
            pair("5m", "1h"),
            "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' \
             cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
            pair("1h", "5m"),
        ),
        refused_by_model(
            "cache-ttl-supported",
            OPUS_4_1,
            ending([text("Hi"), point("1h")]),
            "messages.0.content.0.cache_control.ephemeral.ttl: Extra inputs are not permitted",
            ending([text("Hi"), point("5m")]),
        ),
        refused_by_model(
            "cache-ttl-supported",
            NOVA,
            ending([text("Hi"), point("5m")]),
            "Malformed input request: extraneous key [ttl] is not permitted",
            pointed(),
        ),
        refused_by_model(
            "cache-after-document",
            SONNET_4_5,
            ending([text("Hi"), document("txt"), cache_point()]),
            "messages.0.content.2.type: Field required",
            ending([text("Hi"), document("pdf"), cache_point()]),
        ),
    ]
}
