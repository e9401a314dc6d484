//! A document that is valid JSON5: its text, its value, and where everything in it stands.
//!
//! Separate from what the document means: the rules work on values and paths, and come back here to turn a path into
//! an error with line, column and excerpt.

use std::fmt;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};

use serde_json::Value;

use crate::error::{ConfigError, ConfigWarning};
use crate::excerpt::{Excerpt, line_at};
use crate::outline::{Kind, Outline};
use crate::path::{Path, Step};
use crate::secret;
use crate::syntax::{self, SyntaxFlaw};

/// A valid document.
pub(crate) struct Document {
    file: Option<PathBuf>,
    text: String,
    outline: Outline,
    value: Value,
}

/// Which part of a member an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
}

impl Document {
    /// Reads a text. Nothing but space and comments is an empty object.
    pub(crate) fn read(text: &str, file: Option<&FilePath>) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let outline = Outline::scan(&text);
        if let Some(start) = outline.too_deep {
            let excerpt = Excerpt::new(&text, &(start..start + 1), &hidden_at(&text, start));
            let error = ConfigError::new("objects and lists are nested too deeply here");
            return Err(error.with_place(String::new(), Some(excerpt)).with_file(file));
        }
        let value = match json5::from_str::<Value>(&text) {
            Ok(value) => value,
            Err(_) if outline.nodes().next().is_none() && is_blank(&text) => {
                Value::Object(serde_json::Map::new())
            }
            Err(error) => return Err(syntax_error(&error, &outline, &text).with_file(file)),
        };
        let document = Self { file: file.map(FilePath::to_owned), text, outline, value };
        document.refuse_ambiguity()?;
        Ok(document)
    }

    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.outline.nodes().next().is_none()
    }

    /// The value at `path`.
    pub(crate) fn value_at(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(&self.value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
    }

    /// The path below `base` that is written `text`.
    pub(crate) fn resolve(&self, base: &Path, text: &str) -> Path {
        self.outline.resolve(base, text)
    }

    /// An error about what stands at `path`; where the document has nothing there, about what should contain it.
    pub(crate) fn error(&self, path: &Path, part: Part, message: impl Into<String>) -> ConfigError {
        self.error_without(path, part, message, &self.outline.secrets().collect::<Vec<_>>())
    }

    /// An error about a key nobody knows. Its texts are not shown unless they are `harmless`: it may be a misspelt
    /// `apiKey`.
    pub(crate) fn unknown_key(&self, path: &Path, message: String, harmless: bool) -> ConfigError {
        let mut hidden = self.outline.secrets().collect::<Vec<_>>();
        if !harmless {
            hidden.extend(self.outline.texts_at(path));
        }
        self.error_without(path, Part::Key, message, &hidden)
    }

    fn error_without(
        &self,
        path: &Path,
        part: Part,
        message: impl Into<String>,
        hidden: &[Range<usize>],
    ) -> ConfigError {
        let excerpt = Excerpt::new(&self.text, &self.place(path, part), hidden);
        ConfigError::new(message).with_place(path.to_string(), Some(excerpt)).with_file(self.file.as_deref())
    }

    /// A warning about what stands at `path`.
    pub(crate) fn warning(&self, path: &Path, message: impl Into<String>) -> ConfigWarning {
        let place = self.place(path, Part::Key);
        let (line, range) = line_at(&self.text, place.start);
        let column = self.text[range.start..place.start.max(range.start)].chars().count() + 1;
        ConfigWarning { path: path.to_string(), line, column, message: message.into() }
    }

    fn place(&self, path: &Path, part: Part) -> Range<usize> {
        let Some(node) = self.outline.nearest(path) else { return 0..0 };
        let is_there = self.outline.path_of(node) == *path;
        match (&node.key, node.kind) {
            (Some(key), _) if part == Part::Key || !is_there => key.clone(),
            // A list or an object may go on for pages; its key, or its first bracket, says which one it is.
            (Some(key), Kind::Object | Kind::List) => key.clone(),
            (None, Kind::Object | Kind::List) => node.value.start..node.value.start + 1,
            (_, Kind::Quoted | Kind::Word) => node.value.clone(),
        }
    }

    /// Refuses what JSON5 allows and nobody means: a key twice in one object, and numbers that are none.
    fn refuse_ambiguity(&self) -> Result<(), ConfigError> {
        for node in self.outline.nodes() {
            if let Some(earlier) = &node.earlier {
                let key = node.key.clone().unwrap_or_default();
                let hidden = self.outline.secrets().collect::<Vec<_>>();
                let (line, _) = line_at(&self.text, earlier.start);
                let name = self.text[key.clone()].trim_matches(['"', '\'']);
                return Err(ConfigError::new(format!("the key `{name}` stands here a second time"))
                    .with_place(
                        self.outline.path_of(node).to_string(),
                        Some(Excerpt::new(&self.text, &key, &hidden)),
                    )
                    .with_hint(Some(format!("the first one is on line {line}, keep only one of them")))
                    .with_file(self.file.as_deref()));
            }
            if node.kind == Kind::Word && !is_finite(&self.text[node.value.clone()]) {
                let path = self.outline.path_of(node);
                return Err(self.error(&path, Part::Value, "this is not a finite number"));
            }
        }
        Ok(())
    }
}

/// Whether a word of a valid document is anything but a number without a finite value.
fn is_finite(word: &str) -> bool {
    let unsigned = word.trim_start_matches(['+', '-']);
    unsigned.parse::<f64>().map_or(true, f64::is_finite)
}

fn is_blank(text: &str) -> bool {
    // With an object behind it, a text of nothing but space and closed comments is a document.
    json5::from_str::<serde::de::IgnoredAny>(&format!("{text}\n{{}}")).is_ok()
}

fn syntax_error(error: &json5::Error, outline: &Outline, text: &str) -> ConfigError {
    let SyntaxFlaw { at, message, hint } = syntax::flaw(error, outline, text);
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    let excerpt = Excerpt::new(text, &(at..at + length), &hidden_at(text, at));
    ConfigError::new(message).with_place(String::new(), Some(excerpt)).with_hint(hint.map(str::to_owned))
}

/// What to hide of the line at `start` when the text is broken: what belongs to which key is not certain then.
fn hidden_at(text: &str, start: usize) -> Vec<Range<usize>> {
    let (_, line) = line_at(text, start);
    let hidden = secret::values_in(&text[line.clone()]);
    hidden.into_iter().map(|range| line.start + range.start..line.start + range.end).collect()
}

impl fmt::Debug for Document {
    // The text and the value may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("file", &self.file).finish_non_exhaustive()
    }
}
