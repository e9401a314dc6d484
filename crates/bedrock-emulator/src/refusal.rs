//! What the emulator answers instead of a result: a status, an exception name and a text.
//!
//! The service has three layers that refuse, and each words its refusals differently; the
//! constructors keep those shapes in one place so that a rule states only its own sentence.
//! The first layer checks the shape of the request against the API model and lists every
//! violation; the second translates the conversation and speaks in plain sentences; the third is
//! the model vendor's own validator, whose words arrive behind a fixed prefix.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Value, json};

use crate::body::ReplyBody;
use crate::identifiers;

/// A refusal: what the real service would say no with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The exception's name, for example `ValidationException`.
    pub exception: String,
    /// The text for people.
    pub message: String,
    /// Which [rule](crate::rules) was broken; `None` if the refusal is not about the conversation,
    /// `shape` if it is about the form of the request, and `refused-field` if a test
    /// [asked for it](crate::EmulatorBuilder::refuse).
    pub rule: Option<&'static str>,
}

impl Refusal {
    /// A refusal with a status and a name of its own.
    pub(crate) fn new(status: u16, exception: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, exception: exception.into(), message: message.into(), rule: None }
    }

    /// The same refusal, with the name of the rule it comes from.
    pub(crate) fn by(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    /// A refusal by the second layer: a plain sentence.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// A refusal by the first layer, which reports every violation it finds.
    pub(crate) fn violations(violations: &[String]) -> Self {
        let (errors, count) = if violations.len() == 1 { ("error", 1) } else { ("errors", violations.len()) };
        Self::validation(format!("{count} validation {errors} detected: {}", violations.join("; ")))
    }

    /// A refusal by the vendor's validator, behind the prefix the service puts before its words.
    pub(crate) fn by_the_model(message: impl fmt::Display) -> Self {
        Self::validation(format!("The model returned the following errors: {message}"))
    }

    /// A refusal of a field that this model does not know, in the second layer's words.
    pub(crate) fn unsupported_field(field: &str) -> Self {
        Self::validation(format!(
            "This model doesn't support the {field} field. Remove {field} and try again."
        ))
    }

    /// A body that the front end could not read into its data types.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new(400, "SerializationException", message)
    }

    /// A refusal for want of permission.
    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::new(403, "AccessDeniedException", message)
    }

    /// A refusal because something is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFoundException", message)
    }

    /// The response that carries this refusal.
    pub(crate) fn response(&self) -> Response<ReplyBody> {
        envelope(self.status, &self.exception, &self.body())
    }

    // Denials by the identity service spell the member with a capital, unlike every other error.
    fn body(&self) -> Value {
        if self.exception == "AccessDeniedException" && self.message.starts_with("User: ") {
            json!({ "Message": self.message })
        } else {
            json!({ "message": self.message })
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.status, self.exception, self.message)
    }
}

/// The envelope of an error response. The service appends an address to the name in the header,
/// which clients have to cut off.
fn envelope(status: u16, exception: &str, body: &Value) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::fixed(Bytes::from(body.to_string())));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-requestid", identifiers::request_id());
    let error_type = format!("{exception}:http://internal.amazon.com/coral/com.amazon.bedrock/");
    if let Ok(error_type) = header::HeaderValue::from_str(&error_type) {
        headers.insert("x-amzn-errortype", error_type);
    }
    response
}
