//! What may stand where, as the types of all linked crates say.
//!
//! Separate from the types, and made of the schemas they derive: an environment variable must be turned into a path and
//! a value of the right kind before any type sees it.

use std::collections::BTreeMap;

use clawdia_core::Plugins;
use clawdia_core::schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::path::{Path, Step};

/// The shape of documents in a host.
pub(crate) struct Shape {
    root: Value,
    /// The options of protocols, by `api`; and the protocols that own a provider id, by that.
    params: BTreeMap<&'static str, Value>,
    owners: BTreeMap<&'static str, &'static str>,
}

/// How a step leads to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// By a key the type names.
    Property,
    /// By a key of a map, or a place in a list.
    Element,
}

impl Shape {
    /// The shape of documents of the type `T` with the sections of these plugins.
    pub(crate) fn of<T: JsonSchema>(plugins: &Plugins) -> Self {
        let mut root = schema(&|generator| generator.subschema_for::<T>());
        for plugin in plugins.sections() {
            insert(&mut root, Path::of_pointer(plugin.pointer).steps(), schema(&plugin.schema));
        }
        let params = plugins.providers().map(|plugin| (plugin.api, schema(&plugin.params_schema))).collect();
        let owners =
            plugins.providers().filter_map(|plugin| Some((plugin.default_id?, plugin.api))).collect();
        Self { root, params, owners }
    }

    /// The schema of what stands at `path` of `document`, and how the last step leads there.
    pub(crate) fn at<'a>(&'a self, document: &Value, path: &Path) -> Option<(&'a Value, Via)> {
        let mut schema = &self.root;
        let mut via = Via::Property;
        let mut place = Path::default();
        for step in path.steps() {
            (schema, via) = below(schema, step)?;
            place = place.then(step.clone());
            schema = self.params_of(document, &place).unwrap_or(schema);
        }
        Some((schema, via))
    }

    /// The keys that a type names, or a provider is known by, below `path`.
    pub(crate) fn keys(&self, document: &Value, path: &Path) -> Vec<String> {
        let named = self.at(document, path).map(|(schema, _)| properties(schema)).unwrap_or_default();
        let mut keys = named.into_iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        if *path == Path::of(&["models", "providers"]) {
            keys.extend(self.owners.keys().map(|id| (*id).to_owned()));
        }
        if is_agents_params(path) {
            let named = self.params.values().flat_map(properties);
            keys.extend(named.map(|(key, _)| key.clone()));
        }
        keys.sort();
        keys.dedup();
        keys
    }

    /// The schema of options, which only the plugin of a protocol knows.
    fn params_of(&self, document: &Value, path: &Path) -> Option<&Value> {
        match path.steps() {
            [Step::Key(models), Step::Key(providers), Step::Key(id), rest @ ..]
                if models == "models" && providers == "providers" =>
            {
                let is_params = match rest {
                    [Step::Key(params)] => params == "params",
                    [Step::Key(models), Step::Index(_), Step::Key(params)] => {
                        models == "models" && params == "params"
                    }
                    _ => false,
                };
                let entry = Path::of(&["models", "providers", id, "api"]);
                let api = entry.within(document).and_then(Value::as_str);
                let api = api.or_else(|| self.owners.get(id.as_str()).copied());
                api.filter(|_| is_params).and_then(|api| self.params.get(api))
            }
            [above @ .., Step::Key(option)] => {
                let above = above.iter().fold(Path::default(), |path, step| path.then(step.clone()));
                let named = || {
                    self.params.values().find_map(|schema| Some(below(schema, &Step::Key(option.clone()))?.0))
                };
                is_agents_params(&above).then(named).flatten()
            }
            _ => None,
        }
    }
}

/// Whether options for all models stand at a path.
fn is_agents_params(path: &Path) -> bool {
    let keys = path.steps().iter().map(|step| match step {
        Step::Key(key) => key.as_str(),
        Step::Index(_) => "",
    });
    matches!(
        keys.collect::<Vec<_>>().as_slice(),
        ["agents", "defaults", "params"] | ["agents", "entries", _, "params"]
    )
}

fn schema(of: &dyn Fn(&mut SchemaGenerator) -> Schema) -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    of(&mut settings.into_generator()).to_value()
}

/// Puts the schema of a section where it belongs.
fn insert(root: &mut Value, steps: &[Step], section: Value) {
    let [Step::Key(key), rest @ ..] = steps else {
        *root = section;
        return;
    };
    let Some(root) = root.as_object_mut() else { return };
    let properties = root.entry("properties").or_insert_with(|| Map::new().into());
    let Some(properties) = properties.as_object_mut() else { return };
    let empty = || json!({ "type": "object", "properties": {}, "additionalProperties": false });
    insert(properties.entry(key.clone()).or_insert_with(empty), rest, section);
}

/// The schema one step down.
fn below<'a>(schema: &'a Value, step: &Step) -> Option<(&'a Value, Via)> {
    /// What a schema that says nothing allows.
    static ANYTHING: Value = Value::Bool(true);
    if schema == &Value::Bool(true) || schema.get("$ref").is_some() {
        return Some((&ANYTHING, Via::Element));
    }
    let own = match step {
        Step::Key(key) => {
            let named = schema.get("properties").and_then(|properties| properties.get(key));
            let map = || {
                let patterns = schema.get("patternProperties").and_then(Value::as_object);
                let pattern = patterns.and_then(|patterns| patterns.values().next());
                let others =
                    schema.get("additionalProperties").filter(|schema| **schema != Value::Bool(false));
                pattern.or(others).map(|schema| (schema, Via::Element))
            };
            named.map(|schema| (schema, Via::Property)).or_else(map)
        }
        Step::Index(_) => schema.get("items").map(|schema| (schema, Via::Element)),
    };
    own.or_else(|| alternatives(schema).find_map(|schema| below(schema, step)))
}

/// The keys that a schema names.
fn properties(schema: &Value) -> Vec<(&String, &Value)> {
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    own.chain(alternatives(schema).flat_map(properties)).collect()
}

pub(crate) fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .flat_map(|keyword| schema.get(keyword).and_then(Value::as_array).into_iter().flatten())
}

/// Whether a schema allows values of a kind, which is a word of JSON Schema's `type`.
pub(crate) fn allows(schema: &Value, kind: &str) -> bool {
    let Some(members) = schema.as_object() else { return schema == &Value::Bool(true) };
    if let Some(kinds) = members.get("type") {
        return match kinds {
            Value::Array(kinds) => kinds.iter().any(|known| known == kind),
            known => known == kind,
        };
    }
    if let Some(words) = members.get("enum").and_then(Value::as_array) {
        return words.iter().any(|word| kind_of(word) == kind);
    }
    if let Some(word) = members.get("const") {
        return kind_of(word) == kind;
    }
    let mut says = false;
    let allowed = alternatives(schema).any(|schema| {
        says = true;
        allows(schema, kind)
    });
    allowed || !says
}

/// Whether a schema says at all what values it allows.
pub(crate) fn is_typed(schema: &Value) -> bool {
    ["type", "enum", "const", "anyOf", "oneOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some())
}

/// JSON Schema's word for the kind of a value; numbers are all the same here.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
