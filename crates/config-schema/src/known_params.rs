//! Which options a provider's protocol has, by name.
//!
//! Separate because options for all providers stand in one place of the document, and only the schema that each plugin
//! has of its own options says which of them are whose.

use std::collections::BTreeSet;

use clawdia_core::ProviderPlugin;
use clawdia_core::schemars::SchemaGenerator;
use serde_json::{Map, Value};

/// The names of a plugin's options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownParams {
    /// Whether there may be options of any other name, too.
    any: bool,
    pub(crate) names: BTreeSet<String>,
}

impl KnownParams {
    pub(crate) fn of(plugin: &ProviderPlugin) -> Self {
        let mut generator = SchemaGenerator::default();
        let schema = (plugin.params_schema)(&mut generator);
        let mut known = Self::default();
        known.read(schema.as_value(), generator.definitions(), &mut BTreeSet::new());
        known
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.any || self.names.contains(name)
    }

    /// Whether any name is known.
    pub(crate) fn contains_any(&self) -> bool {
        self.any
    }

    /// Takes in a schema. `seen` are the definitions that were followed: they may refer to each other.
    fn read(&mut self, schema: &Value, definitions: &Map<String, Value>, seen: &mut BTreeSet<String>) {
        let Value::Object(schema) = schema else {
            self.any |= schema == &Value::Bool(true);
            return;
        };
        if !may_be_object(schema.get("type")) {
            return;
        }
        let mut says_names = false;
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(definition) {
            says_names = true;
            if let Some(schema) = definitions.get(&name)
                && seen.insert(name)
            {
                self.read(schema, definitions, seen);
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for schema in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                says_names = true;
                self.read(schema, definitions, seen);
            }
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            says_names = true;
            self.names.extend(properties.keys().cloned());
        }
        self.any |= match schema.get("additionalProperties") {
            Some(additional) => additional != &Value::Bool(false),
            // A type that names its options knows these, even if it does not refuse others.
            None => !says_names,
        };
    }
}

fn may_be_object(kind: Option<&Value>) -> bool {
    match kind {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(kind) => kind == "object",
    }
}

/// The name of the definition that a reference within a schema means.
fn definition(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/$defs/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use clawdia_core::schemars::{self, JsonSchema};
    use clawdia_core::{ErrorKind, HostContext, Provider, ProviderConfig, ProviderError};
    use serde::Deserialize;

    use super::*;

    fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
        Err(ProviderError::new(ErrorKind::Other, "these tests connect to nothing"))
    }

    const PLUGIN: ProviderPlugin = ProviderPlugin::new("acme-chat", "test", connect);

    #[track_caller]
    fn check(plugin: ProviderPlugin, any: bool, names: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(KnownParams::of(&plugin), KnownParams { any, names });
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only their schemas are read")]
    struct Closed {
        top_k: Option<u8>,
        inner: Option<Box<Closed>>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only their schemas are read")]
    struct Flat {
        #[serde(flatten)]
        closed: Closed,
        #[serde(flatten)]
        choice: Choice,
        own: u8,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only their schemas are read")]
    enum Choice {
        Nothing,
        Left(u8),
        Right { x: u8 },
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only their schemas are read")]
    struct Open {
        own: u8,
        #[serde(flatten)]
        rest: HashMap<String, Value>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    #[test]
    fn a_type_knows_the_options_it_names() {
        check(PLUGIN.with_params::<Closed>(), false, &["topK", "inner"]);
        check(PLUGIN.with_params::<Option<Closed>>(), false, &["topK", "inner"]);
        check(PLUGIN.with_params::<Nothing>(), false, &[]);
    }

    #[test]
    fn options_of_flattened_types_are_among_them() {
        check(PLUGIN.with_params::<Flat>(), false, &["topK", "inner", "own", "nothing", "left", "right"]);
    }

    #[test]
    fn a_free_map_knows_any() {
        check(PLUGIN, true, &[]);
        check(PLUGIN.with_params::<HashMap<String, String>>(), true, &[]);
        check(PLUGIN.with_params::<Value>(), true, &[]);
        check(PLUGIN.with_params::<Open>(), true, &["own"]);
    }
}
