//! `clawdia models set`: the model that agents use.
//!
//! Separate from `config set agents.defaults.model`, which writes any ref: a model here must have a provider.

use clap::Args;
use serde_json::Value;

use super::chosen;
use crate::config::change::{self, Change, ChangeArguments};
use crate::config::target::Target;
use crate::failure::Failure;
use crate::status::Status;

/// The arguments of `clawdia models set`.
#[derive(Debug, Args)]
pub(crate) struct SetArguments {
    /// Which model: `provider/model`, or a short name
    model: String,
    #[command(flatten)]
    change: ChangeArguments,
}

/// Sets it.
pub(crate) fn run(arguments: &SetArguments) -> Result<Status, Failure> {
    let host = chosen::host()?;
    let reference = chosen::resolve(&host, &arguments.model)?;
    let target = Target::locate()?;
    change::make(&target, &arguments.change, |document| {
        let model = chosen::defaults("model");
        // A choice that is written as a text stays one.
        let path =
            if document.get(&model).is_some_and(Value::is_string) { model } else { model.key("primary") };
        let set = document.set(&path, Value::from(reference.to_string()), |_| false);
        set.map_err(|error| change::refused(&error))?;
        Ok(Change::updated([path.clone()]).judged(path))
    })
}
