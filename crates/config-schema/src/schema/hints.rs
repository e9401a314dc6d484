//! What the types of the document do not say: examples, and the rules that are checked after reading.
//!
//! Separate because most of these types are the vocabulary of providers, which has no document: that a price is not
//! negative is a rule of the configuration. What a type says itself goes before what is said here, but for patterns: these
//! are the rules by which a host judges.

use serde_json::{Map, Value, json};

use super::places::find;
use super::protocols::AGENTS;

/// An address, by the rule of `provider_rules`.
const ADDRESS: &str = r"^https?://[^/:?#\s\p{Cc}][^\s\p{Cc}]*$";
/// Anything but nothing and blanks.
const NOT_BLANK: &str = r"\S";
/// The name of a header: a token of RFC 9110.
const HEADER_NAME: &str = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
/// The value of a header: one line.
const HEADER_VALUE: &str = r"^(\t|[^\p{Cc}])*$";
/// A provider's id, as it can be named in a model ref.
const PROVIDER_ID: &str = r"^[^/\s\p{Cc}\p{Lu}\p{Lt}]+$";
/// A model ref: something before the first slash and something behind it, on one line.
const MODEL_REF: &str = r"^[^/\p{Cc}]*[^/\s\p{Cc}][^/\p{Cc}]*/[^\p{Cc}]*[^\s\p{Cc}][^\p{Cc}]*$";
/// What to say of a text that is none.
const NO_MODEL_REF: &str = "Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.";

/// Puts every hint in its place; gives the places that no type has.
pub(super) fn apply(schema: &mut Value) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for place in AGENTS {
        // An agent of its own is described as the defaults are, where there can be any.
        if find(schema, place).is_some() {
            for (below, hint) in agent() {
                let found = find(schema, &format!("{place}.{below}"));
                match (found, hint) {
                    (Some(found), Value::Object(hint)) => merge(found, hint),
                    _ => missing.push(below),
                }
            }
        }
    }
    for (place, hint) in hints() {
        match (find(schema, place), hint) {
            (Some(found), Value::Object(hint)) => merge(found, hint),
            _ => missing.push(place),
        }
    }
    missing
}

/// Adds what is not there, in objects member by member.
fn merge(found: &mut Map<String, Value>, hint: Map<String, Value>) {
    for (key, value) in hint {
        match (found.get_mut(&key), value) {
            (Some(Value::Object(found)), Value::Object(value)) => merge(found, value),
            (Some(found), value) if key.starts_with("pattern") => *found = value,
            // That a type of Rust cannot be negative is not all that a rule says.
            (Some(found), value) if key == "minimum" && *found == 0 => *found = value,
            (Some(_), _) => {}
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
            json!({ "x-example": { "coder": { "model": "amazon-bedrock/us.amazon.nova-lite-v1:0" } } }),
        ),
    ]
}

/// Below the place of an agent.
fn agent() -> Vec<(&'static str, Value)> {
    let model_ref = || {
        json!({
            "pattern": MODEL_REF,
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
        ("model.fallbacks", json!({ "defaultSnippets": [{ "label": "a fallback", "body": ["$1"] }] })),
        (
            "models",
            json!({
                "x-key": "ref",
                "x-example": { "amazon-bedrock/us.amazon.nova-lite-v1:0": { "params": {} } },
                "propertyNames": { "pattern": MODEL_REF, "patternErrorMessage": NO_MODEL_REF },
            }),
        ),
    ]
}

fn provider() -> Vec<(&'static str, Value)> {
    let not_blank = |example: &str| {
        let message = "Leave the key out instead of writing blanks.";
        json!({ "pattern": NOT_BLANK, "patternErrorMessage": message, "examples": [example] })
    };
    let milliseconds = |default: u64| json!({ "default": default });
    vec![
        ("models.providers.*.baseUrl", address()),
        ("models.providers.*.apiKey", {
            let mut hint = not_blank("");
            hint["examples"] = json!(["<your key>"]);
            hint
        }),
        ("models.providers.*.headers", headers()),
        ("models.providers.*.region", {
            let mut hint = not_blank("us-east-1");
            hint["x-proposals"] = json!("regions");
            hint["x-example"] = json!("us-east-1");
            hint
        }),
        ("models.providers.*.profile", not_blank("default")),
        ("models.providers.*.roleArn", not_blank("arn:aws:iam::111122223333:role/bedrock")),
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
    let limit = |example: u64| json!({ "minimum": 1, "examples": [example] });
    let price = |example: Value| json!({ "minimum": 0, "examples": [example] });
    let id = "anthropic.claude-opus-4-5-20251101-v1:0";
    let not_blank = "An id cannot be blank.";
    let mut hints = vec![
        (
            "models.providers.*.models[]",
            json!({ "defaultSnippets": [{ "label": "a model", "body": { "id": "$1" } }] }),
        ),
        (
            "models.providers.*.models[].id",
            json!({ "pattern": NOT_BLANK, "patternErrorMessage": not_blank, "examples": [id] }),
        ),
        ("models.providers.*.models[].name", json!({ "examples": ["Claude Opus 4.5 (Bedrock)"] })),
        (
            "models.providers.*.models[].input",
            json!({ "minItems": 1, "examples": [["text"], ["text", "image"]] }),
        ),
        ("models.providers.*.models[].contextWindow", limit(200_000)),
        ("models.providers.*.models[].maxTokens", limit(8_192)),
        ("models.providers.*.models[].baseUrl", address()),
        ("models.providers.*.models[].headers", headers()),
        ("models.providers.*.models[].canonicalModelId", json!({ "examples": [id] })),
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
            json!({ "x-key": "tier", "x-example": { "flex": { "input": 2.5, "output": 12.5 } } }),
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
        "examples": ["https://bedrock-runtime.us-east-1.amazonaws.com"],
    })
}

fn headers() -> Value {
    json!({
        "propertyNames": {
            "pattern": HEADER_NAME,
            "patternErrorMessage": "The name of a header has letters, digits and `-`.",
        },
        "additionalProperties": {
            "pattern": HEADER_VALUE,
            "patternErrorMessage": "Write the value of a header on one line.",
        },
        "x-example": { "x-team": "research" },
    })
}
