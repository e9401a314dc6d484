//! What a provider did differently from what it was asked, or noticed on the way.
//!
//! Separate because a diagnostic is data on the message, not a log line: a host can store it, show it or test it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One remark on a message: a setting that was dropped, a block that was repaired, the facts of a failure.
///
/// ```
/// use clawdia_core::Diagnostic;
/// let diagnostic = Diagnostic::new("temperature_dropped", "the model refuses `temperature` while it thinks")
///     .with("temperature", 0.2);
/// assert_eq!(diagnostic.details["temperature"], 0.2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What it is, in snake case, to branch on.
    #[serde(rename = "type", default)]
    pub code: String,
    /// What happened, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Values that belong to it, by name.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Diagnostic {
    /// A diagnostic without details.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), details: Map::new() }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }
}
