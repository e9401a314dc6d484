//! What holds for the whole schema: everything is explained, nothing leads nowhere.

use serde_json::{Map, Value};

use super::SCHEMA;

/// Calls `visit` for every schema, with its place in the schema.
fn each(schema: &Value, place: &str, visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
    let Value::Object(members) = schema else { return };
    visit(place, members);
    for (keyword, value) in members {
        let place = format!("{place}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "definitions", Value::Object(inner)) => {
                for (name, schema) in inner {
                    each(schema, &format!("{place}/{name}"), visit);
                }
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(inner)) => {
                for schema in inner {
                    each(schema, &place, visit);
                }
            }
            (
                "additionalProperties" | "items" | "not" | "if" | "then" | "else" | "propertyNames",
                schema @ Value::Object(_),
            ) => each(schema, &place, visit),
            _ => {}
        }
    }
}

/// What is done with a key: its place in the schema, its name, its schema.
type Visit<'a> = &'a mut dyn FnMut(&str, &str, &Map<String, Value>);

/// Calls `visit` for every key that a person may write, but for what repeats it under a condition.
fn each_key(visit: Visit<'_>) {
    each(&SCHEMA, "", &mut |place, schema| {
        let is_condition = ["/if", "/then", "/not"].iter().any(|part| place.contains(part));
        let is_condition = is_condition || place.contains(".provider");
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if is_condition {
                continue;
            }
            let reference = property.get("$ref").and_then(Value::as_str);
            let target = reference.and_then(|reference| SCHEMA.pointer(reference.strip_prefix('#')?));
            visit(place, key, target.unwrap_or(property).as_object().unwrap());
        }
    });
}

#[test]
fn every_key_is_described_in_sentences() {
    let mut count = 0;
    each_key(&mut |place, key, schema| {
        count += 1;
        for keyword in ["description", "markdownDescription"] {
            let text = schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
            assert!(text.ends_with('.') && text.len() > 5, "{place} {key}: {keyword} is {text:?}");
            assert!(!text.contains("[`") && !text.contains("```"), "{place} {key}: {text:?} is rustdoc");
        }
    });
    assert!(count > 80, "only {count} keys were looked at");
}

#[test]
fn every_key_has_an_example_of_its_own_or_of_what_is_in_it() {
    each_key(&mut |place, key, schema| {
        let has = |keyword: &str| schema.get(keyword).is_some();
        let is_object = has("properties");
        let has_example = ["examples", "x-example", "enum", "default", "deprecationMessage", "items"]
            .map(has)
            .contains(&true);
        assert!(has_example || is_object, "{place} {key} has no example: {schema:?}");
    });
}

#[test]
fn every_number_has_a_unit() {
    let units = ["token", "Tokens", "Milliseconds", "Dollars", "times", "0 to 1", "seconds"];
    each_key(&mut |place, key, schema| {
        let kind = schema.get("type").map(ToString::to_string).unwrap_or_default();
        if kind.contains("integer") || kind.contains("number") {
            let text = schema["description"].as_str().unwrap();
            assert!(units.iter().any(|unit| text.contains(unit)), "{place} {key}: {text:?} names no unit");
        }
    });
}

#[test]
fn every_example_is_valid_where_it_stands() {
    each_key(&mut |place, key, schema| {
        let mut alone = schema.clone();
        alone.insert("definitions".to_owned(), SCHEMA["definitions"].clone());
        let validator = jsonschema::validator_for(&Value::Object(alone)).unwrap();
        let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        for example in examples.chain(schema.get("x-example")).chain(schema.get("default")) {
            assert!(validator.is_valid(example), "{place} {key}: {example}");
        }
    });
}

#[test]
fn every_reference_resolves() {
    let mut count = 0;
    each(&SCHEMA, "", &mut |place, schema| {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            count += 1;
            assert!(SCHEMA.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{place}: {reference}");
            // What stands beside a reference, editors overlook.
            assert_eq!(schema.len(), 1, "{place}: {schema:?}");
        }
    });
    assert!(count > 10, "only {count} references were looked at");
}

#[test]
fn nothing_proposes_null_by_default_and_no_mark_is_left() {
    each(&SCHEMA, "", &mut |place, schema| {
        if let Some(default) = schema.get("default") {
            assert!(default.is_string() || default.is_number() || default.is_boolean(), "{place}: {default}");
        }
        for keyword in ["format", "x-proposals", "x-aliases"] {
            assert!(!schema.contains_key(keyword), "{place}: {keyword}");
        }
        for keyword in ["enumDescriptions", "markdownEnumDescriptions"] {
            if let Some(meanings) = schema.get(keyword) {
                let (words, meanings) = (schema["enum"].as_array().unwrap(), meanings.as_array().unwrap());
                assert_eq!(words.len(), meanings.len(), "{place}: {keyword}");
            }
        }
    });
}

#[test]
fn every_pattern_means_the_same_to_every_engine() {
    let mut count = 0;
    let mut check = |place: &str, pattern: &str| {
        count += 1;
        assert!(!pattern.contains("(?"), "{place}: `{pattern}` has a group that not all engines know");
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            assert!(character.is_ascii_graphic() || character == ' ', "{place}: `{pattern}`");
            if character == '\\' {
                let escaped = characters.next().unwrap();
                let is_known = "sSdDtnrx".contains(escaped) || "^$\\.*+?()[]{}|/".contains(escaped);
                assert!(is_known, "{place}: `{pattern}` has `\\{escaped}`");
            }
        }
    };
    each(&SCHEMA, "", &mut |place, schema| {
        if let Some(pattern) = schema.get("pattern") {
            check(place, pattern.as_str().unwrap());
        }
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        patterns.into_iter().flatten().for_each(|(pattern, _)| check(place, pattern));
    });
    assert!(count > 20, "only {count} patterns were looked at");
}
