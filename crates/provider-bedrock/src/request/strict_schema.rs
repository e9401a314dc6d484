//! Schemas of tools made strict: the model's arguments are then held to them while it writes.
//!
//! Separate because only a part of JSON Schema can be compiled to a grammar, and what cannot must be known beforehand. The
//! author's schema is not changed; a strict copy is made.

use serde_json::{Map, Value, json};

/// Keywords that a strict schema cannot have.
const REFUSED: &[&str] = &[
    "$ref",
    "$defs",
    "definitions",
    "allOf",
    "oneOf",
    "patternProperties",
    "dependentSchemas",
    "dependencies",
    "unevaluatedProperties",
    "propertyNames",
    "contains",
    "prefixItems",
    "not",
    "if",
    "then",
    "else",
    // Constraints that a grammar cannot hold.
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// What the outermost schema is called in refusals.
const ROOT: &str = "the schema";

/// A strict copy of a schema: every property required, formerly optional ones nullable, nothing additional.
///
/// # Errors
/// What of the schema cannot be made strict, and where.
pub(super) fn strict(schema: &Value) -> Result<Value, String> {
    match schema.get("type") {
        Some(kind) if kind == "object" => node(schema, ROOT),
        _ => Err("the schema does not describe an object".to_owned()),
    }
}

fn node(schema: &Value, place: &str) -> Result<Value, String> {
    let Value::Object(members) = schema else {
        return Err(format!("{place} is no object"));
    };
    if let Some(keyword) = REFUSED.iter().find(|keyword| members.contains_key(**keyword)) {
        return Err(format!("{place} uses `{keyword}`"));
    }
    let mut copy = members.clone();
    if let Some(alternatives) = members.get("anyOf") {
        copy.insert("anyOf".to_owned(), any_of(alternatives, place)?);
    }
    match members.get("items") {
        Some(Value::Array(_)) => return Err(format!("{place} lists its items one by one")),
        Some(items) => {
            copy.insert("items".to_owned(), node(items, &format!("the items of {place}"))?);
        }
        None => {}
    }
    if is_object(members) {
        object(members, &mut copy, place)?;
    } else if members.contains_key("properties") {
        return Err(format!("{place} has properties, but its type is not object"));
    }
    Ok(Value::Object(copy))
}

fn is_object(members: &Map<String, Value>) -> bool {
    match members.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => false,
    }
}

fn any_of(alternatives: &Value, place: &str) -> Result<Value, String> {
    let Some(alternatives) = alternatives.as_array().filter(|alternatives| !alternatives.is_empty()) else {
        return Err(format!("{place} has an empty `anyOf`"));
    };
    let strict = alternatives.iter().map(|alternative| {
        let kind = alternative.get("type").and_then(Value::as_str);
        if matches!(kind, Some("object" | "array")) {
            return Err(format!("{place} has an object or a list among its alternatives"));
        }
        node(alternative, &format!("an alternative of {place}"))
    });
    strict.collect::<Result<Vec<_>, _>>().map(Value::from)
}

fn object(members: &Map<String, Value>, copy: &mut Map<String, Value>, place: &str) -> Result<(), String> {
    if members.get("additionalProperties").is_some_and(|additional| *additional != Value::Bool(false)) {
        return Err(format!("{place} allows additional properties"));
    }
    let empty = Map::new();
    let properties = match members.get("properties") {
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(format!("{place} has properties that are no object")),
        // Made strict, it could only be empty.
        None if place != ROOT => return Err(format!("{place} is an object without properties")),
        None => &empty,
    };
    let required = members.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_required = |name: &str| required.iter().any(|required| required == name);
    let known = |required: &&Value| required.as_str().is_none_or(|name| !properties.contains_key(name));
    if let Some(unknown) = required.iter().find(known) {
        return Err(format!("{place} requires {unknown}, which is none of its properties"));
    }
    let mut strict = Map::new();
    for (name, schema) in properties {
        let schema = node(schema, &format!("`{name}` of {place}"))?;
        strict.insert(name.clone(), if is_required(name) { schema } else { nullable(schema) });
    }
    copy.insert("required".to_owned(), properties.keys().cloned().collect());
    copy.insert("properties".to_owned(), Value::Object(strict));
    copy.insert("additionalProperties".to_owned(), Value::Bool(false));
    Ok(())
}

/// The schema with `null` allowed.
fn nullable(schema: Value) -> Value {
    let Value::Object(mut members) = schema else { return schema };
    if members.contains_key("const") {
        return json!({ "anyOf": [members, { "type": "null" }] });
    }
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match members.get_mut("type") {
        Some(Value::String(kind)) if kind != "null" => {
            let kinds = json!([kind, "null"]);
            members.insert("type".to_owned(), kinds);
        }
        Some(Value::Array(kinds)) if !kinds.iter().any(|kind| kind == "null") => kinds.push(json!("null")),
        _ => {}
    }
    if let Some(Value::Array(alternatives)) = members.get_mut("anyOf")
        && !alternatives.iter().any(|alternative| alternative.get("type") == Some(&json!("null")))
    {
        alternatives.push(json!({ "type": "null" }));
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_properties_become_required_and_nullable() {
        let schema = json!({
            "type": "object",
            "properties": { "a": { "type": "string" }, "b": { "type": "number" }, "c": { "enum": ["x"] } },
            "required": ["a"],
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "a": { "type": "string" },
                "b": { "type": ["number", "null"] },
                "c": { "enum": ["x", null] },
            },
            "required": ["a", "b", "c"],
            "additionalProperties": false,
        });
        assert_eq!(strict(&schema), Ok(expected));
    }

    #[test]
    fn nested_objects_are_made_strict_too() {
        let inner = json!({ "type": "object", "properties": { "x": { "type": ["string", "null"] } } });
        let schema =
            json!({ "type": "object", "properties": { "list": { "type": "array", "items": inner } } });
        let made = strict(&schema).unwrap();
        let item = &made["properties"]["list"]["items"];
        assert_eq!(item["required"], json!(["x"]));
        assert_eq!(item["additionalProperties"], false);
        assert_eq!(item["properties"]["x"]["type"], json!(["string", "null"]));
    }

    #[track_caller]
    fn check_refused(property: &Value, reason: &str) {
        let schema = json!({ "type": "object", "properties": { "p": property } });
        let refusal = strict(&schema).unwrap_err();
        assert!(refusal.contains(reason), "{refusal}");
    }

    #[test]
    fn what_cannot_be_compiled_is_refused_with_its_place() {
        check_refused(&json!({ "$ref": "#/x" }), "`p` of the schema uses `$ref`");
        check_refused(&json!(true), "is no object");
        check_refused(&json!({ "anyOf": [] }), "empty `anyOf`");
        check_refused(&json!({ "anyOf": [{ "type": "object" }] }), "among its alternatives");
        check_refused(&json!({ "type": "array", "items": [{}] }), "one by one");
        check_refused(&json!({ "properties": {} }), "type is not object");
        check_refused(&json!({ "type": "object", "additionalProperties": {} }), "additional properties");
        check_refused(&json!({ "type": "object" }), "without properties");
        check_refused(&json!({ "type": "integer", "minimum": 1 }), "`minimum`");
        let unknown = json!({ "type": "object", "properties": {}, "required": ["q"] });
        check_refused(&unknown, "requires \"q\"");
        assert!(strict(&json!({ "type": "string" })).is_err());
    }
}
