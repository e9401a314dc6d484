//! The parts of the schema that depend on which provider crates are linked: ids, protocols, and their options.
//!
//! Separate because the document's own types leave `params` open, while the schema says for each protocol what may stand
//! there: in the entry of a provider, in that of a model, and in what holds for agents.

use std::collections::BTreeMap;

use clawdia_core::{Capability, Plugins, ProviderPlugin};
use serde_json::{Map, Value, json};

use super::derived::{definition, derive, reference};
use super::places::find;
use super::prose;
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
        let derived = derive(plugin.api, plugin.params_schema);
        let mut whole = derived.schema;
        for key in ["$schema", "title", "description", "markdownDescription"] {
            whole.as_object_mut().and_then(|params| params.remove(key));
        }
        for part in [Part::Lowest, Part::Over] {
            for (name, definition) in &derived.definitions {
                let mut definition = definition.clone();
                part.of(&mut definition);
                definitions.insert(part.name(name), definition);
            }
        }
        definitions.extend(derived.definitions);
        let (mut params, mut overrides) = (whole.clone(), whole);
        Part::Lowest.of(&mut params);
        Part::Over.of(&mut overrides);
        definitions.insert(params_name(plugin), params);
        definitions.insert(overrides_name(plugin), overrides);
        if !plugin.capabilities.is_empty() {
            definitions.insert(capabilities_name(plugin), capabilities(plugin));
        }
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

fn capabilities_name(plugin: &ProviderPlugin) -> String {
    format!("{}.capabilities", plugin.api)
}

fn speaker_name(plugin: &ProviderPlugin) -> String {
    format!("{}.provider", plugin.api)
}

fn refer(name: &str) -> Value {
    json!({ "$ref": reference(name) })
}

/// What may be said of what a model does.
fn capabilities(plugin: &ProviderPlugin) -> Value {
    let capability = |Capability { name, description }: &Capability| {
        let text = prose::of_rustdoc(description);
        let text = text.trim();
        let schema = json!({
            "type": "boolean", "description": text, "markdownDescription": text, "examples": [true, false],
        });
        ((*name).to_owned(), schema)
    };
    let properties = plugin.capabilities.iter().map(capability).collect::<Map<_, _>>();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// What an entry of `models.providers` keeps to besides its shape when it speaks this protocol.
fn speaker(plugin: &ProviderPlugin) -> Value {
    let auth = if plugin.auth.is_empty() {
        let message = format!("`{}` has no words for this; leave the key out.", plugin.api);
        json!({ "not": {}, "errorMessage": message, "doNotSuggest": true })
    } else {
        json!({ "enum": plugin.auth })
    };
    let mut model = json!({ "params": refer(&overrides_name(plugin)) });
    if !plugin.capabilities.is_empty() {
        model["capabilities"] = refer(&capabilities_name(plugin));
    }
    json!({ "type": "object", "properties": {
        "auth": auth,
        "params": refer(&params_name(plugin)),
        "models": { "type": "array", "items": { "type": "object", "properties": model } },
    } })
}

/// What somebody could write of a protocol's options: what its type gives as an example, or its first option.
fn example(params: &Value) -> Option<Value> {
    params.get("x-example").cloned().or_else(|| {
        let mut options = params.get("properties")?.as_object()?.iter();
        options.find_map(|(option, schema)| {
            let first = |keyword: &str| schema.get(keyword)?.get(0).cloned();
            let value =
                schema.get("x-example").cloned().or_else(|| first("examples")).or_else(|| first("enum"));
            Some(json!({ option: value.or_else(|| schema.get("default").cloned())? }))
        })
    })
}

/// What somebody could write where any protocol's options may stand.
fn any_example(plugins: &Plugins, definitions: &Map<String, Value>) -> Value {
    let examples = plugins.providers().filter_map(|plugin| example(definitions.get(&params_name(plugin))?));
    examples.into_iter().next().unwrap_or_else(|| json!({}))
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
    for place in ["params", "models[].params"] {
        if let Some(params) = find(&mut entry, place) {
            params.insert("x-example".to_owned(), any_example(plugins, definitions));
        }
    }
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
                "x-example": body,
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
            params.insert("x-example".to_owned(), any_example(plugins, definitions));
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
    let mut options = BTreeMap::<&String, Vec<(&ProviderPlugin, Value, &Value)>>::new();
    for (plugin, known) in known {
        let name = overrides_name(plugin);
        for option in &known.names {
            let place = option.replace('~', "~0").replace('/', "~1");
            let reference = json!({ "$ref": format!("{}/properties/{place}", reference(&name)) });
            // An option that the type says in another way, such as by flattening, is open here.
            let (own, schema) = match definitions[&name].get("properties").and_then(|all| all.get(option)) {
                Some(schema) => (reference, schema),
                None => (json!({}), &Value::Null),
            };
            options.entry(option).or_default().push((plugin, own, schema));
        }
    }
    let options = options.into_iter().map(|(option, owners)| {
        let schema = match owners.as_slice() {
            [(_, own, _)] => own.clone(),
            several => shared(several),
        };
        (option.clone(), schema)
    });
    options.collect()
}

/// An option that several protocols have. What editors look for stands outside: within what is joined they find too much
/// or nothing.
fn shared(owners: &[(&ProviderPlugin, Value, &Value)]) -> Value {
    // Without words of their own, which would go before those outside.
    let wordless = |(_, own, schema): &(&ProviderPlugin, Value, &Value)| match schema {
        Value::Object(schema) => {
            let words =
                ["description", "markdownDescription", "examples", "x-example", "defaultSnippets", "default"];
            let rules = schema.iter().filter(|(key, _)| !words.contains(&key.as_str()));
            rules.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into()
        }
        _ => own.clone(),
    };
    let mut shared = json!({ "allOf": owners.iter().map(wordless).collect::<Vec<_>>() });
    for keyword in ["description", "markdownDescription"] {
        let texts = owners
            .iter()
            .filter_map(|(plugin, _, schema)| Some((plugin.api, schema.get(keyword)?.as_str()?)));
        let texts = texts.collect::<Vec<_>>();
        let text = match texts.as_slice() {
            [] => continue,
            [(_, first), rest @ ..] if rest.iter().all(|(_, text)| text == first) => (*first).to_owned(),
            several => {
                let several = several.iter().map(|(api, text)| format!("`{api}`: {text}"));
                several.collect::<Vec<_>>().join("\n\n")
            }
        };
        shared[keyword] = json!(text);
    }
    // What one protocol gives as an example, another must take.
    for keyword in ["type", "examples", "x-example", "enum", "defaultSnippets", "default"] {
        let all = owners.iter().map(|(_, _, schema)| schema.get(keyword)).collect::<Option<Vec<_>>>();
        if let Some([first, rest @ ..]) = all.as_deref()
            && rest.iter().all(|other| other == first)
        {
            shared[keyword] = (*first).clone();
        }
    }
    shared
}

/// The map from refs to what holds for single models. Of ids that a crate owns the protocol is known; of others it is not,
/// so that any will do.
fn agent_models(models: &mut Map<String, Value>, plugins: &Plugins, definitions: &mut Map<String, Value>) {
    let Some(mut entry) = models.remove("additionalProperties") else { return };
    let text = ["description", "markdownDescription"].map(|key| (key, take(&mut entry, key)));
    let mut words = Map::new();
    if let Some(params) = find(&mut entry, "params") {
        params.insert("x-example".to_owned(), any_example(plugins, definitions));
        words.clone_from(params);
        words.remove("additionalProperties");
    }
    definitions.insert(AGENT_MODEL.to_owned(), entry);
    let with_params = |keyword: &str, options: Value| {
        let mut params = words.clone();
        params.insert(keyword.to_owned(), options);
        let params = json!({ "type": "object", "properties": { "params": params } });
        let mut entry = json!({ "type": "object", "allOf": [refer(AGENT_MODEL), params] });
        for (key, text) in &text {
            if let Some(text) = text {
                entry[*key] = text.clone();
            }
        }
        entry
    };
    let owned = plugins.providers().filter_map(|plugin| Some((plugin, plugin.default_id?)));
    let owned = owned
        .map(|(plugin, id)| (refs_of(id), with_params("allOf", json!([refer(&overrides_name(plugin))]))));
    let owned = owned.collect::<Map<_, _>>();
    if !owned.is_empty() {
        models.insert("patternProperties".to_owned(), Value::Object(owned));
    }
    let mut any = plugins.providers().map(|plugin| refer(&overrides_name(plugin))).collect::<Vec<_>>();
    any.push(json!({ "type": "object" }));
    models.insert("additionalProperties".to_owned(), with_params("anyOf", json!(any)));
}

/// The pattern of the refs of a provider.
pub(super) fn refs_of(id: &str) -> String {
    let escaped = id.chars().flat_map(|character| {
        let is_plain = character.is_ascii_alphanumeric() || "-_".contains(character);
        (!is_plain).then_some('\\').into_iter().chain([character])
    });
    format!("^{}/", escaped.collect::<String>())
}

fn take(schema: &mut Value, key: &str) -> Option<Value> {
    schema.as_object_mut()?.remove(key)
}

/// A part of a set of options that several places make together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What counts least: there is nothing to take back.
    Lowest,
    /// What goes over others: any member may be `null`.
    Over,
}

impl Part {
    /// The name of a definition's part: types that contain themselves are definitions.
    fn name(self, definition: &str) -> String {
        match self {
            Self::Lowest => format!("{definition}.part"),
            Self::Over => format!("{definition}.over"),
        }
    }

    /// Makes a part of what is said of the whole: nothing is missing, at any depth of objects. Elements of lists are
    /// whole, since a list goes over another as one.
    fn of(self, schema: &mut Value) {
        let Value::Object(schema) = schema else { return };
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(definition) {
            schema.insert("$ref".to_owned(), json!(reference(&self.name(&name))));
            return;
        }
        schema.remove("required");
        for keyword in ["properties", "patternProperties"] {
            for member in schema.get_mut(keyword).and_then(Value::as_object_mut).into_iter().flatten() {
                self.of_member(member.1);
            }
        }
        if let Some(member) = schema.get_mut("additionalProperties") {
            self.of_member(member);
        }
        // These say more of the same value. A condition and what must not be stay as they are.
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let alternatives = schema.get_mut(keyword).and_then(Value::as_array_mut);
            alternatives.into_iter().flatten().for_each(|one| self.of(one));
        }
        for keyword in ["then", "else"] {
            schema.get_mut(keyword).into_iter().for_each(|one| self.of(one));
        }
    }

    fn of_member(self, member: &mut Value) {
        self.of(member);
        if self == Self::Over {
            nullable(member);
        }
    }
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
    // Conditions hold for objects, which nothing is.
    let is_condition = |one: &Value| one.get("if").is_some();
    let all = schema.get("allOf").and_then(Value::as_array);
    if all.is_some_and(|all| !all.iter().all(is_condition))
        && let Some(all) = schema.remove("allOf")
    {
        schema.insert("anyOf".to_owned(), json!([{ "allOf": all }, { "type": "null" }]));
    }
}
