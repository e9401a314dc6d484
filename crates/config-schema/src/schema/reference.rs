//! The configuration's reference in Markdown, made from its schema.
//!
//! Separate because it only reads what the schema says: what is missing here is missing in editors, too.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::derived::definition;

/// What comes before the keys.
const HEAD: &str = "<!-- Made by `cargo xtask codegen` from `schema/clawdia.schema.json`; do not edit. -->

# Configuration

Every key of `clawdia.jsonc`, as the schema has it that editors read. A program with other crates has other options and
sections. Comments, trailing commas and unquoted keys are welcome; a key that no linked crate knows is an error.
";

/// What comes before the options of protocols.
const OPTIONS: &str = "
These may stand in several places, each of which goes before those above it, member by member; `null` takes back what is
said above:

1. `models.providers.<id>.params`: for a provider
2. `agents.defaults.params`: for all models
3. `agents.entries.<name>.params`: for all models that an agent uses
4. `params` of an entry in `models.providers.<id>.models`: for a model
5. `agents.defaults.models.<ref>.params`: for a model, as agents use it
6. `agents.entries.<name>.models.<ref>.params`: for a model, as one agent uses it
";

/// What comes before the capabilities of a protocol's models.
const CAPABILITIES: &str = "
These may stand in `capabilities` of an entry in `models.providers.<id>.models`, `true` or `false`, where the service does
otherwise than this program expects.
";

/// The reference of a configuration, in Markdown, from its schema.
///
/// ```
/// use clawdia_config_schema::schema::{Proposals, generate, reference};
/// use clawdia_core::Plugins;
/// let schema = generate(&Plugins::linked()?, &Proposals::default())?;
/// assert!(reference(&schema).contains("### `models.providers.<id>.timeouts`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reference(schema: &Value) -> String {
    let mut page = Page { root: schema, text: HEAD.to_owned(), open: Vec::new() };
    page.object("", &page.resolved(schema));
    let definitions = schema.get("definitions").and_then(Value::as_object);
    let protocols = definitions.into_iter().flatten().filter(|(name, _)| name.ends_with(".params"));
    for (name, options) in protocols {
        let api = name.trim_end_matches(".params");
        page.line(&format!("\n## Options of `{api}`"));
        page.text.push_str(OPTIONS);
        page.object("params", &page.resolved(options));
        let capabilities = schema.get("definitions").and_then(|all| all.get(format!("{api}.capabilities")));
        if let Some(capabilities) = capabilities {
            page.line(&format!("\n## Capabilities of models of `{api}`"));
            page.text.push_str(CAPABILITIES);
            page.object("capabilities", &page.resolved(capabilities));
        }
    }
    page.text
}

/// How deep examples and lists go that are put together: a type may contain itself.
const DEEPEST: usize = 6;

/// A page in the making.
struct Page<'a> {
    root: &'a Value,
    text: String,
    /// The references within which the page is: a type that contains itself is described once.
    open: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The schema with all that it refers to in it, but for what holds under a condition.
    fn resolved(&self, schema: &Value) -> Map<String, Value> {
        let Value::Object(own) = schema else { return Map::new() };
        let mut resolved = own.clone();
        let all = own.get("allOf").and_then(Value::as_array).into_iter().flatten();
        let target = own.get("$ref").and_then(|reference| self.target(reference.as_str()?));
        for inner in all.filter(|inner| inner.get("if").is_none()).chain(target) {
            for (key, value) in self.resolved(inner) {
                resolved.entry(key).or_insert(value);
            }
        }
        resolved
    }

    fn target(&self, reference: &str) -> Option<&Value> {
        match definition(reference) {
            Some(name) if !name.contains("/properties/") => self.root.get("definitions")?.get(&name),
            _ => self.root.pointer(reference.strip_prefix('#')?),
        }
    }

    /// A table of an object's keys, and a section for each of those that are objects in turn.
    fn object(&mut self, place: &str, schema: &Map<String, Value>) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let shown = properties.iter().map(|(key, property)| (key, self.resolved(property)));
        let shown = shown.filter(|(_, property)| !property.contains_key("doNotSuggest")).collect::<Vec<_>>();
        if shown.is_empty() {
            return;
        }
        let required = |key: &String| {
            let required = schema.get("required").and_then(Value::as_array);
            required.is_some_and(|required| required.iter().any(|name| name == key))
        };
        self.line("\n| key | type | default | what it is | example |\n|---|---|---|---|---|");
        for (key, property) in &shown {
            let default = match property.get("default") {
                Some(default) => code(&default.to_string()),
                None if required(key) => "required".to_owned(),
                None => String::new(),
            };
            let example =
                self.example(property, 0).map(|example| code(&example.to_string())).unwrap_or_default();
            let row = [code(key), self.kind(property, 0), default, self.meaning(property), example];
            let row = row.map(|cell| cell.replace('|', "\\|").replace('\n', "<br>"));
            self.line(&format!("| {} |", row.join(" | ")).replace("|  |", "| |").replace("|  |", "| |"));
        }
        let is_map = schema.get("additionalProperties").is_some_and(Value::is_object);
        for (key, _) in &shown {
            // The options of protocols have a chapter of their own, and known keys of a map hold what any key holds.
            if *key != "params" && !is_map {
                let place = if place.is_empty() { (*key).clone() } else { format!("{place}.{key}") };
                self.section(&place, &properties[*key]);
            }
        }
    }

    /// What is below a key, if it is an object, a map of objects or a list of objects.
    fn section(&mut self, place: &str, schema: &Value) {
        let references = references(schema);
        if references.iter().any(|reference| self.open.contains(reference)) {
            return;
        }
        let outside = self.open.len();
        self.open.extend(references);
        self.inner_sections(place, &self.resolved(schema));
        self.open.truncate(outside);
    }

    fn inner_sections(&mut self, place: &str, schema: &Map<String, Value>) {
        if let Some(items) = schema.get("items") {
            return self.section(&format!("{place}[]"), items);
        }
        if schema.get("properties").is_some_and(Value::is_object) {
            self.heading(place, schema);
            self.object(place, schema);
        }
        // Objects of several kinds, one after the other.
        for one in alternatives(schema) {
            self.section(place, one);
        }
        if let Some(value @ Value::Object(_)) = schema.get("additionalProperties") {
            let name = schema.get("x-key").and_then(Value::as_str).unwrap_or("name");
            self.section(&format!("{place}.<{name}>"), value);
        }
    }

    fn heading(&mut self, place: &str, schema: &Map<String, Value>) {
        self.line(&format!("\n### `{place}`"));
        if let Some(text) = schema.get("markdownDescription").and_then(Value::as_str) {
            self.line(&format!("\n{text}"));
        }
    }

    /// The type in words.
    fn kind(&self, schema: &Map<String, Value>, depth: usize) -> String {
        if depth > DEEPEST {
            return "anything".to_owned();
        }
        if schema.get("enum").is_some() {
            return "one of these words".to_owned();
        }
        let mut kind = match schema.get("type") {
            Some(Value::String(kind)) => word(kind).to_owned(),
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or ")
            }
            _ => {
                let mut kinds = alternatives(schema)
                    .map(|one| self.kind(&self.resolved(one), depth + 1))
                    .collect::<Vec<_>>();
                kinds.dedup();
                if kinds.is_empty() { "anything".to_owned() } else { kinds.join(" or ") }
            }
        };
        if let Some(items) = schema.get("items") {
            let items = self.resolved(items);
            let words = items.get("enum").and_then(Value::as_array);
            let of = match words {
                Some(words) => {
                    words.iter().map(|word| code(&word.to_string())).collect::<Vec<_>>().join(", ")
                }
                None => self.kind(&items, depth + 1),
            };
            kind = format!("list of {of}");
        }
        for (keyword, text) in [("minimum", "at least"), ("maximum", "at most")] {
            // That a whole number is no less than nothing, and fits a machine's word, goes without saying.
            let is_whole = schema.get("type").is_some_and(|kind| kind == "integer");
            let bound =
                schema.get(keyword).filter(|bound| !is_whole || (**bound != 0 && **bound != u32::MAX));
            if let Some(bound) = bound {
                let _ = write!(kind, ", {text} {bound}");
            }
        }
        kind
    }

    /// The description, and the meaning of each word where there is a list of them.
    #[expect(clippy::unused_self, reason = "beside its siblings, which do need the page")]
    fn meaning(&self, schema: &Map<String, Value>) -> String {
        let mut text =
            schema.get("markdownDescription").and_then(Value::as_str).unwrap_or_default().to_owned();
        let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let meanings = schema.get("markdownEnumDescriptions").and_then(Value::as_array);
        for (index, word) in words.enumerate() {
            let meaning = meanings.and_then(|meanings| meanings.get(index)?.as_str());
            let _ = write!(text, "\n{}", code(&word.to_string()));
            if let Some(meaning) = meaning.filter(|meaning| !meaning.is_empty()) {
                let _ = write!(text, ": {meaning}");
            }
        }
        text
    }

    /// What could stand there: an example, or one put together from those of what is inside.
    fn example(&self, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let first = |keyword: &str| {
            schema.get(keyword).and_then(Value::as_array).and_then(|all| all.first()).cloned()
        };
        let given = schema.get("x-example").cloned();
        given
            .or_else(|| first("examples"))
            .or_else(|| first("enum"))
            .or_else(|| schema.get("default").cloned())
            .or_else(|| {
                if let Some(items) = schema.get("items") {
                    return Some(Value::Array(vec![self.example(&self.resolved(items), depth + 1)?]));
                }
                let properties = schema.get("properties").and_then(Value::as_object)?;
                let required = schema.get("required").and_then(Value::as_array);
                let is_needed = |key: &str| required.is_some_and(|all| all.iter().any(|name| name == key));
                let all = properties.iter().filter(|(_, property)| property.get("doNotSuggest").is_none());
                let mut chosen = all.clone().filter(|(key, _)| is_needed(key)).collect::<Vec<_>>();
                if chosen.is_empty() {
                    chosen.extend(all.take(1));
                }
                let member = |(key, property): (&String, &Value)| {
                    Some((key.clone(), self.example(&self.resolved(property), depth + 1)?))
                };
                Some(Value::Object(chosen.into_iter().map(member).collect::<Option<_>>()?))
            })
    }
}

/// What a schema refers to, without what holds under a condition.
fn references(schema: &Value) -> Vec<String> {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().chain([schema]);
    parts.filter_map(|part| part.get("$ref")?.as_str()).map(str::to_owned).collect()
}

/// What a value may be one of.
fn alternatives(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let lists = ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array());
    lists.flatten()
}

fn word(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        "array" => "list",
        other => other,
    }
}

fn code(text: &str) -> String {
    // With backticks in it, a text stands between more of them than it has.
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
