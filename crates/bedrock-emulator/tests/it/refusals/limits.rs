//! Size, format, tier and guardrail.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

fn words(count: usize) -> Value {
    prompt(&"word".repeat(count))
}

pub(super) fn cases() -> Vec<Case> {
    let hi = |members: Value| with(prompt("Hi"), members);
    let paths = |path: &str| hi(json!({ "additionalModelResponseFieldPaths": [path] }));
    let tier = |tier: &str| hi(json!({ "serviceTier": { "type": tier } }));
    let guardrail = |id: &str, version: &str| {
        hi(json!({ "guardrailConfig": { "guardrailIdentifier": id, "guardrailVersion": version } }))
    };
    let output = |schema: &str| {
        let structure = json!({ "jsonSchema": { "schema": schema } });
        hi(json!({ "outputConfig": { "textFormat": { "type": "json_schema", "structure": structure } } }))
    };
    let closed = r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#;
    let cited = |enabled: bool| {
        let mut document = document("a");
        document["document"]["citations"] = json!({ "enabled": enabled });
        document
    };
    let large = |megabytes: usize| {
        let bytes = base64(&vec![b'x'; megabytes * 1024 * 1024]);
        let document = json!({ "document": { "format": "pdf", "name": "a", "source": { "bytes": bytes } } });
        conversation([user([text("See"), document])])
    };
    let mut cases: Vec<Case> = ["delta", "/a~2", "/a~"]
        .into_iter()
        .map(|path| {
            let text = format!(
                "The value '{path}' in additionalModelResponseFieldPaths is not a valid JSON Pointer."
            );
            refused("response-paths", SONNET_4_5, paths(path), &text, paths("/delta/a~1b~0c"))
        })
        .collect();
    cases.extend([
        refused("service-tier", NOVA, tier("reserved"), "Reservation not found.", tier("flex")),
        refused(
            "service-tier",
            "us.anthropic.claude-opus-5",
            tier("priority"),
            "The provided service tier is invalid for this model.",
            tier("default"),
        ),
        refused(
            "latency",
            SONNET_4_5,
            hi(json!({ "performanceConfig": { "latency": "optimized" } })),
            &format!("Latency performance configuration is not supported for {} in us-east-1", &SONNET_4_5[3..]),
            hi(json!({ "performanceConfig": { "latency": "standard" } })),
        ),
        refused(
            "latency",
            "amazon.nova-pro-v1:0",
            hi(json!({ "performanceConfig": { "latency": "optimized" } })),
            "Latency performance configuration is not supported for amazon.nova-pro-v1:0 in us-east-1",
            prompt("Hi"),
        ),
        refused(
            "guardrail",
            SONNET_4_5,
            guardrail("zzz", "1"),
            "The provided guardrail identifier is invalid.",
            guardrail("abc123", "DRAFT"),
        ),
        refused_by_model(
            "output-format",
            OPUS_4_7,
            output(closed),
            "output_config.format: Extra inputs are not permitted",
            prompt("Hi"),
        ),
        refused(
            "output-format",
            NOVA,
            output(closed),
            "This model doesn't support the outputConfig field.",
            prompt("Hi"),
        ),
        refused_by_model(
            "output-schema",
            SONNET_4_5,
            output(r#"{"type":"object"}"#),
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
            output(closed),
        ),
        refused(
            "output-schema",
            SONNET_4_5,
            output("{"),
            "The format of the value at outputConfig.textFormat.structure.jsonSchema.schema is invalid.",
            output(closed),
        ),
        refused_by_model(
            "output-citations",
            SONNET_4_5,
            with(output(closed), conversation([user([text("See"), cited(true)])])),
            "Citations cannot be enabled when output format is set",
            with(output(closed), conversation([user([text("See"), cited(false)])])),
        ),
        refused(
            "body-size",
            "us.anthropic.claude-opus-4-7",
            large(16),
            "Input is too long for requested model.",
            large(2),
        ),
        refused(
            "context-window",
            SONNET_4_5,
            words(200_000),
            "Input is too long for requested model.",
            words(199_000),
        ),
        refused_by_model(
            "context-window",
            OPUS_4_1,
            words(200_000),
            "prompt is too long: 200001 tokens > 200000 maximum",
            words(190_000),
        ),
        refused_by_model(
            "context-window",
            OPUS_4_1,
            with(words(190_000), json!({ "inferenceConfig": { "maxTokens": 10_000 } })),
            "input length and `max_tokens` exceed context limit: 190001 + 10000 > 200000, decrease input length or \
             `max_tokens` and try again",
            with(words(190_000), json!({ "inferenceConfig": { "maxTokens": 9_000 } })),
        ),
        refused_by_model(
            "context-window",
            MISTRAL,
            words(32_000),
            "This model's maximum context length is 32000 tokens.",
            words(31_000),
        ),
        refused_by_model("context-window", "amazon.nova-micro-v1:0", words(128_000), "Input Tokens Exceeded", prompt("Hi")),
    ]);
    cases
}
