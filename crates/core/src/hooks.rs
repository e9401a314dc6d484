//! Where a host may look at a call on the wire, and change what is sent.
//!
//! Separate from the settings of a call: settings are data, this is code that the host brings along.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

use crate::error::ProviderError;
use crate::model::Model;

/// A host's code in the middle of a call. What is not implemented does nothing.
///
/// An error of a hook ends the call with that error, and nothing is tried again.
///
/// ```
/// use std::sync::Arc;
///
/// use async_trait::async_trait;
/// use clawdia_core::{Hooks, Model, ProviderError, StreamOptions};
/// use serde_json::Value;
///
/// #[derive(Debug)]
/// struct Tag;
///
/// #[async_trait]
/// impl Hooks for Tag {
///     async fn on_payload(&self, payload: &mut Value, _model: &Model) -> Result<(), ProviderError> {
///         payload["requestMetadata"] = serde_json::json!({ "team": "blue" });
///         Ok(())
///     }
/// }
///
/// let options = StreamOptions::default().with_hooks(Arc::new(Tag));
/// ```
#[async_trait]
pub trait Hooks: fmt::Debug + Send + Sync {
    /// Sees the body of a request before it is signed and sent, and may change it. Called for each attempt.
    ///
    /// Where only the tokens of a prompt are counted, it sees what of a request is counted, in the same members; others
    /// that it adds are not sent.
    ///
    /// # Errors
    /// Whatever should end the call before anything is sent.
    async fn on_payload(&self, payload: &mut Value, model: &Model) -> Result<(), ProviderError> {
        let _ = (payload, model);
        Ok(())
    }

    /// Sees the head of each HTTP response, refusals included, before anything of its body is handed out.
    ///
    /// # Errors
    /// Whatever should end the call; the connection is closed.
    async fn on_response(&self, head: &ResponseHead, model: &Model) -> Result<(), ProviderError> {
        let _ = (head, model);
        Ok(())
    }
}

/// The head of an HTTP response.
///
/// ```
/// use clawdia_core::ResponseHead;
/// let head = ResponseHead::new(200, [("x-amzn-RequestId", "1")]);
/// assert_eq!(head.header("X-Amzn-Requestid"), Some("1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseHead {
    /// The status, such as 200.
    pub status: u16,
    /// Names, in lower case, and values, in the order they arrived.
    pub headers: Vec<(String, String)>,
}

impl ResponseHead {
    /// Puts a head together.
    pub fn new(status: u16, headers: impl IntoIterator<Item = (impl AsRef<str>, impl Into<String>)>) -> Self {
        let lower =
            |(name, value): (_, _)| (str::to_ascii_lowercase(AsRef::as_ref(&name)), Into::into(value));
        Self { status, headers: headers.into_iter().map(lower).collect() }
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}
