//! A configuration as it may be shown: all of it but its secrets.
//!
//! Separate from errors, which show one line of a text: here a value is shown, with what the environment says in it.

use serde_json::Value;

use crate::config::Config;
use crate::document::Document;
use crate::excerpt::without_user_info;
use crate::secret;

/// What is shown in place of a secret.
pub const HIDDEN: &str = "(hidden)";

impl Config {
    /// What the configuration says, with what environment variables say in it; every secret is [`HIDDEN`]. Defaults are
    /// left out.
    pub fn shown(&self) -> Value {
        self.document()
            .map(Document::value)
            .map_or_else(|| Value::Object(serde_json::Map::new()), without_secrets)
    }
}

/// The value with [`HIDDEN`] in place of every secret: of keys, tokens, headers, and of what an address says of a user.
/// References to a secret stay.
///
/// ```
/// use clawdia_config_schema::without_secrets;
/// use serde_json::json;
/// let shown = without_secrets(&json!({ "apiKey": "s3cr3t", "baseUrl": "https://example.com" }));
/// assert_eq!(shown, json!({ "apiKey": "(hidden)", "baseUrl": "https://example.com" }));
/// let reference = json!({ "apiKey": { "source": "env", "name": "ACME_KEY" } });
/// assert_eq!(without_secrets(&reference), reference);
/// ```
pub fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = |(key, value): (&String, &Value)| {
                let value = if secret::is_secret(key) { hidden(value) } else { without_secrets(value) };
                (key.clone(), value)
            };
            Value::Object(members.iter().map(shown).collect())
        }
        Value::Array(values) => values.iter().map(without_secrets).collect(),
        Value::String(text) => {
            Value::from(without_user_info(text.chars().collect()).into_iter().collect::<String>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The value without any of its texts and numbers.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            // Where a secret is to be found is none; the arguments of a command may be.
            let is_reference = matches!(members.get("source"), Some(Value::String(_)));
            let is_place =
                |key: &str| is_reference && matches!(key, "source" | "name" | "path" | "timeoutSeconds");
            let shown = |(key, value): (&String, &Value)| {
                (key.clone(), if is_place(key) { value.clone() } else { hidden(value) })
            };
            Value::Object(members.iter().map(shown).collect())
        }
        Value::Array(values) => values.iter().map(hidden).collect(),
        Value::String(_) | Value::Number(_) => Value::from(HIDDEN),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}
