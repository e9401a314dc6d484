//! Refusals of sampling fields, of the answer's length, and of fields that a model does not know.
//!
//! Separate because the request can do without what is refused.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BrokenRule, LimitExceeded, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    Failure::by_the_model(
        "sampling-removed",
        RefusedField,
        Observed,
        the_model_says!("`temperature` is deprecated for this model."),
    ),
    // The vendor's whole answer inside the service's.
    Failure::by_the_model(
        "sampling-removed-json",
        RefusedField,
        Observed,
        the_model_says!(
            r#"{"type":"error","request_id":"req_011CQ","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}"#
        ),
    ),
    Failure::by_the_model(
        "sampling-removed-unprefixed",
        RefusedField,
        Observed,
        r#"{"type":"error","request_id":"req_011CQ","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}"#,
    ),
    Failure::by_the_model(
        "sampling-one-field",
        BrokenRule,
        Observed,
        the_model_says!(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        ),
    ),
    Failure::by_the_model(
        "thinking-sampling",
        BrokenRule,
        Reported,
        the_model_says!("`temperature` may only be set to 1 when thinking is enabled."),
    ),
    Failure::refusal(
        "temperature-range",
        BrokenRule,
        Documented,
        "1 validation error detected: Value '2' at 'inferenceConfig.temperature' failed to satisfy constraint: Member \
         must have value less than or equal to 1",
    ),
    Failure::refusal(
        "stop-sequences-supported",
        RefusedField,
        Reported,
        "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
    ),
    Failure::refusal(
        "max-tokens-limit",
        LimitExceeded,
        Observed,
        "The maximum tokens you requested exceeds the model limit of 32768. Try again with a maximum tokens value that \
         is lower than 32768.",
    ),
    Failure::refusal(
        "max-tokens-limit-older",
        LimitExceeded,
        Observed,
        "The maximum tokens you requested exceed the model limit of 4096. Try again with a maximum tokens value lower \
         than 4096.",
    ),
    Failure::by_the_model(
        "max-tokens-least",
        BrokenRule,
        Reported,
        the_model_says!(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead."
        ),
    ),
    Failure::by_the_model(
        "max-tokens-high-effort",
        BrokenRule,
        Reported,
        the_model_says!("maxTokens must be unset when maxReasoningEffort is set to high."),
    ),
    Failure::by_the_model(
        "additional-fields",
        RefusedField,
        Observed,
        the_model_says!("reasoningConfig: Extra inputs are not permitted"),
    ),
];
