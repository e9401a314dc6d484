//! Why a service does not take us for who we say we are, and what to do about it.
//!
//! Separate because listing models and calling one are refused in the same words, and must lead to the same step: which
//! one depends on what the service says and on where the credentials are from, and on nothing else.

use crate::credential_source::CredentialSource;

/// Why a service does not take us for who we say we are.
///
/// Missing permissions are none of these: they come after the question who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityRefusal {
    /// The service does not know the credentials.
    Unknown,
    /// The service does not take the bearer token.
    BadToken,
    /// The signature was made with another key, or for another request.
    BadSignature,
    /// The signature was made for another region than the service's.
    OtherRegion,
    /// The credentials were good once.
    Expired,
    /// The signature was made at another time than the service's.
    WrongClock,
}

impl IdentityRefusal {
    /// Reads a refusal: its HTTP status, the exception's name and its message. `None` if it is about something else.
    pub fn read(status: Option<u16>, code: Option<&str>, message: &str) -> Option<Self> {
        let words = message.replace('\u{2019}', "'").to_lowercase();
        let says = |words_of_it: &str| words.contains(words_of_it);
        let code = code.map(|code| code.strip_suffix("Exception").unwrap_or(code));
        let is = |names: &[&str]| {
            code.is_some_and(|code| names.iter().any(|name| name.eq_ignore_ascii_case(code)))
        };
        let is_region = || says("credential should be scoped to a valid region");
        if is(&["ExpiredToken"]) {
            return Some(Self::Expired);
        }
        if is(&["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"]) {
            return Some(Self::WrongClock);
        }
        if is(&["InvalidSignature", "SignatureDoesNotMatch", "IncompleteSignature"]) {
            return Some(if is_region() {
                Self::OtherRegion
            } else if says("signature expired") || says("signature not yet current") {
                Self::WrongClock
            } else if says("expired") {
                Self::Expired
            } else {
                Self::BadSignature
            });
        }
        let is_denial = is(&["AccessDenied", "Forbidden"]) || status == Some(403);
        if is(UNKNOWN) || (status == Some(401) && !is_denial) {
            return Some(if is_region() {
                Self::OtherRegion
            } else if says("expired") {
                Self::Expired
            } else {
                Self::Unknown
            });
        }
        if is_denial {
            // The first that is found; what comes before is a denial in spite of the words behind.
            return DENIALS.iter().find(|(known, _)| says(known)).and_then(|(_, refusal)| *refusal);
        }
        (code.is_none() && status.is_none() && says("token included in the request is expired"))
            .then_some(Self::Expired)
    }

    /// What to do next, where credentials from `source` were refused in `region`.
    pub fn hint(self, source: &CredentialSource, region: &str) -> String {
        use CredentialSource::{AccessKeys, ApiKey, BearerToken, Unauthenticated};
        match (self, source) {
            (_, Unauthenticated) => {
                "the endpoint wants to know who asks; unset AWS_BEDROCK_SKIP_AUTH".to_owned()
            }
            (Self::Expired, _) => expired(source),
            // A token has no signature, and knows no time.
            (Self::BadToken, _) | (_, ApiKey | BearerToken) => {
                format!("check the Bedrock API key from {source}, and that it was made for {region}")
            }
            (Self::Unknown, AccessKeys) => format!(
                "check the credentials from {source}; AWS_SESSION_TOKEN must be the one that came with them, and unset if \
                 none did"
            ),
            (Self::Unknown, _) => format!("check the credentials from {source}"),
            (Self::BadSignature, _) => format!(
                "check the secret key of the credentials from {source}, the region ({region}) and this machine's clock"
            ),
            (Self::OtherRegion, _) => format!(
                "the endpoint serves another region than {region}, for which the request was signed; set `region` or \
                 AWS_REGION to the endpoint's, or correct the endpoint"
            ),
            (Self::WrongClock, _) => {
                "set this machine's clock; signatures are valid for five minutes around the service's time"
                    .to_owned()
            }
        }
    }
}

/// Codes of requests by nobody who is known. Without `Exception` at their end, which some go without.
const UNKNOWN: &[&str] = &[
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "Unauthorized",
    "InvalidToken",
];

/// What denials say that are none of IAM's; in small letters.
const DENIALS: &[(&str, Option<IdentityRefusal>)] = &[
    ("not authorized to perform: ", None),
    ("prompt caching", None),
    ("marketplace", None),
    ("token has expired", Some(IdentityRefusal::Expired)),
    ("token is expired", Some(IdentityRefusal::Expired)),
    ("token included in the request is expired", Some(IdentityRefusal::Expired)),
    ("key has expired", Some(IdentityRefusal::Expired)),
    ("security token", Some(IdentityRefusal::Unknown)),
    ("api key", Some(IdentityRefusal::BadToken)),
    ("bearer", Some(IdentityRefusal::BadToken)),
    ("authentication failed", Some(IdentityRefusal::BadToken)),
];

/// What to do about credentials that were good once, by where they are from.
fn expired(source: &CredentialSource) -> String {
    let renew = match source {
        CredentialSource::ApiKey => "make a new Bedrock API key and set it as `apiKey`".to_owned(),
        CredentialSource::BearerToken => {
            "make a new Bedrock API key and set AWS_BEARER_TOKEN_BEDROCK to it".to_owned()
        }
        CredentialSource::ConfiguredProfile(name) | CredentialSource::Profile(name) => {
            format!("run `aws sso login --profile {name}` if it signs in through SSO, else replace its keys")
        }
        CredentialSource::AccessKeys => {
            "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew".to_owned()
        }
        CredentialSource::DefaultChain | CredentialSource::Unauthenticated => {
            "run `aws sso login` if you sign in through SSO, else renew what the chain finds".to_owned()
        }
    };
    format!("the credentials from {source} have expired; {renew}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, message: &str, expected: impl Into<Option<IdentityRefusal>>) {
        assert_eq!(IdentityRefusal::read(Some(403), Some(code), message), expected.into(), "{message}");
    }

    #[test]
    fn the_name_decides_and_then_the_words() {
        use IdentityRefusal::{BadSignature, BadToken, Expired, OtherRegion, Unknown, WrongClock};
        check("ExpiredToken", "The provided token has expired.", Expired);
        check(
            "UnrecognizedClientException",
            "The security token included in the request is expired",
            Expired,
        );
        check(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            Unknown,
        );
        check("AccessDeniedException", "Bearer Token has expired", Expired);
        check(
            "AccessDeniedException",
            "Authentication failed: Please make sure your API Key is valid.",
            BadToken,
        );
        check("InvalidSignatureException", "Credential should be scoped to a valid region.", OtherRegion);
        check(
            "InvalidSignatureException",
            "Signature expired: 1 is now earlier than 2 (3 - 5 min.)",
            WrongClock,
        );
        check(
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            BadSignature,
        );
        check("RequestExpired", "The request has expired.", WrongClock);
        let denied = "User: bearer is not authorized to perform: bedrock:InvokeModel";
        check("AccessDeniedException", denied, None);
        assert_eq!(
            IdentityRefusal::read(Some(400), Some("ValidationException"), "the token has expired"),
            None
        );
        assert_eq!(IdentityRefusal::read(Some(401), None, "no"), Some(Unknown));
        assert_eq!(IdentityRefusal::read(Some(403), None, "no"), None);
    }

    #[test]
    fn a_refused_token_blames_neither_clock_nor_region_alone() {
        for refusal in [IdentityRefusal::Unknown, IdentityRefusal::BadSignature, IdentityRefusal::BadToken] {
            let hint = refusal.hint(&CredentialSource::BearerToken, "eu-west-1");
            assert!(hint.contains("Bedrock API key from AWS_BEARER_TOKEN_BEDROCK"), "{hint}");
            assert!(!hint.contains("clock"), "{hint}");
        }
    }

    #[test]
    fn expired_credentials_are_renewed_where_they_come_from() {
        for (source, step) in [
            (CredentialSource::ApiKey, "`apiKey`"),
            (CredentialSource::BearerToken, "AWS_BEARER_TOKEN_BEDROCK to it"),
            (CredentialSource::ConfiguredProfile("work".to_owned()), "`aws sso login --profile work`"),
            (CredentialSource::AccessKeys, "AWS_SESSION_TOKEN anew"),
            (CredentialSource::DefaultChain, "`aws sso login`"),
        ] {
            let hint = IdentityRefusal::Expired.hint(&source, "eu-west-1");
            assert!(hint.contains(step), "{hint}");
            assert!(source != CredentialSource::AccessKeys || !hint.contains("sso"), "{hint}");
        }
    }
}
