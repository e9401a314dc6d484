//! `clawdia config get`: what a setting is, and who says so.
//!
//! Separate because it shows what is in force, with the environment in it, where the other commands work on the file.

use clap::Args;
use clawdia::config::edit::{ConfigPath, Segment, default_value, is_known};
use clawdia::config::{Origin, Origins};
use serde_json::{Value, json};

use super::target::Target;
use crate::failure::{Failure, warn};
use crate::output::print;
use crate::status::Status;

/// The arguments of `clawdia config get`.
#[derive(Debug, Args)]
pub(crate) struct GetArguments {
    /// Which setting; default is all of them
    path: Option<ConfigPath>,
    /// Write the value as JSON, with the origin in an object of its own
    #[arg(long)]
    json: bool,
    /// Say where each value comes from: a line of the file, an environment variable or the default
    #[arg(long)]
    origin: bool,
}

/// What the configuration says, and who.
struct Said {
    value: Value,
    origins: Origins,
}

/// Shows it.
pub(crate) fn run(arguments: &GetArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    let said = said(&target)?;
    let root = ConfigPath::root();
    let path = arguments.path.as_ref().unwrap_or(&root);
    match (find(&said.value, path), default_value(target.schema(), path)) {
        (Some(value), _) if arguments.origin => {
            print(&with_origins(&target, arguments, path, value, &said))?;
            Ok(Status::Done)
        }
        (Some(value), _) => {
            print(&shown(value, arguments.json))?;
            Ok(Status::Done)
        }
        (None, Some(default)) if arguments.origin => {
            let text = if arguments.json {
                format!("{:#}\n", json!({ "value": default, "origin": Origin::Default }))
            } else {
                format!("{}  # {}\n", scalar(&default), Origin::Default)
            };
            print(&text)?;
            Ok(Status::Done)
        }
        (None, Some(default)) => {
            Err(Failure::failed(format!("`{path}` is not set; its default is `{}`", scalar(&default))))
        }
        (None, None) => {
            let failure = Failure::failed(format!("`{path}` is not set, and has no default"));
            Err(if is_known(target.schema(), path) {
                failure.with_hint(format!("set it with `clawdia config set {} …`", quoted(path)))
            } else {
                failure.with_hint("there is no setting of that name; `clawdia config schema` has all of them")
            })
        }
    }
}

/// What is in force, or would be, were it not wrong.
fn said(target: &Target) -> Result<Said, Failure> {
    let text = target.text()?.map(|current| current.text);
    // A file that is not there says nothing; what its template would say is nobody's word.
    let report = target.check(text.as_deref().unwrap_or("{}"))?;
    let Some(value) = report.shown() else {
        let failure = Failure::refused(format!("could not read {}", target.path().display()));
        return Err(match report.into_config() {
            Err(error) => failure.because(&error),
            Ok(_) => failure,
        });
    };
    if !report.is_valid() {
        warn("the configuration is not valid: see `clawdia config validate`");
    }
    Ok(Said { value, origins: report.origins() })
}

fn find<'a>(value: &'a Value, path: &ConfigPath) -> Option<&'a Value> {
    path.segments().iter().try_fold(value, |value, segment| match (value, segment) {
        (Value::Array(elements), Segment::Index(index)) => elements.get(*index),
        (value, segment) => value.get(segment.as_key()),
    })
}

fn shown(value: &Value, json: bool) -> String {
    match value {
        Value::String(text) if !json => format!("{text}\n"),
        value => format!("{value:#}\n"),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The path as it is written in a shell.
fn quoted(path: &ConfigPath) -> String {
    let path = path.to_string();
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-/:".contains(character);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn with_origins(
    target: &Target,
    arguments: &GetArguments,
    path: &ConfigPath,
    value: &Value,
    said: &Said,
) -> String {
    let file = target.path().display().to_string();
    let origin_of = |path: &ConfigPath| said.origins.of(path);
    // A list that reads best in one line, unless its elements come from several places.
    let overrides = said.origins.overrides().map(|(place, _)| place).collect::<Vec<_>>();
    let is_mixed = |path: &ConfigPath| {
        let is_below = |place: &ConfigPath| {
            place.segments().len() > path.segments().len() && place.segments().starts_with(path.segments())
        };
        overrides.iter().any(is_below)
    };
    let leaves = leaves(path, value, &is_mixed);
    if arguments.json {
        let entry = |path: &ConfigPath, value: &Value| {
            let mut origin = json!(origin_of(path));
            if origin["from"] == "file" {
                origin["file"] = Value::from(file.as_str());
            }
            json!({ "path": path.to_string(), "value": value, "origin": origin })
        };
        return match leaves.as_slice() {
            [(leaf, value)] if leaf == path => format!("{:#}\n", entry(path, value)),
            leaves => {
                let entries = leaves.iter().map(|(path, value)| entry(path, value)).collect::<Value>();
                format!("{entries:#}\n")
            }
        };
    }
    let words = |path: &ConfigPath| match origin_of(path) {
        origin @ Origin::File { .. } => format!("{origin} of {file}"),
        origin => origin.to_string(),
    };
    let lines = leaves.iter().map(|(leaf, value)| {
        let name = if leaf == path { String::new() } else { format!("{leaf} = ") };
        format!("{name}{}  # {}\n", if leaf == path { scalar(value) } else { value.to_string() }, words(leaf))
    });
    lines.collect()
}

/// The values in a value that have no members, with their paths, in their order.
fn leaves<'a>(
    path: &ConfigPath,
    value: &'a Value,
    is_mixed: &dyn Fn(&ConfigPath) -> bool,
) -> Vec<(ConfigPath, &'a Value)> {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().flat_map(|(key, value)| leaves(&path.key(key), value, is_mixed)).collect()
        }
        Value::Array(elements)
            if is_mixed(path) || elements.iter().any(|element| element.is_object() || element.is_array()) =>
        {
            let elements = elements.iter().enumerate();
            elements.flat_map(|(index, value)| leaves(&path.index(index), value, is_mixed)).collect()
        }
        value => vec![(path.clone(), value)],
    }
}
