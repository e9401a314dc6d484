//! What the types say of themselves to people who write configurations.

use clawdia_config_schema::{AgentsConfig, ModelsConfig};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

fn schema<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Checks that what is described is described for people, and that every key and every word is.
fn check(schema: &Value, place: &str) {
    if let Some(text) = schema.get("description") {
        let text = text.as_str().unwrap();
        let is_for_programmers = text.contains("```") || text.contains("](") || text.contains("::");
        assert!(text.ends_with('.') && !is_for_programmers, "{place}: {text}");
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (key, property) in properties {
            // The words of `source` stand in alternatives that are described themselves.
            let is_tag = key == "source";
            assert!(is_tag || property.get("description").is_some(), "{place}.{key} is not described");
            check(property, &format!("{place}.{key}"));
        }
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for schema in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            let is_word = schema.get("const").is_some();
            assert!(!is_word || schema.get("description").is_some(), "{place}: {schema}");
            check(schema, place);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        schema.get(keyword).into_iter().for_each(|schema| check(schema, place));
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    patterns.into_iter().flatten().for_each(|(_, schema)| check(schema, place));
}

#[test]
fn every_key_is_described_for_people() {
    check(&schema::<ModelsConfig>(), "models");
    check(&schema::<AgentsConfig>(), "agents");
}

#[test]
fn ranges_stand_in_the_schema() {
    let schema = schema::<ModelsConfig>();
    let row = &schema["properties"]["providers"]["additionalProperties"]["properties"]["models"]["items"]["properties"];
    assert_eq!(row["contextWindow"]["minimum"], 1);
    assert_eq!(row["cost"]["properties"]["input"]["minimum"], 0);
}
