//! `clawdia models fallbacks`: the models to try when the chosen one fails.
//!
//! Separate from `set`: they are a list, and their order is what matters.

use clap::{Args, Subcommand};
use clawdia::ModelRef;
use clawdia::config::edit::EditableDocument;
use serde_json::{Value, json};

use super::chosen;
use crate::config::change::{self, Change, ChangeArguments};
use crate::config::target::Target;
use crate::failure::Failure;
use crate::output::print;
use crate::process;
use crate::status::Status;

/// What `clawdia models fallbacks` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum FallbacksCommand {
    /// Show them in their order
    List(ListArguments),
    /// Add a model behind the others
    Add(ModelArguments),
    /// Take a model out
    Remove(ModelArguments),
    /// Take all models out
    Clear(ChangeArguments),
}

/// The arguments of `clawdia models fallbacks list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Write a list of refs
    #[arg(long)]
    json: bool,
}

/// The arguments of `clawdia models fallbacks add` and `remove`.
#[derive(Debug, Args)]
pub(crate) struct ModelArguments {
    /// Which model: `provider/model`, or a short name
    model: String,
    #[command(flatten)]
    change: ChangeArguments,
}

/// Does it.
pub(crate) fn run(command: &FallbacksCommand) -> Result<Status, Failure> {
    match command {
        FallbacksCommand::List(arguments) => list(arguments),
        FallbacksCommand::Add(arguments) => add(arguments),
        FallbacksCommand::Remove(arguments) => remove(arguments),
        FallbacksCommand::Clear(arguments) => clear(arguments),
    }
}

fn list(arguments: &ListArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let fallbacks = host.agent().fallbacks.iter().map(ToString::to_string).collect::<Vec<_>>();
    let text = if arguments.json {
        format!("{:#}\n", json!(fallbacks))
    } else {
        let lines = fallbacks.iter().map(|model| format!("{model}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    print(&text)?;
    Ok(Status::Done)
}

fn add(arguments: &ModelArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let reference = chosen::resolve(&host, &arguments.model)?;
    if host.default_model() == Some(&reference) {
        let message = format!("`{reference}` is the model itself, and cannot stand in when it fails");
        return Err(Failure::refused(message).with_hint("`clawdia models set` chooses another"));
    }
    let target = Target::locate()?;
    change::make(&target, &arguments.change, |document| {
        let mut fallbacks = written(document);
        if fallbacks.iter().all(|written| !means(written, &reference)) {
            fallbacks.push(Value::from(reference.to_string()));
        }
        put(&target, document, fallbacks)
    })
}

fn remove(arguments: &ModelArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let reference = process::block_on(host.find(&arguments.model))??;
    let target = Target::locate()?;
    change::make(&target, &arguments.change, |document| {
        let mut fallbacks = written(document);
        let before = fallbacks.len();
        fallbacks.retain(|written| !means(written, &reference));
        if fallbacks.len() == before {
            let message = format!("`{reference}` is no fallback, so nothing was changed");
            return Err(Failure::failed(message).with_hint("`clawdia models fallbacks list` shows them"));
        }
        put(&target, document, fallbacks)
    })
}

fn clear(arguments: &ChangeArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
    change::make(&target, arguments, |document| {
        if written(document).is_empty() {
            return Ok(Change::updated([chosen::defaults("model").key("fallbacks")]));
        }
        put(&target, document, Vec::new())
    })
}

/// The fallbacks that are written.
fn written(document: &EditableDocument) -> Vec<Value> {
    let fallbacks = document.get(&chosen::defaults("model").key("fallbacks"));
    fallbacks.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn means(written: &Value, reference: &ModelRef) -> bool {
    written.as_str().is_some_and(|text| text.parse::<ModelRef>().is_ok_and(|written| written == *reference))
}

fn put(target: &Target, document: &mut EditableDocument, fallbacks: Vec<Value>) -> Result<Change, Failure> {
    let path = chosen::defaults("model").key("fallbacks");
    // Written as a text, the choice has no room for fallbacks.
    let set = document.make_room(&path, target.schema());
    set.and_then(|()| document.set(&path, Value::from(fallbacks), |_| false))
        .map_err(|error| change::refused(&error))?;
    Ok(Change::updated([path.clone()]).judged(path))
}
