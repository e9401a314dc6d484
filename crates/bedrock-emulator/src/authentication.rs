//! Who may ask: a signature, or a bearer token.
//!
//! The service takes either on both of its planes; which one a request uses is told by the first
//! word of its `Authorization` header.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;

use http::request::Parts;

use crate::credentials::Credentials;
use crate::digest;
use crate::refusal::Refusal;
use crate::signature::{self, Scope};

/// How many of the keys that were given out are known; the oldest are forgotten first.
const KEPT_ISSUES: usize = 10_000;

/// Whom the emulator lets in.
pub(crate) struct Guard {
    pub(crate) region: String,
    credentials: RwLock<Vec<Credentials>>,
    /// The access keys that it gave out itself.
    issued: RwLock<Vec<Credentials>>,
    pub(crate) bearer_tokens: Vec<String>,
}

impl Guard {
    pub(crate) fn new(region: String, credentials: Vec<Credentials>, bearer_tokens: Vec<String>) -> Self {
        Self { region, credentials: RwLock::new(credentials), issued: RwLock::default(), bearer_tokens }
    }

    /// The access keys that it was told of, expired ones included.
    pub(crate) fn credentials(&self) -> RwLockReadGuard<'_, Vec<Credentials>> {
        self.credentials.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an access key in; one of the same id is forgotten.
    pub(crate) fn add(&self, credentials: Credentials) {
        let mut known = self.credentials.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| other.access_key_id != credentials.access_key_id);
        known.push(credentials);
    }

    /// Lets in an access key that was given out here.
    pub(crate) fn issue(&self, credentials: Credentials) {
        let mut issued = self.issued.write().unwrap_or_else(PoisonError::into_inner);
        if issued.len() >= KEPT_ISSUES {
            issued.remove(0);
        }
        issued.push(credentials);
    }

    /// Ends the time of an access key.
    pub(crate) fn expire(&self, access_key_id: &str) {
        for list in [&self.credentials, &self.issued] {
            let mut known = list.write().unwrap_or_else(PoisonError::into_inner);
            for credentials in known.iter_mut().filter(|known| known.access_key_id == access_key_id) {
                credentials.expired = true;
            }
        }
    }

    /// Checks who sent a request to Bedrock, and returns the ARN if the credentials have one.
    pub(crate) fn admit(&self, parts: &Parts, body: &[u8]) -> Result<Option<String>, Refusal> {
        let authorization = authorization(parts)?;
        match authorization.split_once(' ').unwrap_or((authorization, "")) {
            ("Bearer", token) => self.admit_bearer(token.trim()).map(|()| None),
            _ => {
                self.admit_signed(parts, body, Scope { regions: &[self.region.as_str()], service: "bedrock" })
            }
        }
    }

    /// Checks who sent a request to the token service, whose global endpoint is signed for `us-east-1`.
    pub(crate) fn admit_to_token_service(
        &self,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Option<String>, Refusal> {
        self.admit_signed(
            parts,
            body,
            Scope { regions: &[self.region.as_str(), "us-east-1"], service: "sts" },
        )
    }

    fn admit_signed(&self, parts: &Parts, body: &[u8], scope: Scope<'_>) -> Result<Option<String>, Refusal> {
        let authorization = authorization(parts)?;
        if authorization.split(' ').next() != Some(signature::ALGORITHM) {
            return Err(malformed());
        }
        let now = SystemTime::now();
        let find = |access_key_id: &str| self.find(access_key_id);
        Ok(signature::verify(parts, body, authorization, find, scope, now)?.principal)
    }

    fn find(&self, access_key_id: &str) -> Option<Credentials> {
        [&self.credentials, &self.issued].into_iter().find_map(|list| {
            let known = list.read().unwrap_or_else(PoisonError::into_inner);
            known.iter().find(|known| known.access_key_id == access_key_id).cloned()
        })
    }

    fn admit_bearer(&self, token: &str) -> Result<(), Refusal> {
        // Every accepted token is compared, so that the time taken does not tell which one matched.
        let known = self
            .bearer_tokens
            .iter()
            .fold(false, |known, accepted| known | digest::equal(accepted.as_bytes(), token.as_bytes()));
        if known && !token.is_empty() {
            Ok(())
        } else {
            Err(Refusal::access_denied("Authentication failed: Please make sure your API Key is valid."))
        }
    }
}

fn authorization(parts: &Parts) -> Result<&str, Refusal> {
    let authorization = parts.headers.get(http::header::AUTHORIZATION).ok_or_else(missing)?;
    authorization.to_str().map_err(|_| malformed())
}

fn missing() -> Refusal {
    Refusal::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
}

fn malformed() -> Refusal {
    Refusal::new(
        400,
        "IncompleteSignatureException",
        "The Authorization header is neither a Bearer token nor an AWS4-HMAC-SHA256 signature.",
    )
}
