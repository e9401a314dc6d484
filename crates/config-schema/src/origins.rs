//! Where each value of a configuration comes from.
//!
//! Separate from reading, which nobody need do twice to learn it: it is asked for by people, not by programs.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::config_path::ConfigPath;
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
#[derive(Debug, Clone, Default)]
pub struct Origins {
    // Asked, not listed: a document may have thousands of values, and mostly one is of interest.
    document: Option<Arc<Document>>,
}

impl Origins {
    pub(crate) fn of_document(document: Option<Arc<Document>>) -> Self {
        Self { document }
    }

    /// Where the value at a path such as `models.bedrockDiscovery.region` comes from.
    pub fn of(&self, path: &ConfigPath) -> Origin {
        let Some(document) = &self.document else { return Origin::Default };
        let place = path.within(document.value());
        if document.value_at(&place).is_some() { origin(document, &place) } else { Origin::Default }
    }

    /// All paths that somebody says something about, in the order of the document; objects and lists too.
    pub fn iter(&self) -> impl Iterator<Item = (ConfigPath, Origin)> {
        let mut found = Vec::new();
        // Taken from the end, so that what is pushed last is read first.
        let mut open = Vec::new();
        open.extend(self.document.as_deref().map(|document| (Path::default(), document.value())));
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
            let origin = self.document.as_deref().map_or(Origin::Default, |document| origin(document, &path));
            found.push((ConfigPath::from(&path), origin));
        }
        found.into_iter()
    }

    /// What environment variables go before: the path, and the variable.
    pub fn overrides(&self) -> impl Iterator<Item = (ConfigPath, &str)> {
        let overrides = self.document.iter().flat_map(|document| document.overrides());
        overrides.map(|(path, variable)| (ConfigPath::from(path), variable))
    }
}

fn origin(document: &Document, path: &Path) -> Origin {
    if let Some(variable) = document.variable_of(path) {
        return Origin::Environment { variable: variable.to_owned() };
    }
    match document.line_of(path) {
        Some(line) => {
            Origin::File { line, variables: document.variables_in(path).map(str::to_owned).collect() }
        }
        // An object that only exists for the sake of a variable's value.
        None => Origin::Default,
    }
}
