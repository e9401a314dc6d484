//! Options of a protocol that one agent has: which places they go before, and which go before them.

use serde_json::{Map, Value, json};

use crate::options::{host, outcome};

/// The places of options, lowest first: provider, all models of all agents and of this one, listed model, single model for
/// all agents and for this one, call.
const LEVELS: usize = 7;

/// What comes out where `params` gives options to some of the places.
#[track_caller]
fn check(params: [Option<Value>; LEVELS], expected: &Value) {
    let [provider, all, own, listed, single, own_single, call] =
        params.map(|params| params.unwrap_or_else(|| Value::Object(Map::new())));
    let config = json!({
        "models": { "providers": { "acme": { "params": provider, "models": [{ "id": "m", "params": listed }] } } },
        "agents": {
            "defaults": { "params": all, "models": { "acme/m": { "params": single } } },
            "entries": { "coder": { "params": own, "models": { "acme/m": { "params": own_single } } } },
        },
    });
    let coder = host(&config).for_agent("coder").unwrap();
    assert_eq!(outcome(&coder, "acme/m", &call), *expected, "{config} {call}");
}

/// For each pair of places, `lower` in the lower one and `higher` in the higher one.
#[track_caller]
fn check_pairs(lower: &Value, higher: &Value, expected: &Value) {
    for low in 0..LEVELS {
        for high in low + 1..LEVELS {
            let mut params: [Option<Value>; LEVELS] = Default::default();
            params[low] = Some(lower.clone());
            params[high] = Some(higher.clone());
            check(params, expected);
        }
    }
}

#[test]
fn each_place_goes_before_all_below_it() {
    check_pairs(
        &json!({ "word": "low", "object": { "both": 1, "low": { "a": 1 } } }),
        &json!({ "word": "high", "object": { "both": 2, "low": { "b": 2 } } }),
        &json!({ "word": "high", "object": { "both": 2, "low": { "a": 1, "b": 2 } } }),
    );
}

#[test]
fn null_takes_back_what_any_place_below_says() {
    check_pairs(
        &json!({ "word": "low", "list": ["a"], "object": { "a": 1, "b": { "c": 2 } } }),
        &json!({ "word": null, "object": { "a": null, "b": { "d": 4 } } }),
        &json!({ "list": ["a"], "object": { "b": { "c": 2, "d": 4 } } }),
    );
}

#[test]
fn an_agent_gives_a_provider_what_it_knows() {
    let config = json!({
        "models": { "providers": { "second": { "api": "narrow" } } },
        "agents": { "entries": { "coder": { "params": { "word": "own", "list": ["a"] } } } },
    });
    let host = host(&config);
    let coder = host.for_agent("coder").unwrap();
    let call = json!({});
    assert_eq!(outcome(&coder, "acme/m", &call), json!({ "word": "own", "list": ["a"] }));
    assert_eq!(outcome(&coder, "second/m", &call), json!({ "word": "own" }));
    // Whoever was asked first, the provider is shared and nobody hears what another agent says.
    assert_eq!(outcome(&host, "acme/m", &call), json!({}));
}
