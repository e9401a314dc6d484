//! How options of a protocol go over each other.
//!
//! Separate because hosts and plugins must agree: the same options are written for a provider, for a model, for an agent
//! and for one call, and whoever puts two of these together does it by this one rule.

use serde_json::{Map, Value};

/// Puts `over` over `params`: objects member by member, anything else as a whole; `null` takes a member back.
///
/// The order, lowest first: `models.providers.<id>.params`, `agents.defaults.params`, `agents.entries.<name>.params`,
/// `params` of the model's entry in `models.providers.<id>.models`, `agents.defaults.models.<ref>.params`,
/// `agents.entries.<name>.models.<ref>.params`, [`StreamOptions::params`](crate::StreamOptions::params). A host hands a
/// plugin the first two as [`ProviderConfig::params`](crate::ProviderConfig::params), the model's with its entry, and folds
/// the rest into the call's; the plugin puts the three it has together. The rule is that of JSON Merge Patch, RFC 7396.
///
/// ```
/// use clawdia_core::merge_params;
/// use serde_json::json;
/// let mut params = json!({ "tier": "flex", "retries": { "attempts": 3, "waitMs": 100 }, "tags": ["a", "b"] });
/// let over = json!({ "tier": null, "retries": { "attempts": 5 }, "tags": ["c"] });
/// merge_params(params.as_object_mut().unwrap(), over.as_object().unwrap());
/// assert_eq!(params, json!({ "retries": { "attempts": 5, "waitMs": 100 }, "tags": ["c"] }));
/// ```
pub fn merge_params(params: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match value {
            Value::Null => {
                // Keeps the order of the others, and with it the bytes of a request.
                params.shift_remove(name);
            }
            Value::Object(over) => {
                // Also where there is no object yet, so that no `null` is left in what comes out.
                let mut inner = match params.get_mut(name) {
                    Some(Value::Object(inner)) => std::mem::take(inner),
                    Some(_) | None => Map::new(),
                };
                merge_params(&mut inner, over);
                params.insert(name.clone(), Value::Object(inner));
            }
            value => {
                params.insert(name.clone(), value.clone());
            }
        }
    }
}
