//! Everything that can be said about a configuration, in one run.
//!
//! Separate from reading one to use it, which needs no more than to know that nothing is wrong.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use clawdia_core::{Environment, Plugins};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::config::{self, Config, Purpose};
use crate::document::Document;
use crate::error::ConfigError;
use crate::origins::Origins;
#[cfg(feature = "edit")]
use crate::path::Path;
use crate::problem::{Problem, Severity};

/// What is wrong with a configuration, what is odd about it, and what could be better.
///
/// `Display` shows every problem with its line and ends with a count. The JSON form is
/// `{"valid": …, "file": …, "problems": [{"severity", "path", "line", "column", "variable", "message", "advice",
/// "source"}, …]}`; what does not apply is left out. Secrets never show in either.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The file, where the configuration came from one.
    pub file: Option<PathBuf>,
    /// All problems, in the order of the document, then those of environment variables.
    pub problems: Vec<Problem>,
    /// The configuration, if there is no error.
    pub config: Option<Config>,
    /// What was read, if it could be, whether it is right or not.
    pub(crate) document: Option<Arc<Document>>,
}

/// Reads and checks a configuration and tells all problems.
///
/// `environment` is where `${VARIABLES}` come from, and overrides such as `CLAWDIA__MODELS__MODE`.
///
/// ```
/// use clawdia_config_schema::check;
/// use clawdia_core::{Environment, Plugins};
/// let text = "{ models: { mode: 'merged', providers: [] } }";
/// let report = check(text, None, &Plugins::new([], [], [])?, &Environment::default());
/// let paths = report.problems.iter().map(|problem| problem.path.as_str());
/// assert_eq!(paths.collect::<Vec<_>>(), ["models.mode", "models.providers"]);
/// assert!(report.config.is_none());
/// # Ok::<(), clawdia_core::PluginsError>(())
/// ```
pub fn check(text: &str, file: Option<&FilePath>, plugins: &Plugins, environment: &Environment) -> Report {
    config::examine(text, file, plugins, environment, Purpose::Use)
}

/// As [`check`], of a text that is about to be written: is it right by itself, wherever it will be read?
///
/// Overrides such as `CLAWDIA__MODELS__MODE` are left aside, since they would hide what they go before. Nor need
/// `${VARIABLES}` be set here: one that is not is a warning, and nothing else is said of the text it stands in.
///
/// ```
/// use clawdia_config_schema::{check, check_edited};
/// use clawdia_core::{Environment, Plugins};
/// let plugins = Plugins::new([], [], [])?;
/// let environment: Environment = [("CLAWDIA__MODELS__MODE", "merge")].into_iter().collect();
/// let text = "{ models: { mode: 'merged' } }";
/// assert!(check(text, None, &plugins, &environment).is_valid());
/// assert!(!check_edited(text, None, &plugins, &environment).is_valid());
/// # Ok::<(), clawdia_core::PluginsError>(())
/// ```
pub fn check_edited(
    text: &str,
    file: Option<&FilePath>,
    plugins: &Plugins,
    environment: &Environment,
) -> Report {
    config::examine(text, file, plugins, environment, Purpose::Edit)
}

impl Report {
    pub(crate) fn of(file: Option<&FilePath>, mut problems: Vec<Problem>, config: Option<Config>) -> Self {
        problems.sort_by(|left, right| left.order().cmp(&right.order()));
        let document = config.as_ref().and_then(Config::shared_document);
        let report = Self { file: file.map(FilePath::to_owned), problems, config, document };
        if report.is_valid() { report } else { Self { config: None, ..report } }
    }

    /// Where each value comes from, also of a configuration that is wrong.
    pub fn origins(&self) -> Origins {
        Origins::of_document(self.document.clone())
    }

    /// Keys that nobody knows, whose values may be secret.
    #[cfg(feature = "edit")]
    pub(crate) fn suspects(&self) -> impl Iterator<Item = &Path> {
        self.document.iter().flat_map(|document| document.suspects())
    }

    /// Whether the configuration can be used: there is no error.
    pub fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// How many problems there are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }

    /// The configuration.
    ///
    /// # Errors
    /// All errors as one.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let mut errors = self.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
        match (errors.next(), self.config) {
            (None, Some(config)) => Ok(config),
            (Some(first), _) => Err(ConfigError::new(self.file.as_deref(), first, errors.collect())),
            // Not reachable through `of`; the fields are public.
            (None, None) => {
                let first = Problem::new("there is no configuration in the report", "check it again");
                Err(ConfigError::new(self.file.as_deref(), first, Vec::new()))
            }
        }
    }

    /// Adds what was found later.
    pub(crate) fn extend(&mut self, problems: Vec<Problem>) {
        self.problems.extend(problems);
        self.problems.sort_by(|left, right| left.order().cmp(&right.order()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_ref().map(|file| file.display().to_string());
        let file = file.as_deref().unwrap_or("configuration");
        for problem in &self.problems {
            let Problem { severity, path, line, column, variable, message, advice, .. } = problem;
            writeln!(formatter, "{}: {message}", severity.as_str())?;
            let path = if path.is_empty() { String::new() } else { format!(" ({path})") };
            match (variable, line, column) {
                (Some(variable), ..) => writeln!(formatter, " --> environment variable {variable}{path}")?,
                (None, Some(line), Some(column)) => writeln!(formatter, " --> {file}:{line}:{column}{path}")?,
                (None, ..) => writeln!(formatter, " --> {file}{path}")?,
            }
            if let Some(excerpt) = problem.excerpt() {
                writeln!(formatter, "{excerpt}")?;
            }
            writeln!(formatter, "  = {advice}\n")?;
        }
        let counts = [Severity::Error, Severity::Warning, Severity::Hint]
            .map(|severity| (self.count(severity), severity.as_str()))
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect::<Vec<_>>();
        if counts.is_empty() {
            return write!(formatter, "{file}: no problems");
        }
        write!(formatter, "{file}: {}", counts.join(", "))
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 3)?;
        report.serialize_field("valid", &self.is_valid())?;
        match &self.file {
            Some(file) => report.serialize_field("file", &file.display().to_string())?,
            None => report.skip_field("file")?,
        }
        report.serialize_field("problems", &self.problems)?;
        report.end()
    }
}
