//! Refusals of cache points.
//!
//! Separate because a request can always do without them: the answer stays the same and costs more.

use super::Evidence::{Observed, Reported};
use super::Meaning::{BrokenRule, LimitExceeded, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    Failure::http(
        403,
        "AccessDeniedException",
        "cache-supported",
        RefusedField,
        Observed,
        "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for \
         more information.",
    ),
    Failure::refusal(
        "cache-point-supported",
        RefusedField,
        Reported,
        "This model doesn't support the cachePoint field. Remove cachePoint and try again.",
    ),
    Failure::by_the_model(
        "tool-cache-nova",
        RefusedField,
        Observed,
        the_model_says!(
            "Malformed input request: #/toolConfig/tools/18: extraneous key [cachePoint] is not permitted, please \
             reformat your input and try again."
        ),
    ),
    Failure::by_the_model(
        "cache-four",
        LimitExceeded,
        Observed,
        the_model_says!("A maximum of 4 blocks with cache_control may be provided. Found 5."),
    ),
    Failure::by_the_model(
        "cache-ttl-order",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.15.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' \
             cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
        ),
    ),
    Failure::by_the_model(
        "cache-ttl-supported",
        RefusedField,
        Reported,
        the_model_says!("messages.0.content.1.cache_control.ephemeral.ttl: Extra inputs are not permitted"),
    ),
    Failure::refusal(
        "cache-after-reasoning",
        BrokenRule,
        Observed,
        "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
    ),
    Failure::refusal("cache-something", BrokenRule, Observed, "There is nothing available to cache."),
    Failure::by_the_model(
        "cache-after-document",
        BrokenRule,
        Observed,
        the_model_says!("messages.0.content.2.type: Field required"),
    ),
];
