//! What a value means that a person typed: text, a number, a list.
//!
//! Separate from editing: the text alone does not say, since `1` is a number to one setting and the name of a version to
//! another. The schema knows, and where it does not, JSON5 decides.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::editable_document::read;
use super::schema_place::{SchemaPlace, Wanted};
use crate::config_path::ConfigPath;
use crate::json5_text::{self, Unread};
use crate::outline::{Kind, Outline};
use crate::path::Step;
use crate::{substitution, suggestion};

/// How many words of a closed set are named.
const NAMED: usize = 12;

/// Integers up to here are exact in every reader of JSON.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a value that was typed for the setting at `path`.
///
/// - Where `schema` wants text, it is kept as it was typed, so that a version `1` stays text; quotes around the whole of
///   it are taken off, and so is space around a single line. `null` is no text but the wish to have none.
/// - Where it wants text or something else, it is text unless it reads as an object, a list, a number or a boolean that
///   the schema allows, or begins as one that is broken.
/// - Where it wants no text, it is read as JSON5.
/// - Where the schema knows nothing, or there is none, it is JSON5 if it reads as such, and otherwise text.
///
/// The same holds for what stands in an object or a list.
///
/// Whether the value is right is not asked here but of the whole document, before it is written.
///
/// ```
/// use clawdia_config_schema::edit::read_value;
/// use serde_json::json;
/// let schema = json!({ "properties": { "version": { "type": "string" }, "tags": { "type": "array" } } });
/// assert_eq!(read_value(&"version".parse()?, "1", Some(&schema))?, json!("1"));
/// assert_eq!(read_value(&"tags".parse()?, "['a']", Some(&schema))?, json!(["a"]));
/// assert!(read_value(&"tags".parse()?, "a", Some(&schema)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the text is not what the schema wants, or is a number that is none or cannot be kept exactly.
pub fn read_value(path: &ConfigPath, text: &str, schema: Option<&Value>) -> Result<Value, ReadValueError> {
    let wanted = schema.map(|schema| SchemaPlace::find(schema, path).wanted()).unwrap_or_default();
    Reader { path, text, wanted: &wanted, schema }.read()
}

/// Reads a value that must be JSON.
///
/// # Errors
/// When it is not.
pub fn read_json(path: &ConfigPath, text: &str) -> Result<Value, ReadValueError> {
    let value = serde_json::from_str(text).map_err(|error| ReadValueError {
        path: path.clone(),
        flaw: format!("the value is not valid JSON: {error}"),
        remedy: "write text in double quotes, such as `\"us-east-1\"`, and keys too".to_owned(),
    })?;
    // Whatever is wanted, a number that nobody typed is not.
    let wanted = Wanted::default();
    Reader { path, text, wanted: &wanted, schema: None }.exactly(value)
}

/// Whether the schema wants a list at `path` rather than an object; what [`EditableDocument::set`] asks about the parents
/// that it makes. Where the schema is silent, a number names an element, so there it is a list as well.
///
/// [`EditableDocument::set`]: super::EditableDocument::set
pub fn wants_list(schema: Option<&Value>, path: &ConfigPath) -> bool {
    let wanted = schema.map(|schema| SchemaPlace::find(schema, path).wanted()).unwrap_or_default();
    wanted.is_open() || (wanted.list && !wanted.object)
}

/// What holds where nothing is set at `path`, if the schema says so.
///
/// ```
/// use clawdia_config_schema::edit::default_value;
/// use serde_json::json;
/// let schema = json!({ "properties": { "retries": { "type": "integer", "default": 3 } } });
/// assert_eq!(default_value(&schema, &"retries".parse()?), Some(json!(3)));
/// # Ok::<(), clawdia_config_schema::edit::ParseConfigPathError>(())
/// ```
pub fn default_value(schema: &Value, path: &ConfigPath) -> Option<Value> {
    SchemaPlace::find(schema, path).default()
}

/// Whether the schema knows of a setting at `path`.
pub fn is_known(schema: &Value, path: &ConfigPath) -> bool {
    !SchemaPlace::find(schema, path).is_nowhere()
}

/// A text that is not the value it should be. The text itself may be a secret and never shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadValueError {
    path: ConfigPath,
    flaw: String,
    remedy: String,
}

impl ReadValueError {
    /// The setting the value was for.
    pub fn path(&self) -> &ConfigPath {
        &self.path
    }

    /// What to write instead.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

impl fmt::Display for ReadValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, flaw, remedy } = self;
        if path.segments().is_empty() {
            return write!(formatter, "could not read the value: {flaw}; {remedy}");
        }
        write!(formatter, "could not set `{path}`: {flaw}; {remedy}")
    }
}

impl Error for ReadValueError {}

/// What a text is as JSON5.
enum Parsed {
    Value(Value),
    /// Valid, and yet nothing that can be stored.
    Refused(String),
    /// An integer with more digits than a number keeps.
    TooLong,
    No(String),
}

struct Reader<'a> {
    path: &'a ConfigPath,
    text: &'a str,
    wanted: &'a Wanted,
    schema: Option<&'a Value>,
}

impl Reader<'_> {
    fn read(&self) -> Result<Value, ReadValueError> {
        let parsed = parse(self.text);
        if self.wanted.is_open() {
            return match parsed {
                Parsed::Value(value) => self.exactly(value),
                // Nothing asks for a number here, and as text each digit is kept.
                Parsed::TooLong | Parsed::No(_) => Ok(Value::from(self.plain())),
                Parsed::Refused(why) => Err(self.error(why, "write another value, or put it in quotes")),
            };
        }
        if let Some(choice) = self.choice(&parsed) {
            return Ok(choice);
        }
        if let Parsed::Value(value) = &parsed
            && let Some(value) = self.other_than_text(value)
        {
            return self.exactly(value);
        }
        if self.wanted.string {
            return match parsed {
                Parsed::Value(Value::String(unquoted)) => Ok(Value::from(unquoted)),
                Parsed::Value(Value::Null) => Err(self.error(
                    "`null` is no text".to_owned(),
                    format!(
                        "`clawdia config unset {}` takes the setting away, and the word itself is written `\"null\"`",
                        self.path
                    ),
                )),
                Parsed::No(flaw) if self.begins_as_other() => {
                    let what = self.what_is_wanted();
                    Err(self.error(format!("the value cannot be read ({flaw}), and {what} is wanted"), self.example()))
                }
                _ => Ok(Value::from(self.plain())),
            };
        }
        // What it holds is found, and typed, where the document is read.
        if substitution::is_variable(self.text) {
            return Ok(Value::from(self.plain()));
        }
        let what = self.what_is_wanted();
        let flaw = match parsed {
            Parsed::Value(value) => format!("this is {}, and {what} is wanted", super::kind_of(&value)),
            Parsed::Refused(why) => format!("{why}, and {what} is wanted"),
            Parsed::TooLong => {
                format!("this number has too many digits to be kept exactly, and {what} is wanted")
            }
            // A word that is no JSON5 is text that someone forgot to quote; a list or an object has a flaw inside.
            Parsed::No(flaw) if self.text.trim_start().starts_with(['{', '[']) => {
                format!("the value cannot be read ({flaw}), and {what} is wanted")
            }
            Parsed::No(_) => format!("this is text, and {what} is wanted"),
        };
        Err(self.error(flaw, self.example()))
    }

    /// The text as it was meant: space around one line comes from a careless quote, while several lines are somebody's
    /// own layout.
    fn plain(&self) -> &str {
        if self.text.trim().contains('\n') { self.text } else { self.text.trim() }
    }

    /// Whether the text begins as an object or a list does that is wanted beside text.
    fn begins_as_other(&self) -> bool {
        let begins = |bracket| self.text.trim_start().starts_with(bracket);
        (self.wanted.object && begins('{')) || (self.wanted.list && begins('['))
    }

    /// The value, in which each member has the type that the schema wants of it: what was typed as a number is text where
    /// only text is wanted, to the digit. A number that could not be kept as it was typed is refused.
    fn exactly(&self, mut value: Value) -> Result<Value, ReadValueError> {
        let outline = Outline::scan(self.text);
        for node in outline.nodes().filter(|node| node.kind == Kind::Word) {
            let place = outline.path_of(node);
            let Some(member) = place.within_mut(&mut value) else { continue };
            let typed = &self.text[node.value.clone()];
            let path = place.steps().iter().fold(self.path.clone(), |path, step| match step {
                Step::Key(key) => path.key(key),
                Step::Index(index) => path.index(*index),
            });
            let wanted =
                self.schema.map(|schema| SchemaPlace::find(schema, &path).wanted()).unwrap_or_default();
            let is_text = match member {
                Value::Bool(_) => wanted.string && !wanted.boolean,
                Value::Number(_) => wanted.string && !wanted.integer && !wanted.number,
                _ => false,
            };
            if is_text && path != *self.path {
                *member = Value::from(typed);
            } else if has_too_many_digits(typed, member) {
                let flaw = format!("the number at `{path}` has too many digits to be kept exactly");
                return Err(self.error(flaw, "write fewer digits, or put it in quotes if it is text"));
            }
        }
        Ok(value)
    }

    /// The word of a closed set that was typed.
    fn choice(&self, parsed: &Parsed) -> Option<Value> {
        let typed = |choice: &&Value| {
            let same_text = choice.as_str().is_some_and(|word| word == self.text || word == self.text.trim());
            same_text
                || matches!(parsed, Parsed::Value(value) if same_number(value, choice) || value == *choice)
        };
        self.wanted.choices.iter().find(typed).cloned()
    }

    /// The value, in the kind that is wanted, unless that is text.
    fn other_than_text(&self, value: &Value) -> Option<Value> {
        let wanted = self.wanted;
        match value {
            Value::Null => wanted.null.then_some(Value::Null),
            Value::Bool(_) => wanted.boolean.then(|| value.clone()),
            Value::Number(number) if wanted.integer || wanted.number => {
                let is_integer = number.is_i64() || number.is_u64();
                match number.as_f64() {
                    Some(float) if !is_integer && wanted.integer => {
                        integer_of(float).or(wanted.number.then(|| value.clone()))
                    }
                    _ => Some(value.clone()),
                }
            }
            Value::Array(_) => wanted.list.then(|| value.clone()),
            Value::Object(_) => wanted.object.then(|| value.clone()),
            Value::Number(_) | Value::String(_) => None,
        }
    }

    fn error(&self, flaw: String, remedy: impl Into<String>) -> ReadValueError {
        ReadValueError { path: self.path.clone(), flaw, remedy: remedy.into() }
    }

    fn what_is_wanted(&self) -> String {
        let Wanted { string, boolean, integer, number, list, object, null, choices, examples: _ } =
            self.wanted;
        let mut kinds = Vec::new();
        let words = choices.iter().map(shown).collect::<Vec<_>>();
        let mut names = words.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
        let more = format!("{} more", words.len().saturating_sub(NAMED));
        if words.len() > NAMED {
            names.push(&more);
        }
        let words = format!("one of {}", suggestion::listed(&names));
        let candidates = [
            (!choices.is_empty(), words.as_str()),
            (*string, "text"),
            (*boolean, "`true` or `false`"),
            (*integer && !number, "a whole number"),
            (*number, "a number"),
            (*list, "a list"),
            (*object, "an object"),
            (*null, "`null`"),
        ];
        kinds.extend(candidates.iter().filter(|(wanted, _)| *wanted).map(|(_, name)| *name));
        kinds.join(" or ")
    }

    fn example(&self) -> String {
        let words = self.wanted.choices.iter().filter_map(Value::as_str);
        if let Some(near) = suggestion::nearest(self.text, words) {
            return format!("did you mean `{near}`?");
        }
        let example =
            self.schema.and_then(|schema| SchemaPlace::find(schema, self.path).example(schema, self.path));
        match example {
            Some(example) => format!("write for example `{}`", shown(&example)),
            None => format!("write {}", self.what_is_wanted()),
        }
    }
}

fn parse(text: &str) -> Parsed {
    let value = match json5_text::value(text) {
        Ok(value) => value,
        Err(Unread::TooDeep(_)) => {
            return Parsed::Refused("objects and lists are nested too deeply in this".to_owned());
        }
        Err(Unread::Syntax(error)) => return Parsed::No(error.to_string()),
    };
    // The loader refuses what JSON5 allows and nobody means.
    match read(text) {
        Ok(_) if value.is_number() && has_too_many_digits(text, &value) => Parsed::TooLong,
        Ok(_) => Parsed::Value(value),
        Err(error) => Parsed::Refused(error.message().to_owned()),
    }
}

/// Whether an integer was typed that only a float could hold, not to the last digit.
fn has_too_many_digits(text: &str, value: &Value) -> bool {
    let typed = text.trim().trim_start_matches(['+', '-']);
    let is_integer =
        typed.bytes().all(|byte| byte.is_ascii_digit()) || typed.starts_with("0x") || typed.starts_with("0X");
    value.is_f64() && is_integer
}

/// The integer that a float such as `1e3` is.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn integer_of(float: f64) -> Option<Value> {
    (float.fract() == 0.0 && float.abs() <= EXACT).then(|| Value::from(float as i64))
}

fn same_number(one: &Value, other: &Value) -> bool {
    matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
}

/// A choice as a person would type it.
fn shown(choice: &Value) -> String {
    choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)
}
