//! The JSON Schema of the configuration, for editors, and the reference that is made from it.
//!
//! Separate from reading: nothing here looks at a document. The schema is put together from the document's own types, the
//! options and sections of the linked crates, hints that no type holds, and what a host proposes; it is the same to the
//! byte whatever the order in which crates were linked and whichever features they were built with.
//!
//! ```
//! use clawdia_config_schema::schema::{Proposals, generate, to_text};
//! use clawdia_core::Plugins;
//! let schema = generate(&Plugins::linked()?, &Proposals::default())?;
//! assert!(to_text(&schema).contains("\"allowComments\": true"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod derived;
mod editor;
mod hints;
mod levels;
mod places;
mod proposals;
mod prose;
mod protocols;
mod reference;
mod sections;

use clawdia_core::Plugins;
use clawdia_core::schemars::JsonSchema;
use serde_json::{Map, Value, json};

pub use proposals::{ModelProposal, Proposals, short_count};
pub use reference::reference;

use crate::config::Root;

/// Where the schema of the latest release is published.
pub const ID: &str = "https://raw.githubusercontent.com/clawdia/clawdia/main/schema/clawdia.schema.json";

/// The name of the schema's file beside a configuration, as in `"$schema": "./clawdia.schema.json"`.
pub const FILE_NAME: &str = "clawdia.schema.json";

/// Two crates claim the same place of the document, or one a place inside of another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    place: String,
    first: &'static str,
    second: &'static str,
}

impl std::fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { place, first, second } = self;
        write!(
            formatter,
            "could not make the schema of the configuration: the place `{place}` belongs to {first}, and {second} claims \
             it or something in it; link only one of them"
        )
    }
}

impl std::error::Error for SchemaError {}

/// The schema of a configuration for a host with these plugins, draft 7.
///
/// # Errors
/// When two crates claim the same place; both are named.
pub fn generate(plugins: &Plugins, proposals: &Proposals) -> Result<Value, SchemaError> {
    let root = derived::derive("clawdia", Root::json_schema);
    let mut schema = root.schema;
    let mut definitions = root.definitions;
    refs_as_names(&mut schema);
    levels::name(&mut schema);
    hints::apply(&mut schema);
    definitions.append(&mut sections::graft(&mut schema, plugins)?);
    definitions.append(&mut protocols::graft(&mut schema, plugins));
    for place in protocols::AGENTS {
        proposals::fill_keys(&mut schema, &format!("{place}.models"), proposals);
    }
    schema["definitions"] = Value::Object(definitions);
    proposals::fill(&mut schema, proposals);
    with_variables(&mut schema);
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID,
        "$comment": "Generated, do not edit: `cargo xtask codegen` makes the one in the repository.",
        "title": "Clawdia configuration",
        "description": "Which models there are and how to reach them, and what agents use.",
        "markdownDescription": "Which models there are and how to reach them, and what agents use.",
        "allowComments": true,
        "allowTrailingCommas": true,
    });
    if let (Some(schema), Value::Object(head)) = (schema.as_object_mut(), head) {
        schema.extend(head);
    }
    Ok(sorted(schema))
}

/// The text of a schema, as it is kept in files.
pub fn to_text(schema: &Value) -> String {
    format!("{:#}\n", sorted(schema.clone()))
}

/// A map whose keys are model refs is derived as one whose keys fit a pattern. Editors say more about keys by name.
fn refs_as_names(schema: &mut Value) {
    for place in protocols::AGENTS {
        let Some(models) = places::find(schema, &format!("{place}.models")) else { continue };
        let Some(Value::Object(patterns)) = models.remove("patternProperties") else { continue };
        let Some((_, value)) = patterns.into_iter().next() else { continue };
        models.insert("additionalProperties".to_owned(), value);
    }
}

/// A text may name variables, as in `https://${HOST}`, of which only a host knows what they hold. Keys are left as they
/// are.
fn with_variables(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    let names = schema.remove("propertyNames");
    editor::each_inner(schema, &mut with_variables);
    schema.extend(names.map(|names| ("propertyNames".to_owned(), names)));
    match schema.get_mut("pattern") {
        // What is not blank may be anything as it is.
        Some(Value::String(pattern)) if pattern != r"\S" => *pattern = format!(r"{pattern}|\$\{{"),
        Some(_) | None => {}
    }
}

/// Sorts keys at every depth: whether a map keeps its order depends on a feature that any crate may turn on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members = members.into_iter().collect::<Vec<_>>();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(members.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_has_its_place_and_says_something_new() {
        let mut schema = derived::derive("clawdia", Root::json_schema).schema;
        refs_as_names(&mut schema);
        levels::name(&mut schema);
        assert_eq!(hints::apply(&mut schema), Vec::<String>::new());
    }
}
