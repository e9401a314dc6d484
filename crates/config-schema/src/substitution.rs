//! `${VARIABLES}` in the texts of a document.
//!
//! Separate from overrides, which the environment puts over a document that does not know of them: here the document asks.

use clawdia_core::Environment;
use serde_json::Value;

use crate::config::Purpose;
use crate::document::{Document, Expansion, Part};
use crate::path::{Path, Step};
use crate::problem::{Problem, Severity};
use crate::shape::{Shape, allows};
use crate::{overrides, secret};

/// Puts the values of environment variables into all texts that ask for them; keys are left as they are.
///
/// A variable that is not set is a mistake of whoever wants to use the document. Whoever edits it may have no use for the
/// variable: then it is a warning, and no verdict on the text it stands in can be had.
///
/// A text that is nothing but a variable is a number or a boolean where only such may stand.
pub(crate) fn apply<'a>(
    document: &mut Document,
    shape: &dyn Fn() -> &'a Shape,
    environment: &Environment,
    purpose: Purpose,
) -> Vec<(Path, Problem)> {
    let mut problems = Vec::new();
    for path in texts(document.value()) {
        let Some(Value::String(written)) = document.value_at(&path) else { continue };
        let written = written.clone();
        let is_whole = is_variable(&written);
        let Expanded { text, variables, flaws } = expand(&written, environment);
        for Flaw { message, advice, is_unset } in flaws {
            let problem = document.problem(&path, Part::Value, message, advice);
            let is_open = is_unset && purpose == Purpose::Edit;
            let severity = if is_open { Severity::Warning } else { Severity::Error };
            problems.push((path.clone(), problem.with_severity(severity)));
        }
        let is_secret_key = |step: &Step| matches!(step, Step::Key(key) if secret::is_secret(key));
        let is_under_secret = path.steps().iter().any(is_secret_key);
        let mut is_secret = false;
        for (_, value) in variables.iter().filter(|(name, _)| is_under_secret || secret::is_secret(name)) {
            document.hide(value);
            is_secret = true;
        }
        if is_secret {
            document.hide(&text);
        }
        if !variables.is_empty() {
            let variables = variables.into_iter().map(|(name, _)| name).collect();
            document.set_expanded(path.clone(), Expansion { written, variables, is_secret });
        }
        let typed =
            (is_whole && !text.is_empty()).then(|| typed(document.value(), shape(), &path, &text)).flatten();
        if let Some(value) = path.within_mut(document.value_mut()) {
            *value = typed.unwrap_or(Value::String(text));
        }
    }
    problems
}

/// The number or the boolean that a text is where no text may stand.
fn typed(document: &Value, shape: &Shape, path: &Path, text: &str) -> Option<Value> {
    let (schema, _) = shape.at(document, path)?;
    let value = overrides::read(text, Some(schema));
    ((value.is_number() || value.is_boolean()) && !allows(schema, "string")).then_some(value)
}

/// Whether a text is nothing but one variable.
pub(crate) fn is_variable(text: &str) -> bool {
    let name = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| is_name(name.trim()))
}

/// The places of the texts that hold a `$`.
fn texts(value: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open = vec![(Path::default(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::String(text) if text.contains('$') => found.push(path),
            Value::Array(values) => {
                open.extend(values.iter().enumerate().map(|(index, value)| (path.index(index), value)));
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(key, value)| (path.key(key), value)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

/// A text with the values of its variables.
struct Expanded {
    text: String,
    /// Names and values.
    variables: Vec<(String, String)>,
    flaws: Vec<Flaw>,
}

struct Flaw {
    message: String,
    advice: String,
    is_unset: bool,
}

fn expand(text: &str, environment: &Environment) -> Expanded {
    let mut expanded = Expanded { text: String::new(), variables: Vec::new(), flaws: Vec::new() };
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        // `$${` is how to write `${`.
        if rest[..at].ends_with('$') {
            expanded.text.push_str(&rest[..at]);
            expanded.text.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        expanded.text.push_str(&rest[..at]);
        let name = rest[at + 2..].split_once('}').map(|(name, after)| (name.trim(), after));
        let Some((name, after)) = name.filter(|(name, _)| is_name(name)) else {
            expanded.flaws.push(Flaw {
                message: "`${` is not followed by the name of an environment variable and `}`".to_owned(),
                advice: "write `$${` for the characters themselves".to_owned(),
                is_unset: false,
            });
            expanded.text.push_str("${");
            rest = &rest[at + 2..];
            continue;
        };
        if let Some(value) = environment.get(name) {
            expanded.text.push_str(value);
            expanded.variables.push((name.to_owned(), value.to_owned()));
        } else {
            // The environment takes a blank variable for one that is not set, and a person may look for long.
            let is_blank = environment.iter().any(|(known, _)| known == name);
            let what = if is_blank { "blank" } else { "not set" };
            expanded.flaws.push(Flaw {
                message: format!("the environment variable `{name}` is {what}"),
                advice: "set it, or write `$${` for the characters themselves".to_owned(),
                is_unset: true,
            });
        }
        rest = after;
    }
    expanded.text.push_str(rest);
    expanded
}

/// Whether a shell could set such a variable.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, flaws: usize) {
        let environment = [("A", "1"), ("LONG_name2", "${A}"), ("BLANK", " ")].into_iter().collect();
        let expanded = expand(text, &environment);
        assert_eq!((expanded.text.as_str(), expanded.flaws.len()), (expected, flaws));
    }

    #[test]
    fn variables_become_their_values_once() {
        check("x${A}y${ A }", "x1y1", 0);
        check("${LONG_name2}", "${A}", 0);
        check("$A $ {A} $", "$A $ {A} $", 0);
    }

    #[test]
    fn two_dollars_are_the_characters_themselves() {
        check("$${A}", "${A}", 0);
        check("$${A}${A}", "${A}1", 0);
        check("a$$${A}", "a$${A}", 0);
    }

    #[test]
    fn what_is_no_variable_is_a_flaw() {
        check("${B}", "", 1);
        check("${BLANK}", "", 1);
        check("${}", "${}", 1);
        check("${A", "${A", 1);
        check("${A B} ${A}", "${A B} 1", 1);
    }
}
