//! Failures of a listing, classified and with what to do next.
//!
//! Separate from the calls, because people act on it: whoever lacks a permission needs its name and the line of the
//! policy. Sources: "Common errors" and each operation's errors in the API reference, and IAM's own sentences.

use std::time::Duration;

use clawdia_aws::{CredentialSource, IdentityRefusal, Way};
use clawdia_core::{ErrorKind, ProviderError};

/// Where a call goes, for errors to say so.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) region: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) way: Way,
    pub(crate) credential_source: CredentialSource,
}

impl Site {
    /// Where, in words: an address or a region.
    pub(crate) fn place(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("at {}", without_password(endpoint)),
            None => format!("in {}", self.region),
        }
    }
}

/// An address without what may be secret in it: user name and password, and everything after its path.
pub(crate) fn without_password(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}

/// What the service answered instead of a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// Whether it is a page for people.
    pub(crate) is_page: bool,
}

/// What to do about an answer that is none of the service's.
pub(crate) const NOT_BEDROCK: &str =
    "something other than Bedrock answered; check `baseUrl` and AWS_ENDPOINT_URL";

impl Refusal {
    /// The error for a call that needed `action`, an IAM action such as `bedrock:ListFoundationModels`.
    pub(crate) fn into_error(self, action: &str, attempt: String, site: &Site) -> ProviderError {
        let kind = self.kind();
        let message = match &self.code {
            Some(code) => format!("{code}: {}", self.message),
            None => format!("{}: {}", self.status, self.message),
        };
        let mut error = ProviderError::new(kind, message).with_attempt(attempt).with_status(self.status);
        if let Some(hint) = self.hint(kind, action, site) {
            error = error.with_hint(hint);
        }
        if let Some(code) = self.code {
            error = error.with_code(code);
        }
        if let Some(id) = self.request_id {
            error = error.with_request_id(id);
        }
        if let Some(wait) = self.retry_after {
            error = error.with_retry_after(wait);
        }
        error
    }

    fn kind(&self) -> ErrorKind {
        let code = self.code.as_deref().unwrap_or_default();
        let code = code.strip_suffix("Exception").unwrap_or(code);
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(code));
        if self.identity().is_some() {
            return ErrorKind::Auth;
        }
        if is(&["AccessDenied"]) || (code.is_empty() && self.status == 403) {
            return self.denial();
        }
        if is(&["Throttling", "TooManyRequests", "RequestLimitExceeded"]) {
            return ErrorKind::Throttled;
        }
        if is(&["ServiceUnavailable"]) {
            return ErrorKind::Overloaded;
        }
        if is(&["ServiceQuotaExceeded"]) {
            return ErrorKind::Quota;
        }
        match self.status {
            403 => self.denial(),
            404 => ErrorKind::NotFound,
            408 | 504 => ErrorKind::Timeout,
            429 => ErrorKind::Throttled,
            503 => ErrorKind::Overloaded,
            500..600 => ErrorKind::Server,
            400..500 => ErrorKind::InvalidRequest,
            _ => ErrorKind::Other,
        }
    }

    /// Whether it is about who asks, rather than about what is asked.
    fn identity(&self) -> Option<IdentityRefusal> {
        IdentityRefusal::read(Some(self.status), self.code.as_deref(), &self.message)
    }

    fn denial(&self) -> ErrorKind {
        let message = self.message.to_ascii_lowercase();
        if message.contains("not authorized to perform") {
            ErrorKind::Permission
        } else if message.contains("access to the model") || message.contains("model access is denied") {
            ErrorKind::ModelAccess
        } else {
            ErrorKind::Permission
        }
    }

    fn hint(&self, kind: ErrorKind, action: &str, site: &Site) -> Option<String> {
        let Site { region, credential_source: source, .. } = site;
        if let Some(refusal) = self.identity() {
            return Some(refusal.hint(source, region));
        }
        if *source == CredentialSource::Unauthenticated && kind == ErrorKind::Permission {
            return Some(IdentityRefusal::Unknown.hint(source, region));
        }
        if self.is_page && self.code.is_none() {
            return Some(NOT_BEDROCK.to_owned());
        }
        Some(match kind {
            ErrorKind::Permission if self.message.contains("explicit deny") => format!(
                "a policy denies {action} explicitly, which no permission outweighs; have that policy changed"
            ),
            ErrorKind::Permission => allow(action, source),
            ErrorKind::ModelAccess => {
                format!("request access in the Bedrock console for {region}, under Model access")
            }
            ErrorKind::Throttled => "wait a moment and try again".to_owned(),
            ErrorKind::Overloaded => "the service is busy; try again in a moment".to_owned(),
            ErrorKind::Server => "the service failed; try again in a moment".to_owned(),
            ErrorKind::NotFound if self.code.as_deref() != Some("ResourceNotFoundException") => {
                format!(
                    "something that lists no models answered; check the endpoint, and that Bedrock is offered in {region}"
                )
            }
            _ => return None,
        })
    }
}

/// Whether an error is one of credentials that were good once, so that looking them up anew may help.
pub(crate) fn is_expired_credentials(error: &ProviderError) -> bool {
    let refusal = |status| IdentityRefusal::read(Some(status), error.code(), error.message());
    error.status().and_then(refusal) == Some(IdentityRefusal::Expired)
}

/// What to do about a missing permission, with the statement to copy.
pub(crate) fn allow(action: &str, source: &CredentialSource) -> String {
    format!("allow {action} for the identity of {source}: add {} to its policy", policy_line(action))
}

/// The statement of a policy that allows an action.
pub(crate) fn policy_line(action: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: &str, message: &str) -> ProviderError {
        let site = Site {
            region: "eu-west-1".to_owned(),
            endpoint: None,
            way: Way::default(),
            credential_source: CredentialSource::DefaultChain,
        };
        let code = (!code.is_empty()).then(|| code.to_owned());
        let refusal = Refusal { status, code, message: message.to_owned(), ..Refusal::default() };
        refusal.into_error("bedrock:ListFoundationModels", "list the models".to_owned(), &site)
    }

    #[track_caller]
    fn check(status: u16, code: &str, message: &str, kind: ErrorKind, hint: &str) {
        let error = error(status, code, message);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{error}");
    }

    #[test]
    fn a_denial_is_told_from_bad_credentials_and_from_missing_access() {
        use ErrorKind::{Auth, ModelAccess, Permission};
        let denied = "User: u is not authorized to perform: bedrock:ListFoundationModels";
        let line = r#"add {"Effect": "Allow", "Action": "bedrock:ListFoundationModels", "Resource": "*"}"#;
        check(403, "AccessDeniedException", denied, Permission, line);
        let explicit = format!("{denied} with an explicit deny in a service control policy");
        check(403, "AccessDeniedException", &explicit, Permission, "no permission outweighs");
        let access = "You don't have access to the model with the specified model ID.";
        check(403, "AccessDeniedException", access, ModelAccess, "Model access");
        check(403, "AccessDeniedException", "Bearer Token has expired", Auth, "have expired");
        check(403, "", "no", Permission, "allow bedrock:ListFoundationModels");
        check(
            403,
            "UnrecognizedClientException",
            "The security token is invalid.",
            Auth,
            "check the credentials",
        );
        check(403, "ExpiredTokenException", "The security token is expired", Auth, "aws sso login");
        check(403, "InvalidSignatureException", "Signature expired: 1", Auth, "clock");
    }

    #[test]
    fn the_rest_goes_by_code_and_then_by_status() {
        use ErrorKind::{InvalidRequest, NotFound, Overloaded, Server, Throttled, Timeout};
        check(400, "ThrottlingException", "Rate exceeded", Throttled, "wait");
        check(429, "", "slow", Throttled, "wait");
        check(503, "", "busy", Overloaded, "try again");
        check(500, "InternalServerException", "oops", Server, "try again");
        check(504, "", "late", Timeout, "");
        check(404, "UnknownOperationException", "no", NotFound, "check the endpoint");
        check(400, "ValidationException", "no", InvalidRequest, "");
    }

    #[test]
    fn only_expired_credentials_are_worth_looking_up_anew() {
        assert!(is_expired_credentials(&error(403, "ExpiredTokenException", "no")));
        assert!(is_expired_credentials(&error(403, "UnrecognizedClientException", "the token is expired")));
        assert!(!is_expired_credentials(&error(403, "InvalidSignatureException", "Signature expired: 1")));
        assert!(!is_expired_credentials(&error(400, "ValidationException", "expired")));
        assert!(!is_expired_credentials(&ProviderError::new(ErrorKind::Auth, "the SSO session has expired")));
    }
}
