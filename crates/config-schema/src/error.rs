//! Why a configuration could not be read, and what in it is odd without being wrong.
//!
//! Separate from the rules that find fault: whatever the fault, a person needs the same things, the file, the line with
//! a mark, what is wrong there and what to do next.

use std::error::Error;
use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use crate::excerpt::Excerpt;

/// A configuration that cannot be used.
///
/// `Display` takes several lines: what was attempted, the place, the line with a mark, what is wrong and what to do
/// next. Secrets never show in it.
///
/// ```
/// use clawdia_config_schema::Config;
/// use clawdia_core::Plugins;
/// let plugins = Plugins::new([], [], [])?;
/// let error = Config::parse("{ modles: {} }", &plugins).unwrap_err();
/// assert_eq!(error.path(), "modles");
/// assert_eq!((error.line(), error.column()), (Some(1), Some(3)));
/// assert_eq!(error.hint(), Some("did you mean `models`?"));
/// # Ok::<(), clawdia_core::PluginsError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    // Boxed, so that results stay small where nothing fails.
    detail: Box<Detail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    file: Option<PathBuf>,
    path: String,
    excerpt: Option<Excerpt>,
    message: String,
    hint: Option<String>,
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            detail: Box::new(Detail { file: None, path: String::new(), excerpt: None, message, hint: None }),
        }
    }

    pub(crate) fn with_file(mut self, file: Option<&FilePath>) -> Self {
        self.detail.file = file.map(FilePath::to_owned);
        self
    }

    pub(crate) fn with_place(mut self, path: String, excerpt: Option<Excerpt>) -> Self {
        self.detail.path = path;
        self.detail.excerpt = excerpt;
        self
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.detail.hint = hint;
        self
    }

    /// The file, where the configuration came from one.
    pub fn file(&self) -> Option<&FilePath> {
        self.detail.file.as_deref()
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.detail.excerpt.as_ref().map(|excerpt| excerpt.line)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.detail.excerpt.as_ref().map(|excerpt| excerpt.column)
    }

    /// Where in the document, such as `models.providers.acme.models[0].id`; empty for the document as a whole.
    pub fn path(&self) -> &str {
        &self.detail.path
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.detail.message
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        self.detail.hint.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { file, path, excerpt, message, hint } = &*self.detail;
        formatter.write_str("could not read the configuration")?;
        if let Some(file) = file {
            write!(formatter, " {}", file.display())?;
        }
        if let Some(Excerpt { line, column, .. }) = excerpt {
            write!(formatter, " at line {line}, column {column}")?;
        }
        if !path.is_empty() {
            write!(formatter, " ({path})")?;
        }
        match excerpt {
            Some(excerpt) => write!(formatter, "\n{excerpt}\n{message}")?,
            None => write!(formatter, ": {message}")?,
        }
        match hint {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.detail.fmt(formatter)
    }
}

impl Error for ConfigError {}

/// Something in a configuration that has no effect, or will fail once it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigWarning {
    /// Where in the document, such as `models.bedrockDiscovery`; empty for the document as a whole.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is odd, and what to do about it.
    pub message: String,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, message } = self;
        if path.is_empty() {
            formatter.write_str(message)
        } else {
            write!(formatter, "line {line}, column {column} ({path}): {message}")
        }
    }
}
