//! A part of a document read into its type, mistakes told in the words of the document.
//!
//! Separate because serde's messages speak of Rust types and may quote a value that is secret: here they become "expected
//! a whole number, found text", with the key that was probably meant.

use clawdia_core::{SectionError, from_config};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::{Document, Part};
use crate::error::ConfigError;
use crate::path::{Path, Step};
use crate::{secret, suggestion};

/// Reads `value`, which stands at `base`.
pub(crate) fn read<T: DeserializeOwned>(
    document: &Document,
    base: &Path,
    value: Value,
    other_keys: &dyn Fn(&Path) -> Vec<String>,
) -> Result<T, ConfigError> {
    from_config(value).map_err(|flaw| error(document, base, &flaw, other_keys))
}

/// The error for a flaw below `base`. `other_keys` are those that belong to other crates, by the object's path.
pub(crate) fn error(
    document: &Document,
    base: &Path,
    flaw: &SectionError,
    other_keys: &dyn Fn(&Path) -> Vec<String>,
) -> ConfigError {
    let path = document.resolve(base, &flaw.path);
    let is_secret = path.steps().iter().any(|step| matches!(step, Step::Key(key) if secret::is_secret(key)));
    let message = flaw.message.as_str();
    if let Some((key, known)) = named(message, "unknown field ") {
        let others = other_keys(&path.parent());
        let foreign =
            others.iter().map(String::as_str).filter(|other| !known.contains(other)).collect::<Vec<_>>();
        let known = [known, foreign].concat();
        let harmless =
            suggestion::nearest(key, known.iter().copied()).is_some_and(|near| !secret::is_secret(near));
        return document
            .unknown_key(&path, format!("unknown key `{key}`"), harmless)
            .with_hint(suggestion::hint(key, &known));
    }
    if let Some((word, known)) = named(message, "unknown variant ") {
        let subject = if is_secret { "this".to_owned() } else { format!("`{word}`") };
        let message = format!("{subject} is not one of {}", suggestion::listed(&known));
        let near = suggestion::nearest(word, known.iter().copied());
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        return document.error(&path, Part::Value, message).with_hint(hint);
    }
    if let Some((key, _)) = named(message, "missing field ") {
        return document
            .error(&path, Part::Key, format!("`{key}` is missing"))
            .with_hint(Some("add it".to_owned()));
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((_, expected)) = mismatch.and_then(|message| message.rsplit_once(", expected ")) {
        let value = document.value_at(&path);
        let found = value.map_or("nothing".to_owned(), |value| found(value, is_secret));
        let hint = value.filter(|value| value.is_null()).map(|_| "leave the key out instead".to_owned());
        let message = format!("expected {}, found {found}", expected_in_words(expected));
        return document.error(&path, Part::Value, message).with_hint(hint);
    }
    let message = if is_secret { "this value cannot be used" } else { message };
    document.error(&path, Part::Value, message)
}

/// The name in serde's "prefix `name`, expected one of `a`, `b`", and the names after it.
fn named<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let rest = message.strip_prefix(prefix)?.strip_prefix('`')?;
    let (name, rest) = match rest.rsplit_once("`, expected ") {
        Some((name, rest)) => (name, rest),
        None => match rest.split_once("`, there are no ") {
            Some((name, _)) => (name, ""),
            None => (rest.strip_suffix('`')?, ""),
        },
    };
    Some((name, rest.split('`').skip(1).step_by(2).collect()))
}

fn expected_in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "string" => "text",
        "a map" => "an object",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("enum ") || other == "string or map" => "text",
        other => other,
    }
}

fn found(value: &Value, is_secret: bool) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) if !is_secret => flag.to_string(),
        Value::Number(number) if !is_secret => number.to_string(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
