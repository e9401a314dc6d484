//! `clawdia config patch`: several settings at once, from a file or another program.
//!
//! Separate from `set`: a patch is JSON5, and says itself what is text.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use clawdia::config::edit::{ConfigPath, EditableDocument, dropped_by_patch, merge, patched, read_value};
use clawdia::config::with_secrets_of;
use serde_json::{Map, Value};

use super::change::{self, Change, ChangeArguments};
use super::target::Target;
use crate::failure::Failure;
use crate::status::Status;

/// How large a patch may be.
const LARGEST: u64 = 8 * 1024 * 1024;

const AFTER_HELP: &str = r"A patch is an object of JSON5 that has what is to change (RFC 7396): objects are merged member by member, `null`
removes, anything else takes the place of what is there.

  echo '{ models: { bedrockDiscovery: { enabled: true, region: null } } }' | clawdia config patch --stdin";

/// The arguments of `clawdia config patch`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct PatchArguments {
    /// Where the patch is
    #[arg(long, value_name = "FILE", required_unless_present = "stdin", conflicts_with = "stdin")]
    file: Option<PathBuf>,
    /// Read the patch from standard input
    #[arg(long)]
    stdin: bool,
    /// Put lists of models together with those that are there, by their ids
    #[arg(long, conflicts_with = "replace")]
    merge: bool,
    /// Let models of a list go that the patch does not have
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    change: ChangeArguments,
}

/// Merges it.
pub(crate) fn run(arguments: &PatchArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    let submitted = read(arguments)?;
    change::make(&target, &arguments.change, |document| {
        let mut patch = submitted.clone();
        with_secrets_of(&mut patch, Some(document.value())).map_err(|place| {
            Failure::refused(format!(
                "could not patch `{place}`: it is a secret that was hidden, and none is there to be kept"
            ))
        })?;
        let old = document.value().clone();
        let dropped = dropped_by_patch(&old, &patch);
        if arguments.merge {
            let kept = patched(&old, &removals(&patch));
            let whole = merge(&ConfigPath::root(), &kept, &patched(&old, &patch));
            document.set(&ConfigPath::root(), whole, |_| false)
        } else if arguments.replace || dropped.is_empty() {
            document.patch(&patch)
        } else {
            return Err(change::would_drop(&dropped));
        }
        .map_err(|error| change::refused(&error))?;
        Ok(Change::updated(leaves(&patch)))
    })
}

fn read(arguments: &PatchArguments) -> Result<Value, Failure> {
    let mut text = String::new();
    let (name, outcome) = if let Some(file) = &arguments.file {
        let opened = File::open(file).and_then(|source| source.take(LARGEST + 1).read_to_string(&mut text));
        (file.display().to_string(), opened)
    } else {
        let read = io::stdin().lock().take(LARGEST + 1).read_to_string(&mut text);
        ("standard input".to_owned(), read)
    };
    outcome
        .map_err(|error| Failure::refused(format!("could not read the patch from {name}")).because(&error))?;
    if text.len() as u64 > LARGEST {
        return Err(Failure::refused(format!(
            "could not read the patch from {name}: it is larger than 8 MiB"
        )));
    }
    let document = EditableDocument::parse(&text)
        .map_err(|error| Failure::refused(format!("could not read the patch from {name}")).because(&error))?;
    // A patch says itself what is text; that no number loses a digit, it cannot know.
    read_value(&ConfigPath::root(), &text, None)
        .map_err(|error| Failure::refused(format!("could not read the patch from {name}")).because(&error))?;
    Ok(document.value().clone())
}

/// The part of a patch that removes.
fn removals(patch: &Value) -> Value {
    let Value::Object(members) = patch else { return Value::Object(Map::new()) };
    let removes = |(key, value): (&String, &Value)| match value {
        Value::Null => Some((key.clone(), Value::Null)),
        Value::Object(inner) if !inner.is_empty() => {
            let inner = removals(value);
            inner.as_object().is_some_and(|inner| !inner.is_empty()).then(|| (key.clone(), inner))
        }
        _ => None,
    };
    Value::Object(members.iter().filter_map(removes).collect())
}

/// The settings that a patch is about.
fn leaves(patch: &Value) -> Vec<ConfigPath> {
    let mut found = Vec::new();
    let mut open = vec![(ConfigPath::root(), patch)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(members) if !members.is_empty() => {
                open.extend(members.iter().rev().map(|(key, value)| (path.key(key), value)));
            }
            _ => found.push(path),
        }
    }
    found
}
