//! Failures to find a model: ids that do not exist here, models served otherwise, models that are gone.
//!
//! Separate because the way out of each is another id.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{ModelRetired, NeedsInferenceProfile, RefusedField, UnknownModel, UnknownResource};
use super::{Evidence, Failure, Meaning, Wrapping};

pub(super) const FAILURES: &[Failure] = &[
    Failure::refusal("model-unknown", UnknownModel, Observed, "The provided model identifier is invalid."),
    Failure::refusal(
        "model-needs-profile",
        NeedsInferenceProfile,
        Observed,
        "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn\u{2019}t \
         supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
    ),
    Failure::refusal(
        "model-needs-profile-plain",
        NeedsInferenceProfile,
        Observed,
        "Invocation of model ID meta.llama4-scout-17b-instruct-v1:0 with on-demand throughput isn't supported. Retry \
         your request with the ID or ARN of an inference profile that contains this model.",
    ),
    Failure::refusal(
        "model-not-conversational",
        RefusedField,
        Observed,
        "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    ),
    Failure::refusal(
        "model-not-streaming",
        RefusedField,
        Observed,
        "The model is unsupported for streaming.",
    ),
    not_found(
        "model-retired",
        ModelRetired,
        Observed,
        "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
    ),
    not_found(
        "model-retired-nameless",
        ModelRetired,
        Reported,
        "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
    )
    .without_a_name(),
    not_found(
        "model-legacy",
        ModelRetired,
        Observed,
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in \
         the last 30 days. Please upgrade to an active model on Amazon Bedrock",
    ),
    not_found(
        "model-legacy-older",
        ModelRetired,
        Observed,
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in \
         the last 15 days. Please upgrade to an active model on Amazon Bedrock",
    ),
    not_found(
        "profile-unknown",
        UnknownResource,
        Reported,
        "Could not find the inference profile. Check the ARN and try again.",
    ),
    not_found(
        "resource-unknown",
        UnknownResource,
        Documented,
        "The requested resource is not found. Check the ARN and try again.",
    ),
    Failure::http(
        404,
        "UnknownOperationException",
        "operation-unknown",
        UnknownResource,
        Documented,
        "The requested operation is not known.",
    ),
];

const fn not_found(id: &'static str, meaning: Meaning, evidence: Evidence, message: &'static str) -> Failure {
    Failure::http(404, "ResourceNotFoundException", id, meaning, evidence, message)
}

impl Failure {
    const fn without_a_name(mut self) -> Self {
        self.exception = "";
        self.wrapped(Wrapping::Nameless)
    }
}
