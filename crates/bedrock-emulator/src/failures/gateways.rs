//! Failures without a name, by what stands between a client and the service: proxies, load balancers, gateways.
//!
//! Separate because all that is sure about them is the status.

use super::Evidence::Reported;
use super::Meaning::{
    BadCredentials, BodyTooLarge, BrokenRule, ModelFault, ModelTimeout, NotPermitted, Overloaded,
    ServerFault, Throttled, UnknownResource,
};
use super::{Failure, Meaning, Wrapping};

pub(super) const FAILURES: &[Failure] = &[
    page(400, "page-bad-request", BrokenRule, "<html><body><h1>400 Bad Request</h1></body></html>"),
    page(403, "page-forbidden", NotPermitted, "<html><body><h1>403 Forbidden</h1></body></html>"),
    page(404, "page-not-found", UnknownResource, "<html><body><h1>404 Not Found</h1></body></html>"),
    page(
        413,
        "page-too-large",
        BodyTooLarge,
        "<html><body><h1>413 Request Entity Too Large</h1></body></html>",
    ),
    page(500, "page-internal", ServerFault, "<html><body><h1>500 Internal Server Error</h1></body></html>"),
    page(502, "page-bad-gateway", ServerFault, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    page(503, "page-unavailable", Overloaded, "<html><body><h1>503 Service Unavailable</h1></body></html>"),
    page(
        504,
        "page-gateway-timeout",
        ModelTimeout,
        "<html><body><h1>504 Gateway Time-out</h1></body></html>",
    ),
    nameless(401, "nameless-unauthorized", BadCredentials, "Unauthorized"),
    nameless(408, "nameless-timeout", ModelTimeout, "Request Timeout"),
    nameless(424, "nameless-model-error", ModelFault, "The model encountered an error."),
    nameless(429, "nameless-throttled", Throttled, "Too many requests"),
    nameless(500, "nameless-internal", ServerFault, "Internal server error"),
    nameless(524, "nameless-origin-timeout", ModelTimeout, "A timeout occurred"),
    nameless(529, "nameless-overloaded", Overloaded, "Overloaded"),
];

const fn page(status: u16, id: &'static str, meaning: Meaning, message: &'static str) -> Failure {
    Failure::http(status, "", id, meaning, Reported, message).wrapped(Wrapping::Page)
}

const fn nameless(status: u16, id: &'static str, meaning: Meaning, message: &'static str) -> Failure {
    Failure::http(status, "", id, meaning, Reported, message).wrapped(Wrapping::Nameless)
}
