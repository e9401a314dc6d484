//! A file with the schema that an answer must fit.
//!
//! Separate from the conversation: a wrong file is the user's mistake and is told before a model is asked.

use std::fs;
use std::path::Path;

use clawdia::OutputSchema;
use serde_json::Value;

use crate::failure::Failure;

/// Reads a JSON Schema.
pub(crate) fn read(path: &Path) -> Result<OutputSchema, Failure> {
    let attempt = format!("could not read the output schema `{}`", path.display());
    let text = fs::read_to_string(path).map_err(|error| Failure::refused(&attempt).because(&error))?;
    let hint = r#"write a JSON Schema, such as { "type": "object", "properties": { "city": { "type": "string" } } }"#;
    let schema = serde_json::from_str(&text).map_err(|error| {
        Failure::refused(format!("{attempt}: it is not valid JSON")).because(&error).with_hint(hint)
    })?;
    match schema {
        Value::Object(_) => Ok(OutputSchema::new(schema)),
        _ => Err(Failure::refused(format!("{attempt}: it is no JSON object")).with_hint(hint)),
    }
}
