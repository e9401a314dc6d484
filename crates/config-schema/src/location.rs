//! Where the configuration is, and reading it from there.
//!
//! Separate from parsing: this is the only part of the crate that touches the file system.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clawdia_core::{Environment, Plugins};

use crate::config::Config;
use crate::error::ConfigError;
use crate::excerpt::line_at;
use crate::problem::Problem;
use crate::report::{Report, check};

/// The names a configuration may have, in the order in which they are tried. Editors know `.jsonc` best.
const NAMES: [&str; 3] = ["clawdia.jsonc", "clawdia.json5", "clawdia.json"];

/// Where the configuration of an environment is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located {
    /// The file to read: what `CLAWDIA_CONFIG_PATH` names, whether it exists or not, or else the first that exists.
    pub path: Option<PathBuf>,
    /// Files that exist beside it and are not read.
    pub ignored: Vec<PathBuf>,
    /// Where the configuration is looked for, and caches may be kept: `CLAWDIA_STATE_DIR`, or else `~/.clawdia`.
    pub state_dir: PathBuf,
}

/// Finds the configuration of an environment.
///
/// ```
/// use clawdia_config_schema::locate;
/// let located = locate(&[("CLAWDIA_CONFIG_PATH", "/etc/clawdia.jsonc")].into_iter().collect());
/// assert_eq!(located.path.unwrap(), std::path::Path::new("/etc/clawdia.jsonc"));
/// ```
pub fn locate(environment: &Environment) -> Located {
    let home = home(environment);
    let state_dir = match environment.get("CLAWDIA_STATE_DIR") {
        Some(directory) => expand(directory, home),
        None => home.map_or_else(|| PathBuf::from(".clawdia"), |home| Path::new(home).join(".clawdia")),
    };
    let mut found = NAMES.iter().map(|name| state_dir.join(name)).filter(|path| is_there(path));
    if let Some(path) = environment.get("CLAWDIA_CONFIG_PATH") {
        // A file that was named is no accident; the others are not even candidates.
        return Located { path: Some(expand(path, home)), ignored: Vec::new(), state_dir };
    }
    let path = found.next();
    let ignored = found.collect();
    Located { path, ignored, state_dir }
}

/// Reads and checks the configuration in a file. `environment` is where `${VARIABLES}` and overrides come from.
///
/// # Errors
/// When the file cannot be read or is not UTF-8, and as [`Config::parse`].
pub fn load(path: &Path, plugins: &Plugins, environment: &Environment) -> Result<Config, ConfigError> {
    check_file(path, plugins, environment).into_config()
}

/// Reads and checks the configuration in a file and tells all problems; that it cannot be read is one, too.
pub fn check_file(path: &Path, plugins: &Plugins, environment: &Environment) -> Report {
    let text = fs::read(path).map_err(|error| unreadable(path, &error));
    match text.and_then(|bytes| String::from_utf8(bytes).map_err(|error| not_utf8(&error))) {
        Ok(text) => check(&text, Some(path), plugins, environment),
        Err(problem) => Report::of(Some(path), vec![*problem], None),
    }
}

fn home(environment: &Environment) -> Option<&str> {
    let windows = if cfg!(windows) { environment.get("USERPROFILE") } else { None };
    windows.or_else(|| environment.get("HOME"))
}

/// Replaces a leading `~`, which no shell has done for a variable that a service manager sets.
fn expand(path: &str, home: Option<&str>) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => PathBuf::from(home),
        (Some(rest), Some(home)) if rest.starts_with(['/', '\\']) => Path::new(home).join(&rest[1..]),
        _ => PathBuf::from(path),
    }
}

/// Whether there is something by that name; a dangling link counts, so that reading it says what is wrong.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Box<Problem> {
    let (message, hint) = match error.kind() {
        ErrorKind::NotFound => (
            "there is no such file".to_owned(),
            "create it, or correct `CLAWDIA_CONFIG_PATH` if that is what names it",
        ),
        ErrorKind::PermissionDenied => {
            ("you are not allowed to read it".to_owned(), "change its owner or its permissions")
        }
        _ if path.is_dir() => ("it is a directory".to_owned(), "name the file in it"),
        _ => (error.to_string(), "check the file"),
    };
    Box::new(Problem::new(message, hint))
}

pub(crate) fn not_utf8(error: &std::string::FromUtf8Error) -> Box<Problem> {
    let bytes = error.as_bytes();
    let message = if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        "the file is UTF-16".to_owned()
    } else {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&bytes[..valid]);
        let (line, range) = line_at(&before, valid);
        let column = before[range].chars().count() + 1;
        format!(
            "the file is not UTF-8: line {line}, column {column} holds a byte that belongs to no character"
        )
    };
    Box::new(Problem::new(message, "save it as UTF-8"))
}
