//! Changing a configuration: paths, edits, safe writing, differences.
//!
//! Separate from reading, and behind the feature `edit`, because most hosts never write. Everything here is pure but
//! [`edit_file`], [`create_file`] and [`FileText::read`]. A program that sets a value puts them together like this:
//!
//! ```no_run
//! use clawdia_config_schema::Config;
//! use clawdia_config_schema::edit::{
//!     ConfigPath, EditFileError, EditFileOptions, EditableDocument, edit_file, read_value, wants_list,
//! };
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let plugins = clawdia_core::Plugins::new([], [], [])?;
//! # let schema = serde_json::json!({});
//! let path: ConfigPath = "models.bedrockDiscovery.region".parse()?;
//! let value = read_value(&path, "us-east-1", Some(&schema))?;
//! let file = std::path::Path::new("/home/me/.clawdia/clawdia.jsonc");
//! edit_file(file, &EditFileOptions::default(), |text| -> Result<String, Box<dyn std::error::Error>> {
//!     let mut document = EditableDocument::parse(text)?;
//!     document.set(&path, value.clone(), |parent| wants_list(Some(&schema), parent))?;
//!     let text = document.to_text();
//!     Config::parse(&text, &plugins)?;
//!     Ok(text)
//! })
//! .map_err(|error| error.to_string())?;
//! # Ok(())
//! # }
//! ```

mod editable_document;
mod reconciliation;
mod splice;
mod layout;
mod gap;
mod habits;
mod written_value;

mod value_text;
mod schema_place;

mod merge;
mod difference;

mod file;
mod lock;
mod replacement;
mod template;

use serde_json::Value;

pub use crate::config_path::{ConfigPath, ParseConfigPathError, Segment};
pub use difference::{difference, difference_hiding};
pub use editable_document::{EditError, EditableDocument};
pub use file::{
    EditFileError, EditFileOptions, Expected, FileError, FileText, Fingerprint, Outcome,
    ParseFingerprintError, create_file, edit_file,
};
pub use merge::{Dropped, dropped, dropped_by_patch, merge, patched};
pub use splice::RemovedComments;
pub use template::TEMPLATE;
pub use value_text::{ReadValueError, default_value, is_known, read_json, read_value, wants_list};

/// What a value is, in words.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
