//! `clawdia config schema`: what may stand in the configuration, for editors.
//!
//! Separate from the schema itself, which belongs to the configuration.

use clap::Args;
use clawdia::config::edit::ConfigPath;
use clawdia::config::schema::{FILE_NAME, to_text};
use serde_json::Value;

use super::change::{self, Change, ChangeArguments};
use super::target::Target;
use crate::failure::Failure;
use crate::output::print;
use crate::status::Status;

/// The arguments of `clawdia config schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Write the schema beside the configuration, where editors find it, and let the configuration name it
    #[arg(long)]
    write: bool,
}

/// Prints or writes it.
pub(crate) fn run(arguments: &SchemaArguments) -> Result<Status, Failure> {
    let target = Target::locate()?;
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
        Some(Value::String(other)) if other != here => crate::failure::warn(&format!(
            "the configuration names another schema, `{other}`; `clawdia config set '$schema' {here}` changes that"
        )),
        None => crate::failure::warn("the configuration is not valid: see `clawdia config validate`"),
        Some(_) => {}
    }
    Ok(Status::Done)
}

/// Makes the configuration, which names its schema from the beginning.
fn create(target: &Target) -> Result<Option<Value>, Failure> {
    use clawdia::config::edit::{EditFileOptions, create_file};
    create_file(target.path(), &EditFileOptions::default())
        .map_err(|error| Failure::refused(error.to_string()))?;
    print(&format!("Created {}.\n", target.path().display()))?;
    Ok(Some(Value::from(format!("./{FILE_NAME}"))))
}
