//! Documents that are made from the schema, and what a single mistake makes of them: schema and host agree on each.
//!
//! The documents are put together by walking the schema, so that a new key is tested as soon as it exists.

use clawdia::config::Config;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Map, Value, json};

use super::{SCHEMA, VALIDATOR, plugins};

/// What can be said of the schema in one piece: references and what is joined to it become part of it. The conditions
/// are those of the only linked protocol, so they hold.
fn resolved(schema: &Value) -> Map<String, Value> {
    let mut all = schema.as_object().cloned().unwrap_or_default();
    let mut parts = Vec::new();
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        parts.push(resolved(SCHEMA.pointer(reference.strip_prefix('#').unwrap()).unwrap()));
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        parts.push(resolved(part.get("then").unwrap_or(part)));
    }
    for part in parts {
        join(&mut all, part);
    }
    all
}

/// Puts a part over what is there, so that what a protocol says of a key goes before what any entry says.
fn join(all: &mut Map<String, Value>, part: Map<String, Value>) {
    for (key, value) in part {
        match (all.get_mut(&key), value) {
            (Some(Value::Object(all)), Value::Object(part)) => join(all, part),
            (Some(Value::Bool(_)), Value::Object(_)) => {}
            (_, value) => {
                all.insert(key, value);
            }
        }
    }
}

/// The kinds of objects that one key tells apart, each as a schema of its own.
fn kinds(schema: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let conditions = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let kind = |condition: &Value| {
        let (tag, word) = condition.pointer("/if/properties")?.as_object()?.iter().next()?;
        let own = schema.get("properties")?.get(tag)?;
        own.get("enum")
            .filter(|words| words.as_array().is_some_and(|words| words.contains(&word["const"])))?;
        let mut kind = schema.clone();
        kind.remove("allOf");
        kind["properties"][tag]["enum"] = json!([word["const"]]);
        kind.insert("required".to_owned(), condition["then"]["required"].clone());
        let foreign = condition["then"]["properties"].as_object()?.iter().filter(|(_, said)| **said == false);
        for (key, _) in foreign {
            kind["properties"].as_object_mut()?.remove(key);
        }
        Some(kind)
    };
    conditions.filter_map(kind).collect()
}

/// A value that fits a schema.
fn fitting(schema: &Value) -> BoxedStrategy<Value> {
    let kinds = schema.as_object().map(kinds).unwrap_or_default();
    if !kinds.is_empty() {
        let kinds = kinds.into_iter().map(|kind| fitting(&Value::Object(kind)));
        return proptest::strategy::Union::new(kinds).boxed();
    }
    let schema = resolved(schema);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return select(words.clone()).boxed();
    }
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.clone(),
        Some(kind) => vec![kind.clone()],
        None => vec![json!("string")],
    };
    let strategies = kinds.iter().map(|kind| of_kind(kind.as_str().unwrap(), &schema)).collect::<Vec<_>>();
    proptest::strategy::Union::new(strategies).boxed()
}

fn of_kind(kind: &str, schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    match kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "string" => text(schema),
        "integer" => {
            let bound = |keyword: &str, other| schema.get(keyword).and_then(Value::as_u64).unwrap_or(other);
            (bound("minimum", 0)..=bound("maximum", u64::MAX)).prop_map(Value::from).boxed()
        }
        "number" => {
            let bound = |keyword: &str, other| schema.get(keyword).and_then(Value::as_f64).unwrap_or(other);
            (bound("minimum", -9.0)..=bound("maximum", 99.0)).prop_map(Value::from).boxed()
        }
        "array" => {
            // One at most: the elements of some lists must differ, which no schema says.
            let least = schema.get("minItems").and_then(Value::as_u64).map_or(0, |_| 1);
            let item = fitting(schema.get("items").unwrap_or(&Value::Null));
            prop::collection::vec(item, least..=1).prop_map(Value::from).boxed()
        }
        _ => object(schema),
    }
}

/// Texts that fit a pattern are chosen among the examples; without any, the pattern asks for no more than something.
fn text(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    if !schema.contains_key("pattern") {
        return "[a-zü][a-zü /]{0,7}".prop_map(Value::from).boxed();
    }
    let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
    let examples = examples.filter(|example| example.is_string()).cloned().collect::<Vec<_>>();
    if examples.is_empty() { "[a-z]{1,8}".prop_map(Value::from).boxed() } else { select(examples).boxed() }
}

fn object(schema: &Map<String, Value>) -> BoxedStrategy<Value> {
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let needed = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    // What protocols need as a whole: these may be in pieces, but then in several places.
    let is_whole = properties.contains_key("guardrailIdentifier") || properties.contains_key("latency");
    let keys = properties.keys().filter(|key| properties[*key].get("deprecationMessage").is_none());
    let keys = keys.filter(|key| key.as_str() != "service_tier").cloned().collect::<Vec<_>>();
    let count = keys.len();
    let some = if is_whole { Just(keys).boxed() } else { subsequence(keys, 0..=count.min(6)).boxed() };
    let others = match schema.get("additionalProperties") {
        Some(other @ Value::Object(_)) => {
            let names = schema.get("propertyNames").cloned().unwrap_or(json!(true));
            let pool = ["second", "amazon-bedrock/x.y:0", "x-team"].into_iter();
            let pool = pool.filter(|name| jsonschema::is_valid(&names, &json!(name))).collect::<Vec<_>>();
            prop::option::of((select(pool), fitting(other))).boxed()
        }
        _ => Just(None).boxed(),
    };
    (some, others)
        .prop_flat_map(move |(some, other)| {
            let mut members = Vec::new();
            for (key, property) in &properties {
                if some.contains(key) || needed.iter().any(|name| name == key) {
                    let value = fitting(property);
                    // Nothing of a whole is taken back.
                    let value = if is_whole {
                        value.prop_filter("a part", |value| !value.is_null()).boxed()
                    } else {
                        value
                    };
                    members.push((Just(key.clone()), value));
                }
            }
            (members, Just(other)).prop_map(|(members, other)| {
                let mut object = members.into_iter().collect::<Map<_, _>>();
                object.extend(other.map(|(name, value)| (name.to_owned(), value)));
                Value::Object(object)
            })
        })
        .boxed()
}

/// A single mistake.
#[derive(Debug, Clone)]
enum Mistake {
    /// Something too many in a key.
    Key(&'static str),
    /// A value of another type, or out of all ranges.
    Value(Value),
}

fn mistake() -> impl Strategy<Value = Mistake> {
    let values = vec![
        json!(true),
        json!(-1),
        json!(0),
        json!(0.5),
        json!(" "),
        json!("nonsense"),
        json!([]),
        json!({}),
        json!({ "nonsense": 1 }),
        json!(8192.0),
    ];
    // What nearly fits some pattern, or does fit although it does not look so.
    let texts = [
        "",
        "\t",
        "two words",
        " led",
        "trailed ",
        "two\nlines",
        "\u{7f}",
        "a/b",
        "A/b",
        "a/",
        "/b",
        "a/ ",
        "é/b",
        "HTTPS://h",
        "https://h:0",
        "https://h:00443",
        "https://h:65535",
        "https://h:65536",
        "https://h:",
        "https://h:+80",
        "https://:80",
        "https://me:pw@h/p?q#f",
        "https://a b",
        "https://[::1]:80",
        "https://[x]",
        "https://h%6f",
        "ftp://h",
        "arn:aws:iam::111122223333:role/x",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::111122223333:role/",
        "arn:aws-cn:iam::111122223333:role/path/x ",
        "arn:aws:iam::111122223333:user/x",
        "DRAFT",
        "01",
    ];
    let values = values.into_iter().chain(texts.map(Value::from)).collect::<Vec<_>>();
    let keys = select(vec!["x", " ", "/", "\n", "É", "X", ":"]);
    prop_oneof![1 => keys.prop_map(Mistake::Key), 3 => select(values).prop_map(Mistake::Value)]
}

/// The JSON pointers of all that is in a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let at = format!("{at}/{}", escaped(key));
                found.push(at.clone());
                pointers(value, &at, found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                let at = format!("{at}/{index}");
                found.push(at.clone());
                pointers(value, &at, found);
            }
        }
        _ => {}
    }
}

fn with_mistake(document: &Value, at: &str, mistake: &Mistake) -> Value {
    let mut document = document.clone();
    match mistake {
        Mistake::Value(value) => *document.pointer_mut(at).unwrap() = value.clone(),
        Mistake::Key(more) => {
            let (parent, key) = at.rsplit_once('/').unwrap();
            let key = key.replace("~1", "/").replace("~0", "~");
            if let Value::Object(members) = document.pointer_mut(parent).unwrap() {
                let value = members.remove(&key).unwrap();
                members.insert(format!("{key}{more}"), value);
            }
        }
    }
    document
}

/// What a host knows and a schema does not, in documents like these.
fn only_the_host_minds(at: &str, document: &Value) -> bool {
    // Which protocols are linked.
    let providers = document.pointer("/models/providers").and_then(Value::as_object);
    let apis =
        providers.into_iter().flat_map(Map::values).filter_map(|provider| provider.get("api")?.as_str());
    let is_unknown = apis.into_iter().any(|api| api != "bedrock-converse-stream");
    // What several places say together.
    // That the first of several texts is a program.
    let is_program = at.ends_with("/command/0");
    is_unknown || is_program || ["/guardrail", "/performanceConfig"].iter().any(|whole| at.contains(whole))
}

fn by_host(document: &Value) -> Result<(), String> {
    Config::parse(&document.to_string(), &plugins()).map(drop).map_err(|error| error.to_string())
}

/// The API of a generated entry is the linked one; any text would fit the schema.
fn speaking(mut document: Value) -> Value {
    let providers = document.pointer_mut("/models/providers").and_then(Value::as_object_mut);
    for provider in providers.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        if provider.contains_key("api") {
            provider.insert("api".to_owned(), json!("bedrock-converse-stream"));
        }
    }
    document
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_fits_the_schema_is_accepted(document in fitting(&SCHEMA).prop_map(speaking)) {
        let errors = VALIDATOR.iter_errors(&document).map(|error| error.to_string()).collect::<Vec<_>>();
        prop_assert!(errors.is_empty(), "{document}: {errors:?}");
        prop_assert_eq!(by_host(&document), Ok(()), "{}", document);
    }

    #[test]
    fn a_single_mistake_is_refused_by_both_or_by_none(
        document in fitting(&SCHEMA).prop_map(speaking),
        index in any::<Index>(),
        mistake in mistake(),
    ) {
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        prop_assume!(!places.is_empty());
        let at = &places[index.index(places.len())];
        let wrong = with_mistake(&document, at, &mistake);
        let (schema, host) = (VALIDATOR.is_valid(&wrong), by_host(&wrong));
        // Taking back what does not exist does no harm.
        let is_null = matches!(mistake, Mistake::Key(_)) && document.pointer(at) == Some(&Value::Null);
        let is_exempt = if schema { only_the_host_minds(at, &wrong) } else { is_null };
        if !is_exempt {
            prop_assert_eq!(schema, host.is_ok(), "{} with {:?} at {}: {:?}", wrong, mistake, at, host);
        }
    }
}
