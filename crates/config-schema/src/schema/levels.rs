//! The keys of a model's map from thinking levels to its provider's words.
//!
//! Separate because the levels are a closed set that is a set of keys here, each with its meaning, which a derived schema
//! does not say.

use clawdia_core::ThinkingLevel;
use serde_json::{Map, Value, json};

use super::places::find;

/// Names every level where the type has a map for them.
pub(super) fn name(schema: &mut Value) {
    let Some(map) = find(schema, "models.providers.*.models[].thinkingLevelMap") else { return };
    let level = |level: ThinkingLevel| {
        let text =
            format!("The provider's word for the level `{level}`; `null` where the model does not have it.");
        let schema = json!({
            "type": ["string", "null"],
            "description": text,
            "markdownDescription": text,
            "examples": [level.as_str()],
        });
        (level.as_str().to_owned(), schema)
    };
    let levels = ThinkingLevel::ALL.map(level).into_iter().collect::<Map<_, _>>();
    map.insert("properties".to_owned(), Value::Object(levels));
    map.insert("additionalProperties".to_owned(), json!(false));
}
