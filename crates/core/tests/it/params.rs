//! Options over options.

use clawdia_core::merge_params;
use serde_json::{Value, json};

#[track_caller]
fn check(params: Value, over: &Value, expected: &Value) {
    let mut params = params;
    merge_params(params.as_object_mut().unwrap(), over.as_object().unwrap());
    // As texts, so that the order counts.
    assert_eq!(params.to_string(), expected.to_string());
}

#[test]
fn objects_are_merged_at_every_depth() {
    check(
        json!({ "a": { "b": { "c": 1, "d": 2 } }, "e": 3 }),
        &json!({ "a": { "b": { "d": 4, "f": 5 } } }),
        &json!({ "a": { "b": { "c": 1, "d": 4, "f": 5 } }, "e": 3 }),
    );
}

#[test]
fn lists_and_words_are_replaced() {
    check(
        json!({ "a": [1, 2], "b": "x" }),
        &json!({ "a": [3], "b": ["y"] }),
        &json!({ "a": [3], "b": ["y"] }),
    );
    check(
        json!({ "a": { "b": 1 }, "c": 1 }),
        &json!({ "a": 2, "c": { "d": 1 } }),
        &json!({ "a": 2, "c": { "d": 1 } }),
    );
}

#[test]
fn null_takes_a_member_back_at_every_depth() {
    check(json!({ "a": 1, "b": 2, "c": 3 }), &json!({ "a": null, "z": null }), &json!({ "b": 2, "c": 3 }));
    check(json!({ "a": { "b": 1, "c": 2 } }), &json!({ "a": { "b": null } }), &json!({ "a": { "c": 2 } }));
    check(json!({}), &json!({ "a": { "b": null, "c": 1 } }), &json!({ "a": { "c": 1 } }));
    check(json!({ "a": 7 }), &json!({ "a": { "b": null } }), &json!({ "a": {} }));
}
