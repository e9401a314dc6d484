//! The flags and their names: a configuration can overrule each, and a misspelt one is told what it may have
//! meant.

use std::collections::{BTreeMap, BTreeSet};

use clawdia_bedrock_models::Capabilities;

fn overrides(name: &str, value: bool) -> BTreeMap<String, bool> {
    BTreeMap::from([(name.to_owned(), value)])
}

#[test]
fn every_flag_can_be_overruled_by_its_name() {
    for name in Capabilities::NAMES {
        for value in [true, false] {
            let changed = Capabilities::UNKNOWN.with_overrides(&overrides(name, value)).expect(name);
            assert_eq!(changed.get(name), Some(Some(value)), "{name}");
            let others = Capabilities::NAMES.iter().filter(|other| *other != name);
            assert!(others.clone().all(|other| changed.get(other) == Some(None)), "{name} alone");
        }
    }
}

#[test]
fn names_are_those_of_the_fields() {
    let shown = format!("{:?}", Capabilities::UNKNOWN);
    let fields: BTreeSet<_> = shown
        .trim_start_matches("Capabilities { ")
        .split(", ")
        .filter_map(|field| Some(field.split_once(':')?.0.replace('_', "")))
        .collect();
    let names: BTreeSet<_> = Capabilities::NAMES.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(fields, names);
    assert!(Capabilities::NAMES.is_sorted(), "readers look for them in lists");
    for name in Capabilities::NAMES {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic()), "{name} is in camel case");
    }
}

#[test]
fn names_in_the_data_are_names_of_flags() {
    let data: serde_json::Value = serde_json::from_str(include_str!("../../data/models.json")).expect("JSON");
    let rules: serde_json::Value =
        serde_json::from_str(include_str!("../../data/behaviours.json")).expect("JSON");
    let rows = data["models"].as_array().expect("rows").iter();
    let named = rows.chain(rules["rules"].as_array().expect("rules"));
    for name in named.filter_map(|row| row["capabilities"].as_object()).flat_map(|flags| flags.keys()) {
        assert!(Capabilities::NAMES.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn flags_fill_gaps_and_nothing_else() {
    let first = Capabilities::UNKNOWN.with_overrides(&overrides("tools", false)).expect("known");
    let second = Capabilities::UNKNOWN
        .with_overrides(&BTreeMap::from([("tools".to_owned(), true), ("video".to_owned(), true)]))
        .expect("known");
    let both = first.or(second);
    assert_eq!((both.tools, both.video, both.documents), (Some(false), Some(true), None));
}

#[track_caller]
fn check_error(name: &str, expected: &str) {
    let error = Capabilities::UNKNOWN.with_overrides(&overrides(name, true)).expect_err("no such flag");
    assert_eq!(error.name, name);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_misspelt_name_is_told_what_it_may_have_meant() {
    check_error("promptCahcing", "unknown capability `promptCahcing`; did you mean `promptCaching`?");
    check_error("PromptCaching", "unknown capability `PromptCaching`; did you mean `promptCaching`?");
    check_error("effortMix", "unknown capability `effortMix`; did you mean `effortMax`?");
}

#[test]
fn a_name_like_no_other_is_told_all_there_are() {
    let error =
        Capabilities::UNKNOWN.with_overrides(&overrides("telepathy", true)).expect_err("no such flag");
    let text = error.to_string();
    for name in Capabilities::NAMES {
        assert!(text.contains(&format!("`{name}`")), "{text}");
    }
}
