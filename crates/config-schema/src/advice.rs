//! What to write in place of a value that is wrong, as the schema of its place says.
//!
//! Separate from the rules, which know what is wrong: a type refuses a value without knowing what its documentation gives
//! as an example.

use serde_json::Value;

use crate::shape::{allows, alternatives};
use crate::suggestion;

/// What may be written where `schema` holds; nothing if that says nothing.
pub(crate) fn of(schema: &Value) -> Option<String> {
    let mut words = Vec::new();
    collect_words(schema, &mut words);
    let words = words.iter().map(String::as_str).collect::<Vec<_>>();
    match words.as_slice() {
        [] => {}
        [only] => return Some(format!("write `{only}`")),
        words => return Some(format!("write one of {}", suggestion::listed(words))),
    }
    if let Some(example) = example(schema) {
        return Some(format!("write for example `{example}`"));
    }
    let kinds = [
        ("string", "text in quotation marks".to_owned()),
        ("integer", at_least("a whole number", schema)),
        ("number", at_least("a number", schema)),
        ("boolean", "`true` or `false`".to_owned()),
        ("array", "a list, between `[` and `]`".to_owned()),
        ("object", "an object, between `{` and `}`".to_owned()),
    ];
    // A schema that says nothing allows all of them.
    if kinds.iter().all(|(kind, _)| allows(schema, kind)) {
        return None;
    }
    let kinds = kinds.into_iter().filter(|(kind, _)| allows(schema, kind)).map(|(_, words)| words);
    let kinds = kinds.collect::<Vec<_>>().join(", or ");
    (!kinds.is_empty()).then(|| format!("write {kinds}"))
}

/// The words of closed sets.
fn collect_words(schema: &Value, words: &mut Vec<String>) {
    let own = schema.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for word in own.iter().chain(schema.get("const")).filter(|word| !word.is_null()) {
        let word = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    // Words that any text may stand beside are proposals.
    let is_open = alternatives(schema).any(|schema| {
        let is_closed = schema.get("enum").or(schema.get("const")).is_some();
        schema.get("type").is_some_and(|kind| kind == "string") && !is_closed
    });
    if !is_open {
        alternatives(schema).for_each(|schema| collect_words(schema, words));
    }
}

fn example(schema: &Value) -> Option<String> {
    let own = schema.get("examples").and_then(Value::as_array).and_then(|examples| examples.first());
    match own {
        Some(example) => Some(example.to_string()),
        None => alternatives(schema).find_map(example),
    }
}

fn at_least(kind: &str, schema: &Value) -> String {
    match minimum(schema) {
        Some(least) => format!("{kind} of at least {least}"),
        None => kind.to_owned(),
    }
}

fn minimum(schema: &Value) -> Option<&Value> {
    schema.get("minimum").or_else(|| alternatives(schema).find_map(minimum))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: Option<&str>) {
        assert_eq!(of(schema).as_deref(), expected);
    }

    #[test]
    fn a_schema_says_what_to_write() {
        check(
            &json!({ "type": "string", "enum": ["merge", "replace"] }),
            Some("write one of `merge`, `replace`"),
        );
        check(
            &json!({ "oneOf": [{ "type": "string", "const": "a" }, { "const": "b" }, { "type": "null" }] }),
            Some("write one of `a`, `b`"),
        );
        check(
            &json!({ "type": ["string", "null"], "examples": ["us-east-1"] }),
            Some("write for example `\"us-east-1\"`"),
        );
        check(&json!({ "type": "integer", "minimum": 1 }), Some("write a whole number of at least 1"));
        check(&json!({ "type": "boolean" }), Some("write `true` or `false`"));
        check(
            &json!({ "type": ["array", "string"] }),
            Some("write text in quotation marks, or a list, between `[` and `]`"),
        );
        check(&json!({ "anyOf": [{ "type": "number" }, { "type": "null" }] }), Some("write a number"));
        check(&json!({}), None);
        check(&json!(true), None);
    }
}
