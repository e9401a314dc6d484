//! Arguments of calls as the service takes them.
//!
//! Separate because calls of the host's tools and of the service's own have the same.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Arguments without members that have no name, which the service's document type refuses.
pub(super) fn acceptable_arguments(arguments: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    if has_empty_key(arguments) {
        Cow::Owned(without_empty_keys(arguments))
    } else {
        Cow::Borrowed(arguments)
    }
}

/// Whether a member somewhere has no name.
pub(super) fn has_empty_key(arguments: &Map<String, Value>) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::Object(map) => has_empty_key(map),
            Value::Array(list) => list.iter().any(within),
            _ => false,
        }
    }
    arguments.iter().any(|(key, value)| key.is_empty() || within(value))
}

fn without_empty_keys(arguments: &Map<String, Value>) -> Map<String, Value> {
    fn clean(value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(without_empty_keys(map)),
            Value::Array(list) => list.iter().map(clean).collect(),
            other => other.clone(),
        }
    }
    arguments
        .iter()
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.clone(), clean(value)))
        .collect()
}
