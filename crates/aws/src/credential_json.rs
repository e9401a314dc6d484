//! Credentials as metadata services and external programs write them.
//!
//! Separate because all of them write the same members, in spellings that differ only in case.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::attributes::AccountId;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

/// Why a text is no credentials; never quotes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotCredentials {
    NotJson,
    Missing(&'static str),
    Unreadable(&'static str),
    /// The text is an error, with its code and message.
    Refused {
        code: String,
        message: String,
    },
}

impl std::fmt::Display for NotCredentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotJson => formatter.write_str("it is no JSON object"),
            Self::Missing(member) => write!(formatter, "`{member}` is missing"),
            Self::Unreadable(member) => write!(formatter, "`{member}` cannot be read"),
            Self::Refused { code, message } => write!(formatter, "{code}: {message}"),
        }
    }
}

/// A JSON object whose members are found in any case.
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, NotCredentials> {
        serde_json::from_slice(text).map(Self).map_err(|_| NotCredentials::NotJson)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn text(&self, name: &'static str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, NotCredentials> {
        self.text(name).ok_or(NotCredentials::Missing(name))
    }

    /// The credentials. `token` is the name of the session token's member.
    pub(crate) fn credentials(&self, token: &'static str) -> Result<Credentials, NotCredentials> {
        if let Some(code) = self.text("Code").filter(|code| *code != "Success") {
            let message = self.text("Message").unwrap_or("no reason is given");
            return Err(NotCredentials::Refused { code: code.to_owned(), message: message.to_owned() });
        }
        let mut builder = Credentials::builder()
            .access_key_id(self.required("AccessKeyId")?)
            .secret_access_key(self.required("SecretAccessKey")?)
            .provider_name("clawdia");
        builder.set_session_token(self.text(token).map(str::to_owned));
        let expiry =
            self.text("Expiration").map(|text| time(text).ok_or(NotCredentials::Unreadable("Expiration")));
        builder.set_expiry(expiry.transpose()?);
        builder.set_account_id(self.text("AccountId").map(AccountId::from));
        Ok(builder.build())
    }
}

/// A point in time as AWS's files and services write it.
pub(crate) fn time(text: &str) -> Option<SystemTime> {
    // Old tools wrote `UTC` for `Z`.
    let text = text.replace("UTC", "Z");
    let time = DateTime::from_str(&text, Format::DateTimeWithOffset).ok()?;
    SystemTime::try_from(time).ok()
}
