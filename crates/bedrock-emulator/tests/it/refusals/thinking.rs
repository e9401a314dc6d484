//! Asking for thinking, and giving back what was never asked for. What needs a genuine signature
//! is in `replays`.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

fn fields(fields: Value) -> Value {
    with(prompt("Hi"), json!({ "additionalModelRequestFields": fields }))
}

fn thinking(kind: &str) -> Value {
    fields(json!({ "thinking": { "type": kind } }))
}

fn effort(effort: &str) -> Value {
    fields(json!({ "output_config": { "effort": effort } }))
}

fn budgeted(tokens: i64) -> Value {
    with(prompt("Hi"), budget(tokens))
}

fn reasoned(reasoning: Value) -> Value {
    conversation([
        user([text("Hi")]),
        assistant([json!({ "reasoningContent": reasoning }), text("Yes")]),
        user([text("So?")]),
    ])
}

fn unsigned() -> Value {
    reasoned(json!({ "reasoningText": { "text": "Hm." } }))
}

fn without_reasoning() -> Value {
    conversation([user([text("Hi")]), assistant([text("Yes")]), user([text("So?")])])
}

pub(super) fn cases() -> Vec<Case> {
    [asking(), efforts(), history()].into_iter().flatten().collect()
}

fn asking() -> Vec<Case> {
    let with_betas = |betas: Value| {
        let mut request = budgeted(2048);
        request["additionalModelRequestFields"]["anthropic_beta"] = betas;
        request
    };
    let sampled = |inference: Value| with(budgeted(2048), json!({ "inferenceConfig": inference }));
    let disabled = |effort: &str| {
        fields(json!({ "thinking": { "type": "disabled" }, "output_config": { "effort": effort } }))
    };
    let binding =
        json!({ "thinking": { "type": "adaptive", "block_binding": { "mismatch_behavior": "drop_block" } } });
    vec![
        refused_by_model(
            "beta-interleaved",
            HAIKU_4_5,
            with_betas(json!(["other", "interleaved-thinking-2025-05-14"])),
            "invalid beta flag",
            with_betas(json!(["other"])),
        ),
        refused_by_model(
            "thinking-known",
            SONNET_4_5,
            thinking("adaptive"),
            "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', \
             'enabled'",
            thinking("disabled"),
        ),
        refused_by_model(
            "thinking-known",
            "anthropic.claude-3-5-sonnet-20240620-v1:0",
            thinking("enabled"),
            "thinking: Extra inputs are not permitted",
            prompt("Hi"),
        ),
        refused_by_model(
            "thinking-known",
            SONNET_4_5,
            thinking("enabled"),
            "thinking.enabled.budget_tokens: Field required",
            budgeted(1024),
        ),
        refused_by_model(
            "thinking-known",
            OPUS_4_6,
            fields(binding.clone()),
            "thinking.adaptive.block_binding: Extra inputs are not permitted",
            thinking("adaptive"),
        ),
        refused_by_model(
            "thinking-known",
            OPUS_4_7,
            thinking("between_tools"),
            "thinking: Input tag 'between_tools' found",
            fields(binding),
        ),
        refused_by_model(
            "thinking-budget-gone",
            OPUS_4_7,
            budgeted(2048),
            "\"thinking.type.enabled\" is not supported for this model.",
            thinking("adaptive"),
        ),
        refused_by_model(
            "thinking-budget-least",
            SONNET_4_5,
            budgeted(1023),
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
            budgeted(1024),
        ),
        refused_by_model(
            "thinking-budget-least",
            SONNET_4_5,
            budgeted(-5),
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
            budgeted(1024),
        ),
        refused_by_model(
            "thinking-budget-most",
            SONNET_4_5,
            budgeted(8192),
            "`max_tokens` must be greater than `thinking.budget_tokens`.",
            budgeted(8191),
        ),
        refused_by_model(
            "thinking-always-on",
            OPUS_5_5,
            thinking("disabled"),
            "\"thinking.type.disabled\" is not supported for this model.",
            thinking("adaptive"),
        ),
        refused_by_model(
            "thinking-always-on",
            "us.anthropic.claude-opus-5",
            disabled("xhigh"),
            "output_config.effort: 'xhigh' is not supported when thinking is disabled",
            disabled("high"),
        ),
        refused_by_model(
            "thinking-sampling",
            SONNET_4_5,
            sampled(json!({ "maxTokens": 4096, "temperature": 0.5 })),
            "`temperature` may only be set to 1 when thinking is enabled.",
            sampled(json!({ "maxTokens": 4096, "temperature": 1 })),
        ),
        refused_by_model(
            "thinking-sampling",
            SONNET_4_5,
            sampled(json!({ "maxTokens": 4096, "topP": 0.9 })),
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
            sampled(json!({ "maxTokens": 4096, "topP": 0.95 })),
        ),
        refused_by_model(
            "thinking-sampling",
            OPUS_4_6,
            fields(json!({ "thinking": { "type": "adaptive" }, "top_k": 5 })),
            "`top_k` must be unset when thinking is enabled.",
            fields(json!({ "top_k": 5 })),
        ),
    ]
}

fn efforts() -> Vec<Case> {
    vec![
        refused_by_model(
            "thinking-effort",
            SONNET_4_5,
            effort("low"),
            "output_config: Extra inputs are not permitted",
            prompt("Hi"),
        ),
        refused_by_model(
            "thinking-effort",
            OPUS_4_6,
            effort("xhigh"),
            "output_config.effort: 'xhigh' is not supported by this model",
            effort("max"),
        ),
        refused_by_model(
            "thinking-effort",
            OPUS_4_7,
            with(prompt("Hi"), json!({ "outputConfig": { "effort": "extreme" } })),
            "output_config.effort: 'extreme' is not supported by this model",
            with(prompt("Hi"), json!({ "outputConfig": { "effort": "xhigh" } })),
        ),
        refused_by_model(
            "thinking-effort",
            GPT_OSS,
            fields(json!({ "reasoning_effort": "xhigh" })),
            "reasoning_effort: 'xhigh' is not supported by this model",
            fields(json!({ "reasoning_effort": "high" })),
        ),
        refused_by_model(
            "thinking-effort",
            GPT_6,
            fields(json!({ "reasoning": { "effort": "minimal" } })),
            "reasoning.effort: 'minimal' is not supported by this model",
            fields(json!({ "reasoning": { "effort": "max" } })),
        ),
        refused_by_model(
            "thinking-effort",
            "us.anthropic.claude-sonnet-5-5",
            fields(json!({ "thinking": { "type": "between_tools" }, "output_config": { "effort": "max" } })),
            "output_config.effort: 'max' is not supported when thinking.type is between_tools",
            fields(json!({ "thinking": { "type": "between_tools" }, "output_config": { "effort": "high" } })),
        ),
    ]
}

fn history() -> Vec<Case> {
    const REFUSED: &str = "User messages cannot contain reasoning content.";
    let from_user =
        conversation([user([json!({ "reasoningContent": { "reasoningText": { "text": "Hm." } } })])]);
    let ending = |reasoning: Value| {
        conversation([user([text("Hi")]), assistant([text("Yes"), json!({ "reasoningContent": reasoning })])])
    };
    let redacted = || reasoned(json!({ "redactedContent": base64(b"opaque") }));
    let mut in_flight = with(tool_exchange(), budget(2048));
    let thoughtless = in_flight.clone();
    in_flight["additionalModelRequestFields"] = json!({});
    vec![
        refused("reasoning-from-assistant", SONNET_4_5, from_user, REFUSED, prompt("Hi")),
        refused("reasoning-replay", "us.deepseek.r1-v1:0", unsigned(), REFUSED, without_reasoning()),
        refused("reasoning-replay", NOVA, unsigned(), REFUSED, without_reasoning()),
        refused("reasoning-replay", GPT_6, unsigned(), REFUSED, without_reasoning()),
        refused(
            "reasoning-signature-foreign",
            GPT_OSS,
            reasoned(json!({ "reasoningText": { "text": "Hm.", "signature": "c2ln" } })),
            "This model doesn't support the reasoningContent.reasoningText.signature field. Remove \
             reasoningContent.reasoningText.signature and try again.",
            unsigned(),
        ),
        refused(
            "reasoning-signature-foreign",
            "minimax.minimax-m2",
            reasoned(json!({ "reasoningText": { "text": "Hm.", "signature": "" } })),
            "This model doesn't support the reasoningContent.reasoningText.signature field.",
            unsigned(),
        ),
        refused(
            "redacted-replay",
            GPT_OSS,
            redacted(),
            "This model doesn't support the reasoningContent.redactedContent field.",
            without_reasoning(),
        ),
        refused_by_model(
            "thinking-first",
            SONNET_4_5,
            thoughtless,
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` \
             is enabled, a final `assistant` message must start with a thinking block",
            in_flight,
        ),
        refused_by_model(
            "thinking-last",
            OPUS_4_1,
            ending(json!({ "reasoningText": { "text": "Hm.", "signature": "c2ln" } })),
            "messages.1: The final block in an assistant message cannot be `thinking`.",
            without_reasoning(),
        ),
        refused_by_model(
            "thinking-last",
            OPUS_4_1,
            ending(json!({ "redactedContent": base64(b"opaque") })),
            "messages.1: The final block in an assistant message cannot be `redacted_thinking`.",
            without_reasoning(),
        ),
        refused_by_model(
            "thinking-signature-missing",
            SONNET_4_5,
            unsigned(),
            "messages.1.content.0.thinking.signature: Field required",
            without_reasoning(),
        ),
        refused_by_model(
            "thinking-signature",
            SONNET_4_5,
            reasoned(json!({ "reasoningText": { "text": "Hm.", "signature": "" } })),
            "messages.1.content.0: Invalid `signature` in `thinking` block",
            without_reasoning(),
        ),
        refused_by_model(
            "thinking-redacted",
            SONNET_4_5,
            redacted(),
            "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
            without_reasoning(),
        ),
    ]
}
