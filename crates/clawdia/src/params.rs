//! Two layers of options made into one.
//!
//! Separate because a provider takes options of a call once, while a host has two places for them, and because saying
//! in one step what two would do is less simple than doing both.

use clawdia_core::merge_params;
use serde_json::{Map, Value};

/// One layer that does to `base` what `under` and, after it, `over` would do.
pub(crate) fn composed(
    base: &Map<String, Value>,
    under: &Map<String, Value>,
    over: &Map<String, Value>,
) -> Map<String, Value> {
    let mut layer = under.clone();
    for (name, value) in over {
        let value = match (under.get(name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => {
                Value::Object(composed(&members(base, name), under, over))
            }
            // `under` has put an end to the object of `base`, which must not come back.
            (Some(_), Value::Object(over)) => Value::Object(replacing(&members(base, name), over)),
            (Some(_) | None, value) => value.clone(),
        };
        layer.insert(name.clone(), value);
    }
    layer
}

/// One layer that leaves of `base` nothing but what `over` says.
fn replacing(base: &Map<String, Value>, over: &Map<String, Value>) -> Map<String, Value> {
    let mut layer = over.clone();
    for (name, value) in base {
        match (value, over.get(name)) {
            (Value::Object(base), Some(Value::Object(over))) => {
                layer.insert(name.clone(), Value::Object(replacing(base, over)));
            }
            (_, None) => {
                layer.insert(name.clone(), Value::Null);
            }
            (_, Some(_)) => {}
        }
    }
    layer
}

/// The members of the object that is the member `name`; without one, none.
fn members(params: &Map<String, Value>, name: &str) -> Map<String, Value> {
    params.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The layer that makes `to` of `from`.
pub(crate) fn difference(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let gone = from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let mut layer = gone.collect::<Map<_, _>>();
    for (name, value) in to {
        match (from.get(name), value) {
            (Some(known), value) if known == value => {}
            (Some(Value::Object(from)), Value::Object(to)) => {
                layer.insert(name.clone(), difference(from, to).into());
            }
            (_, value) => {
                layer.insert(name.clone(), value.clone());
            }
        }
    }
    layer
}

/// Options with further ones over them.
pub(crate) fn merged(mut params: Map<String, Value>, over: &Map<String, Value>) -> Map<String, Value> {
    merge_params(&mut params, over);
    params
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_params() -> impl Strategy<Value = Map<String, Value>> {
        let leaf = prop_oneof![Just(Value::Null), Just(json!([null])), (0..3).prop_map(Value::from)];
        let value = leaf.prop_recursive(3, 12, 3, |inner| {
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into())
        });
        prop::collection::btree_map("[abc]", value, 0..4).prop_map(|members| members.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_layer_does_what_two_would(base in any_params(), under in any_params(), over in any_params()) {
            let one = composed(&base, &under, &over);
            prop_assert_eq!(merged(base.clone(), &one), merged(merged(base.clone(), &under), &over));
            // Asking twice does no harm.
            prop_assert_eq!(merged(base.clone(), &composed(&base, &under, &one)), merged(base, &one));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_difference_makes_one_of_the_other(from in any_params(), to in any_params()) {
            // What comes out of layers has no members that are `null`.
            let (from, to) = (merged(Map::new(), &from), merged(Map::new(), &to));
            prop_assert_eq!(merged(from.clone(), &difference(&from, &to)), to);
        }
    }

    #[test]
    fn what_was_taken_back_does_not_come_back_with_its_neighbour() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let base = object(json!({ "guard": { "name": "x", "trace": true } }));
        let under = object(json!({ "guard": null }));
        let over = object(json!({ "guard": { "name": "y" } }));
        assert_eq!(
            Value::Object(composed(&base, &under, &over)),
            json!({ "guard": { "name": "y", "trace": null } })
        );
    }
}
