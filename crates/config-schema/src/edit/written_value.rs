//! Writing a value as text, in the habits of a document.
//!
//! Separate from the serializers of serde: those know one style, here each document has its own.

use std::fmt::Write as _;

use serde_json::Value;

use super::gap::is_line_end;
use super::habits::{Habits, may_be_bare};

/// How the text of a value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    Several,
}

/// Writes a value. `indent` is the space before the line in which it begins.
pub(super) fn write(value: &Value, habits: &Habits, indent: &str, lines: Lines) -> String {
    let items: Vec<String> = match value {
        Value::String(text) => return quoted(text, habits.string_quote),
        Value::Null | Value::Bool(_) | Value::Number(_) => return value.to_string(),
        Value::Array(elements) => {
            let lines = lines_of_list(elements, lines);
            let deeper = format!("{indent}{}", habits.indent);
            let items =
                elements.iter().map(|element| write(element, habits, &deeper, lines)).collect::<Vec<_>>();
            return enclosed(&items, ['[', ']'], habits, indent, lines);
        }
        Value::Object(members) => {
            let deeper = format!("{indent}{}", habits.indent);
            members.iter().map(|(key, value)| member(key, value, habits, &deeper, lines)).collect()
        }
    };
    enclosed(&items, ['{', '}'], habits, indent, lines)
}

/// Writes a key with its value.
pub(super) fn member(key: &str, value: &Value, habits: &Habits, indent: &str, lines: Lines) -> String {
    let key = if habits.bare_keys && may_be_bare(key) && key != "$schema" {
        key.to_owned()
    } else {
        quoted(key, habits.key_quote)
    };
    format!("{key}:{}{}", habits.after_colon, write(value, habits, indent, lines))
}

/// A list of plain values reads best in one line.
pub(super) fn lines_of_list(elements: &[Value], lines: Lines) -> Lines {
    let holds_containers = elements.iter().any(|element| match element {
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    });
    if holds_containers { lines } else { Lines::One }
}

fn enclosed(items: &[String], brackets: [char; 2], habits: &Habits, indent: &str, lines: Lines) -> String {
    let [open, close] = brackets;
    if items.is_empty() {
        return format!("{open}{close}");
    }
    if lines == Lines::One {
        let padding = if open == '{' { habits.in_braces } else { habits.in_brackets };
        let items = items.join(&format!(",{}", habits.after_comma));
        return format!("{open}{padding}{items}{padding}{close}");
    }
    let line = format!("{}{indent}{}", habits.line_end, habits.indent);
    let comma = if habits.trailing_comma { "," } else { "" };
    let items = items.join(&format!(",{line}"));
    format!("{open}{line}{items}{comma}{}{indent}{close}", habits.line_end)
}

/// Writes a text in quotes.
pub(super) fn quoted(text: &str, quote: char) -> String {
    let mut written = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            mark if mark == quote || mark == '\\' => written.extend(['\\', mark]),
            // Four digits are enough: the characters that need escaping are among the first ones.
            hidden if hidden.is_control() || is_line_end(hidden) || hidden == '\u{feff}' => {
                // Writing to a `String` cannot fail.
                let _ = write!(written, "\\u{:04x}", u32::from(hidden));
            }
            other => written.push(other),
        }
    }
    written.push(quote);
    written
}
