//! The finished text of a tool call's arguments, read once.
//!
//! Separate because models make mistakes here that must not fail the turn: a repairable text is repaired, anything
//! else becomes an error on the call, so that the model can be told.

use serde_json::{Map, Value};

use crate::json_text::without_lone_surrogates;

/// Arguments, and why they could not be read.
pub(crate) type Arguments = (Map<String, Value>, Option<String>);

/// Reads the text of arguments; nothing at all is a call without arguments.
pub(crate) fn read(text: &str) -> Arguments {
    if text.trim().is_empty() {
        return (Map::new(), None);
    }
    let strict = match parse(text) {
        Ok(arguments) => return (arguments, None),
        Err(flaw) => flaw,
    };
    match parse(&without_lone_surrogates(&repair(text))) {
        Ok(arguments) => (arguments, None),
        Err(_) => {
            (Map::new(), Some(format!("the arguments are not a JSON object: {strict}; received: {text}")))
        }
    }
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err("the text is valid JSON of another kind".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Mends the two mistakes models make inside strings: raw control characters and escapes that JSON does not have.
fn repair(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len() + 8);
    let mut in_string = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                in_string = !in_string;
                repaired.push('"');
            }
            '\\' if in_string => match characters.peek() {
                Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {
                    repaired.push('\\');
                    repaired.extend(characters.next());
                }
                _ => repaired.push_str("\\\\"),
            },
            '\n' if in_string => repaired.push_str("\\n"),
            '\r' if in_string => repaired.push_str("\\r"),
            '\t' if in_string => repaired.push_str("\\t"),
            control if in_string && control.is_control() && control < '\u{20}' => {
                // Below U+0020 only the last two digits differ from zero.
                repaired.push_str("\\u00");
                repaired.push(if control < '\u{10}' { '0' } else { '1' });
                repaired.extend(char::from_digit(u32::from(control) & 0xF, 16));
            }
            other => repaired.push(other),
        }
    }
    repaired
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Value>) {
        let (arguments, error) = read(text);
        if let Some(expected) = expected {
            assert_eq!((Value::Object(arguments), error), (expected, None));
        } else {
            assert_eq!(arguments, Map::new());
            assert!(error.unwrap().contains(text));
        }
    }

    #[test]
    fn no_text_is_no_arguments() {
        check("", Some(json!({})));
        check(" \n", Some(json!({})));
    }

    #[test]
    fn large_integers_are_exact() {
        let (arguments, _) = read(r#"{"n":9007199254740993}"#);
        assert_eq!(arguments["n"].to_string(), "9007199254740993");
    }

    #[test]
    fn raw_line_breaks_and_unknown_escapes_in_strings_are_repaired() {
        check("{\"a\":\"x\ny\"}", Some(json!({ "a": "x\ny" })));
        check(r#"{"a":"\d+"}"#, Some(json!({ "a": "\\d+" })));
    }

    #[test]
    fn halves_of_surrogate_pairs_are_dropped() {
        check(r#"{"a":"x\ud83d"}"#, Some(json!({ "a": "x" })));
    }

    #[test]
    fn other_json_and_cut_text_are_errors_with_the_text() {
        check("[1]", None);
        check(r#""x""#, None);
        check(r#"{"a":"#, None);
    }

    #[test]
    fn member_names_are_ordinary_data() {
        check(r#"{"__proto__":{"x":1}}"#, Some(json!({ "__proto__": { "x": 1 } })));
    }
}
