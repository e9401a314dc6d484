//! What the text of an answer must be: JSON that fits a schema.
//!
//! Separate from [`Tool`](crate::Tool), whose schema is of arguments: here it is the answer itself that is held to one.
//! The field calls it structured output.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON Schema for the answer.
///
/// The answer's text is then one JSON value, to be read from [`AssistantMessage::text`](crate::AssistantMessage::text).
/// Models without a way to be held to a schema are given a tool with it and told to call that; what they pass to it
/// comes out as text all the same.
///
/// ```
/// use clawdia_core::{OutputSchema, StreamOptions};
/// use serde_json::json;
/// let schema = OutputSchema::new(json!({
///     "type": "object",
///     "properties": { "city": { "type": "string" } },
///     "required": ["city"],
/// }));
/// let options = StreamOptions::default().with_output_schema(schema.with_name("place"));
/// assert_eq!(options.output_schema.unwrap().name.as_deref(), Some("place"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputSchema {
    /// What the value is called, for the model: letters, digits, `_` and `-`, at most 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the value is, for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema; its key order is kept.
    pub schema: Value,
}

impl OutputSchema {
    /// A schema without a name.
    pub fn new(schema: Value) -> Self {
        Self { name: None, description: None, schema }
    }

    /// Sets [`name`](Self::name).
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets [`description`](Self::description).
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
