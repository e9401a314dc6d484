//! What the types of the document do not say: examples, and the rules that are checked after reading.
//!
//! Separate because most of these types are the vocabulary of providers, which has no document: that a price is not
//! negative is a rule of the configuration. What a type says itself goes before what is said here, but for patterns: these
//! are the rules by which a host judges.

use clawdia_core::ModelRef;
use clawdia_core::schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::places::find;
use super::protocols::AGENTS;

/// An address, by the rule of `address`. Patterns keep to what all engines read alike: no classes of Unicode, and control
/// characters by their numbers.
const ADDRESS: &str = concat!(
    r"^[Hh][Tt][Tt][Pp][Ss]?://",
    // A name and a password.
    r"([^/?#\\\s\x00-\x1f\x7f-\x9f]*@)?",
    // A host.
    r#"(\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[^/?#\\@\s\x00-\x1f\x7f-\x9f<>"`{}|^%:\[\]]+)"#,
    // A port of 1 to 65535, or the usual one.
    r"(:|:0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?",
    r"([/?#\\][^\s\x00-\x1f\x7f-\x9f]*)?$",
);
/// Anything but nothing and blanks.
const NOT_BLANK: &str = r"\S";
/// The name of a header: a token of RFC 9110.
const HEADER_NAME: &str = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
/// The value of a header: one line.
const HEADER_VALUE: &str = r"^(\t|[^\x00-\x1f\x7f-\x9f])*$";
/// A provider's id, as it can be named in a model ref: visible ASCII but for slashes and capitals.
const PROVIDER_ID: &str = r"^[!-.0-@\[-~]+$";
/// The ARN of a role, with or without space around it.
const ROLE: &str = r"^\s*arn:[a-z0-9-]+:iam::[0-9]{12}:role/[!-~]+\s*$";
/// A name on one line that is not blank.
const NAME: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// What to say of a text that is none.
const NO_MODEL_REF: &str = "Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.";

/// Puts every hint in its place; gives the places that no type has, and the keywords that change nothing there.
pub(super) fn apply(schema: &mut Value) -> Vec<String> {
    let mut idle = Vec::new();
    for place in AGENTS {
        // An agent of its own is described as the defaults are, where there can be any.
        if find(schema, place).is_some() {
            for (below, hint) in agent() {
                let found = find(schema, &format!("{place}.{below}"));
                match (found, hint) {
                    (Some(found), Value::Object(hint)) => merge(found, hint, below, &mut idle),
                    _ => idle.push(below.to_owned()),
                }
            }
        }
    }
    for (place, hint) in hints() {
        match (find(schema, place), hint) {
            (Some(found), Value::Object(hint)) => merge(found, hint, place, &mut idle),
            _ => idle.push(place.to_owned()),
        }
    }
    idle
}

/// Adds what is not there, in objects member by member.
fn merge(found: &mut Map<String, Value>, hint: Map<String, Value>, place: &str, idle: &mut Vec<String>) {
    for (key, value) in hint {
        let place = format!("{place} {key}");
        match (found.get_mut(&key), value) {
            (Some(Value::Object(found)), Value::Object(value)) => merge(found, value, &place, idle),
            (Some(found), value) if key.starts_with("pattern") && *found != value => *found = value,
            (Some(_), _) => idle.push(place),
            (None, value) => {
                found.insert(key, value);
            }
        }
    }
}

fn hints() -> Vec<(&'static str, Value)> {
    let mut hints = general();
    hints.extend(provider());
    hints.extend(model());
    hints
}

fn general() -> Vec<(&'static str, Value)> {
    vec![
        ("$schema", json!({ "examples": ["./clawdia.schema.json"] })),
        ("models.mode", json!({ "default": "merge" })),
        (
            "models.providers",
            json!({ "x-key": "id", "propertyNames": {
                "pattern": PROVIDER_ID,
                "patternErrorMessage": "A provider's id is in lower case, without slashes and blanks.",
            } }),
        ),
        (
            "agents.entries",
            json!({
                "x-example": { "coder": { "model": "amazon-bedrock/us.amazon.nova-lite-v1:0" } },
                "propertyNames": {
                    "pattern": NAME,
                    "patternErrorMessage": "Give the agent a name, such as `coder`.",
                    "examples": ["coder"],
                },
            }),
        ),
    ]
}

/// What a model ref looks like, as its type has it.
fn pattern_of_refs() -> Option<Value> {
    ModelRef::json_schema(&mut SchemaGenerator::default()).get("pattern").cloned()
}

/// Below the place of an agent.
fn agent() -> Vec<(&'static str, Value)> {
    let model_ref = || {
        json!({
            "patternErrorMessage": NO_MODEL_REF,
            "x-proposals": "models",
        })
    };
    let mut model = model_ref();
    model["defaultSnippets"] = json!([
        { "label": "a model", "body": "$1" },
        { "label": "a model and fallbacks", "body": { "primary": "$1", "fallbacks": ["$2"] } },
    ]);
    vec![
        ("model", model),
        ("model.primary", model_ref()),
        ("model.fallbacks[]", model_ref()),
        (
            "model.fallbacks",
            json!({ "uniqueItems": true, "defaultSnippets": [{ "label": "a fallback", "body": ["$1"] }] }),
        ),
        (
            "models",
            json!({
                "x-key": "ref",
                "x-example": { "amazon-bedrock/us.amazon.nova-lite-v1:0": { "alias": "nova" } },
                "propertyNames": { "pattern": pattern_of_refs(), "patternErrorMessage": NO_MODEL_REF },
            }),
        ),
    ]
}

fn provider() -> Vec<(&'static str, Value)> {
    let not_blank = || {
        let message = "Leave the key out instead of writing blanks.";
        json!({ "pattern": NOT_BLANK, "patternErrorMessage": message })
    };
    let milliseconds = |default: u64| json!({ "default": default });
    vec![
        ("models.providers.*.baseUrl", address()),
        ("models.providers.*.apiKey", not_blank()),
        ("models.providers.*.headers", headers()),
        ("models.providers.*.region", {
            let mut hint = not_blank();
            hint["x-proposals"] = json!("regions");
            hint["x-example"] = json!("us-east-1");
            hint
        }),
        ("models.providers.*.profile", not_blank()),
        (
            "models.providers.*.roleArn",
            json!({
                "pattern": ROLE,
                "patternErrorMessage": "Write the ARN of a role, such as `arn:aws:iam::111122223333:role/clawdia`.",
            }),
        ),
        ("models.providers.*.timeouts.connectMs", milliseconds(5_000)),
        ("models.providers.*.timeouts.firstEventMs", milliseconds(120_000)),
        ("models.providers.*.timeouts.idleMs", milliseconds(120_000)),
        ("models.providers.*.timeouts.totalMs", json!({ "examples": [600_000] })),
        (
            "models.providers.*.models",
            json!({ "defaultSnippets": [{ "label": "a model", "body": [{ "id": "$1" }] }] }),
        ),
    ]
}

fn model() -> Vec<(&'static str, Value)> {
    let price = |example: Value| json!({ "examples": [example] });
    let id = "anthropic.claude-opus-4-5-20251101-v1:0";
    let not_blank = "An id cannot be blank.";
    let mut hints = vec![
        (
            "models.providers.*.models[]",
            json!({ "defaultSnippets": [{ "label": "a model", "body": { "id": "$1" } }] }),
        ),
        ("models.providers.*.models[].id", json!({ "pattern": NOT_BLANK, "patternErrorMessage": not_blank })),
        ("models.providers.*.models[].input", json!({ "examples": [["text"], ["text", "image"]] })),
        ("models.providers.*.models[].baseUrl", {
            let mut hint = address();
            hint["examples"] = json!(["https://bedrock-runtime.us-east-1.amazonaws.com"]);
            hint
        }),
        ("models.providers.*.models[].headers", headers()),
        (
            "models.providers.*.models[].canonicalModelId",
            json!({ "pattern": NOT_BLANK, "patternErrorMessage": not_blank, "examples": [id] }),
        ),
        ("models.providers.*.models[].capabilities", json!({ "x-example": { "promptCaching": true } })),
        ("models.providers.*.models[].cost", json!({ "x-example": { "input": 5, "output": 25 } })),
        ("models.providers.*.models[].cost.input", price(json!(5))),
        ("models.providers.*.models[].cost.output", price(json!(25))),
        ("models.providers.*.models[].cost.cacheRead", price(json!(0.5))),
        ("models.providers.*.models[].cost.cacheWrite", price(json!(6.25))),
        ("models.providers.*.models[].cost.cacheWrite1h", price(json!(10))),
        (
            "models.providers.*.models[].cost.tiers",
            json!({ "x-example": [{ "inputTokensAbove": 200_000, "input": 10, "output": 37.5 }] }),
        ),
        (
            "models.providers.*.models[].cost.serviceTiers",
            json!({
                "x-key": "tier",
                "x-example": { "flex": { "input": 2.5, "output": 12.5 } },
                "propertyNames": { "examples": ["flex", "priority"] },
            }),
        ),
        ("models.providers.*.models[].cost.serviceTiers.*.input", price(json!(2.5))),
        ("models.providers.*.models[].cost.serviceTiers.*.output", price(json!(12.5))),
        ("models.providers.*.models[].cost.serviceTiers.*.cacheRead", price(json!(0.25))),
        ("models.providers.*.models[].cost.serviceTiers.*.cacheWrite", price(json!(3.125))),
        ("models.providers.*.models[].cost.tiers[].inputTokensAbove", json!({ "examples": [200_000] })),
    ];
    let tier = [
        ("models.providers.*.models[].cost.tiers[].input", json!(10)),
        ("models.providers.*.models[].cost.tiers[].output", json!(37.5)),
        ("models.providers.*.models[].cost.tiers[].cacheRead", json!(1)),
        ("models.providers.*.models[].cost.tiers[].cacheWrite", json!(12.5)),
        ("models.providers.*.models[].cost.tiers[].cacheWrite1h", json!(20)),
    ];
    hints.extend(tier.map(|(place, example)| (place, price(example))));
    hints
}

fn address() -> Value {
    json!({
        "pattern": ADDRESS,
        "patternErrorMessage": "Write an address such as `https://bedrock-runtime.us-east-1.amazonaws.com`.",
    })
}

fn headers() -> Value {
    json!({
        "propertyNames": {
            "pattern": HEADER_NAME,
            "patternErrorMessage": "The name of a header has letters, digits and `-`.",
            "examples": ["x-team"],
        },
        "additionalProperties": {
            "pattern": HEADER_VALUE,
            "patternErrorMessage": "Write the value of a header on one line.",
        },
        "x-example": { "x-team": "research" },
    })
}
