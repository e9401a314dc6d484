//! Environment variables that go before what a document says, such as `CLAWDIA__MODELS__BEDROCK_DISCOVERY__REGION`.
//!
//! Separate from the document's own `${VARIABLES}`. The names are not listed anywhere: each follows from the path of what
//! it sets, two underscores between the steps, and the value is read as what may stand there.

use clawdia_core::Environment;
use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::json5_text;
use crate::model_choice::MEANT_BY_TEXT;
use crate::path::{Path, Step};
use crate::problem::Problem;
use crate::shape::{Shape, allows, kind_of};
use crate::{secret, suggestion};

/// What all such variables begin with. One underscore, as in `CLAWDIA_CONFIG_PATH`, is something else.
const PREFIX: &str = "CLAWDIA__";

/// Puts what environment variables say over what the document says. A blank one counts as unset.
pub(crate) fn apply<'a>(
    document: &mut Document,
    shape: &dyn Fn() -> &'a Shape,
    environment: &Environment,
) -> Vec<(Path, Problem)> {
    let mut problems = Vec::new();
    let named = environment.iter().filter_map(|(variable, value)| {
        let name = variable.strip_prefix(PREFIX).filter(|_| !value.trim().is_empty())?;
        Some((variable, name, value))
    });
    let mut named = named.collect::<Vec<_>>();
    named.sort_by_cached_key(|(_, name, _)| order(name));
    for (variable, name, value) in named {
        let shape = shape();
        match find(document.value(), shape, name) {
            Ok(path) => {
                let value = read(value, shape.at(document.value(), &path).map(|(schema, _)| schema));
                make_room(document, shape, &path);
                let is_secret = |step: &Step| matches!(step, Step::Key(key) if secret::is_secret(key));
                if path.steps().iter().any(is_secret) || secret::is_secret(variable) {
                    hide(document, &value);
                }
                if set(document.value_mut(), &path, value) {
                    document.set_overridden(path, variable);
                } else {
                    let problem = Problem::new(
                        "this is part of something that is neither an object nor a list",
                        "remove the variable",
                    )
                    .in_variable(path.to_string(), variable);
                    problems.push((path, problem));
                }
            }
            Err(Unknown { path, message, advice }) => {
                let problem = Problem::new(message, advice).in_variable(path.to_string(), variable);
                // Nothing of the document is wrong.
                problems.push((path.key(name), problem));
            }
        }
    }
    problems
}

/// In which order variables take effect: one for a whole object before those for its members, and the elements of a
/// list by number, so that each finds the one before it.
fn order(name: &str) -> Vec<(Option<usize>, String)> {
    name.split("__").map(|word| (word.parse().ok(), word.to_owned())).collect()
}

/// Puts an object in the place of a text that stands for it, where a variable sets another member of that object.
fn make_room(document: &mut Document, shape: &Shape, path: &Path) {
    for length in 1..path.steps().len() {
        let place = path.first(length);
        let is_text = document.value_at(&place).is_some_and(Value::is_string);
        let has_member = |(schema, _): (&Value, _)| {
            allows(schema, "object")
                && schema.get("properties").is_some_and(|members| members.get(MEANT_BY_TEXT).is_some())
        };
        if is_text
            && shape.at(document.value(), &place).is_some_and(has_member)
            && let Some(value) = place.within_mut(document.value_mut())
        {
            *value = json!({ MEANT_BY_TEXT: value.take() });
        }
    }
}

/// Hides the texts of a value from messages.
fn hide(document: &mut Document, value: &Value) {
    match value {
        Value::String(text) => document.hide(text),
        Value::Array(values) => values.iter().for_each(|value| hide(document, value)),
        Value::Object(members) => members.values().for_each(|value| hide(document, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A name that leads nowhere.
struct Unknown {
    /// As far as it leads.
    path: Path,
    message: String,
    advice: String,
}

/// The path that a name means.
fn find(document: &Value, shape: &Shape, name: &str) -> Result<Path, Unknown> {
    let mut path = Path::default();
    let words = name.split("__").collect::<Vec<_>>();
    for (position, word) in words.iter().enumerate() {
        let step = match path.within(document) {
            Some(Value::Array(values)) => index(word, values.len()),
            here => key(here, document, shape, &path, word),
        };
        let step = step.map_err(|lost| {
            let candidates = match lost {
                Lost::Unknown(candidates) => candidates,
                Lost::Ambiguous(one, other) => {
                    return Unknown {
                        path: path.clone(),
                        message: format!("`{word}` may mean `{one}` or `{other}`"),
                        advice: "say it in the document, or rename one of them".to_owned(),
                    };
                }
            };
            let so_far = words[..position].iter().fold(PREFIX.to_owned(), |name, word| name + word + "__");
            let rest = words[position + 1..].iter().fold(String::new(), |name, word| name + "__" + word);
            let names = candidates.iter().map(|key| in_capitals(key)).collect::<Vec<_>>();
            let names = names.iter().map(String::as_str).collect::<Vec<_>>();
            let place =
                if path == Path::default() { "the configuration".to_owned() } else { format!("`{path}`") };
            let advice = match suggestion::nearest(word, names.iter().copied()) {
                Some(near) => format!("did you mean `{so_far}{near}{rest}`?"),
                None if names.is_empty() => "remove the variable".to_owned(),
                None => format!("known there are {}", suggestion::listed(&names)),
            };
            Unknown { path: path.clone(), message: format!("nothing in {place} is called `{word}`"), advice }
        })?;
        path = path.then(step);
    }
    Ok(path)
}

/// Why a word is no step.
enum Lost {
    /// These are known.
    Unknown(Vec<String>),
    /// These two have one name in capitals.
    Ambiguous(Path, Path),
}

/// The element of a list of this length, or the one after its last.
fn index(word: &str, length: usize) -> Result<Step, Lost> {
    match word.parse::<usize>() {
        Ok(index) if index <= length => Ok(Step::Index(index)),
        Ok(_) | Err(_) => Err(Lost::Unknown((0..=length).map(|index| index.to_string()).collect())),
    }
}

/// The key below `path` that a word means; or all keys that are known there.
fn key(here: Option<&Value>, document: &Value, shape: &Shape, path: &Path, word: &str) -> Result<Step, Lost> {
    let written = here.and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned();
    let mut known = written.chain(shape.keys(document, path)).collect::<Vec<_>>();
    known.retain(|key| key != "$schema");
    let mut meant = known.iter().filter(|key| in_capitals(key) == word);
    if let Some(key) = meant.next() {
        return match meant.find(|other| *other != key) {
            Some(other) => Err(Lost::Ambiguous(path.key(key), path.key(other))),
            None => Ok(Step::Key(key.clone())),
        };
    }
    // A list that is not there yet begins at its first element.
    let may_be = |kind: &str| shape.at(document, path).is_some_and(|(schema, _)| allows(schema, kind));
    if here.is_none() && word == "0" && !may_be("object") && may_be("array") {
        return Ok(Step::Index(0));
    }
    let new = Step::Key(in_lower_case(word, path));
    let is_map = !word.is_empty() && shape.at(document, &path.then(new.clone())).is_some();
    // Refs cannot be told from their capitals.
    let has_refs = matches!(path.steps(), [Step::Key(agents), .., Step::Key(models)] if agents == "agents" && models == "models");
    if is_map && !has_refs { Ok(new) } else { Err(Lost::Unknown(known)) }
}

/// `bedrockDiscovery` as `BEDROCK_DISCOVERY`, `amazon-bedrock` as `AMAZON_BEDROCK`.
fn in_capitals(key: &str) -> String {
    let mut name = String::new();
    let mut after_small = false;
    for character in key.chars() {
        if character.is_alphanumeric() {
            if character.is_uppercase() && after_small {
                name.push('_');
            }
            name.extend(character.to_uppercase());
            after_small = !character.is_uppercase();
        } else {
            // Two would end the step.
            if !name.ends_with('_') {
                name.push('_');
            }
            after_small = false;
        }
    }
    name
}

/// A key of a map that nobody has written yet: an id such as `amazon-bedrock`, or else a word such as `promptCaching`.
fn in_lower_case(word: &str, path: &Path) -> String {
    let is_ids = matches!(
        path.steps().last(),
        Some(Step::Key(map)) if matches!(map.as_str(), "providers" | "entries" | "headers" | "serviceTiers")
    );
    let lower = word.to_lowercase();
    if is_ids {
        return lower.replace('_', "-");
    }
    let mut parts = lower.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut key, part| {
        let mut characters = part.chars();
        key.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        key.push_str(characters.as_str());
        key
    })
}

/// Reads a text as what may stand at its place; a text that is no such thing is left for the types to refuse.
pub(crate) fn read(text: &str, schema: Option<&Value>) -> Value {
    let anything = Value::Bool(true);
    let schema = schema.unwrap_or(&anything);
    let may_be = |kind: &str| allows(schema, kind) || (kind == "number" && allows(schema, "integer"));
    match json5_text::value(text) {
        // Quotation marks belong to a text unless nothing else could be meant.
        Ok(Value::String(_)) if may_be("string") => Value::from(text.trim()),
        Ok(Value::Null) => Value::from(text.trim()),
        Ok(value) if may_be(kind_of(&value)) || !may_be("string") => value,
        Ok(_) | Err(_) => Value::from(text.trim()),
    }
}

/// Puts a value into another; says whether there is a place for it.
fn set(root: &mut Value, path: &Path, value: Value) -> bool {
    let [steps @ .., last] = path.steps() else { return false };
    let mut here = root;
    for (step, next) in steps.iter().zip(path.steps().iter().skip(1)) {
        let empty = match next {
            Step::Key(_) => Value::Object(Map::new()),
            Step::Index(_) => Value::Array(Vec::new()),
        };
        here = match (step, here) {
            (Step::Key(key), Value::Object(members)) => members.entry(key.clone()).or_insert(empty),
            (Step::Index(index), Value::Array(values)) if *index <= values.len() => {
                if *index == values.len() {
                    values.push(empty);
                }
                &mut values[*index]
            }
            _ => return false,
        };
        if !matches!((next, &*here), (Step::Key(_), Value::Object(_)) | (Step::Index(_), Value::Array(_))) {
            return false;
        }
    }
    match (last, here) {
        (Step::Key(key), Value::Object(members)) => {
            members.insert(key.clone(), value);
        }
        (Step::Index(index), Value::Array(values)) if *index < values.len() => values[*index] = value,
        (Step::Index(index), Value::Array(values)) if *index == values.len() => values.push(value),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_and_ids_have_one_name_in_capitals() {
        for (key, name) in [
            ("models", "MODELS"),
            ("bedrockDiscovery", "BEDROCK_DISCOVERY"),
            ("roleArn", "ROLE_ARN"),
            ("cacheWrite1h", "CACHE_WRITE1H"),
            ("amazon-bedrock", "AMAZON_BEDROCK"),
            ("a__b", "A_B"),
        ] {
            assert_eq!(in_capitals(key), name);
        }
    }

    #[track_caller]
    fn check(text: &str, schema: &Value, expected: &Value) {
        assert_eq!(read(text, Some(schema)), *expected);
    }

    #[test]
    fn values_are_read_as_what_may_stand_there() {
        check("7", &json!({ "type": ["integer", "null"] }), &json!(7));
        check("7", &json!({ "type": "string" }), &json!("7"));
        check(" true ", &json!({ "type": "boolean" }), &json!(true));
        check("true", &json!({ "enum": ["true", "false"] }), &json!("true"));
        check("us-east-1", &json!({ "type": "integer" }), &json!("us-east-1"));
        check("['a']", &json!({ "type": "array" }), &json!(["a"]));
        check("[a]", &json!({ "type": "array" }), &json!("[a]"));
        check("{ primary: 'a/b' }", &json!({ "type": ["string", "object"] }), &json!({ "primary": "a/b" }));
        check("a/b", &json!({ "type": ["string", "object"] }), &json!("a/b"));
        check("0x10", &json!(true), &json!(16));
        check("null", &json!({ "type": ["integer", "null"] }), &json!("null"));
        check("'quoted'", &json!({ "type": "string" }), &json!("'quoted'"));
    }
}
