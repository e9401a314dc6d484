//! Refusals of what a request asks for beside the conversation: formats, guardrails, tiers, metadata, counting.
//!
//! Separate because the conversation is fine, and a setting has to change.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BrokenRule, LimitExceeded, RefusedField, WrongSetting};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    // Structured output.
    Failure::by_the_model(
        "output-format",
        RefusedField,
        Observed,
        the_model_says!("output_config.format: Extra inputs are not permitted"),
    ),
    Failure::refusal(
        "output-config",
        RefusedField,
        Reported,
        "This model doesn't support the outputConfig field. Remove outputConfig and try again.",
    ),
    Failure::by_the_model(
        "output-schema",
        BrokenRule,
        Reported,
        the_model_says!(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"
        ),
    ),
    Failure::by_the_model(
        "output-schema-constraint",
        BrokenRule,
        Reported,
        the_model_says!(
            "output_config.format.schema: For 'array' type, property 'maxItems' is not supported"
        ),
    ),
    Failure::by_the_model(
        "output-schema-complexity",
        BrokenRule,
        Reported,
        the_model_says!("compilation exceeded limits: Schema is too complex"),
    ),
    Failure::by_the_model(
        "output-schema-optional",
        LimitExceeded,
        Reported,
        the_model_says!("Schemas contains too many optional parameters (30), which is more than are allowed"),
    ),
    Failure::by_the_model(
        "output-citations",
        BrokenRule,
        Reported,
        the_model_says!("Citations cannot be enabled when output format is set"),
    ),
    // Settings.
    Failure::refusal("guardrail", WrongSetting, Observed, "The provided guardrail identifier is invalid."),
    Failure::refusal("service-tier-reserved", WrongSetting, Observed, "Reservation not found."),
    Failure::refusal(
        "service-tier",
        WrongSetting,
        Observed,
        "The provided service tier is invalid for this model.",
    ),
    Failure::refusal(
        "latency",
        WrongSetting,
        Observed,
        "1 validation error detected: Value 'fast' at 'performanceConfig.latency' failed to satisfy constraint: Member \
         must satisfy enum value set: [optimized, standard]",
    ),
    Failure::refusal(
        "response-paths",
        BrokenRule,
        Documented,
        "The value 'stop' in additionalModelResponseFieldPaths is not a valid JSON Pointer. Provide a valid JSON \
         Pointer and try again.",
    ),
    Failure::refusal(
        "request-metadata",
        BrokenRule,
        Documented,
        "1 validation error detected: Value '{}' at 'requestMetadata' failed to satisfy constraint: Member must have \
         length greater than or equal to 1",
    ),
    Failure::refusal(
        "prompt-resource",
        BrokenRule,
        Documented,
        "The system field can't be included in a request that uses a prompt resource as the model. Remove the field \
         and try again.",
    ),
    Failure::http(
        400,
        "ConflictException",
        "conflict",
        BrokenRule,
        Documented,
        "Error occurred because of a conflict while performing an operation.",
    ),
    // Counting tokens.
    Failure::refusal(
        "counting-supported",
        RefusedField,
        Observed,
        "The provided model doesn't support counting tokens.",
    ),
];
