//! Refusals of thinking: how it is asked for, and how it comes back.
//!
//! Separate because each generation of models took another dialect, and refuses the others.

use super::Evidence::{Observed, Reported};
use super::Meaning::{BrokenRule, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    // Asking for it.
    Failure::by_the_model(
        "thinking-budget-least",
        BrokenRule,
        Observed,
        the_model_says!("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"),
    ),
    Failure::by_the_model(
        "thinking-budget-most",
        BrokenRule,
        Observed,
        the_model_says!("`max_tokens` must be greater than `thinking.budget_tokens`."),
    ),
    Failure::by_the_model(
        "thinking-known",
        RefusedField,
        Observed,
        the_model_says!(
            "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', \
             'enabled'"
        ),
    ),
    Failure::by_the_model(
        "thinking-budget-gone",
        RefusedField,
        Reported,
        the_model_says!(
            r#""thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior."#
        ),
    ),
    Failure::by_the_model(
        "thinking-always-on",
        RefusedField,
        Reported,
        the_model_says!(r#""thinking.type.disabled" is not supported for this model."#),
    ),
    Failure::by_the_model(
        "thinking-effort",
        RefusedField,
        Reported,
        the_model_says!("output_config.effort: 'xhigh' is not supported by this model"),
    ),
    Failure::by_the_model("beta-interleaved", RefusedField, Observed, the_model_says!("invalid beta flag")),
    // Giving it back.
    Failure::by_the_model(
        "thinking-first",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When \
             `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the \
             lastmost set of `tool_use` and `tool_result` blocks). To avoid this requirement, disable `thinking`."
        ),
    ),
    Failure::by_the_model(
        "thinking-last",
        BrokenRule,
        Observed,
        the_model_says!("messages.1: The final block in an assistant message cannot be `thinking`."),
    ),
    Failure::by_the_model(
        "thinking-signature-missing",
        BrokenRule,
        Observed,
        the_model_says!("messages.1.content.0.thinking.signature: Field required"),
    ),
    Failure::by_the_model(
        "thinking-signature",
        BrokenRule,
        Observed,
        the_model_says!("messages.1.content.0: Invalid `signature` in `thinking` block"),
    ),
    Failure::by_the_model(
        "thinking-modified",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be \
             modified. These blocks must remain as they were in the original response."
        ),
    ),
    Failure::by_the_model(
        "thinking-bound",
        BrokenRule,
        Reported,
        the_model_says!(
            "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different \
             conversation."
        ),
    ),
    Failure::by_the_model(
        "thinking-redacted",
        BrokenRule,
        Reported,
        the_model_says!("messages.1.content.0: Invalid `data` in `redacted_thinking` block"),
    ),
    Failure::refusal(
        "reasoning-replay",
        BrokenRule,
        Reported,
        "User messages cannot contain reasoning content. Please remove the reasoning content and try again.",
    ),
    Failure::refusal(
        "reasoning-signature-foreign",
        RefusedField,
        Observed,
        "This model doesn't support the reasoningContent.reasoningText.signature field. Remove \
         reasoningContent.reasoningText.signature and try again.",
    ),
    Failure::refusal(
        "redacted-replay",
        RefusedField,
        Reported,
        "This model doesn't support the reasoningContent.redactedContent field. Remove \
         reasoningContent.redactedContent and try again.",
    ),
];
