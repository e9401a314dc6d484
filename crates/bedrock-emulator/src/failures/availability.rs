//! Failures that come and go: throttling, quotas, capacity, faults of the service and of models.
//!
//! Separate because nothing in the request is to blame, and the question is only whether to try again.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{
    AccountQuota, BadToolCall, DailyQuota, ModelFault, ModelTimeout, Overloaded, ServerFault, Throttled,
    Unexplained,
};
use super::{Evidence, Failure, Meaning, Wrapping};

pub(super) const FAILURES: &[Failure] = &[
    throttling("throttled-tokens", Throttled, Observed, "Too many tokens, please wait before trying again."),
    throttling(
        "throttled-requests",
        Throttled,
        Reported,
        "Too many requests, please wait before trying again.",
    ),
    throttling("throttled-rate", Throttled, Reported, "Rate exceeded"),
    throttling(
        "throttled-plainly",
        Throttled,
        Documented,
        "Your request was denied due to exceeding the account quotas for Amazon Bedrock.",
    ),
    throttling(
        "throttled-for-the-day",
        DailyQuota,
        Observed,
        "Too many tokens per day, please wait before trying again.",
    ),
    Failure::http(
        400,
        "ServiceQuotaExceededException",
        "quota-exceeded",
        AccountQuota,
        Documented,
        "Your request exceeds the service quota for your account.",
    ),
    Failure::http(
        429,
        "ModelNotReadyException",
        "model-not-ready",
        Overloaded,
        Reported,
        "Model is not ready for inference. Please wait and try your request again.",
    ),
    unavailable("too-many-connections", Observed, "Too many connections, please wait before trying again."),
    unavailable(
        "too-many-connections-queued",
        Observed,
        "Too many connections, please wait before trying again.",
    )
    .wrapped(Wrapping::QueueFacts),
    unavailable("unable-to-process", Observed, "Bedrock is unable to process your request."),
    internal(
        "unexpected-error",
        Observed,
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    internal(
        "unexpected-error-older",
        Observed,
        "The server encountered an unexpected error when processing the request. Please retry your request.",
    ),
    internal("image-not-processed", Reported, "Could not process image"),
    Failure::http(
        408,
        "ModelTimeoutException",
        "model-timeout",
        ModelTimeout,
        Reported,
        "Model has timed out in processing the request. Try your request again.",
    ),
    Failure::http(
        424,
        "ModelErrorException",
        "model-error",
        ModelFault,
        Reported,
        "The model encountered an error while processing the request.",
    ),
    Failure::http(
        424,
        "ModelErrorException",
        "broken-tool-call",
        BadToolCall,
        Observed,
        "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.",
    ),
    stream_error(
        "model-stream-timeout",
        ModelFault,
        Observed,
        "Model has timed out in processing the request. Try your request again.",
    ),
    stream_error(
        "model-stream-error",
        ModelFault,
        Reported,
        "The model encountered an error while streaming its answer.",
    ),
    stream_error(
        "broken-tool-call-streamed",
        BadToolCall,
        Observed,
        "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.",
    ),
    // A name that no API model has, to see that its words are kept and nothing is made up about it.
    Failure::http(
        400,
        "SomethingNewException",
        "name-not-known",
        Unexplained,
        Reported,
        "An exception that a later version of the service may have.",
    )
    .in_stream_only(),
];

const fn throttling(
    id: &'static str,
    meaning: Meaning,
    evidence: Evidence,
    message: &'static str,
) -> Failure {
    Failure::http(429, "ThrottlingException", id, meaning, evidence, message).or_in_stream()
}

const fn unavailable(id: &'static str, evidence: Evidence, message: &'static str) -> Failure {
    Failure::http(503, "ServiceUnavailableException", id, Overloaded, evidence, message).or_in_stream()
}

const fn internal(id: &'static str, evidence: Evidence, message: &'static str) -> Failure {
    Failure::http(500, "InternalServerException", id, ServerFault, evidence, message).or_in_stream()
}

const fn stream_error(
    id: &'static str,
    meaning: Meaning,
    evidence: Evidence,
    message: &'static str,
) -> Failure {
    Failure::http(424, "ModelStreamErrorException", id, meaning, evidence, message).in_stream_only()
}
