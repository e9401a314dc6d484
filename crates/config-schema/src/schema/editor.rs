//! Turns a schema as it is derived from a Rust type into one that editors do the most with.
//!
//! Separate because it knows nothing of this configuration: it makes up for what editors do not read (`oneOf` of
//! constants, `null` for what is absent, formats of Rust's numbers) and says in Markdown what was said in rustdoc. It
//! works from the inside out.

use serde_json::{Map, Value, json};

use super::prose;

/// Keywords whose value maps names to schemas.
const MAPS: [&str; 3] = ["properties", "patternProperties", "definitions"];
/// Keywords whose value is a schema.
const SINGLE: [&str; 7] = ["additionalProperties", "items", "not", "if", "then", "else", "propertyNames"];
/// Keywords whose value is a list of schemas.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "items"];

/// Keywords in which the words of a field go before those of its type.
const WORDS: [&str; 5] = ["description", "markdownDescription", "title", "default", "examples"];

/// Calls `visit` for every schema directly inside of this one.
pub(super) fn each_inner(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Value)) {
    for keyword in MAPS {
        if let Some(Value::Object(inner)) = schema.get_mut(keyword) {
            inner.values_mut().for_each(&mut *visit);
        }
    }
    for keyword in SINGLE {
        if let Some(inner @ Value::Object(_)) = schema.get_mut(keyword) {
            visit(inner);
        }
    }
    for keyword in LISTS {
        if let Some(Value::Array(inner)) = schema.get_mut(keyword) {
            inner.iter_mut().for_each(&mut *visit);
        }
    }
}

/// Rewrites a schema and all that it contains.
pub(super) fn for_editors(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    each_inner(schema, &mut for_editors);
    let meaning = schema.get("description").cloned();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        tell_tags(properties, meaning.as_ref());
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            without_null(property);
            // What may be absent was not seen to be a boolean before.
            offer_both_truths(property);
        }
        with_aliases(properties);
    }
    lift_only(schema, "allOf");
    for keyword in ["oneOf", "anyOf"] {
        join_words(schema, keyword);
        join_tagged(schema, keyword);
        join_kinds(schema, keyword);
    }
    say_in_markdown(schema);
    plain_default(schema);
    plain_format(schema);
    warn_of_deprecation(schema);
    offer_both_truths(schema);
}

/// A key that may be absent need not be `null` as well, and an editor would offer it.
fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(alternatives)) = schema.get_mut(keyword) {
            alternatives.retain(|alternative| {
                alternative.get("type").is_none_or(|kind| kind != "null")
                    && alternative.get("const").is_none_or(|value| !value.is_null())
            });
            lift_only(schema, keyword);
        }
    }
}

/// The only alternative of a keyword becomes part of the schema around it.
fn lift_only(schema: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(alternatives)) = schema.get(keyword) else { return };
    let [Value::Object(only)] = alternatives.as_slice() else { return };
    if only.contains_key("$ref") || only.keys().any(|key| !is_word(key) && schema_has(schema, keyword, key)) {
        return;
    }
    let Some(Value::Array(mut alternatives)) = schema.remove(keyword) else { return };
    if let Some(Value::Object(only)) = alternatives.pop() {
        for (key, value) in only {
            schema.entry(key).or_insert(value);
        }
    }
}

fn is_word(keyword: &str) -> bool {
    WORDS.contains(&keyword)
}

/// Whether the schema around `list` constrains by the same keyword as its alternative, so that both are needed.
fn schema_has(schema: &Map<String, Value>, list: &str, keyword: &str) -> bool {
    let only = &schema[list][0];
    keyword != list && schema.get(keyword).is_some_and(|own| Some(own) != only.get(keyword))
}

/// Alternatives that are one word each, with what it means, become one list of words beside a list of meanings.
fn join_words(schema: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(alternatives)) = schema.get(keyword) else { return };
    let mut words = Vec::new();
    let mut meanings = Vec::new();
    for alternative in alternatives {
        let own = match (alternative.get("const"), alternative.get("enum")) {
            (Some(word), None) => vec![word.clone()],
            (None, Some(Value::Array(several))) => several.clone(),
            _ => return,
        };
        let meaning = alternative.get("description").and_then(Value::as_str).unwrap_or_default();
        meanings.extend(own.iter().map(|_| json!(meaning)));
        words.extend(own);
    }
    schema.remove(keyword);
    if words.iter().all(Value::is_string) {
        schema.insert("type".to_owned(), json!("string"));
    }
    schema.insert("enum".to_owned(), Value::Array(words));
    if meanings.iter().any(|meaning| meaning != "") {
        schema.insert("enumDescriptions".to_owned(), Value::Array(meanings.clone()));
        schema.insert("markdownEnumDescriptions".to_owned(), Value::Array(meanings));
    }
}

/// Kinds of objects that one key tells apart become one object with the keys of all: of alternatives, editors propose and
/// explain what they take for the best, which it is not as long as a person is writing.
fn join_tagged(schema: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(kinds)) = schema.get(keyword) else { return };
    let Some(joined) = tagged(kinds) else { return };
    if joined.keys().any(|key| !is_word(key) && key != "defaultSnippets" && schema.contains_key(key)) {
        return;
    }
    schema.remove(keyword);
    for (key, value) in joined {
        schema.entry(key).or_insert(value);
    }
}

/// One of several kinds of objects: the word that stands for it, and its schema.
struct Tagged<'a> {
    word: &'a str,
    schema: &'a Map<String, Value>,
    properties: &'a Map<String, Value>,
}

impl Tagged<'_> {
    fn text(&self, keyword: &str) -> Value {
        self.schema.get(keyword).cloned().unwrap_or_else(|| json!(""))
    }

    fn needs(&self) -> impl Iterator<Item = &str> {
        let required = self.schema.get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }

    /// What to insert for it: its word and what it needs, to be filled in.
    fn snippet(&self, tag: &str) -> Value {
        let mut body = Map::from_iter([(tag.to_owned(), json!(self.word))]);
        let needed = self.needs().filter(|key| *key != tag);
        for (position, key) in needed.enumerate() {
            let example = self.properties.get(key).and_then(|property| property.get("examples")?.get(0));
            let value = match example {
                Some(Value::String(text)) => json!(format!("${{{}:{text}}}", position + 1)),
                Some(example) => example.clone(),
                None => json!(format!("${}", position + 1)),
            };
            body.insert(key.to_owned(), value);
        }
        let mut snippet = json!({ "label": self.word, "body": body });
        if let Some(text) = self.schema.get("description") {
            snippet["description"] = text.clone();
        }
        snippet
    }
}

fn tagged(kinds: &[Value]) -> Option<Map<String, Value>> {
    let word = |property: &Value| match (property.get("const"), property.get("enum")) {
        (Some(Value::String(word)), None) => Some(word.clone()),
        (None, Some(Value::Array(words))) => match words.as_slice() {
            [Value::String(word)] => Some(word.clone()),
            _ => None,
        },
        _ => None,
    };
    let first = kinds.first().filter(|_| kinds.len() > 1)?.get("properties")?.as_object()?;
    let words = |tag: &str| {
        let words = kinds.iter().map(|kind| word(kind.get("properties")?.get(tag)?));
        words.collect::<Option<Vec<_>>>()
    };
    let is_needed = |tag: &str| {
        let all = kinds.iter().map(|kind| kind.get("required").and_then(Value::as_array));
        all.into_iter().all(|required| required.is_some_and(|required| required.iter().any(|key| key == tag)))
    };
    let (tag, words) = first.keys().filter(|key| is_needed(key)).find_map(|key| Some((key, words(key)?)))?;
    let mut objects = Vec::new();
    for (kind, word) in kinds.iter().zip(&words) {
        // What else a kind says, about all of itself, could not be said of one among several.
        let known =
            ["type", "properties", "required", "additionalProperties", "description", "markdownDescription"];
        let schema = kind.as_object().filter(|kind| kind.keys().all(|key| known.contains(&key.as_str())))?;
        objects.push(Tagged { word, schema, properties: schema.get("properties")?.as_object()? });
    }
    let is_closed = |object: &Tagged<'_>| object.schema.get("additionalProperties") == Some(&json!(false));
    let mut properties = Map::new();
    for (key, property) in objects.iter().flat_map(|object| object.properties).filter(|(key, _)| *key != tag)
    {
        match properties.get(key) {
            None => {
                properties.insert(key.clone(), property.clone());
            }
            Some(known) if known == property => {}
            // What it is depends on the word.
            Some(_) => return None,
        }
    }
    let texts = |keyword: &str| objects.iter().map(|object| object.text(keyword)).collect::<Value>();
    // Where nothing is said of the key itself, each kind has lent it its own meaning.
    let said = objects.iter().map(|object| object.properties[tag].get("description"));
    let said = said.reduce(|left, right| left.filter(|_| left == right)).flatten();
    let meaning = said.cloned().unwrap_or_else(|| json!("Which of these it is."));
    properties.insert(
        tag.clone(),
        json!({
            "type": "string",
            "description": meaning,
            "markdownDescription": meaning,
            "enum": words,
            "enumDescriptions": texts("description"),
            "markdownEnumDescriptions": texts("markdownDescription"),
        }),
    );
    let conditions = objects.iter().map(|object| {
        let foreign =
            properties.keys().filter(|key| is_closed(object) && !object.properties.contains_key(*key));
        let foreign = foreign.map(|key| (key.clone(), json!(false)));
        let own = object
            .needs()
            .filter_map(|key| Some((key.to_owned(), properties.get(key).map(|_| json!(true))?)));
        let (own, foreign) = (own.collect::<Map<_, _>>(), foreign.collect::<Map<_, _>>());
        json!({
            "if": { "type": "object", "properties": { tag: { "const": object.word } }, "required": [tag] },
            "then": {
                "properties": own.into_iter().chain(foreign).collect::<Map<_, _>>(),
                "required": object.needs().collect::<Vec<_>>(),
            },
        })
    });
    let conditions = conditions.collect::<Vec<_>>();
    let snippets = objects.iter().map(|object| object.snippet(tag)).collect::<Vec<_>>();
    let mut joined = json!({
        "type": "object", "required": [tag], "allOf": conditions, "defaultSnippets": snippets,
    });
    if objects.iter().all(is_closed) {
        joined["additionalProperties"] = json!(false);
    }
    joined["properties"] = Value::Object(properties);
    match joined {
        Value::Object(joined) => Some(joined),
        _ => None,
    }
}

/// Alternatives of different kinds, such as a text and an object, become one schema of several types: of alternatives,
/// editors tell what is wrong with the first.
fn join_kinds(schema: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(alternatives)) = schema.get(keyword) else { return };
    if alternatives.len() < 2 || schema.contains_key("type") {
        return;
    }
    let mut joined = Map::new();
    let mut kinds = Vec::new();
    for alternative in alternatives {
        let Some(own) = alternative.as_object() else { return };
        // These would hold for the other kinds, too.
        let beyond = ["$ref", "enum", "const", "not", "if", "anyOf", "oneOf"];
        if beyond.iter().any(|keyword| own.contains_key(*keyword)) {
            return;
        }
        match own.get("type") {
            Some(Value::String(kind)) if !kinds.contains(kind) => kinds.push(kind.clone()),
            _ => return,
        }
        let own = own.iter().filter(|(key, _)| *key != "type" && !is_word(key));
        for (key, value) in own {
            if schema.contains_key(key) || joined.insert(key.clone(), value.clone()).is_some() {
                return;
            }
        }
    }
    // A text, a number or a yes that stands for itself has no meaning of its own to lose.
    let meanings = alternatives.iter().filter_map(|alternative| alternative.get("description")?.as_str());
    let meanings = meanings.collect::<Vec<_>>().join(" ");
    schema.remove(keyword);
    if !meanings.is_empty() {
        schema.entry("description").or_insert(json!(meanings));
    }
    schema.extend(joined);
    schema.insert("type".to_owned(), json!(kinds));
}

fn say_in_markdown(schema: &mut Map<String, Value>) {
    let Some(Value::String(text)) = schema.get("description") else { return };
    let text = prose::of_rustdoc(text);
    schema.insert("markdownDescription".to_owned(), json!(text));
    schema.insert("description".to_owned(), json!(text));
}

/// A default that holds nothing says nothing, and an editor would write it down; one that is an object hides what could
/// be said in its place.
fn plain_default(schema: &mut Map<String, Value>) {
    let is_plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    match schema.get("default") {
        Some(value) if !is_plain(value) => {
            schema.remove("default");
        }
        // People write 0 and not 0.0.
        Some(value) if value.as_f64() == Some(0.0) => {
            schema.insert("default".to_owned(), json!(0));
        }
        Some(_) | None => {}
    }
}

/// Names of Rust's numbers are no formats that others know.
fn plain_format(schema: &mut Map<String, Value>) {
    let Some(Value::String(format)) = schema.get("format") else { return };
    let greatest = match format.as_str() {
        "uint8" => Some(u64::from(u8::MAX)),
        "uint16" => Some(u64::from(u16::MAX)),
        "uint32" => Some(u64::from(u32::MAX)),
        "int8" | "int16" | "int32" | "int64" | "int" | "uint" | "uint64" | "float" | "double" => None,
        _ => return,
    };
    schema.remove("format");
    if let Some(greatest) = greatest {
        schema.entry("maximum").or_insert(json!(greatest));
    }
}

/// Editors read another keyword than the standard's, and would go on offering the key.
fn warn_of_deprecation(schema: &mut Map<String, Value>) {
    if schema.get("deprecated") == Some(&Value::Bool(true)) {
        schema.entry("deprecationMessage").or_insert(json!("This is deprecated."));
        schema.entry("doNotSuggest").or_insert(json!(true));
    }
}

/// With both values to choose from, an editor asks instead of writing down the default.
fn offer_both_truths(schema: &mut Map<String, Value>) {
    if schema.get("type").is_some_and(|kind| kind == "boolean") && !schema.contains_key("enum") {
        schema.entry("examples").or_insert(json!([true, false]));
    }
}

/// The key by which one of several kinds of objects is known means what that kind means.
fn tell_tags(properties: &mut Map<String, Value>, meaning: Option<&Value>) {
    let Some(meaning) = meaning.and_then(Value::as_str).map(prose::of_rustdoc) else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        if property.contains_key("description") {
            continue;
        }
        if let Some(word) = property.remove("const") {
            property.insert("enum".to_owned(), json!([word]));
            for keyword in ["description", "markdownDescription"] {
                property.insert(keyword.to_owned(), json!(meaning));
            }
        }
    }
}

/// Other spellings of a key, which its type lists as `x-aliases`: valid, and not offered.
fn with_aliases(properties: &mut Map<String, Value>) {
    let mut aliases = Vec::new();
    for (name, property) in &mut *properties {
        let Some(Value::Array(others)) = property.as_object_mut().and_then(|own| own.remove("x-aliases"))
        else {
            continue;
        };
        let mut alias = property.clone();
        alias["doNotSuggest"] = json!(true);
        let text = format!("Another spelling of `{name}`.");
        alias["description"] = json!(text);
        alias["markdownDescription"] = json!(text);
        aliases
            .extend(others.iter().filter_map(Value::as_str).map(|other| (other.to_owned(), alias.clone())));
    }
    properties.extend(aliases);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mut schema: Value, expected: &Value) {
        for_editors(&mut schema);
        assert_eq!(&schema, expected);
    }

    #[test]
    fn what_may_be_absent_is_not_null_and_its_own_words_stay() {
        check(
            json!({ "properties": { "a": { "type": ["string", "null"], "default": null } } }),
            &json!({ "properties": { "a": { "type": "string" } } }),
        );
        check(
            json!({ "properties": { "a": {
                "anyOf": [{ "type": "object", "description": "The type's." }, { "type": "null" }],
                "description": "The field's.",
            } } }),
            &json!({ "properties": { "a": {
                "type": "object", "description": "The field's.", "markdownDescription": "The field's.",
            } } }),
        );
    }

    #[test]
    fn a_value_of_a_map_may_be_null() {
        let map = json!({ "type": "object", "additionalProperties": { "type": ["string", "null"] } });
        check(map.clone(), &map);
    }

    #[test]
    fn words_with_meanings_are_one_list() {
        check(
            json!({ "oneOf": [
                { "enum": ["plain"], "type": "string" },
                { "const": "told", "type": "string", "description": "Told." },
            ] }),
            &json!({
                "type": "string", "enum": ["plain", "told"], "enumDescriptions": ["", "Told."],
                "markdownEnumDescriptions": ["", "Told."],
            }),
        );
    }

    #[test]
    fn numbers_keep_their_range_without_their_format() {
        check(
            json!({ "type": "integer", "format": "uint32", "minimum": 0 }),
            &json!({ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64 }),
        );
        check(json!({ "type": "string", "format": "uri" }), &json!({ "type": "string", "format": "uri" }));
    }

    #[test]
    fn empty_defaults_are_left_out() {
        for empty in [json!(null), json!([]), json!({}), json!({ "a": 1 })] {
            check(json!({ "default": empty }), &json!({}));
        }
        check(json!({ "default": "merge" }), &json!({ "default": "merge" }));
    }

    #[test]
    fn the_deprecated_is_warned_of_and_not_offered() {
        check(
            json!({ "deprecated": true, "deprecationMessage": "Use `b`." }),
            &json!({ "deprecated": true, "deprecationMessage": "Use `b`.", "doNotSuggest": true }),
        );
    }

    #[test]
    fn other_spellings_are_valid_and_not_offered() {
        let mut schema =
            json!({ "properties": { "serviceTier": { "type": "string", "x-aliases": ["service_tier"] } } });
        for_editors(&mut schema);
        assert_eq!(schema.pointer("/properties/serviceTier"), Some(&json!({ "type": "string" })));
        assert_eq!(schema.pointer("/properties/service_tier/doNotSuggest"), Some(&json!(true)));
        assert_eq!(schema.pointer("/properties/service_tier/type"), Some(&json!("string")));
    }

    #[test]
    fn a_tag_means_what_its_object_means() {
        check(
            json!({ "description": "In a file.", "properties": { "source": { "const": "file", "type": "string" } } }),
            &json!({
                "description": "In a file.", "markdownDescription": "In a file.",
                "properties": { "source": {
                    "enum": ["file"], "type": "string", "description": "In a file.", "markdownDescription": "In a file.",
                } },
            }),
        );
    }

    #[test]
    fn kinds_of_objects_are_one_object() {
        let kind = |word: &str, key: &str| {
            json!({
                "type": "object", "description": format!("In a {word}."), "additionalProperties": false,
                "properties": { "source": { "type": "string", "const": word }, key: { "type": "string", "examples": ["x"] } },
                "required": ["source", key],
            })
        };
        let text = json!({ "type": "string", "minLength": 1, "description": "Itself." });
        let mut schema = json!({
            "description": "A key.", "anyOf": [text, { "oneOf": [kind("file", "path"), kind("pipe", "name")] }],
        });
        for_editors(&mut schema);
        assert_eq!(schema["type"], json!(["string", "object"]));
        assert_eq!((&schema["description"], &schema["minLength"]), (&json!("A key."), &json!(1)));
        assert_eq!(schema["properties"]["source"]["enum"], json!(["file", "pipe"]));
        assert_eq!(schema["properties"]["source"]["enumDescriptions"], json!(["In a file.", "In a pipe."]));
        assert_eq!(schema["properties"]["path"]["type"], "string");
        assert_eq!(
            schema["defaultSnippets"][1],
            json!({ "label": "pipe", "description": "In a pipe.", "body": { "source": "pipe", "name": "${1:x}" } })
        );
        let validator = jsonschema::validator_for(&schema).unwrap();
        let accepts = |value: Value| validator.is_valid(&value);
        assert!(accepts(json!("text")) && accepts(json!({ "source": "file", "path": "x" })));
        for wrong in [
            json!(""),
            json!(1),
            json!({}),
            json!({ "path": "x" }),
            json!({ "source": "file" }),
            json!({ "source": "file", "name": "x" }),
            json!({ "source": "file", "path": "x", "name": "x" }),
            json!({ "source": "tape", "path": "x" }),
            json!({ "source": "file", "path": "x", "other": 1 }),
        ] {
            assert!(!accepts(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn alternatives_of_one_kind_stay_alternatives() {
        for alternatives in [
            json!([{ "type": "string", "pattern": "a" }, { "type": "string", "pattern": "b" }]),
            json!([{ "type": "string", "enum": ["a"] }, { "type": "object" }]),
            json!([{ "$ref": "#/definitions/a" }, { "type": "string" }]),
        ] {
            check(json!({ "anyOf": alternatives }), &json!({ "anyOf": alternatives }));
        }
    }

    #[test]
    fn a_reference_is_not_lifted() {
        let schema = json!({ "allOf": [{ "$ref": "#/definitions/x" }] });
        check(schema.clone(), &schema);
    }
}
