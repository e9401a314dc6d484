//! `clawdia config get`: what a setting is, and who says so.
//!
//! Separate because it shows what is in force, with the environment in it, where the other commands work on the file.

use clap::Args;
use clawdia::config::edit::{ConfigPath, EditableDocument, Segment, TEMPLATE, default_value, is_known};
use clawdia::config::{Origin, Origins, without_secrets};
use serde_json::{Value, json};

use super::change::plain;
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
    origins: Option<Origins>,
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

/// What is in force, or, of a configuration that is wrong, what the file says.
fn said(target: &Target) -> Result<Said, Failure> {
    let text = target.text()?.map(|current| current.text);
    // A file that is not there says nothing; what its template would say is nobody's word.
    let report = target.check(text.as_deref().unwrap_or("{}"))?;
    if let Some(config) = &report.config {
        return Ok(Said { value: config.shown(), origins: Some(config.origins()) });
    }
    let document = EditableDocument::parse(text.as_deref().unwrap_or(TEMPLATE)).map_err(|error| {
        Failure::refused(format!("could not read {}", target.path().display())).because(&error)
    })?;
    warn("the configuration is not valid, so this is what the file says: see `clawdia config validate`");
    Ok(Said { value: without_secrets(document.value()), origins: None })
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
    let origin_of =
        |path: &ConfigPath| said.origins.as_ref().map(|origins| origins.of(&plain(path, &said.value)));
    let leaves = leaves(path, value);
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
        Some(origin @ Origin::File { .. }) => format!("{origin} of {file}"),
        Some(origin) => origin.to_string(),
        None => file.clone(),
    };
    let lines = leaves.iter().map(|(leaf, value)| {
        let name = if leaf == path { String::new() } else { format!("{leaf} = ") };
        format!("{name}{}  # {}\n", if leaf == path { scalar(value) } else { value.to_string() }, words(leaf))
    });
    lines.collect()
}

/// The values in a value that have no members, with their paths, in their order.
fn leaves<'a>(path: &ConfigPath, value: &'a Value) -> Vec<(ConfigPath, &'a Value)> {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().flat_map(|(key, value)| leaves(&path.key(key), value)).collect()
        }
        Value::Array(elements)
            if elements.iter().any(|element| element.is_object() || element.is_array()) =>
        {
            let elements = elements.iter().enumerate();
            elements.flat_map(|(index, value)| leaves(&path.index(index), value)).collect()
        }
        value => vec![(path.clone(), value)],
    }
}
