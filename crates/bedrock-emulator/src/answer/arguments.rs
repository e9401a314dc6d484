//! A value that satisfies a JSON schema, with what the prompt offers.
//!
//! Enough of JSON Schema to call real tools: types, required properties, choices, bounds, formats,
//! references and combinations. A schema that cannot be satisfied gets the nearest thing.

use std::cell::Cell;

use serde_json::{Map, Value, json};

/// How deep schemas are followed; a recursive one ends here.
const DEEPEST: usize = 12;
/// How many values are made for one schema; branches of references could multiply without end.
const MOST_VALUES: usize = 10_000;
/// How long a generated list or text is at most, whatever the schema demands.
const LONGEST: u64 = 1_000;

/// A value for a schema.
pub(super) fn for_schema(schema: &Value, prompt: &str) -> Value {
    value(&Search { root: schema, prompt, left: Cell::new(MOST_VALUES) }, schema, "", 0)
}

struct Search<'a> {
    root: &'a Value,
    prompt: &'a str,
    /// How many values may still be made.
    left: Cell<usize>,
}

fn value(search: &Search<'_>, schema: &Value, name: &str, depth: usize) -> Value {
    let left = search.left.get();
    if depth > DEEPEST || left == 0 {
        return Value::Null;
    }
    search.left.set(left - 1);
    if let Some(given) = ["const", "default"].iter().find_map(|key| schema.get(*key)) {
        return given.clone();
    }
    for key in ["enum", "examples"] {
        if let Some(choices) = schema.get(key).and_then(Value::as_array).filter(|choices| !choices.is_empty())
        {
            return choice(choices, search.prompt).clone();
        }
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let pointer = target.strip_prefix('#').unwrap_or_default();
        return match search.root.pointer(pointer) {
            Some(schema) => value(search, schema, name, depth + 1),
            None => Value::Null,
        };
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(options) = schema.get(key).and_then(Value::as_array) {
            let real = options.iter().find(|option| option["type"] != "null").or(options.first());
            return real.map_or(Value::Null, |option| value(search, option, name, depth + 1));
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return merged(search, schema, parts, name, depth);
    }
    match kind(schema) {
        "object" => object(search, schema, depth),
        "array" => array(search, schema, name, depth),
        "integer" => integer(search, schema),
        "number" => number(search, schema),
        "boolean" => Value::Bool(true),
        "null" => Value::Null,
        _ => Value::String(text(search, schema, name)),
    }
}

fn kind(schema: &Value) -> &str {
    let stated = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    stated.unwrap_or(if schema.get("properties").is_some() { "object" } else { "string" })
}

fn merged(search: &Search<'_>, schema: &Value, parts: &[Value], name: &str, depth: usize) -> Value {
    let mut members = Map::new();
    for part in parts.iter().chain([&without(schema, "allOf")]) {
        match value(search, part, name, depth + 1) {
            Value::Object(more) => members.extend(more),
            single if parts.len() == 1 => return single,
            _ => {}
        }
    }
    Value::Object(members)
}

fn without(schema: &Value, key: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove(key);
        members.entry("type").or_insert(json!("object"));
    }
    schema
}

fn object(search: &Search<'_>, schema: &Value, depth: usize) -> Value {
    let mut members = Map::new();
    let Some(properties) = schema["properties"].as_object() else {
        return Value::Object(members);
    };
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (index, (name, schema)) in properties.iter().enumerate() {
        // Without anything required, one property is still better than none.
        if required.contains(&name.as_str()) || (required.is_empty() && index == 0) {
            members.insert(name.clone(), value(search, schema, name, depth + 1));
        }
    }
    Value::Object(members)
}

fn array(search: &Search<'_>, schema: &Value, name: &str, depth: usize) -> Value {
    if let Some(schemas) = schema["prefixItems"].as_array() {
        return schemas.iter().map(|schema| value(search, schema, name, depth + 1)).collect();
    }
    let most = schema["maxItems"].as_u64().unwrap_or(LONGEST);
    let least = schema["minItems"].as_u64().unwrap_or(1).min(most).min(LONGEST);
    (0..least).map(|_| value(search, &schema["items"], name, depth + 1)).collect()
}

fn integer(search: &Search<'_>, schema: &Value) -> Value {
    let whole = |key: &str| schema[key].as_i64();
    let least = whole("minimum").or_else(|| whole("exclusiveMinimum").map(|bound| bound.saturating_add(1)));
    let most = whole("maximum").or_else(|| whole("exclusiveMaximum").map(|bound| bound.saturating_sub(1)));
    let wanted = first_number(search.prompt).and_then(|number| number.parse::<i64>().ok()).unwrap_or(1);
    let mut number = wanted.min(most.unwrap_or(i64::MAX)).max(least.unwrap_or(i64::MIN));
    if let Some(step) = whole("multipleOf").filter(|step| *step > 0) {
        number = number.div_euclid(step).saturating_mul(step);
        if least.is_some_and(|least| number < least) {
            number = number.saturating_add(step);
        }
    }
    json!(number)
}

fn number(search: &Search<'_>, schema: &Value) -> Value {
    let bound = |key: &str| schema[key].as_f64();
    let above = |key: &str| bound(key).map(|bound| bound + 0.5);
    let below = |key: &str| bound(key).map(|bound| bound - 0.5);
    let least = bound("minimum").or_else(|| above("exclusiveMinimum")).unwrap_or(f64::MIN);
    let most = bound("maximum").or_else(|| below("exclusiveMaximum")).unwrap_or(f64::MAX);
    let wanted = first_number(search.prompt).and_then(|number| number.parse::<f64>().ok()).unwrap_or(1.0);
    json!(wanted.min(most).max(least))
}

fn text(search: &Search<'_>, schema: &Value, name: &str) -> String {
    let text = match schema["format"].as_str() {
        Some("date") => return "2026-01-31".to_owned(),
        Some("date-time") => return "2026-01-31T12:00:00Z".to_owned(),
        Some("time") => return "12:00:00Z".to_owned(),
        Some("email") => return "someone@example.com".to_owned(),
        Some("uuid") => return "6f9619ff-8b86-4d11-b42d-00c04fc964ff".to_owned(),
        Some("uri" | "url") => {
            return word_with(search.prompt, "://").unwrap_or("https://example.com/").to_owned();
        }
        _ => word_for(search.prompt, name),
    };
    let least = schema["minLength"].as_u64().unwrap_or(0).min(LONGEST);
    let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    let mut text: String = text.chars().take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
    while (text.chars().count() as u64) < least {
        text.push('x');
    }
    text
}

// The words of the prompt that suit a property of this name.
fn word_for(prompt: &str, name: &str) -> String {
    let name = name.to_lowercase();
    let is = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if is(&["query", "text", "message", "prompt", "question", "content", "input"]) && !prompt.is_empty() {
        return prompt.to_owned();
    }
    if is(&["path", "file", "dir"])
        && let Some(path) = word_with(prompt, "/").or_else(|| word_with(prompt, "."))
    {
        return path.to_owned();
    }
    if is(&["url", "uri", "link"])
        && let Some(url) = word_with(prompt, "://")
    {
        return url.to_owned();
    }
    let words: Vec<&str> = prompt.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
    // A capital letter inside a sentence most likely starts the name of what is asked about.
    let proper = words
        .iter()
        .skip(1)
        .rev()
        .find(|word| word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase));
    let longest = || words.iter().rev().max_by_key(|word| word.chars().count());
    proper.or_else(longest).map_or_else(|| "something".to_owned(), |word| (*word).to_owned())
}

fn word_with<'a>(prompt: &'a str, part: &str) -> Option<&'a str> {
    prompt.split_whitespace().map(plain).find(|word| word.len() > part.len() && word.contains(part))
}

// A word without the punctuation around it.
fn plain(word: &str) -> &str {
    word.trim_end_matches(|character: char| !character.is_alphanumeric() && character != '/')
        .trim_start_matches(|character: char| {
            !character.is_alphanumeric() && !matches!(character, '/' | '.' | '-')
        })
}

fn first_number(prompt: &str) -> Option<&str> {
    prompt.split_whitespace().map(plain).find(|word| {
        word.parse::<f64>().is_ok_and(f64::is_finite) && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

// A choice that the prompt mentions, or else the first.
fn choice<'a>(choices: &'a [Value], prompt: &str) -> &'a Value {
    let prompt = prompt.to_lowercase();
    let mentioned = choices.iter().find(|choice| {
        choice.as_str().is_some_and(|text| !text.is_empty() && prompt.contains(&text.to_lowercase()))
    });
    mentioned.unwrap_or(&choices[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "cases are easier to read without ampersands")]
    fn check(schema: Value, prompt: &str, expected: Value) {
        assert_eq!(for_schema(&schema, prompt), expected);
    }

    #[test]
    fn required_properties_are_filled_from_the_prompt() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer", "maximum": 5},
                "unit": {"enum": ["celsius", "fahrenheit"]},
                "note": {"type": "string"},
            },
            "required": ["city", "days", "unit"],
        });
        let prompt = "What is the weather in Paris for 7 days, in Fahrenheit?";
        // The last capitalised word is the unit's; a city would be found without it.
        let value = for_schema(&schema, prompt);
        assert_eq!(value["days"], 5);
        assert_eq!(value["unit"], "fahrenheit");
        assert_eq!(value.get("note"), None);
        let value = for_schema(&schema, "What is the weather in Paris?");
        assert_eq!(value["city"], "Paris");
    }

    #[test]
    fn references_and_combinations_are_followed() {
        let schema = json!({
            "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}},
            "anyOf": [{"type": "null"}, {"allOf": [
                {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
                {"type": "object", "properties": {"b": {"type": ["null", "number"]}}, "required": ["b"]},
            ]}],
        });
        check(schema, "", json!({"a": true, "b": 1.0}));
        let recursive = json!({"$ref": "#/$defs/node", "$defs": {"node": {
            "type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}}});
        assert!(for_schema(&recursive, "").is_object());
    }

    #[test]
    fn a_schema_that_multiplies_comes_to_an_end() {
        let list = json!({"type": "array", "items": {"$ref": "#/$defs/list"}, "minItems": 1000});
        let value = for_schema(&json!({"$ref": "#/$defs/list", "$defs": {"list": list}}), "");
        assert_eq!(value.as_array().map(Vec::len), Some(1000));
    }

    #[test]
    fn bounds_are_kept() {
        check(
            json!({"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 2}),
            "",
            json!([3, 3]),
        );
        check(json!({"type": "string", "minLength": 3, "maxLength": 4}), "ab", json!("abx"));
        check(json!({"type": "integer", "minimum": 10, "multipleOf": 4}), "", json!(12));
        check(json!({"type": "number", "maximum": 0.5}), "", json!(0.5));
        check(json!({}), "hello", json!("hello"));
        check(json!(true), "", json!("something"));
    }
}
