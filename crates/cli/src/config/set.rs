//! `clawdia config set`: one setting, typed by a person.
//!
//! Separate from `patch`: here the schema says what a text means.

use clap::Args;
use clawdia::config::edit::{
    ConfigPath, EditableDocument, dropped, merge, read_json, read_value, wants_list,
};
use clawdia::config::with_secrets_of;
use serde_json::Value;

use super::change::{self, Change, ChangeArguments};
use super::target::Target;
use crate::failure::Failure;
use crate::status::Status;

const AFTER_HELP: &str = r#"Examples:

  clawdia config set models.bedrockDiscovery.enabled true
  clawdia config set models.bedrockDiscovery.region us-east-1
  clawdia config set agents.defaults.model.primary amazon-bedrock/us.amazon.nova-lite-v1:0
  clawdia config set 'models.providers["my.proxy"].models[0].maxTokens' 4096

The configuration's schema says what the value is: text for a setting that wants text, or else JSON5. The whole result
is checked before it is written; comments, order and style of the file stay. The first change makes the file."#;

/// The arguments of `clawdia config set`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SetArguments {
    /// Which setting, such as `models.providers["my.proxy"].models[0].id`
    path: ConfigPath,
    /// Its new value
    #[arg(allow_negative_numbers = true)]
    value: String,
    /// The value is JSON and nothing else
    #[arg(long)]
    strict_json: bool,
    /// Put an object or a list of models together with what is there
    #[arg(long, conflicts_with = "replace")]
    merge: bool,
    /// Let entries of an object or a list go that the value does not have
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    expected: ExpectedArguments,
    #[command(flatten)]
    change: ChangeArguments,
}

/// What a setting has to be for a change to be made.
#[derive(Debug, Args)]
struct ExpectedArguments {
    /// Change it only if it is this now, as JSON
    #[arg(long, value_name = "JSON", conflicts_with = "expect_current_absent")]
    expect_current_json: Option<String>,
    /// Change it only if it is not set now
    #[arg(long)]
    expect_current_absent: bool,
}

/// Sets it.
pub(crate) fn run(arguments: &SetArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    let SetArguments { path, value, .. } = arguments;
    change::make(&target, &arguments.change, |document| {
        let read = if arguments.strict_json {
            read_json(path, value)
        } else {
            read_value(path, value, Some(target.schema()))
        };
        let value = read.map_err(|error| Failure::refused(error.to_string()))?;
        let value = prepared(arguments, document, value)?;
        document.make_room(path, target.schema()).map_err(|error| change::refused(&error))?;
        document
            .set(path, value, |parent| wants_list(Some(target.schema()), parent))
            .map_err(|error| change::refused(&error))?;
        Ok(Change::updated([path.clone()]))
    })
}

/// The value that is to be there in the end.
fn prepared(
    arguments: &SetArguments,
    document: &EditableDocument,
    mut value: Value,
) -> Result<Value, Failure> {
    let path = &arguments.path;
    let old = document.get(path);
    check_expected(arguments, old)?;
    with_secrets_of(&mut value, old).map_err(|below| {
        let place = below.segments().iter().cloned().fold(path.clone(), |path, segment| path.then(segment));
        Failure::refused(format!(
            "could not set `{path}`: `{place}` is a secret that was hidden, and none is there to be kept"
        ))
        .with_hint("write the secret itself, or where it is, such as `{ source: \"env\", name: \"…\" }`")
    })?;
    let Some(old) = old else { return Ok(value) };
    if arguments.merge {
        return Ok(merge(path, old, &value));
    }
    let dropped = dropped(path, old, &value);
    if arguments.replace || dropped.is_empty() { Ok(value) } else { Err(change::would_drop(&dropped)) }
}

fn check_expected(arguments: &SetArguments, old: Option<&Value>) -> Result<(), Failure> {
    let path = &arguments.path;
    let expected = match &arguments.expected.expect_current_json {
        Some(text) => Some(read_json(path, text).map_err(|error| Failure::refused(error.to_string()))?),
        None if arguments.expected.expect_current_absent => None,
        None => return Ok(()),
    };
    if expected.as_ref() == old {
        return Ok(());
    }
    let now = if old.is_some() { "is something else now" } else { "is not set now" };
    Err(Failure::failed(format!("`{path}` {now}, so nothing was changed"))
        .with_hint("look at it with `clawdia config get`, and decide again"))
}
