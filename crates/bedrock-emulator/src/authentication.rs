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
use crate::signature;

/// Whom the emulator lets in.
pub(crate) struct Guard {
    pub(crate) region: String,
    credentials: RwLock<Vec<Credentials>>,
    pub(crate) bearer_tokens: Vec<String>,
}

impl Guard {
    pub(crate) fn new(region: String, credentials: Vec<Credentials>, bearer_tokens: Vec<String>) -> Self {
        Self { region, credentials: RwLock::new(credentials), bearer_tokens }
    }

    /// The access keys that are known, expired ones included.
    pub(crate) fn credentials(&self) -> RwLockReadGuard<'_, Vec<Credentials>> {
        self.credentials.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an access key in; one of the same id is forgotten.
    pub(crate) fn add(&self, credentials: Credentials) {
        let mut known = self.credentials.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| other.access_key_id != credentials.access_key_id);
        known.push(credentials);
    }

    /// Ends the time of an access key.
    pub(crate) fn expire(&self, access_key_id: &str) {
        let mut known = self.credentials.write().unwrap_or_else(PoisonError::into_inner);
        for credentials in known.iter_mut().filter(|known| known.access_key_id == access_key_id) {
            credentials.expired = true;
        }
    }

    /// Checks who sent a request.
    pub(crate) fn admit(&self, parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
        let Some(authorization) = parts.headers.get(http::header::AUTHORIZATION) else {
            return Err(missing());
        };
        let Ok(authorization) = authorization.to_str() else {
            return Err(malformed());
        };
        match authorization.split_once(' ').unwrap_or((authorization, "")) {
            ("Bearer", token) => self.admit_bearer(token.trim()),
            (signature::ALGORITHM, _) => signature::verify(
                parts,
                body,
                authorization,
                &self.credentials(),
                &self.region,
                SystemTime::now(),
            ),
            _ => Err(malformed()),
        }
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
