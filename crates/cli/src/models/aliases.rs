//! `clawdia models aliases`: short names for models.
//!
//! Separate from the other choices: a short name belongs to a model, wherever it is used.

use clap::{Args, Subcommand};
use clawdia::ModelRef;
use clawdia::config::edit::{ConfigPath, EditableDocument, RemovedComments};
use serde_json::{Map, Value};

use super::chosen;
use crate::config::change::{self, Change, ChangeArguments};
use crate::config::target::Target;
use crate::failure::Failure;
use crate::output::print;
use crate::status::Status;

/// What `clawdia models aliases` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum AliasesCommand {
    /// Show all short names
    List(ListArguments),
    /// Give a model a short name, in place of the one it had
    Add(AddArguments),
    /// Take a short name back
    Remove(RemoveArguments),
}

/// The arguments of `clawdia models aliases list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Write an object of names and refs
    #[arg(long)]
    json: bool,
}

/// The arguments of `clawdia models aliases add`.
#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// The short name
    alias: String,
    /// Which model: `provider/model`
    model: String,
    #[command(flatten)]
    change: ChangeArguments,
}

/// The arguments of `clawdia models aliases remove`.
#[derive(Debug, Args)]
pub(crate) struct RemoveArguments {
    /// The short name
    alias: String,
    #[command(flatten)]
    change: ChangeArguments,
}

/// Does it.
pub(crate) fn run(command: &AliasesCommand) -> Result<Status, Failure> {
    match command {
        AliasesCommand::List(arguments) => list(arguments),
        AliasesCommand::Add(arguments) => add(arguments),
        AliasesCommand::Remove(arguments) => remove(arguments),
    }
}

fn list(arguments: &ListArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let aliases = host.agent().aliases();
    let text = if arguments.json {
        let aliases = aliases.map(|(alias, model)| (alias.to_owned(), Value::from(model.to_string())));
        format!("{:#}\n", Value::Object(aliases.collect::<Map<_, _>>()))
    } else {
        let lines = aliases.map(|(alias, model)| format!("{alias}\t{model}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    print(&text)?;
    Ok(Status::Done)
}

fn add(arguments: &AddArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let reference = chosen::resolve(&host, &arguments.model)?;
    let target = Target::locate()?;
    change::make(&target, &arguments.change, |document| {
        let entry = entries(document).into_iter().find(|entry| entry.reference == reference);
        let key = entry.map_or_else(|| reference.to_string(), |entry| entry.key);
        let model = chosen::defaults("models").key(key);
        let path = model.clone().key("alias");
        let set = document.set(&path, Value::from(arguments.alias.as_str()), |_| false);
        set.map_err(|error| change::refused(&error))?;
        Ok(Change::updated([path]).judged(model))
    })
}

fn remove(arguments: &RemoveArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    change::make(&target, &arguments.change, |document| {
        let wanted = arguments.alias.to_lowercase();
        let entries = entries(document);
        let named = |entry: &&Entry| entry.alias.as_ref().is_some_and(|alias| alias.to_lowercase() == wanted);
        let Some(entry) = entries.iter().find(named) else {
            let all = entries.iter().filter_map(|entry| entry.alias.as_deref()).collect::<Vec<_>>();
            let failure =
                Failure::failed(format!("no model is called `{}`; nothing was changed", arguments.alias));
            return Err(match all.as_slice() {
                [] => failure.with_hint("no model has a short name"),
                all => failure.with_hint(format!("short names are `{}`", all.join("`, `"))),
            });
        };
        let model = chosen::defaults("models").key(&entry.key);
        // An entry that says nothing else says nothing then.
        let path = if entry.is_only_alias { model } else { model.key("alias") };
        let unset = document.unset(&path, RemovedComments::SameLine);
        unset.map_err(|error| change::refused(&error))?;
        Ok(Change::removed(path))
    })
}

/// An entry of `agents.defaults.models`.
struct Entry {
    /// The ref as it is written.
    key: String,
    reference: ModelRef,
    alias: Option<String>,
    is_only_alias: bool,
}

fn entries(document: &EditableDocument) -> Vec<Entry> {
    let models: ConfigPath = chosen::defaults("models");
    let members = document.get(&models).and_then(Value::as_object).into_iter().flatten();
    let entry = |(key, value): (&String, &Value)| {
        Some(Entry {
            reference: key.parse().ok()?,
            key: key.clone(),
            alias: value.get("alias").and_then(Value::as_str).map(str::to_owned),
            is_only_alias: value.as_object().is_some_and(|members| members.len() == 1),
        })
    };
    members.filter_map(entry).collect()
}
