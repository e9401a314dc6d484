//! The parts of the schema that depend on which provider crates are linked: ids, protocols, and their options.
//!
//! Separate because the document's own types leave `params` open, while the schema says for each protocol what may stand
//! there: in the entry of a provider, in that of a model, and in what holds for agents.

use clawdia_core::{Plugins, ProviderPlugin};
use serde_json::{Map, Value, json};

use super::derived::{derive, reference};
use super::editor::each_inner;
use super::places::find;
use crate::known_params::KnownParams;

/// The name of the definition of an entry of `models.providers`.
const PROVIDER: &str = "provider";
/// The name of the definition of an entry of `agents.defaults.models`.
const AGENT_MODEL: &str = "agentModel";

/// Where it is said what agents use: for all of them, and for one by its name.
pub(super) const AGENTS: [&str; 2] = ["agents.defaults", "agents.entries.*"];

/// What takes an option back that a place of less weight has set.
const TAKE_BACK: &str = "Takes back what is said in a place that counts less.";

/// Puts into `schema` what the linked providers bring; gives the definitions that are needed for it.
pub(super) fn graft(schema: &mut Value, plugins: &Plugins) -> Map<String, Value> {
    let mut definitions = Map::new();
    for plugin in plugins.providers() {
        let mut derived = derive(plugin.api, plugin.params_schema);
        definitions.append(&mut derived.definitions);
        let mut params = derived.schema;
        for key in ["$schema", "title", "description", "markdownDescription"] {
            params.as_object_mut().and_then(|params| params.remove(key));
        }
        // What is missing here may stand in another place.
        without_required(&mut params);
        let mut overrides = params.clone();
        with_null(&mut overrides);
        definitions.insert(params_name(plugin), params);
        definitions.insert(overrides_name(plugin), overrides);
        definitions.insert(speaker_name(plugin), speaker(plugin));
    }
    providers(schema, plugins, &mut definitions);
    agents(schema, plugins, &mut definitions);
    definitions
}

fn params_name(plugin: &ProviderPlugin) -> String {
    format!("{}.params", plugin.api)
}

fn overrides_name(plugin: &ProviderPlugin) -> String {
    format!("{}.overrides", plugin.api)
}

fn speaker_name(plugin: &ProviderPlugin) -> String {
    format!("{}.provider", plugin.api)
}

fn refer(name: &str) -> Value {
    json!({ "$ref": reference(name) })
}

/// What an entry of `models.providers` keeps to besides its shape when it speaks this protocol.
fn speaker(plugin: &ProviderPlugin) -> Value {
    let overrides = refer(&overrides_name(plugin));
    // Without any word of its own, a protocol takes none.
    let auth = if plugin.auth.is_empty() { json!(false) } else { json!({ "enum": plugin.auth }) };
    json!({ "type": "object", "properties": {
        "auth": auth,
        "params": refer(&params_name(plugin)),
        "models": { "items": { "properties": { "params": overrides } } },
    } })
}

/// The map of providers: ids that linked crates own as keys, and room for any other.
fn providers(schema: &mut Value, plugins: &Plugins, definitions: &mut Map<String, Value>) {
    let Some(map) = find(schema, "models.providers") else { return };
    let Some(mut entry) = map.remove("additionalProperties") else { return };
    let text = ["description", "markdownDescription"].map(|key| (key, take(&mut entry, key)));
    let apis = plugins.providers().map(|plugin| plugin.api).collect::<Vec<_>>();
    let owners =
        plugins.providers().map(|plugin| format!("Spoken by `{}`.", plugin.owner)).collect::<Vec<_>>();
    let mut words = plugins.providers().flat_map(|plugin| plugin.auth).copied().collect::<Vec<_>>();
    words.sort_unstable();
    words.dedup();
    if let Some(api) = find(&mut entry, "api").filter(|_| !apis.is_empty()) {
        open_list(
            api,
            json!({ "enum": apis, "enumDescriptions": owners, "markdownEnumDescriptions": owners }),
        );
    }
    if let Some(auth) = find(&mut entry, "auth").filter(|_| !words.is_empty()) {
        open_list(auth, json!({ "enum": words }));
    }
    let conditions = plugins.providers().map(|plugin| {
        json!({
            "if": { "properties": { "api": { "const": plugin.api } }, "required": ["api"] },
            "then": refer(&speaker_name(plugin)),
        })
    });
    let conditions = conditions.collect::<Vec<_>>();
    // An empty list would be no schema.
    if !conditions.is_empty() {
        entry["allOf"] = Value::Array(conditions);
    }
    definitions.insert(PROVIDER.to_owned(), entry);

    let without_api = json!({ "not": { "required": ["api"] } });
    let mut known = Map::new();
    for plugin in plugins.providers() {
        let Some(id) = plugin.default_id else { continue };
        let text = format!(
            "The provider `{id}` of `{}`. It speaks `{}`, unless `api` says otherwise.",
            plugin.owner, plugin.api
        );
        let mut body = json!({ "api": plugin.api });
        if let Some(auth) = plugin.auth.first() {
            body["auth"] = json!(auth);
        }
        let own = json!({ "if": without_api, "then": refer(&speaker_name(plugin)) });
        known.insert(
            id.to_owned(),
            json!({
                "type": "object",
                "description": text,
                "markdownDescription": text,
                "allOf": [refer(PROVIDER), own],
                "defaultSnippets": [{ "label": id, "body": body }],
            }),
        );
    }
    if !known.is_empty() {
        map.insert("properties".to_owned(), Value::Object(known));
    }
    // An entry that has yet to say what it speaks may become any of them.
    let any = plugins.providers().map(|plugin| refer(&speaker_name(plugin))).collect::<Vec<_>>();
    let mut other = json!({ "type": "object", "required": ["api"], "allOf": [refer(PROVIDER)] });
    if let Some(Value::Array(all)) = other.get_mut("allOf").filter(|_| !any.is_empty()) {
        all.push(json!({ "if": without_api, "then": { "anyOf": any } }));
    }
    let snippets =
        plugins.providers().map(|plugin| json!({ "label": plugin.api, "body": { "api": plugin.api } }));
    let snippets = snippets.collect::<Vec<_>>();
    if !snippets.is_empty() {
        other["defaultSnippets"] = json!(snippets);
    }
    for (key, text) in text {
        if let Some(text) = text {
            other[key] = text;
        }
    }
    map.insert("additionalProperties".to_owned(), other);
}

/// A text with words to choose from, which may be any other as well.
fn open_list(schema: &mut Map<String, Value>, mut words: Value) {
    schema.insert("type".to_owned(), json!("string"));
    // At the top, too: otherwise an editor that inserts the key does not open the list.
    schema.insert("examples".to_owned(), words["enum"].clone());
    words["type"] = json!("string");
    schema.insert("anyOf".to_owned(), json!([words, { "type": "string" }]));
}

fn agents(schema: &mut Value, plugins: &Plugins, definitions: &mut Map<String, Value>) {
    let known = plugins.providers().map(|plugin| (plugin, KnownParams::of(plugin))).collect::<Vec<_>>();
    for place in AGENTS {
        if let Some(params) = find(schema, &format!("{place}.params")) {
            params.insert("properties".to_owned(), Value::Object(options(&known, definitions)));
            let any = known.iter().any(|(_, known)| known.contains_any());
            params.insert("additionalProperties".to_owned(), json!(any));
        }
        if let Some(models) = find(schema, &format!("{place}.models")) {
            agent_models(models, plugins, definitions);
        }
    }
}

/// The options that any protocol has. What several have must suit all of them.
fn options(known: &[(&ProviderPlugin, KnownParams)], definitions: &Map<String, Value>) -> Map<String, Value> {
    let mut options = Map::new();
    for (plugin, known) in known {
        let name = overrides_name(plugin);
        for option in &known.names {
            let is_typed = definitions[&name].get("properties").is_some_and(|all| all.get(option).is_some());
            let place = option.replace('~', "~0").replace('/', "~1");
            let own = if is_typed {
                json!({ "$ref": format!("{}/properties/{place}", reference(&name)) })
            } else {
                // An option that the type says in another way, such as by flattening.
                json!({})
            };
            match options.get_mut(option) {
                None => {
                    options.insert(option.clone(), own);
                }
                Some(first) => match first.get_mut("allOf") {
                    Some(Value::Array(all)) => all.push(own),
                    _ => *first = json!({ "allOf": [first.clone(), own] }),
                },
            }
        }
    }
    options
}

/// The map from refs to what holds for single models. The protocol of a ref's provider cannot be known here, so that any
/// will do.
fn agent_models(models: &mut Map<String, Value>, plugins: &Plugins, definitions: &mut Map<String, Value>) {
    let Some(mut entry) = models.remove("additionalProperties") else { return };
    let text = ["description", "markdownDescription"].map(|key| (key, take(&mut entry, key)));
    let options = plugins.providers().map(|plugin| refer(&overrides_name(plugin))).collect::<Vec<_>>();
    if let Some(params) = find(&mut entry, "params").filter(|_| !options.is_empty()) {
        params.remove("additionalProperties");
        let keyword = if options.len() == 1 { "allOf" } else { "anyOf" };
        params.insert(keyword.to_owned(), Value::Array(options));
    }
    definitions.insert(AGENT_MODEL.to_owned(), entry);
    let mut other = json!({ "type": "object", "allOf": [refer(AGENT_MODEL)] });
    for (key, text) in text {
        if let Some(text) = text {
            other[key] = text;
        }
    }
    models.insert("additionalProperties".to_owned(), other);
}

fn take(schema: &mut Value, key: &str) -> Option<Value> {
    schema.as_object_mut()?.remove(key)
}

/// Nothing is missing from a part. Elements of lists are whole: a list goes over another as one.
fn without_required(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    schema.remove("required");
    each_member(schema, &mut without_required);
}

/// Every member may be `null`, at any depth of objects.
fn with_null(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    each_member(schema, &mut |member| {
        with_null(member);
        nullable(member);
    });
}

/// Calls `visit` for the members of an object, but not for the elements of a list.
fn each_member(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Value)) {
    let items = schema.remove("items");
    // Alternatives describe the same value, so that their members are members too.
    let mut alternatives = Vec::new();
    for keyword in ["allOf", "anyOf", "oneOf", "if", "then", "else", "not"] {
        alternatives.extend(schema.remove(keyword).map(|value| (keyword, value)));
    }
    let names = schema.remove("propertyNames");
    each_inner(schema, visit);
    for (keyword, mut value) in alternatives {
        match &mut value {
            Value::Array(several) => {
                for one in several.iter_mut().filter_map(Value::as_object_mut) {
                    each_member(one, visit);
                }
            }
            Value::Object(one) => each_member(one, visit),
            _ => {}
        }
        schema.insert(keyword.to_owned(), value);
    }
    schema.extend(items.map(|items| ("items".to_owned(), items)));
    schema.extend(names.map(|names| ("propertyNames".to_owned(), names)));
}

fn nullable(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    if schema.contains_key("$ref") {
        let own = Value::Object(std::mem::take(schema));
        schema.insert("anyOf".to_owned(), json!([own, { "type": "null" }]));
        return;
    }
    if let Some(kind) = schema.get_mut("type") {
        match kind {
            Value::Array(kinds) if !kinds.contains(&json!("null")) => kinds.push(json!("null")),
            Value::Array(_) => {}
            kind => *kind = json!([kind.clone(), "null"]),
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
        for keyword in ["enumDescriptions", "markdownEnumDescriptions"] {
            if let Some(Value::Array(meanings)) = schema.get_mut(keyword) {
                meanings.push(json!(TAKE_BACK));
            }
        }
    }
    if let Some(only) = schema.remove("const") {
        schema.insert("enum".to_owned(), json!([only, null]));
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(alternatives)) = schema.get_mut(keyword) {
            alternatives.push(json!({ "type": "null" }));
        }
    }
    if let Some(all) = schema.remove("allOf") {
        schema.insert("anyOf".to_owned(), json!([{ "allOf": all }, { "type": "null" }]));
    }
}
