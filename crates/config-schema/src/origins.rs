//! Where each value of a configuration comes from.
//!
//! Separate from reading, which nobody need do twice to learn it: it is asked for by people, not by programs.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::document::Document;
use crate::path::Path;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Origin {
    /// The document says it.
    File {
        /// The line, from 1.
        line: usize,
        /// The environment variables that stand in its text.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        variables: Vec<String>,
    },
    /// An environment variable goes before the document.
    Environment {
        /// Its name.
        variable: String,
    },
    /// Nobody says it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { line, variables } if variables.is_empty() => write!(formatter, "line {line}"),
            Self::File { line, variables } => {
                write!(formatter, "line {line}, with the environment variable {}", variables.join(", "))
            }
            Self::Environment { variable } => write!(formatter, "the environment variable {variable}"),
            Self::Default => formatter.write_str("the default"),
        }
    }
}

/// Where the values of a configuration come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins {
    /// By path, in the order of the document; objects and lists too.
    origins: Vec<(String, Origin)>,
}

impl Origins {
    pub(crate) fn of_document(document: &Document) -> Self {
        let mut origins = Vec::new();
        // Taken from the end, so that what is pushed last is read first.
        let mut open = vec![(Path::default(), document.value())];
        while let Some((path, value)) = open.pop() {
            let at = open.len();
            match value {
                Value::Object(members) => {
                    open.extend(members.iter().map(|(key, value)| (path.key(key), value)));
                }
                Value::Array(values) => {
                    open.extend(values.iter().enumerate().map(|(index, value)| (path.index(index), value)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
            open[at..].reverse();
            let variables = || document.variables_in(&path).map(str::to_owned).collect();
            let origin = match (document.variable_of(&path), document.line_of(&path)) {
                (Some(variable), _) => Origin::Environment { variable: variable.to_owned() },
                (None, Some(line)) => Origin::File { line, variables: variables() },
                // An object that only exists for the sake of a variable's value.
                (None, None) => Origin::Default,
            };
            origins.push((path.to_string(), origin));
        }
        Self { origins }
    }

    /// Where the value at a path such as `models.bedrockDiscovery.region` comes from.
    pub fn of(&self, path: &str) -> Origin {
        let mut known = self.origins.iter();
        known.find(|(known, _)| known == path).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// All paths that somebody says something about, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.origins.iter().map(|(path, origin)| (path.as_str(), origin))
    }
}
