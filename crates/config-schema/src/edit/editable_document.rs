//! A document that can be changed and keeps everything else: comments, order, quotes, indentation, line ends.
//!
//! Separate from the loader's document, which only reads. Whatever an edit does to the text, the loader's parser is the
//! judge: a result that does not say exactly what was asked for is thrown away.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};

use super::reconciliation::reconcile;
use super::schema_place::SchemaPlace;
use super::splice::{self, RemovedComments};
use crate::config_path::{ConfigPath, Segment};
use crate::document::Document;
use crate::error::ConfigError;
use crate::model_choice::MEANT_BY_TEXT;
use crate::path::{Path, Step};
use crate::problem::Problem;

/// The mark with which some editors begin a file.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A configuration text that can be changed.
///
/// A change touches the text of what changes and the commas it needs. Whatever is added is written as the rest of the
/// document is: its quotes, indentation, line ends and trailing commas.
///
/// ```
/// use clawdia_config_schema::edit::EditableDocument;
/// let mut document = EditableDocument::parse("{\n  // Where we are.\n  region: 'us-east-1', // for now\n}\n")?;
/// assert!(document.set(&"region".parse()?, "eu-west-1".into(), |_| false)?);
/// assert!(document.set(&"retries.most".parse()?, 3.into(), |_| false)?);
/// assert_eq!(
///     document.to_text(),
///     "{\n  // Where we are.\n  region: 'eu-west-1', // for now\n  retries: {\n    most: 3,\n  },\n}\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EditableDocument {
    // Private, so that text and value always say the same.
    has_mark: bool,
    text: String,
    value: Value,
}

impl EditableDocument {
    /// Reads a JSON5 text. Nothing but space and comments is an empty object.
    ///
    /// # Errors
    /// When it is no JSON5, has a key twice or a number that is none, is nested too deeply, or is no object.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let plain = text.strip_prefix(BYTE_ORDER_MARK);
        let has_mark = plain.is_some();
        let text = plain.unwrap_or(text).to_owned();
        let document = read(&text)?;
        let value = document.value().clone();
        if !value.is_object() {
            let problem = Problem::new("a configuration is an object", "put everything between `{` and `}`");
            return Err(ConfigError::new(None, problem, Vec::new()));
        }
        Ok(Self { has_mark, text, value })
    }

    /// What the document says.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value at `path`, if it is set.
    pub fn get(&self, path: &ConfigPath) -> Option<&Value> {
        path.segments()
            .iter()
            .try_fold(&self.value, |value, segment| child(value, segment).map(|(_, value)| value))
    }

    /// Sets the value at `path`, and tells whether that changed anything.
    ///
    /// Parents that are missing are made. `is_list` decides what is made where the next segment is a number: asked for
    /// the path of the parent, it says whether that is a list rather than an object. An element of a list is set, or
    /// added behind the last one.
    ///
    /// Setting an object or a list changes what differs and leaves the rest of it alone, comments included.
    ///
    /// # Errors
    /// When the path leads through a value that has no members, or to an element far behind the last one.
    pub fn set(
        &mut self,
        path: &ConfigPath,
        value: Value,
        is_list: impl Fn(&ConfigPath) -> bool,
    ) -> Result<bool, EditError> {
        let mut changed = self.value.clone();
        put(&mut changed, path, value, &is_list)?;
        self.become_value(&changed)
    }

    /// Makes room for `path`, where a text on the way stands for an object, as `model: "acme/large"` does for
    /// `{ primary: "acme/large" }`: the text becomes that object. `schema` says where that is so.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn make_room(&mut self, path: &ConfigPath, schema: &Value) -> Result<(), EditError> {
        for length in 1..path.segments().len() {
            let place = path.first(length);
            let long = place.key(MEANT_BY_TEXT);
            if let Some(text @ Value::String(_)) = self.get(&place)
                && SchemaPlace::find(schema, &place).wanted().object
                && SchemaPlace::find(schema, &long).wanted().string
            {
                let object = serde_json::json!({ MEANT_BY_TEXT: text });
                self.set(&place, object, |_| false)?;
            }
        }
        Ok(())
    }

    /// Removes what is set at `path`, with the comment behind it in its line. The elements behind a removed element move
    /// up. Parents that become empty stay.
    ///
    /// # Errors
    /// When nothing is set there.
    pub fn unset(&mut self, path: &ConfigPath, comments: RemovedComments) -> Result<(), EditError> {
        let mut place = Path::default();
        let mut expected = self.value.clone();
        let mut here = &mut expected;
        let Some((last, parents)) = path.segments().split_last() else {
            return Err(EditError::WholeDocument);
        };
        for segment in parents {
            let Some((step, _)) = child(here, segment) else { return Err(not_set(path)) };
            here = child_mut(here, &step).ok_or_else(|| not_set(path))?;
            place = place.then(step);
        }
        let Some((step, _)) = child(here, last) else { return Err(not_set(path)) };
        match (here, &step) {
            (Value::Object(members), Step::Key(key)) => {
                members.shift_remove(key);
            }
            (Value::Array(elements), Step::Index(index)) => {
                elements.remove(*index);
            }
            _ => return Err(not_set(path)),
        }
        let text = splice::remove(&self.text, &place.then(step), comments);
        self.accept(text, &expected)
    }

    /// Merges a patch into the document, and tells whether that changed anything: objects member by member, `null`
    /// removes, anything else takes the place of what was there (RFC 7396).
    ///
    /// # Errors
    /// When the patch is no object.
    pub fn patch(&mut self, patch: &Value) -> Result<bool, EditError> {
        if !patch.is_object() {
            return Err(EditError::WholeDocument);
        }
        let patched = super::merge::patched(&self.value, patch);
        self.become_value(&patched)
    }

    /// The text, to the byte what was read but for the changes.
    pub fn to_text(&self) -> String {
        if self.has_mark { format!("{BYTE_ORDER_MARK}{}", self.text) } else { self.text.clone() }
    }

    fn become_value(&mut self, expected: &Value) -> Result<bool, EditError> {
        if *expected == self.value {
            return Ok(false);
        }
        if !expected.is_object() {
            return Err(EditError::WholeDocument);
        }
        let text = reconcile(self.with_object(), &Path::default(), &self.value, expected);
        self.accept(text, expected)?;
        Ok(true)
    }

    /// The text, with an object to put something in.
    fn with_object(&self) -> String {
        let is_blank = Document::read(&self.text, None).is_ok_and(|document| document.is_blank());
        if !is_blank {
            return self.text.clone();
        }
        let line_end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let starts_line = self.text.is_empty() || self.text.ends_with(super::gap::is_line_end);
        format!("{}{}{{}}{line_end}", self.text, if starts_line { "" } else { line_end })
    }

    /// Takes over a changed text, if it says what it should.
    fn accept(&mut self, text: Option<String>, expected: &Value) -> Result<(), EditError> {
        let text = text.ok_or(EditError::Unfaithful)?;
        let document = read(&text).map_err(EditError::Unreadable)?;
        if document.value() != expected {
            return Err(EditError::Unfaithful);
        }
        self.value = document.value().clone();
        self.text = text;
        Ok(())
    }
}

impl fmt::Debug for EditableDocument {
    // Text and value may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EditableDocument").finish_non_exhaustive()
    }
}

/// Reads a text that says one thing only: editing would have to choose which of two equal keys is meant.
pub(super) fn read(text: &str) -> Result<Document, ConfigError> {
    let refused = |problem, others| ConfigError::new(None, problem, others);
    let document = Document::read(text, None).map_err(|problem| refused(*problem, Vec::new()))?;
    let mut ambiguities = document.ambiguities().into_iter().map(|(_, problem)| problem);
    match ambiguities.next() {
        Some(first) => Err(refused(first, ambiguities.collect())),
        None => Ok(document),
    }
}

/// What a segment leads to in a value.
fn child<'a>(value: &'a Value, segment: &Segment) -> Option<(Step, &'a Value)> {
    match (value, segment) {
        (Value::Object(members), segment) => {
            let key = segment.as_key();
            members.get(&key).map(|value| (Step::Key(key), value))
        }
        (Value::Array(elements), Segment::Index(index)) => {
            elements.get(*index).map(|value| (Step::Index(*index), value))
        }
        _ => None,
    }
}

fn child_mut<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    }
}

fn put(
    root: &mut Value,
    path: &ConfigPath,
    value: Value,
    is_list: &dyn Fn(&ConfigPath) -> bool,
) -> Result<(), EditError> {
    let mut here = root;
    for (length, segment) in path.segments().iter().enumerate() {
        let next = path.segments().get(length + 1);
        let is_new_list = || matches!(next, Some(Segment::Index(_))) && is_list(&path.first(length + 1));
        let new = || if is_new_list() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
        match here {
            Value::Object(members) => here = members.entry(segment.as_key()).or_insert_with(new),
            Value::Array(elements) => {
                let place = || path.first(length);
                let Segment::Index(index) = segment else {
                    return Err(EditError::NotAnIndex { list: place(), key: segment.as_key() });
                };
                if *index > elements.len() {
                    return Err(EditError::IndexTooLarge {
                        list: place(),
                        index: *index,
                        length: elements.len(),
                    });
                }
                if *index == elements.len() {
                    elements.push(new());
                }
                here = &mut elements[*index];
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(EditError::ThroughScalar {
                    path: path.clone(),
                    scalar: path.first(length),
                    kind: super::kind_of(here),
                });
            }
        }
    }
    *here = value;
    Ok(())
}

fn not_set(path: &ConfigPath) -> EditError {
    EditError::NotSet { path: path.clone() }
}

/// Why a document was not changed. Values never show in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// Nothing is set at the path.
    NotSet {
        /// The path.
        path: ConfigPath,
    },
    /// The path leads through a value that has no members.
    ThroughScalar {
        /// The whole path.
        path: ConfigPath,
        /// Where that value is.
        scalar: ConfigPath,
        /// What it is, such as `a text`.
        kind: &'static str,
    },
    /// An element of a list was named by a key.
    NotAnIndex {
        /// The list.
        list: ConfigPath,
        /// The key.
        key: String,
    },
    /// The index is larger than that of the next element.
    IndexTooLarge {
        /// The list.
        list: ConfigPath,
        /// The index.
        index: usize,
        /// How many elements there are.
        length: usize,
    },
    /// The document itself can neither be removed nor be anything but an object.
    WholeDocument,
    /// The result would not be a valid document, because it would be nested too deeply.
    Unreadable(ConfigError),
    /// The result would not have said what was asked for.
    Unfaithful,
}

impl fmt::Display for EditError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSet { path } => write!(formatter, "`{path}` is not set, so nothing was changed"),
            Self::ThroughScalar { path, scalar, kind } => write!(
                formatter,
                "could not set `{path}`: `{scalar}` is {kind}, which has no members; unset `{scalar}` first, or correct the path"
            ),
            Self::NotAnIndex { list, key } => write!(
                formatter,
                "could not find `{key}` in `{list}`, which is a list; name an element by its number, such as `{}`",
                list.index(0)
            ),
            Self::IndexTooLarge { list, index, length } => write!(
                formatter,
                "could not set element {index} of `{list}`, which has {length}; the next one is `{}`",
                list.index(*length)
            ),
            Self::WholeDocument => formatter.write_str(
                "the whole configuration can only be an object; name a setting, such as `agents.defaults.model`",
            ),
            Self::Unreadable(_) => formatter.write_str("the changed configuration would not be readable"),
            Self::Unfaithful => formatter.write_str(
                "the change would not have said exactly what was asked for, so nothing was changed; edit the file by hand",
            ),
        }
    }
}

impl Error for EditError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
