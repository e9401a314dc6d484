//! Looking for things in JSON schemas: open objects, and unions.
//!
//! Apart because both strict tools and structured output are held to the same restrictions.

use serde_json::Value;

/// Whether every object in a schema is closed to other properties.
pub(super) fn is_closed(schema: &Value) -> bool {
    let closed = !is_object_type(&schema["type"]) || schema["additionalProperties"] == Value::Bool(false);
    closed && children(schema).all(is_closed)
}

/// Whether a schema offers alternatives of which exactly one has to fit.
pub(super) fn has_one_of(schema: &Value) -> bool {
    schema.get("oneOf").is_some() || children(schema).any(has_one_of)
}

/// How many properties may be of several types.
pub(super) fn unions(schema: &Value) -> usize {
    let here = usize::from(schema["type"].is_array() || schema.get("anyOf").is_some());
    here + children(schema).map(unions).sum::<usize>()
}

fn is_object_type(kind: &Value) -> bool {
    kind == "object" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "object"))
}

// Every schema directly below a schema.
fn children(schema: &Value) -> impl Iterator<Item = &Value> {
    let named = ["properties", "$defs", "definitions"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_object())
        .flat_map(serde_json::Map::values);
    let listed = ["anyOf", "allOf", "oneOf", "prefixItems"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_array())
        .flatten();
    named.chain(listed).chain(schema.get("items"))
}
