//! Something in a configuration that is wrong, odd, or could be better.
//!
//! Separate from the rules that find it: whatever it is, a person needs the same things, the line with a mark, what is
//! wrong there and what to do next.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use crate::excerpt::Excerpt;

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// Something has no effect, or will fail once it is used.
    Warning,
    /// Something works and could be better.
    Hint,
}

impl Severity {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// Something in a configuration that is wrong, odd, or could be better. Secrets never show in it.
///
/// `Display` takes one line. The JSON form has the fields below, those that are absent left out, and `source`, the line
/// of the document with secrets starred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where in the document, such as `models.providers.acme.models[0].id`; empty for the document as a whole.
    pub path: String,
    /// The line, from 1; `None` for what does not stand in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The environment variable that says what is wrong, in place of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub advice: String,
    #[serde(rename = "source", skip_serializing_if = "Option::is_none")]
    excerpt: Option<Excerpt>,
    /// What the excerpt marks, to make it anew once more is known to be secret.
    #[serde(skip)]
    pub(crate) marked: Option<Range<usize>>,
}

impl Problem {
    /// An error without a place. What is told to be wrong is told with what to do.
    pub(crate) fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            path: String::new(),
            line: None,
            column: None,
            variable: None,
            message: message.into(),
            advice: advice.into(),
            excerpt: None,
            marked: None,
        }
    }

    pub(crate) fn at(mut self, path: String, excerpt: Option<Excerpt>) -> Self {
        self.path = path;
        self.line = excerpt.as_ref().map(|excerpt| excerpt.line);
        self.column = excerpt.as_ref().map(|excerpt| excerpt.column);
        self.excerpt = excerpt;
        self
    }

    pub(crate) fn marking(mut self, place: Range<usize>) -> Self {
        self.marked = Some(place);
        self
    }

    pub(crate) fn in_variable(mut self, path: String, variable: &str) -> Self {
        self.path = path;
        self.variable = Some(variable.to_owned());
        self
    }

    pub(crate) fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The line of the document with a mark below what is meant, secrets starred; several lines without an end mark.
    pub fn excerpt(&self) -> Option<String> {
        self.excerpt.as_ref().map(ToString::to_string)
    }

    /// Where it stands among others: by place, what stands in variables after what stands in the document.
    pub(crate) fn order(&self) -> (bool, Option<usize>, Option<usize>, Option<&str>) {
        (self.variable.is_some(), self.line, self.column, self.variable.as_deref())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, variable, message, advice, .. } = self;
        match (variable, line, column) {
            (Some(variable), ..) => write!(formatter, "environment variable {variable}: ")?,
            // What is true of the whole document has no line worth naming.
            (None, Some(line), Some(column)) if !path.is_empty() => {
                write!(formatter, "line {line}, column {column} ({path}): ")?;
            }
            (None, ..) => {}
        }
        write!(formatter, "{message}; {advice}")
    }
}
