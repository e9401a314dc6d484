//! A configuration as it may be shown: all of it but its secrets.
//!
//! Separate from errors, which show one line of a text: here a value is shown, with what the environment says in it.

use serde_json::Value;

use crate::config::Config;
use crate::config_path::ConfigPath;
use crate::document::Document;
use crate::path::Path;
use crate::report::Report;
use crate::secret;

/// What is shown in place of a secret.
pub const HIDDEN: &str = "(hidden)";

impl Config {
    /// What the configuration says, with what environment variables say in it; every secret is [`HIDDEN`]. Defaults are
    /// left out. A text in which a variable stands that is secret is shown as it is written.
    pub fn shown(&self) -> Value {
        self.document().map_or_else(|| Value::Object(serde_json::Map::new()), Document::shown)
    }
}

impl Report {
    /// As [`Config::shown`], also of a configuration that is wrong: what is under a key that nobody knows is hidden, since
    /// that may be a misspelt `apiKey`. `None` when the text could not be read.
    pub fn shown(&self) -> Option<Value> {
        self.document.as_deref().map(Document::shown)
    }
}

impl Document {
    /// The value, without anything that nobody should see.
    fn shown(&self) -> Value {
        self.shown_at(&Path::default(), self.value())
    }

    fn shown_at(&self, path: &Path, value: &Value) -> Value {
        if self.is_hidden(path) {
            return hidden(value);
        }
        match value {
            Value::Object(members) => {
                let shown = |(key, value): (&String, &Value)| {
                    let value = if secret::is_secret(key) {
                        hidden(value)
                    } else {
                        self.shown_at(&path.key(key), value)
                    };
                    (key.clone(), value)
                };
                Value::Object(members.iter().map(shown).collect())
            }
            Value::Array(values) => {
                let values = values.iter().enumerate();
                values.map(|(index, value)| self.shown_at(&path.index(index), value)).collect()
            }
            Value::String(text) => Value::from(without_addresses(self.written(path).unwrap_or(text))),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
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
        Value::String(text) => Value::from(without_addresses(text)),
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

fn without_addresses(text: &str) -> String {
    secret::without_addresses(text.chars().collect()).into_iter().collect()
}

/// Puts the secrets of `old` where `new` shows that they are hidden: nobody types that, but a value that was shown may
/// come back changed.
///
/// ```
/// use clawdia_config_schema::{with_secrets_of, without_secrets};
/// use serde_json::json;
/// let old = json!({ "apiKey": "s3cr3t", "baseUrl": "https://me:pw@example.com" });
/// let mut new = without_secrets(&old);
/// new["region"] = json!("us-east-1");
/// with_secrets_of(&mut new, Some(&old)).expect("all of them are there");
/// assert_eq!(new, json!({ "apiKey": "s3cr3t", "baseUrl": "https://me:pw@example.com", "region": "us-east-1" }));
/// ```
///
/// # Errors
/// The place of a hidden secret that `old` does not have.
pub fn with_secrets_of(new: &mut Value, old: Option<&Value>) -> Result<(), ConfigPath> {
    restore(new, old, &ConfigPath::root())
}

fn restore(new: &mut Value, old: Option<&Value>, place: &ConfigPath) -> Result<(), ConfigPath> {
    match new {
        Value::String(text) if text == HIDDEN => match old {
            Some(old @ (Value::String(_) | Value::Number(_))) => {
                *new = old.clone();
                Ok(())
            }
            _ => Err(place.clone()),
        },
        Value::String(text) => {
            *text = with_addresses_of(text, old.and_then(Value::as_str)).ok_or_else(|| place.clone())?;
            Ok(())
        }
        Value::Object(members) => members.iter_mut().try_for_each(|(key, member)| {
            restore(member, old.and_then(|old| old.get(key)), &place.key(key.as_str()))
        }),
        Value::Array(elements) => elements.iter_mut().enumerate().try_for_each(|(index, element)| {
            let old = old.and_then(|old| counterpart(element, old, index));
            restore(element, old, &place.index(index))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The element that was there before: of those with an id the one with the same.
fn counterpart<'a>(element: &Value, old: &'a Value, index: usize) -> Option<&'a Value> {
    match element.get("id") {
        Some(id) => old.as_array()?.iter().find(|old| old.get("id") == Some(id)),
        None => old.get(index),
    }
}

/// The text, with the secrets of `old` where stars stand for them in an address.
fn with_addresses_of(text: &str, old: Option<&str>) -> Option<String> {
    let mut characters = text.chars().collect::<Vec<_>>();
    let old = old.unwrap_or_default().chars().collect::<Vec<_>>();
    let known = secret::in_addresses(&old);
    // From the end, so that places before stay where they are.
    for hidden in secret::in_addresses(&characters).into_iter().rev() {
        let shown = &characters[hidden.range.clone()];
        if !shown.is_empty() && shown.iter().all(|character| *character == '*') {
            let known = known.iter().find(|known| known.name == hidden.name)?;
            characters.splice(hidden.range, old[known.range.clone()].iter().copied());
        }
    }
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(mut new: Value, old: &Value, expected: Result<Value, &str>) {
        let outcome = with_secrets_of(&mut new, Some(old)).map_err(|place| place.to_string());
        assert_eq!(outcome.map(|()| new), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_secret_comes_back_to_its_place() {
        let old = json!({ "apiKey": "s", "models": [{ "id": "a" }, { "id": "b", "headers": { "x": "t" } }] });
        let new = json!({ "apiKey": HIDDEN, "models": [{ "id": "b", "headers": { "x": HIDDEN } }] });
        let expected = json!({ "apiKey": "s", "models": [{ "id": "b", "headers": { "x": "t" } }] });
        check(new, &old, Ok(expected));
        let old = json!({ "baseUrl": "https://me:pw@old/?a=1&api_key=k#token=t" });
        let shown = without_secrets(&old);
        assert_eq!(shown, json!({ "baseUrl": "https://*****@old/?a=1&api_key=*#token=*" }));
        check(shown, &old, Ok(old.clone()));
        let changed = json!({ "baseUrl": "https://*****@new/v2?api_key=*" });
        check(changed, &old, Ok(json!({ "baseUrl": "https://me:pw@new/v2?api_key=k" })));
    }

    #[test]
    fn a_secret_that_nobody_has_is_told() {
        check(json!({ "a": { "apiKey": HIDDEN } }), &json!({ "a": {} }), Err("a.apiKey"));
        check(json!(HIDDEN), &json!({ "source": "env" }), Err(""));
        check(json!(["https://**@host"]), &json!(["https://host"]), Err("[0]"));
    }
}
