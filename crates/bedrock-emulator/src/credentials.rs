//! The access keys an emulator accepts: the client's half of a signature, known to both sides.
//!
//! A file of its own because these are the only secrets here, and hiding them from `Debug` is
//! easier to review where nothing else happens.

use std::fmt;
use std::time::SystemTime;

/// An access key that the emulator accepts signatures from.
///
/// ```
/// use clawdia_bedrock_emulator::Credentials;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI").with_session_token("token");
/// assert!(!format!("{credentials:?}").contains("wJalrXUtnFEMI"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) expired: bool,
    pub(crate) expires: Option<SystemTime>,
    /// The ARN of whoever it belongs to.
    pub(crate) principal: Option<String>,
}

impl Credentials {
    /// A long-term access key: requests signed with it carry no session token.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expired: false,
            expires: None,
            principal: None,
        }
    }

    /// Makes it a temporary access key: requests must carry, and sign, this session token.
    #[must_use]
    pub fn with_session_token(mut self, session_token: impl Into<String>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Ends its time at this moment: requests get `ExpiredTokenException` from then on.
    #[must_use]
    pub fn with_expiration(mut self, expires: SystemTime) -> Self {
        self.expires = Some(expires);
        self
    }

    /// Says whose it is, by ARN; refusals for want of permission name the user.
    #[must_use]
    pub fn with_principal(mut self, arn: impl Into<String>) -> Self {
        self.principal = Some(arn.into());
        self
    }

    /// Makes it an access key whose time has passed: requests get `ExpiredTokenException`.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.expired = true;
        self
    }

    pub(crate) fn has_expired(&self, now: SystemTime) -> bool {
        self.expired || self.expires.is_some_and(|expires| expires <= now)
    }
}

impl Default for Credentials {
    /// The example key of the AWS documentation, which no account can own.
    fn default() -> Self {
        Self::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &"(hidden)")
            .field("session_token", &self.session_token.as_ref().map(|_| "(hidden)"))
            .field("expired", &self.expired)
            .field("expires", &self.expires)
            .field("principal", &self.principal)
            .finish()
    }
}
