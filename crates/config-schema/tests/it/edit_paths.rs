//! The grammar of paths.

use clawdia_config_schema::edit::{ConfigPath, Segment};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, segments: &[Segment]) {
    let path = text.parse::<ConfigPath>().unwrap();
    assert_eq!(path.segments(), segments);
    assert_eq!(path.to_string().parse::<ConfigPath>().unwrap(), path, "{path}");
}

fn key(key: &str) -> Segment {
    Segment::Key(key.to_owned())
}

#[test]
fn dots_stand_between_keys() {
    check("models", &[key("models")]);
    check("models.providers.amazon-bedrock", &[key("models"), key("providers"), key("amazon-bedrock")]);
    check("  models . providers\t", &[key("models"), key("providers")]);
    check("$schema", &[key("$schema")]);
}

#[test]
fn brackets_hold_an_index_or_a_key() {
    check("a[0]", &[key("a"), Segment::Index(0)]);
    check(
        "a[ 12 ] . b [3][4]",
        &[key("a"), Segment::Index(12), key("b"), Segment::Index(3), Segment::Index(4)],
    );
    check(r#"["quoted.key"]['k']"#, &[key("quoted.key"), key("k")]);
    check("a[b]", &[key("a"), key("b")]);
    check(r#"a[""]"#, &[key("a"), key("")]);
}

#[test]
fn only_canonical_numbers_without_quotes_are_indices() {
    check("a.0", &[key("a"), Segment::Index(0)]);
    check("a[100000]", &[key("a"), Segment::Index(100_000)]);
    check("a.01", &[key("a"), key("01")]);
    check("a[100001]", &[key("a"), key("100001")]);
    check("a['0']", &[key("a"), key("0")]);
    check(r"a.\0", &[key("a"), key("0")]);
    check("a.-1", &[key("a"), key("-1")]);
}

#[test]
fn escapes_are_those_of_javascript() {
    check(r#"["a\n\t\x41\u00e9\u{1F600}\ud83d\ude00\"\\\q"]"#, &[key("a\n\tA\u{e9}\u{1f600}\u{1f600}\"\\q")]);
    check(r"models\.x.a\[b\]", &[key("models.x"), key("a[b]")]);
    check(r"a\ .b", &[key("a "), key("b")]);
    check(r"a\\b", &[key("a\\b")]);
}

#[track_caller]
fn refused(text: &str, position: usize, flaw: &str, remedy: &str) {
    let error = text.parse::<ConfigPath>().unwrap_err();
    let shown = error.to_string();
    assert_eq!(error.position(), position, "{shown}");
    assert!(shown.contains(flaw), "{shown}");
    assert!(error.remedy().contains(remedy) && shown.ends_with(error.remedy()), "{shown}");
}

#[test]
fn flaws_are_told_with_their_place_and_a_remedy() {
    refused("", 1, "there is no key", "agents.defaults.model");
    refused("   ", 4, "there is no key", "agents.defaults.model");
    refused("a..b", 3, "a key is missing", "leave a dot out");
    refused(".a", 1, "a key is missing", "leave a dot out");
    refused("a.", 3, "a key is missing", "leave a dot out");
    refused("a.[0]", 3, "a key is missing", "leave a dot out");
    refused("a[]", 2, "the brackets are empty", "[0]");
    refused("a[ ]", 2, "the brackets are empty", "[0]");
    refused("a[0", 2, "not closed", "[0]");
    refused("a['k'", 2, "not closed", "[0]");
    refused("a['k", 3, "the quoted key is not closed", "`'`");
    refused("a['k'x]", 2, "not closed", "[0]");
    refused("a\\", 2, "a backslash stands at the end", "`\\\\`");
    refused("a['\\", 4, "a backslash stands at the end", "close the key");
    refused("a[0]b", 5, "a `.` is missing", "].");
    refused("a]", 2, "without its `[`", "\\]");
    refused("'a.b'", 1, "a quotation mark", "['my.key']");
    refused(r#"["\u{110000}"]"#, 3, "names no character", "\\u{e9}");
    refused(r#"["\ud800"]"#, 3, "names no character", "\\u{e9}");
    refused(r#"["\xg0"]"#, 3, "names no character", "\\xE9");
    refused("é..b", 3, "a key is missing", "leave a dot out");
}

#[test]
fn keys_with_a_meaning_of_their_own_are_refused() {
    refused("a.__proto__", 3, "`__proto__` is not allowed", "another key");
    refused("constructor.a", 1, "`constructor` is not allowed", "another key");
    refused("a['prototype']", 2, "`prototype` is not allowed", "another key");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_is_read_back_as_itself(segments in prop::collection::vec(
        prop_oneof![
            any::<String>().prop_map(Segment::Key),
            "[a-z0-9.\\[\\]\\\\'\" -]{0,5}".prop_map(Segment::Key),
            (0..=100_000_usize).prop_map(Segment::Index),
        ],
        1..6,
    )) {
        let path = segments.into_iter().fold(ConfigPath::root(), |path, segment| path.then(segment));
        prop_assert_eq!(path.to_string().parse::<ConfigPath>().unwrap(), path);
    }

    #[test]
    fn any_text_is_a_path_or_has_a_flaw_at_a_place(text in "[a-b0-1.\\[\\]\\\\'\" ux{}d8é]{0,12}") {
        match text.parse::<ConfigPath>() {
            Ok(path) => prop_assert_eq!(path.to_string().parse::<ConfigPath>().unwrap(), path),
            Err(error) => prop_assert!(error.position() <= text.chars().count() + 1, "{}", error),
        }
    }
}
