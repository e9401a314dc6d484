//! A configuration that cannot be used.
//!
//! Separate from [`Problem`]: whoever only wants to use a configuration gets one error, which tells the first problem in
//! full and counts the rest.

use std::error::Error;
use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use crate::problem::Problem;

/// A configuration that cannot be used.
///
/// `Display` takes several lines: what was attempted, the place, the line with a mark, what is wrong and what to do
/// next. Secrets never show in it.
///
/// ```
/// use clawdia_config_schema::Config;
/// use clawdia_core::Plugins;
/// let plugins = Plugins::new([], [], [])?;
/// let error = Config::parse("{ modles: {}, agnts: {} }", &plugins).unwrap_err();
/// assert_eq!(error.path(), "modles");
/// assert_eq!((error.line(), error.column()), (Some(1), Some(3)));
/// assert_eq!(error.hint(), Some("did you mean `models`?"));
/// assert_eq!(error.problems().len(), 2);
/// # Ok::<(), clawdia_core::PluginsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    // Boxed, so that results stay small where nothing fails.
    detail: Box<Detail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    file: Option<PathBuf>,
    first: Problem,
    others: Vec<Problem>,
}

impl ConfigError {
    pub(crate) fn new(file: Option<&FilePath>, first: Problem, others: Vec<Problem>) -> Self {
        Self { detail: Box::new(Detail { file: file.map(FilePath::to_owned), first, others }) }
    }

    /// The file, where the configuration came from one.
    pub fn file(&self) -> Option<&FilePath> {
        self.detail.file.as_deref()
    }

    /// The line of the first problem, from 1.
    pub fn line(&self) -> Option<usize> {
        self.detail.first.line
    }

    /// The column of the first problem in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.detail.first.column
    }

    /// Where the first problem is in the document, such as `models.providers.acme.models[0].id`; empty for the document
    /// as a whole.
    pub fn path(&self) -> &str {
        &self.detail.first.path
    }

    /// What is wrong first of all.
    pub fn message(&self) -> &str {
        &self.detail.first.message
    }

    /// What to do about the first problem; always there, and an option as in all errors.
    pub fn hint(&self) -> Option<&str> {
        Some(&self.detail.first.advice)
    }

    /// All that keeps the configuration from being used, in the order of the document.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &Problem> {
        // Collected, since a chain does not know its length.
        std::iter::once(&self.detail.first).chain(&self.detail.others).collect::<Vec<_>>().into_iter()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { file, first, others } = &*self.detail;
        formatter.write_str("could not read the configuration")?;
        if let Some(file) = file {
            write!(formatter, " {}", file.display())?;
        }
        match (&first.variable, first.line, first.column) {
            (Some(variable), ..) => write!(formatter, " with the environment variable {variable}")?,
            (None, Some(line), Some(column)) => write!(formatter, " at line {line}, column {column}")?,
            (None, ..) => {}
        }
        if !first.path.is_empty() {
            write!(formatter, " ({})", first.path)?;
        }
        match first.excerpt() {
            Some(excerpt) => write!(formatter, "\n{excerpt}\n{}", first.message)?,
            None => write!(formatter, ": {}", first.message)?,
        }
        write!(formatter, "; {}", first.advice)?;
        match others.len() {
            0 => Ok(()),
            1 => formatter.write_str("\n(there is one more problem: `clawdia config validate` shows both)"),
            more => {
                write!(formatter, "\n(there are {more} more problems: `clawdia config validate` shows all)")
            }
        }
    }
}

impl Error for ConfigError {}
