//! One small HTTP exchange with a service that gives credentials.
//!
//! Separate from the SDK's clients, which are made for signed calls of modelled services and read the process's
//! environment on the way: metadata services and SSO need nothing but a request, a time limit and JSON.

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::connection_failure::ConnectionFailure;

/// How long an exchange may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExchangeLimits {
    pub(crate) connect: Duration,
    /// The whole exchange, connecting included.
    pub(crate) total: Duration,
}

impl ExchangeLimits {
    pub(crate) fn connector_settings(self) -> HttpConnectorSettings {
        HttpConnectorSettings::builder().connect_timeout(self.connect).build()
    }
}

/// An answer, read to its end. Without `Debug`: it holds credentials.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok().map(str::trim)
    }

    /// What an error's body says, in one short line; only of answers that hold no credentials.
    pub(crate) fn complaint(&self) -> String {
        let json: Option<serde_json::Value> = serde_json::from_slice(&self.body).ok();
        let member = |names: &[&str]| {
            let json = json.as_ref()?;
            names.iter().find_map(|name| json.get(*name)?.as_str()).map(str::to_owned)
        };
        let code = member(&["code", "Code", "error", "__type"]);
        let message = member(&["message", "Message", "error_description"]);
        let said = match (code, message) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(said), None) | (None, Some(said)) => said,
            (None, None) => self.text().unwrap_or_default().lines().next().unwrap_or_default().to_owned(),
        };
        let said: String = said.chars().filter(|character| !character.is_control()).take(200).collect();
        if said.is_empty() {
            format!("status {}", self.status)
        } else {
            format!("status {}, {said}", self.status)
        }
    }
}

/// No answer at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExchangeError {
    /// The time was up.
    TimedOut(Duration),
    /// The connection failed.
    Broken(String),
    /// The request could not be made.
    BadRequest,
    /// The answer is longer than any that gives credentials.
    TooLong,
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(formatter, "no answer within {} ms", limit.as_millis()),
            Self::Broken(why) => formatter.write_str(why),
            Self::BadRequest => formatter.write_str("the address or a header cannot be sent"),
            Self::TooLong => formatter.write_str("the answer is too long"),
        }
    }
}

/// Answers with credentials have about two kilobytes.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A request with headers and no body.
pub(crate) fn request(
    method: &str,
    url: &str,
    headers: &[(&'static str, &str)],
) -> Result<HttpRequest, ExchangeError> {
    let mut request = HttpRequest::empty();
    request.set_method(method).map_err(|_| ExchangeError::BadRequest)?;
    request.set_uri(url).map_err(|_| ExchangeError::BadRequest)?;
    for (name, value) in headers {
        let added = request.headers_mut().try_insert(*name, (*value).to_owned());
        added.map_err(|_| ExchangeError::BadRequest)?;
    }
    Ok(request)
}

/// The same with a body.
pub(crate) fn with_body(mut request: HttpRequest, body: Vec<u8>) -> HttpRequest {
    *request.body_mut() = SdkBody::from(body);
    request
}

/// Sends a request and reads the answer to its end. Dropping the future gives up the connection.
pub(crate) async fn exchange(
    connector: &SharedHttpConnector,
    request: HttpRequest,
    limits: ExchangeLimits,
) -> Result<Answer, ExchangeError> {
    let sent = async {
        let response = connector.call(request).await.map_err(|error| {
            if error.is_timeout() {
                ExchangeError::TimedOut(limits.connect)
            } else {
                ExchangeError::Broken(ConnectionFailure::of(&error).to_string())
            }
        })?;
        let status = response.status().as_u16();
        let mut stream = ByteStream::new(response.into_body());
        let mut body = Vec::new();
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|error| ExchangeError::Broken(innermost(&error)))?;
            if body.len() + bytes.len() > MAX_BODY_BYTES {
                return Err(ExchangeError::TooLong);
            }
            body.extend_from_slice(&bytes);
        }
        Ok(Answer { status, body })
    };
    match tokio::time::timeout(limits.total, sent).await {
        Ok(answer) => answer,
        Err(_) => Err(ExchangeError::TimedOut(limits.total)),
    }
}

/// The innermost cause, which is the one that says something.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
