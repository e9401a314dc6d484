//! Secrets that were shown as hidden and come back in a changed value.
//!
//! Separate because nobody types it: it is what a value has in it that was shown, changed elsewhere, and set again.

use clawdia::config::HIDDEN;
use serde_json::Value;

/// Puts the secrets of `old` where `new` says that they are hidden. Gives the place of one that `old` does not have.
pub(super) fn restore(new: &mut Value, old: Option<&Value>) -> Result<(), String> {
    restore_at(new, old, "")
}

fn restore_at(new: &mut Value, old: Option<&Value>, place: &str) -> Result<(), String> {
    match new {
        Value::String(text) if text == HIDDEN => match old {
            Some(old @ (Value::String(_) | Value::Number(_))) => {
                *new = old.clone();
                Ok(())
            }
            _ => Err(place.to_owned()),
        },
        Value::Object(members) => members.iter_mut().try_for_each(|(key, member)| {
            restore_at(member, old.and_then(|old| old.get(key)), &format!("{place}.{key}"))
        }),
        Value::Array(elements) => elements.iter_mut().enumerate().try_for_each(|(index, element)| {
            let old = old.and_then(|old| counterpart(element, old, index));
            restore_at(element, old, &format!("{place}[{index}]"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// The element that was there before: of those with an id the one with the same.
fn counterpart<'a>(element: &Value, old: &'a Value, index: usize) -> Option<&'a Value> {
    match element.get("id") {
        Some(id) => old.as_array()?.iter().find(|old| old.get("id") == Some(id)),
        None => old.get(index),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(mut new: Value, old: &Value, expected: Result<Value, &str>) {
        let outcome = restore(&mut new, Some(old));
        assert_eq!(outcome.map(|()| new), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_secret_comes_back_to_its_place() {
        let old = json!({ "apiKey": "s", "models": [{ "id": "a" }, { "id": "b", "headers": { "x": "t" } }] });
        let new = json!({ "apiKey": HIDDEN, "models": [{ "id": "b", "headers": { "x": HIDDEN } }] });
        let expected = json!({ "apiKey": "s", "models": [{ "id": "b", "headers": { "x": "t" } }] });
        check(new, &old, Ok(expected));
    }

    #[test]
    fn a_secret_that_nobody_has_is_told() {
        check(json!({ "a": { "apiKey": HIDDEN } }), &json!({ "a": {} }), Err(".a.apiKey"));
        check(json!(HIDDEN), &json!({ "source": "env" }), Err(""));
    }
}
