//! What a typed value means under a schema, and which entries a replacement would drop.

use clawdia_config_schema::edit::{
    ConfigPath, dropped, dropped_by_patch, merge, patched, read_json, read_value, wants_list,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema() -> Value {
    json!({
        "definitions": {
            "discovery": { "type": "object", "properties": {
                "enabled": { "type": "boolean" },
                "region": { "type": "string" },
                "providerFilter": { "type": "array", "items": { "type": "string" } },
                "refreshInterval": { "type": "integer", "minimum": 0, "default": 3600 },
            } },
            "choice": { "anyOf": [{ "type": "string" }, { "type": "object", "properties": { "primary": { "type": "string" } } }] },
            "loop": { "$ref": "#/definitions/loop" },
        },
        "type": "object",
        "properties": {
            "discovery": { "allOf": [{ "$ref": "#/definitions/discovery" }] },
            "model": { "$ref": "#/definitions/choice" },
            "inlined": { "type": ["object", "string"], "properties": {} },
            "version": { "type": "string" },
            "temperature": { "type": "number" },
            "mode": { "type": "string", "enum": ["merge", "replace"] },
            "level": { "enum": [1, 2, "high"] },
            "api": { "type": "string", "anyOf": [{ "enum": ["a", "b"] }, { "type": "string" }] },
            "auth": { "oneOf": [{ "const": "none" }, { "const": "aws-sdk" }] },
            "cache": { "type": ["boolean", "string"] },
            "limit": { "type": ["integer", "null"] },
            "loop": { "$ref": "#/definitions/loop" },
            "any": {},
            "entries": { "type": "object", "additionalProperties": { "$ref": "#/definitions/discovery" } },
            "models": { "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } } } },
        },
    })
}

fn path(text: &str) -> ConfigPath {
    if text.is_empty() { ConfigPath::root() } else { text.parse().unwrap() }
}

#[track_caller]
fn check(at: &str, text: &str, expected: Value) {
    assert_eq!(read_value(&path(at), text, Some(&schema())), Ok(expected));
}

#[track_caller]
fn refused(at: &str, text: &str, parts: &[&str]) {
    let error = read_value(&path(at), text, Some(&schema())).unwrap_err();
    for part in parts {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn text_is_kept_where_text_is_wanted() {
    check("discovery.region", "us-east-1", json!("us-east-1"));
    for text in ["1", "true", "[1]", "{a:1}", "[1", "NaN", "", "0123456789012345678901", " a\n b"] {
        check("version", text, json!(text));
    }
    check("version", " x ", json!("x"));
    check("version", "' x '", json!(" x "));
    check("version", "\"null\"", json!("null"));
    refused("version", "null", &["`null` is no text", "`clawdia config unset version`"]);
    check("version", "'1'", json!("1"));
    check("version", "\"us-east-1\"", json!("us-east-1"));
    check("entries.x.region", "5", json!("5"));
    check("models[0].id", "12", json!("12"));
}

#[test]
fn other_kinds_are_read_as_json5() {
    check("discovery.enabled", "true", json!(true));
    check("discovery.enabled", " false ", json!(false));
    check("discovery.providerFilter", "[\"anthropic\"]", json!(["anthropic"]));
    check("discovery.refreshInterval", "0x10", json!(16));
    check("discovery.refreshInterval", "1e3", json!(1000));
    check("discovery.refreshInterval", "18446744073709551615", json!(u64::MAX));
    check("temperature", ".5", json!(0.5));
    check("temperature", "1", json!(1));
    check("discovery", "{ enabled: true }", json!({ "enabled": true }));
    check("limit", "null", json!(null));
    check("limit", "${LIMIT}", json!("${LIMIT}"));
    check("discovery.enabled", " ${ENABLED} ", json!("${ENABLED}"));
}

#[test]
fn of_several_kinds_text_is_what_reads_as_no_other() {
    check("model", "a/b", json!("a/b"));
    check("model", "{ primary: 'a/b' }", json!({ "primary": "a/b" }));
    check("model", "5", json!("5"));
    check("model", "[1]", json!("[1]"));
    check("inlined", "{}", json!({}));
    refused("inlined", "{", &["cannot be read", "text or an object is wanted"]);
    refused("model", " { primary: 'a/b'", &["cannot be read"]);
    check("cache", "true", json!(true));
    check("cache", "long", json!("long"));
}

#[test]
fn what_stands_in_a_value_is_typed_as_well() {
    check(
        "",
        "{ version: 1, discovery: { region: 0x10, enabled: true, providerFilter: [1e3, 'x', false] } }",
        json!({ "version": "1", "discovery": { "region": "0x10", "enabled": true, "providerFilter": ["1e3", "x", "false"] } }),
    );
    check("models", "[{ id: 123456789012345678901234 }]", json!([{ "id": "123456789012345678901234" }]));
    check("cache", "true", json!(true));
    check(
        "",
        "{ cache: false, level: 2, any: { x: 1 } }",
        json!({ "cache": false, "level": 2, "any": { "x": 1 } }),
    );
}

#[test]
fn no_number_is_changed_without_a_word() {
    let long = "36893488147419103232";
    for at in ["discovery", "any", "unknown"] {
        refused(at, &format!("{{ refreshInterval: {long} }}"), &["refreshInterval` has too many digits"]);
    }
    refused("any", &format!("[0, -{long}]"), &["`any[1]` has too many digits"]);
    let error = read_json(&path("a"), &format!("{{\"b\": [{long}]}}")).unwrap_err().to_string();
    assert!(error.contains("`a.b[0]` has too many digits"), "{error}");
    assert!(read_json(&path("a"), long).is_err());
    assert_eq!(read_json(&path("a"), "[18446744073709551615, 1.5e300]"), Ok(json!([u64::MAX, 1.5e300])));
}

#[test]
fn no_nesting_is_too_deep_for_an_answer() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for at in ["discovery", "mode", "any", "unknown", "model", "limit"] {
        let answer = read_value(&path(at), &deep, Some(&schema()));
        assert!(answer.is_err() || at == "model", "{at}");
    }
    assert!(read_value(&path("x"), &deep, None).is_err());
    assert!(read_json(&path("x"), &deep).is_err());
}

#[test]
fn closed_sets_are_words_of_the_schema() {
    check("mode", "merge", json!("merge"));
    check("mode", " \"merge\" ", json!("merge"));
    check("level", "2", json!(2));
    check("level", "high", json!("high"));
    check("auth", "aws-sdk", json!("aws-sdk"));
    check("api", "a", json!("a"));
    check("api", "other", json!("other"));
    refused("mode", "mrege", &["one of `merge`, `replace`", "did you mean `merge`?"]);
    refused("level", "3", &["this is a number", "one of `1`, `2`, `high`"]);
    refused("auth", "x", &["one of `none`, `aws-sdk`", "write for example `none`"]);
}

#[test]
fn a_wrong_value_is_told_what_is_wanted_and_never_shown() {
    refused(
        "discovery.enabled",
        "yes",
        &["could not set `discovery.enabled`", "this is text", "`true` or `false`"],
    );
    refused("discovery.refreshInterval", "abc", &["this is text", "a whole number", "for example `3600`"]);
    refused("discovery.refreshInterval", "1.5", &["this is a number", "a whole number"]);
    refused("discovery.refreshInterval", "NaN", &["not a finite number"]);
    refused("discovery.refreshInterval", "36893488147419103232", &["too many digits"]);
    refused("discovery.providerFilter", "anthropic", &["a list is wanted", "write a list"]);
    refused("discovery.providerFilter", "['a'", &["cannot be read", "a list is wanted"]);
    refused("discovery", "s3cr3t", &["an object is wanted"]);
    let error = read_value(&path("discovery"), "s3cr3t", Some(&schema())).unwrap_err();
    assert!(!format!("{error}{error:?}").contains("s3cr3t"));
}

#[test]
fn without_a_schema_json5_decides() {
    for at in ["any", "unknown.key", "loop"] {
        check(at, "true", json!(true));
        check(at, "us-east-1", json!("us-east-1"));
        check(at, "[1, 'x']", json!([1, "x"]));
        check(at, "12345678901234567890123", json!("12345678901234567890123"));
        refused(at, "Infinity", &["not a finite number", "in quotes"]);
        refused(at, "{ a: 1, a: 2 }", &["a second time"]);
    }
    assert_eq!(read_value(&path("x"), "+1", None), Ok(json!(1)));
    assert_eq!(read_value(&path("x"), " a b", None), Ok(json!("a b")));
}

#[test]
fn strict_json_is_json() {
    assert_eq!(read_json(&path("a"), "{\"b\": 1}"), Ok(json!({ "b": 1 })));
    let error = read_json(&path("a"), "us-east-1").unwrap_err().to_string();
    assert!(error.contains("could not set `a`") && error.contains("double quotes"), "{error}");
}

#[test]
fn lists_are_made_where_the_schema_wants_them_or_is_silent() {
    let schema = schema();
    assert!(wants_list(Some(&schema), &path("models")));
    assert!(wants_list(Some(&schema), &path("discovery.providerFilter")));
    assert!(wants_list(Some(&schema), &path("any")));
    assert!(wants_list(None, &path("any")));
    assert!(!wants_list(Some(&schema), &path("entries")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_schema_gives_an_answer(
        keyword in "type|enum|items|properties|anyOf|\\$ref|prefixItems|additionalProperties|patternProperties|const",
        value in prop_oneof![
            Just(json!("#")), Just(json!("#/properties/a")), Just(json!("x")), Just(json!(1)), Just(json!([])),
            Just(json!({ "$ref": "#" })), Just(json!([{ "$ref": "#" }, 1])), Just(json!({ "a": { "$ref": "#" } })), Just(json!(true)),
        ],
        text in "[a-c0-1{}\\[\\]:',. ]{0,6}",
    ) {
        let schema = json!({ keyword: value, "properties": { "a": { "$ref": "#" } }, "allOf": [{ "$ref": "#/properties/a" }] });
        for at in ["a", "a[0]", "a.b.a[0]"] {
            let answer = read_value(&path(at), &text, Some(&schema));
            prop_assert!(answer.is_ok() || !answer.unwrap_err().remedy().is_empty());
        }
    }
}

#[test]
fn entries_that_a_replacement_would_drop_are_named() {
    let old = json!({ "providers": { "x": { "api": "a", "models": [{ "id": "m" }, { "id": "n" }] }, "y": {} }, "mode": "merge" });
    let check = |new: Value, expected: &[&str]| {
        let found = dropped(&path("models"), &old, &new);
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    };
    check(old.clone(), &[]);
    check(json!({ "providers": old["providers"] }), &["`models` would lose `mode`"]);
    check(json!({}), &["`models` would lose `providers`, `mode`"]);
    check(json!({ "providers": null, "mode": "x" }), &["`models.providers` would lose `x`, `y`"]);
    check(
        json!({ "providers": { "x": { "models": [{ "id": "n", "name": "N" }] }, "y": {} }, "mode": "x" }),
        &["`models.providers.x` would lose `api`", "`models.providers.x.models` would lose `m`"],
    );
    let many = (0..9).map(|number| (number.to_string(), json!({}))).collect::<serde_json::Map<_, _>>();
    let found = dropped(&path("agents.entries"), &many.into(), &json!({ "8": {} }));
    assert_eq!(found[0].to_string(), "`agents.entries` would lose `0`, `1`, `2`, `3`, `4`, `5` and 2 more");
    let lost = |at: &str, old: Value, new: Value| {
        dropped(&path(at), &old, &new).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(lost("a.b", json!({ "c": { "d": 1 } }), json!({ "c": {} })), ["`a.b.c` would lose `d`"]);
    assert_eq!(
        lost("m", json!({ "primary": "a", "fallbacks": ["b"] }), json!("c")),
        ["`m` would lose `fallbacks`"]
    );
    assert_eq!(lost("m", json!({ "primary": "a" }), json!("c")), [""; 0]);
    assert_eq!(lost("m[0]", json!({ "id": "a" }), json!({ "id": "b" })), ["`m` would lose `a`"]);
    assert_eq!(lost("m[0]", json!({ "id": "a", "n": 1 }), json!({ "id": "a" })), ["`m[0]` would lose `n`"]);
    assert_eq!(lost("f", json!(["a", "b"]), json!(["b"])), [""; 0]);
    assert_eq!(
        lost("k", json!({ "source": "env", "name": "K" }), json!({ "source": "file", "path": "k" })),
        [""; 0]
    );
    assert_eq!(dropped(&path("agents.defaults.models"), &json!({ "a/b": {} }), &json!({})).len(), 1);
}

#[test]
fn what_a_patch_removes_by_name_is_meant_to_go() {
    let old = json!({ "models": { "providers": { "x": { "models": [{ "id": "m" }] }, "y": {} } } });
    assert!(dropped_by_patch(&old, &json!({ "models": { "providers": { "y": null } } })).is_empty());
    let patch = json!({ "models": { "providers": { "y": null, "x": { "models": [{ "id": "n" }] } } } });
    let found = dropped_by_patch(&old, &patch);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "`models.providers.x.models` would lose `m`");
    assert_eq!(
        patched(&old, &patch),
        json!({ "models": { "providers": { "x": { "models": [{ "id": "n" }] } } } })
    );
}

#[test]
fn a_merge_keeps_entries_and_takes_models_by_id() {
    let old = json!({ "x": { "api": "a", "models": [{ "id": "m", "limits": { "a": 1 } }, { "id": "n" }] }, "y": {} });
    let new =
        json!({ "x": { "baseUrl": "u", "models": [{ "id": "m", "limits": { "b": 2 } }, { "id": "o" }] } });
    let merged = merge(&path("models.providers"), &old, &new);
    assert_eq!(
        merged,
        json!({
            "x": { "api": "a", "models": [{ "id": "m", "limits": { "a": 1, "b": 2 } }, { "id": "n" }, { "id": "o" }], "baseUrl": "u" },
            "y": {},
        })
    );
    assert!(dropped(&path("models.providers"), &old, &merged).is_empty());
    assert_eq!(merge(&path("other"), &json!([1]), &json!([2])), json!([2]));
    let choice = json!({ "primary": "a", "fallbacks": ["b"] });
    assert_eq!(merge(&path("m"), &choice, &json!("c")), json!({ "primary": "c", "fallbacks": ["b"] }));
}
