//! The first layer: whether a request has the shape that the API model describes.
//!
//! The real front end is generated from that model, and so is its way of reporting: it walks the
//! whole request, collects every violation, and spells places as `messages.1.member.role`, counting
//! from one. Two things stop it at once: text that is no JSON, and a value of the wrong kind.
//!
//! What the real front end does with members that the API model does not have is not known for
//! certain; they are refused here, because a client that sends one has misspelt something. The
//! wording of that refusal, and of the one for a union with more or fewer than one member, is this
//! crate's own; the others are the service's.

mod converse;

use serde_json::Value;

use crate::refusal::Refusal;

pub(crate) use converse::{CONVERSE, CONVERSE_STREAM, COUNT_TOKENS};

/// What a value has to look like.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text with a length in characters, and characters of a certain kind.
    Text { least: usize, most: usize, pattern: Option<&'static Pattern> },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A whole number, not below a least one.
    Integer { least: i64 },
    /// A number from 0 to 1.
    Fraction,
    /// True or false.
    Flag,
    /// Bytes in base64, at least so many.
    Bytes { least: usize },
    /// Any JSON.
    Document,
    /// A list.
    List { item: &'static Shape, least: usize, most: usize },
    /// A map from texts to values.
    Map { key: &'static Shape, value: &'static Shape, least: usize, most: usize },
    /// A structure.
    Structure(&'static [Member]),
    /// A structure of which exactly one member is there.
    Union(&'static [Member]),
}

/// A member of a structure.
#[derive(Debug)]
pub(crate) struct Member {
    name: &'static str,
    shape: &'static Shape,
    required: bool,
}

/// A regular expression of the API model, and what it says as a function.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

/// Reads a body and checks it against a shape.
pub(crate) fn check(body: &[u8], shape: &'static Shape) -> Result<Value, Refusal> {
    // An empty body is an empty structure: all members of the body are optional in the API model.
    let body = if body.is_empty() { b"{}" } else { body };
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Refusal::serialization(format!(
            "the body is not JSON at line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let mut violations = Vec::new();
    walk(&value, shape, "", &mut violations)?;
    if violations.is_empty() { Ok(value) } else { Err(Refusal::violations(&violations)) }
}

fn walk(value: &Value, shape: &Shape, path: &str, violations: &mut Vec<String>) -> Result<(), Refusal> {
    match (shape, value) {
        (Shape::Document, _) | (Shape::Flag, Value::Bool(_)) => {}
        (Shape::Text { least, most, pattern }, Value::String(text)) => {
            check_length(text.chars().count(), *least, *most, path, Some(text), violations);
            if let Some(pattern) = pattern.filter(|pattern| !(pattern.matches)(text)) {
                let constraint = format!("Member must satisfy regular expression pattern: {}", pattern.text);
                violations.push(violation(Some(text), path, &constraint));
            }
        }
        (Shape::Choice(words), Value::String(text)) => {
            if !words.contains(&text.as_str()) {
                let constraint = format!("Member must satisfy enum value set: [{}]", words.join(", "));
                violations.push(violation(Some(text), path, &constraint));
            }
        }
        (Shape::Integer { least }, Value::Number(number)) => match number.as_i64() {
            // The API model's integers have 32 bits.
            Some(integer) if i32::try_from(integer).is_err() => {
                return Err(wrong_kind(value, "an Integer"));
            }
            Some(integer) if integer >= *least => {}
            Some(integer) => violations.push(violation(
                Some(&integer.to_string()),
                path,
                &format!("Member must have value greater than or equal to {least}"),
            )),
            None => return Err(wrong_kind(value, "an Integer")),
        },
        (Shape::Fraction, Value::Number(number)) => {
            let fraction = number.as_f64().unwrap_or(f64::NAN);
            let bound = if fraction < 0.0 { "greater than or equal to 0" } else { "less than or equal to 1" };
            if !(0.0..=1.0).contains(&fraction) {
                let constraint = format!("Member must have value {bound}");
                violations.push(violation(Some(&number.to_string()), path, &constraint));
            }
        }
        (Shape::Bytes { least }, Value::String(text)) => {
            let bytes =
                base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).map_err(|_| {
                    Refusal::serialization("STRING_VALUE can not be converted to a Blob: not base64")
                })?;
            check_length(bytes.len(), *least, usize::MAX, path, None, violations);
        }
        (Shape::List { item, least, most }, Value::Array(items)) => {
            check_length(items.len(), *least, *most, path, None, violations);
            for (index, value) in items.iter().enumerate() {
                walk(value, item, &format!("{path}.{}.member", index + 1), violations)?;
            }
        }
        (Shape::Map { key, value: shape, least, most }, Value::Object(members)) => {
            check_length(members.len(), *least, *most, path, None, violations);
            for (name, value) in members {
                walk(&Value::String(name.clone()), key, path, violations)?;
                walk(value, shape, &format!("{path}.{name}.member"), violations)?;
            }
        }
        (Shape::Structure(members), Value::Object(values)) => {
            walk_members(values, members, path, violations)?;
        }
        (Shape::Union(members), Value::Object(values)) => {
            walk_members(values, members, path, violations)?;
            let set = values.values().filter(|value| !value.is_null()).count();
            if set != 1 {
                let constraint = format!("Member must have exactly one of its members set, not {set}");
                violations.push(violation(None, path, &constraint));
            }
        }
        _ => return Err(wrong_kind(value, kind_of_shape(shape))),
    }
    Ok(())
}

fn walk_members(
    values: &serde_json::Map<String, Value>,
    members: &[Member],
    path: &str,
    violations: &mut Vec<String>,
) -> Result<(), Refusal> {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for member in members {
        // A null member is an absent one.
        match values.get(member.name) {
            None | Some(Value::Null) if member.required => {
                let message = format!(
                    "Value null at '{}' failed to satisfy constraint: Member must not be null",
                    below(member.name)
                );
                violations.push(message);
            }
            None | Some(Value::Null) => {}
            Some(value) => walk(value, member.shape, &below(member.name), violations)?,
        }
    }
    for name in values.keys().filter(|name| !members.iter().any(|member| member.name == name.as_str())) {
        violations.push(violation(None, &below(name), "Member is not known"));
    }
    Ok(())
}

fn check_length(
    length: usize,
    least: usize,
    most: usize,
    path: &str,
    value: Option<&str>,
    violations: &mut Vec<String>,
) {
    if length < least {
        let constraint = format!("Member must have length greater than or equal to {least}");
        violations.push(violation(value, path, &constraint));
    }
    if length > most {
        let constraint = format!("Member must have length less than or equal to {most}");
        // A value that is too long is not repeated.
        violations.push(violation(None, path, &constraint));
    }
}

fn violation(value: Option<&str>, path: &str, constraint: &str) -> String {
    match value {
        Some(value) => format!("Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"),
        None => format!("Value at '{path}' failed to satisfy constraint: {constraint}"),
    }
}

fn wrong_kind(value: &Value, wanted: &str) -> Refusal {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) | Value::Object(_) => {
            return Refusal::serialization("Start of structure or map found where not expected.");
        }
    };
    Refusal::serialization(format!("{found} can not be converted to {wanted}"))
}

fn kind_of_shape(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text { .. } | Shape::Choice(_) => "a String",
        Shape::Integer { .. } => "an Integer",
        Shape::Fraction => "a Float",
        Shape::Flag => "a Boolean",
        Shape::Bytes { .. } => "a Blob",
        Shape::List { .. } => "a List",
        Shape::Map { .. } => "a Map",
        Shape::Structure(_) | Shape::Union(_) => "a Structure",
        Shape::Document => "a Document",
    }
}
