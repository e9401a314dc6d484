//! The configuration that commands work on: its file, what may stand in it, and how it is checked.
//!
//! Separate from the host, which needs a configuration that is right: here it may be wrong, or not there yet.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use clawdia::config::edit::FileText;
use clawdia::config::schema::{self, Proposals};
use clawdia::config::{Located, Report, check_edited, locate};
use clawdia::{Environment, Host, HostError, Plugins};
use serde_json::Value;

use crate::failure::{Failure, warn};
use crate::process;

/// What a new configuration is called.
const NEW: &str = "clawdia.jsonc";

/// The configuration of this environment.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    environment: Environment,
    plugins: Plugins,
    schema: Value,
}

impl Target {
    /// Finds it, where it is or would be.
    pub(crate) fn locate() -> Result<Self, Failure> {
        Self::locate_with(&Proposals::default())
    }

    /// As [`locate`](Self::locate), with a schema by which editors propose these beside what the types say.
    pub(crate) fn locate_with(proposals: &Proposals) -> Result<Self, Failure> {
        let environment = process::environment();
        let located = locate(&environment);
        warn_of_ignored(&located);
        let path = located.path.unwrap_or_else(|| located.state_dir.join(NEW));
        if path.file_name().is_some_and(|name| name == schema::FILE_NAME) {
            return Err(Failure::refused(format!(
                "the configuration cannot be {}: its schema is written by that name",
                path.display()
            ))
            .with_hint(format!("let CLAWDIA_CONFIG_PATH name another file, such as `{NEW}`")));
        }
        let plugins = Plugins::linked().map_err(HostError::from)?;
        let schema =
            schema::generate(&plugins, proposals).map_err(|error| Failure::refused(error.to_string()))?;
        Ok(Self { path, environment, plugins, schema })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What may stand in the configuration.
    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// The text of the file, if there is one.
    pub(crate) fn text(&self) -> Result<Option<FileText>, Failure> {
        FileText::read(&self.path).map_err(|error| Failure::refused(error.to_string()))
    }

    /// Everything that could be said of the configuration if this were its text.
    pub(crate) fn check(&self, text: &str) -> Result<Report, Failure> {
        Ok(Host::check_text(text, &self.path, self.environment.clone())?)
    }

    /// Whether this could be its text, wherever it is read: what the environment of this process says is left aside.
    pub(crate) fn check_edited(&self, text: &str) -> Report {
        check_edited(text, Some(&self.path), &self.plugins, &self.environment)
    }

    /// Where editors look for the schema that a new configuration names.
    pub(crate) fn schema_path(&self) -> PathBuf {
        self.path.with_file_name(schema::FILE_NAME)
    }

    /// Gives a file that was just made its schema, and says what there is now.
    pub(crate) fn created(&self) -> String {
        let file = self.path.display();
        match self.write_schema() {
            Ok(_) => format!("Created {file}, and its schema for editors.\n"),
            Err(failure) => {
                warn(&format!("{}; editors will know nothing of the configuration", failure.message()));
                format!("Created {file}.\n")
            }
        }
    }

    /// Writes the schema beside the file; tells whether it was another one before.
    pub(crate) fn write_schema(&self) -> Result<bool, Failure> {
        let path = self.schema_path();
        write(&path, &schema::to_text(&self.schema)).map_err(|error| {
            Failure::failed(format!("could not write the schema {}", path.display())).because(&error)
        })
    }
}

/// Says which files are not read, as a host does.
pub(super) fn warn_of_ignored(located: &Located) {
    let used = located.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    for file in &located.ignored {
        warn(&format!("`{}` is ignored, since `{used}` goes before it", file.display()));
    }
}

/// Puts a text in a file's place in one step, unless it is there already: an editor may be reading it.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    match fs::read(path) {
        Ok(bytes) if bytes == text.as_bytes() => return Ok(false),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, text).and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        // Nothing is lost with what could not be written or moved.
        let _ = fs::remove_file(&new);
    })?;
    Ok(true)
}
