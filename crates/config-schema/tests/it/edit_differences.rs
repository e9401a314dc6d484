//! The difference that an edit makes, as it is shown.

use clawdia_config_schema::edit::difference;

#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    assert_eq!(difference("f", old, new), expected);
}

#[test]
fn equal_texts_have_none() {
    check("{ a: 1 }", "{ a: 1 }", "");
}

#[test]
fn lines_are_shown_with_those_around_them() {
    let old = "{\n  a: 1,\n  b: 2,\n  c: 3,\n  d: 4,\n  e: 5,\n}\n";
    let new = "{\n  a: 1,\n  b: 2,\n  c: 3,\n  d: 4,\n  e: 6,\n}\n";
    check(old, new, "--- f\n+++ f\n@@ -3,5 +3,5 @@\n   b: 2,\n   c: 3,\n   d: 4,\n-  e: 5,\n+  e: 6,\n }\n");
    check("", "{}\n", "--- f\n+++ f\n@@ -0,0 +1 @@\n+{}\n");
    check("{}", "{}\r\n", "--- f\n+++ f\n@@ -1 +1 @@\n-{}\n\\ No newline at end of file\n+{}\n");
}

#[track_caller]
fn hides(line: &str) {
    let old = format!("{{\n  {line},\n  a: 1\n}}\n");
    let shown = difference("f", &old, &old.replace("a: 1", "a: 2").replace("s3cr3t", "s3cr3t-new"));
    assert!(shown.contains("+  a: 2") && !shown.contains("s3cr"), "{shown}");
}

#[test]
fn secrets_are_masked_and_their_change_still_shows() {
    hides("apiKey: 's3cr3t'");
    hides("headers: { 'x-auth': \"s3cr3t\", b: ['s3cr3t'] }");
    hides("auth_token: 's3cr\\\n  3t s3cr'");
    hides("baseUrl: 'https://me:s3cr3t@host/x'");
    hides("b: 1, // apiKey: 's3cr3t'");
    hides("/* before:\n  \"apiKey\": \"s3cr3t\" */ b: 1");
    check(
        "{ apiKey: 'a' }\n",
        "{ apiKey: 'b' }\n",
        "--- f\n+++ f\n@@ -1 +1 @@\n-{ apiKey: ****** }\n+{ apiKey: ****** }\n",
    );
}

#[test]
fn control_characters_do_not_reach_a_terminal() {
    let shown = difference("f", "{ a: '\u{1b}[31m' }", "{ a: '\u{1b}[31m\u{202e}' }");
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
}
