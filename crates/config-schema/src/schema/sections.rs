//! The parts of the schema that other crates own, at the places they claim.
//!
//! Separate because here, and nowhere else, two crates can be in each other's way.

use std::collections::BTreeMap;

use clawdia_core::Plugins;
use serde_json::{Map, Value, json};

use super::SchemaError;
use super::derived::derive;
use crate::path::{Path, Step};
use crate::unlinked;

/// The crate that owns what nobody else does.
const OURS: &str = env!("CARGO_PKG_NAME");

/// Puts every section into `schema`; gives the definitions that are needed for it.
pub(super) fn graft(schema: &mut Value, plugins: &Plugins) -> Result<Map<String, Value>, SchemaError> {
    let mut definitions = Map::new();
    // Whose place it is, and those on the way to it, which belong to nobody.
    let mut owners = BTreeMap::new();
    for plugin in plugins.sections() {
        let mut derived = derive(plugin.owner, plugin.schema);
        definitions.append(&mut derived.definitions);
        insert(schema, &Path::of_pointer(plugin.pointer), derived.schema, plugin.owner, &mut owners)?;
    }
    for (path, owner, line) in unlinked::sections(plugins) {
        let text = format!("What `{owner}` reads, which this host does not link.");
        let section = json!({
            "description": text,
            "markdownDescription": text,
            "deprecationMessage": format!("{}; {}", unlinked::no_effect(owner), unlinked::advice(line)),
            "doNotSuggest": true,
        });
        insert(schema, &path, section, owner, &mut owners)?;
    }
    Ok(definitions)
}

fn insert(
    schema: &mut Value,
    path: &Path,
    section: Value,
    owner: &'static str,
    owners: &mut BTreeMap<String, &'static str>,
) -> Result<(), SchemaError> {
    let conflict = |place: &str, owners: &BTreeMap<String, &'static str>| {
        let first = owners.get(place).copied().unwrap_or(OURS);
        SchemaError { place: place.to_owned(), first, second: owner }
    };
    let keys = path.steps().iter().filter_map(|step| match step {
        Step::Key(key) => Some(key),
        Step::Index(_) => None,
    });
    let mut keys = keys.peekable();
    let mut place = String::new();
    let mut parent = schema;
    while let Some(key) = keys.next() {
        let is_open = parent.get("properties").is_some_and(Value::is_object);
        // Inside of a section, of a value, or of a map: whoever owns that says what is in it.
        if owners.contains_key(&place)
            || !is_open
            || parent.get("additionalProperties") != Some(&json!(false))
        {
            return Err(conflict(&place, owners));
        }
        place = format!("{place}/{key}");
        let properties = &mut parent["properties"];
        if keys.peek().is_none() {
            if properties.get(key).is_some() {
                return Err(conflict(&place, owners));
            }
            properties[key] = section;
            owners.insert(place, owner);
            return Ok(());
        }
        if properties.get(key).is_none() {
            let text = format!("What other crates read below `{key}`.");
            properties[key] = json!({
                "type": "object",
                "description": text,
                "markdownDescription": text,
                "properties": {},
                "additionalProperties": false,
                // Without a section in it, nobody knows the key.
                "minProperties": 1,
            });
        }
        parent = &mut properties[key];
    }
    // A section cannot be the whole document.
    Err(conflict(&place, owners))
}
