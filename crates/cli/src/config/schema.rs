//! `clawdia config schema`: what may stand in the configuration, for editors.
//!
//! Separate from the schema itself, which belongs to the configuration.

use clap::Args;
use clawdia::ListOptions;
use clawdia::config::edit::ConfigPath;
use clawdia::config::schema::{FILE_NAME, ModelProposal, Proposals, to_text};
use serde_json::Value;

use super::change::{self, Change, ChangeArguments};
use super::target::Target;
use crate::failure::{Failure, warn};
use crate::output::print;
use crate::status::Status;
use crate::{process, spinner};

/// The arguments of `clawdia config schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Write the schema beside the configuration, where editors find it, and let the configuration name it
    #[arg(long)]
    write: bool,
    /// Let editors propose the models that this machine can use, each with its window and its price
    #[arg(long)]
    with_models: bool,
}

/// Prints or writes it.
pub(crate) fn run(arguments: &SchemaArguments) -> Result<Status, Failure> {
    let proposals = if arguments.with_models { with_models()? } else { Proposals::default() };
    let target = Target::locate_with(&proposals)?;
    if !arguments.write {
        print(&to_text(target.schema()))?;
        return Ok(Status::Done);
    }
    let key = ConfigPath::root().key("$schema");
    let here = format!("./{FILE_NAME}");
    let named = match target.text()? {
        None => create(&target)?,
        Some(current) => {
            let report = target.check_edited(&current.text);
            let named = report.config.as_ref().map(|config| config.shown()["$schema"].clone());
            match named {
                // A configuration that is wrong is not touched; its editor can show what is.
                None | Some(Value::String(_)) => {}
                Some(_) => {
                    let silent = ChangeArguments { dry_run: false, json: false };
                    change::make(&target, &silent, |document| {
                        let set = document.set(&key, Value::from(here.as_str()), |_| false);
                        set.map_err(|error| change::refused(&error))?;
                        Ok(Change::updated([key.clone()]))
                    })?;
                }
            }
            named
        }
    };
    let path = target.schema_path().display().to_string();
    let verb = if target.write_schema()? { "Wrote" } else { "No change:" };
    print(&format!("{verb} {path}.\n"))?;
    match named {
        Some(Value::String(other)) if other != here => warn(&format!(
            "the configuration names another schema, `{other}`; `clawdia config set '$schema' {here}` changes that"
        )),
        None => warn("the configuration is not valid: see `clawdia config validate`"),
        Some(_) => {}
    }
    Ok(Status::Done)
}

/// The models that this machine can use. Where the services cannot be asked now, a source falls back on what it found
/// earlier, and the list says so.
fn with_models() -> Result<Proposals, Failure> {
    let mut proposals = Proposals::default();
    let host = match process::host() {
        Ok(host) => host,
        Err(error) => {
            // Whoever mends the configuration may do so with the help of this schema.
            warn(&format!(
                "no models are proposed, since the configuration is wrong: {}",
                Failure::from(error).whole()
            ));
            return Ok(proposals);
        }
    };
    let options = ListOptions::default();
    let list = spinner::during("Asking which models there are", host.list(&options));
    let listing = process::block_on(list)??;
    for warning in listing.warnings() {
        warn(&warning);
    }
    let usable = listing.models.iter().filter(|listed| listed.available != Some(false));
    proposals.models = usable.map(|listed| ModelProposal::from(&listed.model)).collect();
    if proposals.models.is_empty() {
        warn("no models were found to be proposed: see `clawdia models list`");
    }
    Ok(proposals)
}

/// Makes the configuration, which names its schema from the beginning.
fn create(target: &Target) -> Result<Option<Value>, Failure> {
    use clawdia::config::edit::{EditFileOptions, create_file};
    create_file(target.path(), &EditFileOptions::default())
        .map_err(|error| Failure::refused(error.to_string()))?;
    print(&format!("Created {}.\n", target.path().display()))?;
    Ok(Some(Value::from(format!("./{FILE_NAME}"))))
}
