//! A part of a document read into its type, mistakes told in the words of the document.
//!
//! Separate because serde's messages speak of Rust types and may quote a value that is secret: here they become "expected
//! a whole number, found text", with the key that was probably meant.

use clawdia_core::{SectionError, from_config};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::{Document, Part};
use crate::findings::Findings;
use crate::path::{Path, Step};
use crate::problem::Problem;
use crate::salvage::{self, Mistakes};
use crate::{secret, suggestion};

/// The keys below a place that belong to other crates.
pub(crate) type OtherKeys<'a> = dyn Fn(&Path) -> Vec<String> + 'a;

/// Reads all that can be read of `value`, which stands at `base`, and tells what is wrong.
pub(crate) fn read<T: DeserializeOwned>(
    findings: &mut Findings<'_>,
    base: &Path,
    value: Value,
    other_keys: &OtherKeys<'_>,
) -> Option<T> {
    check(findings, base, value, &from_config::<T>, other_keys)
}

/// As [`read`], by the rules of whoever owns the part.
pub(crate) fn check<T>(
    findings: &mut Findings<'_>,
    base: &Path,
    value: Value,
    rules: &dyn Fn(Value) -> Result<T, SectionError>,
    other_keys: &OtherKeys<'_>,
) -> Option<T> {
    salvage::read(value, rules, &mut InPart { findings, base, other_keys })
}

/// Tells mistakes in a part of a document.
struct InPart<'a, 'b> {
    findings: &'a mut Findings<'b>,
    base: &'a Path,
    other_keys: &'a OtherKeys<'a>,
}

impl Mistakes for InPart<'_, '_> {
    fn tell(&mut self, path: &Path, message: &str) {
        let path = self.findings.in_document(&self.base.join(path));
        // What is no finite number was told by that name.
        let missing = named(message, "missing field ").map(|(key, _)| path.key(key));
        if missing.is_some() || !self.findings.is_flawed(&path) {
            let findings = &*self.findings;
            let what_to_write = |path: &Path| findings.what_to_write(path);
            let problem = problem(findings.document, &path, message, self.other_keys, &what_to_write);
            self.findings.push(missing.as_ref().unwrap_or(&path), problem);
            if !is_harmless(&path, message, self.other_keys) {
                self.findings.suspect(&path);
            }
        }
    }

    fn doubt(&mut self, path: &Path) {
        let path = self.findings.in_document(&self.base.join(path));
        self.findings.doubt(path);
    }

    fn leave_out(&mut self, path: &Path) {
        let path = self.findings.in_document(&self.base.join(path));
        self.findings.leave_out(&path);
    }
}

/// The problem that `message`, in serde's words, tells of `path`. `what_to_write` says what may stand at a place.
pub(crate) fn problem(
    document: &Document,
    path: &Path,
    message: &str,
    other_keys: &OtherKeys<'_>,
    what_to_write: &dyn Fn(&Path) -> Option<String>,
) -> Problem {
    let is_secret = path.steps().iter().any(|step| matches!(step, Step::Key(key) if secret::is_secret(key)));
    if let Some((key, known)) = named(message, "unknown field ") {
        let others = other_keys(&path.parent());
        let known = with_others(known, &others);
        let advice = suggestion::hint(key, &known).unwrap_or_else(|| "remove it".to_owned());
        let harmless = is_harmless(path, message, other_keys);
        return document.unknown_key(path, format!("unknown key `{key}`"), advice, harmless);
    }
    if let Some((word, known)) = named(message, "unknown variant ") {
        let subject = if is_secret { "this".to_owned() } else { format!("`{word}`") };
        let message = format!("{subject} is not one of {}", suggestion::listed(&known));
        let near = suggestion::nearest(word, known.iter().copied());
        let advice =
            near.map_or_else(|| "write one of these".to_owned(), |near| format!("did you mean `{near}`?"));
        return document.problem(path, Part::Value, message, advice);
    }
    if let Some((key, _)) = named(message, "missing field ") {
        return document.problem(path, Part::Key, format!("`{key}` is missing"), "add it");
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((_, expected)) = mismatch.and_then(|message| message.rsplit_once(", expected ")) {
        let value = document.value_at(path);
        let found = value.map_or("nothing".to_owned(), |value| found(value, is_secret));
        let expected = expected_in_words(expected);
        let advice = match value {
            Some(Value::Null) => "leave the key out instead".to_owned(),
            _ => what_to_write(path).unwrap_or_else(|| format!("write {expected}")),
        };
        return document.problem(path, Part::Value, format!("expected {expected}, found {found}"), advice);
    }
    let (message, advice) = with_advice(message);
    let advice = advice.filter(|_| !is_secret).map(str::to_owned).or_else(|| what_to_write(path));
    let advice = advice.unwrap_or_else(|| "write what `clawdia config schema` says of it".to_owned());
    let message = if is_secret { "this value cannot be used" } else { message };
    document.problem(path, Part::Value, message, advice)
}

/// A message of a type, and the advice that it ends with: such messages are written "what is wrong; what to do".
fn with_advice(message: &str) -> (&str, Option<&str>) {
    let mark = message.rmatch_indices("; ").find(|(at, _)| {
        // What is quoted may have one in it.
        message[..*at].matches('`').count().is_multiple_of(2)
    });
    match mark {
        Some((at, mark)) => (&message[..at], Some(&message[at + mark.len()..])),
        None => (message, None),
    }
}

/// Whether the key that `message` calls unknown is probably a misspelt one that holds no secret.
pub(crate) fn is_harmless(path: &Path, message: &str, other_keys: &OtherKeys<'_>) -> bool {
    let Some((key, known)) = named(message, "unknown field ") else { return true };
    let others = other_keys(&path.parent());
    let near = suggestion::nearest(key, with_others(known, &others));
    near.is_some_and(|near| !secret::is_secret(near))
}

/// The key that was probably meant by one that `message` calls unknown.
pub(crate) fn meant_key(message: &str) -> Option<&str> {
    let (key, known) = named(message, "unknown field ")?;
    suggestion::nearest(key, known)
}

/// The keys that a type names and those of other crates, each once.
fn with_others<'a>(known: Vec<&'a str>, others: &'a [String]) -> Vec<&'a str> {
    let foreign =
        others.iter().map(String::as_str).filter(|other| !known.contains(other)).collect::<Vec<_>>();
    [known, foreign].concat()
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
