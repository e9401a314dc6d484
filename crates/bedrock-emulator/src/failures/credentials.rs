//! Failures of identity: credentials that are unknown, expired, wrongly signed with or out of time.
//!
//! Separate because they come before the request is even read, under names of their own that no API model lists.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BadCredentials, ExpiredCredentials, WrongClock};
use super::{Failure, Wrapping};

pub(super) const FAILURES: &[Failure] = &[
    Failure::http(
        403,
        "UnrecognizedClientException",
        "token-invalid",
        BadCredentials,
        Observed,
        "The security token included in the request is invalid.",
    ),
    Failure::http(
        403,
        "ExpiredTokenException",
        "token-expired",
        ExpiredCredentials,
        Observed,
        "The security token included in the request is expired",
    ),
    Failure::http(
        403,
        "ExpiredToken",
        "token-expired-bare",
        ExpiredCredentials,
        Documented,
        "The provided token has expired.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "ExpiredTokenException",
        "token-expired-in-body",
        ExpiredCredentials,
        Reported,
        "The security token included in the request is expired",
    )
    .wrapped(Wrapping::NameInBody),
    Failure::http(
        403,
        "UnrecognizedClientException",
        "token-expired-unrecognized",
        ExpiredCredentials,
        Reported,
        "The security token included in the request is expired",
    ),
    Failure::http(
        403,
        "AccessDeniedException",
        "api-key-invalid",
        BadCredentials,
        Observed,
        "Authentication failed: Please make sure your API Key is valid.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "AccessDeniedException",
        "api-key-malformed",
        BadCredentials,
        Observed,
        "Invalid API Key format: Must start with pre-defined prefix",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "AccessDeniedException",
        "api-key-expired",
        ExpiredCredentials,
        Observed,
        "Bearer Token has expired",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "InvalidSignatureException",
        "signature-mismatch",
        BadCredentials,
        Documented,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
    ),
    Failure::http(
        403,
        "SignatureDoesNotMatch",
        "signature-mismatch-bare",
        BadCredentials,
        Documented,
        "The request signature we calculated does not match the signature you provided.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "InvalidSignatureException",
        "signature-scope",
        BadCredentials,
        Observed,
        "Credential should be scoped to a valid region.",
    ),
    Failure::http(
        403,
        "InvalidSignatureException",
        "signature-too-old",
        WrongClock,
        Observed,
        "Signature expired: 20260101T120000Z is now earlier than 20260101T121000Z (20260101T121500Z - 5 min.)",
    ),
    Failure::http(
        403,
        "InvalidSignatureException",
        "signature-too-new",
        WrongClock,
        Observed,
        "Signature not yet current: 20260101T123000Z is still later than 20260101T122000Z (20260101T121500Z + 5 min.)",
    ),
    Failure::http(
        400,
        "RequestExpired",
        "request-expired",
        WrongClock,
        Documented,
        "The request reached the service more than 15 minutes after the date stamp on the request.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        400,
        "IncompleteSignature",
        "signature-incomplete",
        BadCredentials,
        Documented,
        "The request signature does not conform to AWS standards.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "InvalidClientTokenId",
        "key-unknown",
        BadCredentials,
        Documented,
        "The X.509 certificate or AWS access key ID provided does not exist in our records.",
    )
    .wrapped(Wrapping::BareName),
    Failure::http(
        403,
        "MissingAuthenticationTokenException",
        "token-missing",
        BadCredentials,
        Documented,
        "Missing Authentication Token",
    ),
    Failure::http(
        400,
        "NotAuthorized",
        "not-authorized",
        BadCredentials,
        Documented,
        "You do not have permission to perform this action.",
    )
    .wrapped(Wrapping::BareName),
];
