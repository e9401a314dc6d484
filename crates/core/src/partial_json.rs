//! A JSON object that is still being written, readable at any moment.
//!
//! Separate from the strict reading of finished arguments: this view is for showing a tool call while it streams.
//! It never fails, tolerates missing commas and colons, and reads each character once, so that any number of looks
//! costs linear time overall.

use serde_json::{Map, Value};

/// Containers may be nested this deep below the root: a little deeper than the strict reader allows, and not so deep
/// that dropping or printing the value could exhaust the stack.
const DEEPEST: usize = 128;

/// The part of an object that has been read, and where the next character belongs.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartialJson {
    root: Map<String, Value>,
    /// The open containers below the root: how to reach each from its parent.
    path: Vec<Step>,
    /// The member name waiting for its value, when the innermost container is an object.
    key: Option<String>,
    state: State,
}

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    Element(usize),
}

#[derive(Debug, Clone, Default)]
enum State {
    /// Nothing but white space so far.
    #[default]
    BeforeRoot,
    /// Between tokens.
    Between,
    /// Inside a member's name.
    Name(Quoted),
    /// Inside a text value, which stands at the end of the innermost container.
    Text(Quoted),
    /// Inside a number, `true`, `false` or `null`.
    Word(String),
    /// The root is closed, or the text is no object; the rest is ignored.
    Ended,
}

/// A string literal in progress.
#[derive(Debug, Clone, Default)]
struct Quoted {
    text: String,
    escape: Option<Escape>,
}

#[derive(Debug, Clone, Copy)]
enum Escape {
    /// After the backslash.
    Begun,
    /// Among the four digits of `\u`: how many have been read, their value, and the high surrogate before it.
    Unicode { digits: u8, value: u16, high: Option<u16> },
    /// After a high surrogate: its low half should follow.
    AwaitingLow { high: u16 },
    /// After the backslash that follows a high surrogate.
    LowBegun { high: u16 },
}

impl Quoted {
    /// Reads a character; true when it closes the literal.
    fn read(&mut self, character: char) -> bool {
        match self.escape.take() {
            None => match character {
                '"' => return true,
                '\\' => self.escape = Some(Escape::Begun),
                other => self.text.push(other),
            },
            Some(Escape::Begun) => self.escaped(character, None),
            Some(Escape::AwaitingLow { high }) => match character {
                '"' => return true,
                '\\' => self.escape = Some(Escape::LowBegun { high }),
                other => self.text.push(other),
            },
            Some(Escape::LowBegun { high }) => self.escaped(character, Some(high)),
            Some(Escape::Unicode { digits, value, high }) => {
                // Anything that is no digit counts as zero: the finished text is read strictly elsewhere.
                let digit = character.to_digit(16).and_then(|digit| u16::try_from(digit).ok()).unwrap_or(0);
                let value = value << 4 | digit;
                if digits < 3 {
                    self.escape = Some(Escape::Unicode { digits: digits + 1, value, high });
                } else {
                    self.code_unit(value, high);
                }
            }
        }
        false
    }

    fn escaped(&mut self, character: char, high: Option<u16>) {
        match character {
            'n' => self.text.push('\n'),
            't' => self.text.push('\t'),
            'r' => self.text.push('\r'),
            'b' => self.text.push('\u{8}'),
            'f' => self.text.push('\u{c}'),
            'u' => {
                self.escape = Some(Escape::Unicode { digits: 0, value: 0, high });
            }
            other => self.text.push(other),
        }
    }

    /// Takes in a UTF-16 code unit; halves of pairs that have no partner are left out.
    fn code_unit(&mut self, unit: u16, high: Option<u16>) {
        if (0xD800..0xDC00).contains(&unit) {
            self.escape = Some(Escape::AwaitingLow { high: unit });
            return;
        }
        let units = [high.unwrap_or(unit), unit];
        let units = if high.is_some() { &units[..] } else { &units[1..] };
        self.text.extend(char::decode_utf16(units.iter().copied()).filter_map(Result::ok));
    }
}

impl PartialJson {
    /// Reads more text.
    pub(crate) fn push(&mut self, fragment: &str) {
        for character in fragment.chars() {
            self.read(character);
        }
        // A text value shows what it has; looking up its place costs its depth once per fragment, not per character.
        if let State::Text(quoted) = &mut self.state {
            let text = std::mem::take(&mut quoted.text);
            self.append_text(&text);
        }
    }

    /// The object as far as it is known.
    pub(crate) fn object(&self) -> &Map<String, Value> {
        &self.root
    }

    fn read(&mut self, character: char) {
        match std::mem::take(&mut self.state) {
            State::BeforeRoot => {
                self.state = match character {
                    '{' => State::Between,
                    space if space.is_whitespace() => State::BeforeRoot,
                    _ => State::Ended,
                }
            }
            State::Ended => self.state = State::Ended,
            State::Between => self.between(character),
            State::Name(mut quoted) => {
                self.state = if quoted.read(character) {
                    self.key = Some(quoted.text);
                    State::Between
                } else {
                    State::Name(quoted)
                }
            }
            State::Text(mut quoted) => {
                if quoted.read(character) {
                    self.append_text(&quoted.text);
                    self.state = State::Between;
                } else {
                    self.state = State::Text(quoted);
                }
            }
            State::Word(mut word) => {
                if character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.') {
                    word.push(character);
                    self.state = State::Word(word);
                } else {
                    self.insert_word(&word);
                    self.state = State::Between;
                    self.between(character);
                }
            }
        }
    }

    fn between(&mut self, character: char) {
        self.state = match character {
            '"' if self.key.is_none() && !self.in_list() => State::Name(Quoted::default()),
            '"' => {
                self.insert(Value::String(String::new()));
                State::Text(Quoted::default())
            }
            '{' => self.open(Value::Object(Map::new())),
            '[' => self.open(Value::Array(Vec::new())),
            '}' | ']' => {
                self.key = None;
                if self.path.pop().is_none() { State::Ended } else { State::Between }
            }
            start if start.is_ascii_alphanumeric() || start == '-' => State::Word(start.to_string()),
            _ => State::Between,
        };
    }

    fn open(&mut self, container: Value) -> State {
        if self.path.len() == DEEPEST {
            return State::Ended;
        }
        if let Some(step) = self.insert(container) {
            self.path.push(step);
        }
        State::Between
    }

    fn insert_word(&mut self, word: &str) {
        if let Ok(value) = serde_json::from_str::<Value>(word) {
            self.insert(value);
        } else {
            self.key = None;
        }
    }

    /// Puts a value into the innermost container and says how to reach it; a member without a name has no place.
    fn insert(&mut self, value: Value) -> Option<Step> {
        let key = self.key.take();
        match self.innermost() {
            Innermost::Object(map) => {
                let key = key?;
                // A repeated name moves to the end, where `append_text` looks for the value being written.
                map.shift_remove(&key);
                map.insert(key.clone(), value);
                Some(Step::Member(key))
            }
            Innermost::List(list) => {
                list.push(value);
                Some(Step::Element(list.len() - 1))
            }
        }
    }

    fn append_text(&mut self, text: &str) {
        let last = match self.innermost() {
            Innermost::Object(map) => map.values_mut().next_back(),
            Innermost::List(list) => list.last_mut(),
        };
        if let Some(Value::String(value)) = last {
            value.push_str(text);
        }
    }

    fn in_list(&mut self) -> bool {
        matches!(self.innermost(), Innermost::List(_))
    }

    fn innermost(&mut self) -> Innermost<'_> {
        let mut here = Innermost::Object(&mut self.root);
        for step in &self.path {
            let next = match (here, step) {
                (Innermost::Object(map), Step::Member(name)) => map.get_mut(name),
                (Innermost::List(list), Step::Element(index)) => list.get_mut(*index),
                (Innermost::Object(_), Step::Element(_)) | (Innermost::List(_), Step::Member(_)) => None,
            };
            here = match next {
                Some(Value::Object(map)) => Innermost::Object(map),
                Some(Value::Array(list)) => Innermost::List(list),
                _ => unreachable!(
                    "the path holds only steps to containers that were inserted and never replaced"
                ),
            };
        }
        here
    }
}

enum Innermost<'a> {
    Object(&'a mut Map<String, Value>),
    List(&'a mut Vec<Value>),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Value) {
        let mut whole = PartialJson::default();
        whole.push(text);
        assert_eq!(Value::Object(whole.object().clone()), *expected);
        let mut piecewise = PartialJson::default();
        for character in text.chars() {
            piecewise.push(character.encode_utf8(&mut [0; 4]));
        }
        assert_eq!(Value::Object(piecewise.object().clone()), *expected, "character by character");
    }

    #[test]
    fn open_strings_and_containers_are_shown() {
        check(r#"{"path": "src/ma"#, &json!({ "path": "src/ma" }));
        check(r#"{"a": [1, {"b": "x"#, &json!({ "a": [1, { "b": "x" }] }));
        check(r#"{"a": {"b": {}, "c": [[2"#, &json!({ "a": { "b": {}, "c": [[]] } }));
    }

    #[test]
    fn names_without_values_and_unfinished_escapes_are_held_back() {
        check(r#"{"a": 1, "b"#, &json!({ "a": 1 }));
        check(r#"{"a": "x\"#, &json!({ "a": "x" }));
        check(r#"{"a": "x\u00"#, &json!({ "a": "x" }));
    }

    #[test]
    fn escapes_are_read() {
        check(r#"{"a": "\"\\\/\n\u0041\ud83d\ude00!"}"#, &json!({ "a": "\"\\/\nA😀!" }));
        check(r#"{"a": "\ud83d x"}"#, &json!({ "a": " x" }));
    }

    #[test]
    fn words_are_values_once_they_are_complete() {
        check(r#"{"a": tr"#, &json!({}));
        check(r#"{"a": true, "b": null, "c": -1.5e3 }"#, &json!({ "a": true, "b": null, "c": -1.5e3 }));
    }

    #[test]
    fn missing_commas_and_colons_and_text_after_the_root_are_tolerated() {
        check(r#"{"a" 1 "b" 2} {"c": 3}"#, &json!({ "a": 1, "b": 2 }));
        check("[1]", &json!({}));
        check("  ", &json!({}));
    }

    #[test]
    fn nesting_without_end_is_cut() {
        let mut view = PartialJson::default();
        view.push(r#"{"a":"#);
        view.push(&"[".repeat(1_000_000));
        let mut depth = 0;
        let mut value = &view.object()["a"];
        while let Some(inner) = value.get(0) {
            (depth, value) = (depth + 1, inner);
        }
        assert_eq!(depth, DEEPEST - 1);
    }

    #[test]
    fn a_repeated_name_shows_its_last_value() {
        check(r#"{"a": "x", "b": 1, "a": "yz"#, &json!({ "b": 1, "a": "yz" }));
    }
}
