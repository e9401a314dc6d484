//! Any text is either read or refused with a place; nothing panics.

use clawdia_config_schema::Config;
use proptest::prelude::*;

use crate::plugins::{linked, refused};

/// Texts that look enough like configurations to get past the first character.
fn near_json5() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\n"),
        Just("\r\n"),
        Just(" "),
        Just("\t"),
        Just("models"),
        Just("providers"),
        Just("\"amazon-bedrock\""),
        Just("agents"),
        Just("defaults"),
        Just("model"),
        Just("id"),
        Just("apiKey"),
        Just("headers"),
        Just("cost"),
        Just("'a/b'"),
        Just("'ü\\u00e9'"),
        Just("\\u0061"),
        Just("'open"),
        Just("-1"),
        Just("NaN"),
        Just("1e999"),
        Just("null"),
        Just("true"),
        Just("// c\n"),
        Just("/* c"),
        Just("*/"),
        Just("\u{feff}"),
        Just("\u{2028}"),
        Just("'\\\r\n'"),
        Just("\\"),
        Just("é"),
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

/// Valid documents with something wrong in them somewhere.
fn valid_json() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("models".to_owned()),
        Just("providers".to_owned()),
        Just("amazon-bedrock".to_owned()),
        Just("agents".to_owned()),
        Just("defaults".to_owned()),
        Just("model".to_owned()),
        Just("params".to_owned()),
        Just("weather".to_owned()),
        Just("headers".to_owned()),
        "[a-z.\\[\\]0-9é\"]{0,4}",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,6}".prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(8, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    });
    value.prop_map(|value| serde_json::to_string_pretty(&value).unwrap())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = Config::parse(text, &linked()) {
        prop_assert!(error.line().is_some() && error.column().is_some(), "{error}");
        prop_assert!(error.to_string().lines().count() <= 6, "{error}");
        prop_assert!(!error.message().is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_jumble_of_tokens_is_read_or_refused_with_a_place(text in near_json5()) {
        check(&text)?;
    }

    #[test]
    fn any_json_is_read_or_refused_with_a_place(text in valid_json()) {
        check(&text)?;
    }
}

#[test]
fn nesting_without_end_is_refused_before_it_exhausts_the_stack() {
    let error = refused(&"[".repeat(1_000_000));
    assert_eq!(error.message(), "objects and lists are nested too deeply here");
    let error = refused(&"{a:".repeat(1_000_000));
    assert_eq!(error.column(), Some(301));
}
