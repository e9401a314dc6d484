//! The schema of a Rust type, ready to become part of another schema.
//!
//! Separate because sections and options come from crates that know nothing of each other: each has a generator of its
//! own, and what it cannot inline keeps a name that no other has.

use clawdia_core::schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::editor::{each_inner, for_editors};

/// A schema, and the definitions that it refers to: those of types that contain themselves.
#[derive(Debug, Default)]
pub(super) struct Derived {
    pub(super) schema: Value,
    pub(super) definitions: Map<String, Value>,
}

/// Derives a schema. `name` tells its definitions from those of others.
pub(super) fn derive(name: &str, make: impl FnOnce(&mut SchemaGenerator) -> Schema) -> Derived {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut generator = SchemaGenerator::new(settings);
    let mut schema = make(&mut generator);
    for transform in generator.transforms_mut() {
        transform.transform(&mut schema);
    }
    let definitions = generator.take_definitions(true);
    let mut schema = schema.to_value();
    for_editors(&mut schema);
    rename(&mut schema, name);
    let definitions = definitions.into_iter().map(|(inner, mut schema)| {
        for_editors(&mut schema);
        rename(&mut schema, name);
        (qualified(name, &inner), schema)
    });
    Derived { schema, definitions: definitions.collect() }
}

/// A reference to a definition.
pub(super) fn reference(name: &str) -> String {
    format!("#/definitions/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn qualified(name: &str, inner: &str) -> String {
    format!("{name}.{inner}")
}

fn rename(schema: &mut Value, name: &str) {
    let Value::Object(schema) = schema else { return };
    if let Some(inner) = schema.get("$ref").and_then(Value::as_str).and_then(definition) {
        schema.insert("$ref".to_owned(), json!(reference(&qualified(name, &inner))));
    }
    each_inner(schema, &mut |inner| rename(inner, name));
}

/// The name of the definition that a reference means.
pub(super) fn definition(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/definitions/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}
