//! Finds the schema of a place in the document.
//!
//! Separate because hints, options and proposals are all put at places, and say where in one short notation:
//! `models.providers.*.models[].id`, with `*` for any key of a map and `[]` for an element of a list.

use serde_json::{Map, Value};

/// The schema of the place below `schema`, if its type has such a place.
pub(super) fn find<'a>(schema: &'a mut Value, place: &str) -> Option<&'a mut Map<String, Value>> {
    let mut found = schema;
    for step in place.split('.').filter(|step| !step.is_empty()) {
        let key = step.trim_end_matches("[]");
        found = match key {
            "*" => found.get_mut("additionalProperties")?,
            key => found.get_mut("properties")?.get_mut(key)?,
        };
        for _ in 0..(step.len() - key.len()) / 2 {
            found = found.get_mut("items")?;
        }
    }
    found.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_leads_through_keys_maps_and_lists() {
        let mut schema = json!({ "properties": { "a": { "additionalProperties": { "properties": {
            "b": { "items": { "items": { "type": "string" } } },
        } } } } });
        assert_eq!(find(&mut schema, "a.*.b[][]").unwrap()["type"], "string");
        assert!(find(&mut schema, "").unwrap().contains_key("properties"));
        assert_eq!(find(&mut schema, "a.c"), None);
        assert_eq!(find(&mut schema, "a.*.b[].c"), None);
    }
}
