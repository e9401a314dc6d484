//! Edits of documents: what changes, and what does not.

use clawdia_config_schema::edit::{ConfigPath, EditError, EditableDocument, RemovedComments};
use serde_json::{Value, json};

fn parse(text: &str) -> EditableDocument {
    EditableDocument::parse(text).unwrap()
}

fn path(text: &str) -> ConfigPath {
    text.parse().unwrap()
}

/// Sets a value; setting it again must change nothing, and the judge must agree.
#[track_caller]
fn set(before: &str, at: &str, value: Value, after: &str) {
    let mut document = parse(before);
    assert!(document.set(&path(at), value.clone(), |_| true).unwrap());
    assert_eq!(document.to_text(), after);
    assert_eq!(document.get(&path(at)), Some(&value));
    assert_eq!(parse(after).value(), document.value());
    assert!(!document.set(&path(at), value, |_| true).unwrap());
    assert_eq!(document.to_text(), after);
}

#[track_caller]
fn unset(before: &str, at: &str, after: &str) {
    unset_with(before, at, RemovedComments::SameLine, after);
}

#[track_caller]
fn unset_with(before: &str, at: &str, comments: RemovedComments, after: &str) {
    let mut document = parse(before);
    document.unset(&path(at), comments).unwrap();
    assert_eq!(document.to_text(), after);
    assert_eq!(document.unset(&path(at), comments).unwrap_err(), EditError::NotSet { path: path(at) });
}

#[test]
fn only_the_value_changes() {
    set(
        "{ a: 1, /* x */ b : /* y */ 2 /* z */ , }",
        "b",
        json!(3),
        "{ a: 1, /* x */ b : /* y */ 3 /* z */ , }",
    );
    set(
        "{\n  a: 'x', // c\n  \"b\": \"y\"\n}",
        "a",
        json!("it's"),
        "{\n  a: 'it\\'s', // c\n  \"b\": \"y\"\n}",
    );
    set("{\n  a: 'x', // c\n  \"b\": \"y\"\n}", "b", json!("z"), "{\n  a: 'x', // c\n  \"b\": \"z\"\n}");
    set("\u{feff}{a:1}\r\n", "a", json!(null), "\u{feff}{a:null}\r\n");
}

#[test]
fn an_equal_value_is_not_written_again() {
    let text = "{ a: 0x10, b: 'x', c: { d: [1,2,], }, }";
    let mut document = parse(text);
    for (at, value) in
        [("a", json!(16)), ("b", json!("x")), ("c", json!({ "d": [1, 2] })), ("c.d[1]", json!(2))]
    {
        assert!(!document.set(&path(at), value, |_| false).unwrap());
    }
    assert!(!document.patch(&json!({ "c": { "d": [1, 2], "e": null } })).unwrap());
    assert_eq!(document.to_text(), text);
}

#[test]
fn a_new_key_is_written_as_the_others_are() {
    set("{\n  a: 'x',\n}\n", "b", json!("y"), "{\n  a: 'x',\n  b: 'y',\n}\n");
    set("{\n  a: 'x'\n}\n", "b-c", json!("y"), "{\n  a: 'x',\n  'b-c': 'y'\n}\n");
    set(
        "{\n\t\"a\": 1\n}\n",
        "b",
        json!({ "c": [1, "x"] }),
        "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": [1, \"x\"]\n\t}\n}\n",
    );
    set(
        "{\r\n    a: 1,\r\n}\r\n",
        "b.c",
        json!(true),
        "{\r\n    a: 1,\r\n    b: {\r\n        c: true,\r\n    },\r\n}\r\n",
    );
    set("{\"a\":1,\"b\":2}", "c", json!({ "d": 1 }), "{\"a\":1,\"b\":2,\"c\":{\"d\":1}}");
    set("{ a: 1 }", "b.c", json!(2), "{ a: 1, b: { c: 2 } }");
    set("{ a: 1, }", "b", json!(2), "{ a: 1, b: 2, }");
    set(
        "{ \"$schema\": './x' }",
        "region",
        json!("a\n\u{2028}"),
        "{ \"$schema\": './x', 'region': 'a\\n\\u2028' }",
    );
}

#[test]
fn a_new_key_stands_behind_all_comments() {
    set("{\n  a: 1 // one\n  // end\n}\n", "b", json!(2), "{\n  a: 1, // one\n  // end\n  b: 2\n}\n");
    set("{\n  a: 1, // one\n}\n", "b", json!(2), "{\n  a: 1, // one\n  b: 2,\n}\n");
    set("{ a: 1 /* one */ }", "b", json!(2), "{ a: 1 /* one */, b: 2 }");
    set("{ a: 1 // one\n}", "b", json!(2), "{ a: 1, // one\n  b: 2\n}");
    set("{\n  // nothing yet\n}\n", "a", json!(1), "{\n  // nothing yet\n  \"a\": 1\n}\n");
    set("{ /* nothing yet */ }", "a", json!(1), "{ /* nothing yet */\n  \"a\": 1\n}");
    set("{\n  a: 1 }", "b", json!(2), "{\n  a: 1,\n  b: 2 }");
}

#[test]
fn an_empty_document_becomes_an_object() {
    set("", "a.b", json!(1), "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n");
    set("// mine", "a", json!(1), "// mine\n{\n  \"a\": 1\n}\n");
    set("// mine\r\n", "a", json!(1), "// mine\r\n{\r\n  \"a\": 1\r\n}\r\n");
    set("{}", "a", json!(1), "{\n  \"a\": 1\n}");
    set("{ a: {}, }", "a.b", json!(1), "{ a: { b: 1 }, }");
    set("{\n  a: {},\n}", "a.b", json!(1), "{\n  a: {\n    b: 1,\n  },\n}");
}

#[test]
fn an_object_in_one_line_stays_in_one_line() {
    set("{\n  a: { b: 1 },\n}", "a.c", json!([{}]), "{\n  a: { b: 1, c: [{}] },\n}");
    set("{\n  a: {b: 1},\n}", "a.c", json!({ "d": 1 }), "{\n  a: {b: 1, c: {d: 1}},\n}");
    set("{\n  a: { b: { c: 1 } },\n}", "a.b", json!("x"), "{\n  a: { b: \"x\" },\n}");
}

#[test]
fn elements_are_set_and_added_and_no_gap_is_left() {
    set("{ a: ['x'] }", "a[1]", json!("y"), "{ a: ['x', 'y'] }");
    set("{ a: [ 'x' ] }", "a[0]", json!("y"), "{ a: [ 'y' ] }");
    set("{\n  a: [\n    1, // one\n  ],\n}", "a.1", json!(2), "{\n  a: [\n    1, // one\n    2,\n  ],\n}");
    set("{ a: [] }", "a[0]", json!(1), "{ a: [1] }");
    set("{ a: 1 }", "b[0].c", json!(2), "{ a: 1, b: [{ c: 2 }] }");
    let error = parse("{ a: ['x'] }").set(&path("a[2]"), json!(1), |_| true).unwrap_err();
    assert_eq!(error.to_string(), "could not set element 2 of `a`, which has 1; the next one is `a[1]`");
    let error = parse("{ a: ['x'] }").set(&path("a.b"), json!(1), |_| true).unwrap_err();
    assert!(
        error.to_string().contains("`a`, which is a list; name an element by its number, such as `a[0]`")
    );
    let error = parse("{}").set(&path("a[1]"), json!(1), |_| true).unwrap_err();
    assert_eq!(error, EditError::IndexTooLarge { list: path("a"), index: 1, length: 0 });
}

#[test]
fn a_number_is_a_key_where_no_list_is_wanted() {
    let mut document = parse("{ a: { '0': 1 } }");
    assert!(document.set(&path("a[0]"), json!(2), |_| true).unwrap());
    assert!(document.set(&path("b[0]"), json!(3), |parent| *parent != path("b")).unwrap());
    assert_eq!(document.to_text(), "{ a: { '0': 2 }, b: { '0': 3 } }");
    let mut document = parse("{}");
    assert!(document.set(&path("a['0']"), json!(1), |_| true).unwrap());
    assert_eq!(document.value(), &json!({ "a": { "0": 1 } }));
}

#[test]
fn a_value_without_members_is_never_replaced_on_the_way() {
    let text = "{ a: { b: 'x' } }";
    let mut document = parse(text);
    let error = document.set(&path("a.b.c.d"), json!(1), |_| true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not set `a.b.c.d`: `a.b` is text, which has no members; unset `a.b` first, or correct the path"
    );
    assert_eq!(document.to_text(), text);
}

#[test]
fn the_document_stays_an_object() {
    let mut document = parse("{ a: 1 }");
    assert_eq!(document.set(&ConfigPath::root(), json!(1), |_| true), Err(EditError::WholeDocument));
    assert_eq!(document.unset(&ConfigPath::root(), RemovedComments::SameLine), Err(EditError::WholeDocument));
    assert_eq!(document.patch(&json!([])), Err(EditError::WholeDocument));
    assert!(document.set(&ConfigPath::root(), json!({ "b": 2 }), |_| true).unwrap());
    assert_eq!(document.to_text(), "{ b: 2 }");
    assert_eq!(EditableDocument::parse("[]").unwrap_err().message(), "a configuration is an object");
}

#[test]
fn what_cannot_be_read_is_not_edited() {
    assert!(EditableDocument::parse("{ a: 1, a: 2 }").unwrap_err().message().contains("a second time"));
    assert!(EditableDocument::parse("{ a: NaN }").unwrap_err().message().contains("finite"));
    assert!(EditableDocument::parse("{ a: ").unwrap_err().line().is_some());
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let mut document = parse("{ a: 1 }");
    assert!(matches!(document.set(&path("a"), deep, |_| true), Err(EditError::Unreadable(_))));
    assert_eq!(document.to_text(), "{ a: 1 }");
}

#[test]
fn unset_takes_the_line_and_leaves_the_comments_above() {
    unset("{\n  // about a\n  a: 1, // one\n\n  b: 2,\n}\n", "a", "{\n  // about a\n\n  b: 2,\n}\n");
    unset("{\n  a: 1, // one\n  b: 2 // two\n}\n", "b", "{\n  a: 1 // one\n}\n");
    unset("{\r\n  a: 1,\r\n  b: {\r\n    c: 1,\r\n  },\r\n}", "b", "{\r\n  a: 1,\r\n}");
    unset("{\n  a: 1, b: 2,\n}", "a", "{\n  b: 2,\n}");
    unset("{\n  a: 1, b: 2,\n}", "b", "{\n  a: 1,\n}");
    unset("{ a: 1, b: 2, c: 3 }", "b", "{ a: 1, c: 3 }");
    unset("{ a: 1, b: 2 }", "b", "{ a: 1 }");
    unset("{ a: 1, /* two */ b: 2 }", "b", "{ a: 1 /* two */ }");
    unset("{\"a\":1,\"b\":2}", "a", "{\"b\":2}");
    unset("{ a: ['x', 'y'] }", "a[1]", "{ a: ['x'] }");
}

#[test]
fn unset_leaves_empty_parents() {
    unset("{\n  a: {\n    b: 1,\n  },\n}", "a.b", "{\n  a: {},\n}");
    unset("{ a: { b: 1 } }", "a.b", "{ a: {} }");
    unset("{\n  // why\n  a: 1,\n}", "a", "{\n  // why\n}");
    unset("{ a: 1 /* one */ }", "a", "{ /* one */ }");
}

#[test]
fn unset_takes_the_comments_above_if_asked() {
    let above = |before, at, after| unset_with(before, at, RemovedComments::AboveToo, after);
    above(
        "{\n  // head\n\n  // about\n  /* a */\n  a: 1, // one\n  b: 2,\n}",
        "a",
        "{\n  // head\n\n  b: 2,\n}",
    );
    above("{\n  a: 1, // one\n  // about b\n  b: 2,\n}", "b", "{\n  a: 1, // one\n}");
    above("{ // mine\n  // about a\n  a: 1,\n  b: 2,\n}", "a", "{ // mine\n  b: 2,\n}");
    above("{\n  // about a\n  a: 1\n}", "a", "{}");
}

#[test]
fn what_is_not_set_cannot_be_unset() {
    let text = "{ a: { b: [1] } }";
    for at in ["c", "a.c", "a.b[1]", "a.b.c", "a.b[0].c"] {
        let mut document = parse(text);
        let error = document.unset(&path(at), RemovedComments::SameLine).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is not set, so nothing was changed", path(at)));
        assert_eq!(document.to_text(), text);
    }
}

#[test]
fn a_key_that_was_unset_and_is_set_again_stands_below_its_comment() {
    let text = "{\n  a: 1,\n  // about b\n  b: 2,\n}\n";
    let mut document = parse(text);
    document.unset(&path("b"), RemovedComments::SameLine).unwrap();
    document.set(&path("b"), json!(2), |_| false).unwrap();
    assert_eq!(document.to_text(), text);
}

#[test]
fn a_patch_merges_and_null_removes() {
    let mut document = parse("{\n  a: { b: 1, c: 2 }, // kept\n  d: [1, 2],\n}\n");
    let patch = json!({ "a": { "b": null, "e": { "f": null, "g": 1 } }, "d": [2], "h": "x" });
    assert!(document.patch(&patch).unwrap());
    assert_eq!(document.to_text(), "{\n  a: { c: 2, e: { g: 1 } }, // kept\n  d: [2],\n  h: \"x\",\n}\n");
    assert!(!document.patch(&patch).unwrap());
}

#[test]
fn a_changed_object_keeps_the_comments_of_what_stays() {
    let before = "{\n  p: {\n    // where\n    url: 'a', // here\n    key: 'k',\n  },\n}\n";
    let after = "{\n  p: {\n    // where\n    url: 'b', // here\n    api: 'x',\n  },\n}\n";
    set(before, "p", json!({ "url": "b", "api": "x" }), after);
}

#[test]
fn elements_of_a_changed_list_are_told_apart_by_id() {
    let before = "{\n  m: [\n    { id: 'a', n: 1 }, // first\n    // second\n    { id: 'b' },\n    { id: 'c' }, // third\n  ],\n}\n";
    let new = json!([{ "id": "x" }, { "id": "b", "n": 2 }, { "id": "c" }, { "id": "d" }]);
    let after = "{\n  m: [\n    { id: 'x' }, // first\n    // second\n    { id: 'b', n: 2 },\n    { id: 'c' }, // third\n    {\n      id: 'd',\n    },\n  ],\n}\n";
    set(before, "m", new, after);
    set(
        before,
        "m",
        json!([{ "id": "b" }, { "id": "c" }]),
        "{\n  m: [\n    // second\n    { id: 'b' },\n    { id: 'c' }, // third\n  ],\n}\n",
    );
    set("{ m: [1, 2, 3] }", "m", json!([0, 1, 3, 4]), "{ m: [0, 1, 3, 4] }");
    set(
        "{\n  m: [\n    1, // one\n    3,\n  ]\n}",
        "m",
        json!([1, 2, 3]),
        "{\n  m: [\n    1, // one\n    2,\n    3,\n  ]\n}",
    );
}
