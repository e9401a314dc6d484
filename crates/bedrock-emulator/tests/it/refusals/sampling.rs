//! Sampling, limits of the answer, additional fields.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

fn inference(config: Value) -> Value {
    with(prompt("Hi"), json!({ "inferenceConfig": config }))
}

fn fields(fields: Value) -> Value {
    with(prompt("Hi"), json!({ "additionalModelRequestFields": fields }))
}

pub(super) fn cases() -> Vec<Case> {
    let high_effort = |inference: Value| {
        let config = json!({ "type": "enabled", "maxReasoningEffort": "high" });
        with(fields(json!({ "reasoningConfig": config })), inference)
    };
    vec![
        refused(
            "stop-sequences-supported",
            GPT_OSS,
            inference(json!({ "stopSequences": ["END"] })),
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
            inference(json!({ "stopSequences": [] })),
        ),
        refused(
            "max-tokens-limit",
            OPUS_4_1,
            inference(json!({ "maxTokens": 32001 })),
            "The maximum tokens you requested exceeds the model limit of 32000. Try again with a maximum tokens value \
             that is lower than 32000.",
            inference(json!({ "maxTokens": 32000 })),
        ),
        refused_by_model(
            "stop-sequences-visible",
            SONNET_4_5,
            inference(json!({ "stopSequences": ["END", "\n\n"] })),
            "stop_sequences: each stop sequence must contain non-whitespace",
            inference(json!({ "stopSequences": ["END", "\n\nHuman:"] })),
        ),
        refused_by_model(
            "max-tokens-least",
            GPT_6,
            inference(json!({ "maxTokens": 15 })),
            "Invalid 'max_output_tokens': integer below minimum value.",
            inference(json!({ "maxTokens": 16 })),
        ),
        refused_by_model(
            "max-tokens-high-effort",
            NOVA_2,
            high_effort(json!({ "inferenceConfig": { "maxTokens": 1000 } })),
            "maxTokens must be unset when maxReasoningEffort is set to high.",
            high_effort(json!({})),
        ),
        refused_by_model(
            "sampling-high-effort",
            NOVA_2,
            high_effort(json!({ "inferenceConfig": { "temperature": 0.5 } })),
            "temperature must be unset when maxReasoningEffort is set to high.",
            inference(json!({ "temperature": 0.5 })),
        ),
        refused_by_model(
            "sampling-high-effort",
            NOVA_2,
            high_effort(json!({ "inferenceConfig": { "topP": 0.5 } })),
            "topP must be unset when maxReasoningEffort is set to high.",
            high_effort(json!({ "inferenceConfig": { "stopSequences": ["END"] } })),
        ),
        refused_by_model(
            "sampling-removed",
            OPUS_4_7,
            inference(json!({ "temperature": 1 })),
            "`temperature` is deprecated for this model.",
            inference(json!({ "maxTokens": 100 })),
        ),
        refused_by_model(
            "sampling-removed",
            OPUS_4_7,
            inference(json!({ "topP": 1 })),
            "`top_p` is deprecated for this model.",
            prompt("Hi"),
        ),
        refused_by_model(
            "sampling-removed",
            OPUS_4_7,
            fields(json!({ "top_k": 1 })),
            "`top_k` is deprecated for this model.",
            fields(json!({})),
        ),
        refused(
            "sampling-removed",
            GPT_6,
            inference(json!({ "topP": 0.5 })),
            "This model doesn't support the topP field.",
            prompt("Hi"),
        ),
        refused_by_model(
            "sampling-one-field",
            OPUS_4_1,
            inference(json!({ "temperature": 0.5, "topP": 0.5 })),
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
            inference(json!({ "temperature": 0.5 })),
        ),
        refused_by_model(
            "additional-fields",
            SONNET_4_5,
            fields(json!({ "reasoningConfig": {} })),
            "reasoningConfig: Extra inputs are not permitted",
            fields(json!({ "anthropic_beta": ["some-feature"] })),
        ),
        refused_by_model(
            "additional-fields",
            NOVA,
            fields(json!({ "thinking": {} })),
            "Malformed input request: #: extraneous key [thinking] is not permitted, please reformat your input and try \
             again.",
            fields(json!({ "inferenceConfig": { "topK": 5 } })),
        ),
        refused_by_model(
            "additional-fields",
            GPT_OSS,
            fields(json!({ "reasoning": { "effort": "low" } })),
            "reasoning: Extra inputs are not permitted",
            fields(json!({ "reasoning_effort": "low" })),
        ),
        refused_by_model(
            "additional-fields",
            MISTRAL,
            fields(json!({ "thinking": {} })),
            "thinking: Extra inputs are not permitted",
            fields(json!({ "anything": {} })),
        ),
        refused(
            "additional-fields",
            SONNET_4_5,
            fields(json!([])),
            "The format of the additionalModelRequestFields field is invalid.",
            fields(json!({})),
        ),
    ]
}
