//! `clawdia demo`: a whole conversation out of nothing.

use crate::program::{Outcome, Program};

#[track_caller]
fn check(outcome: &Outcome) {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr, "");
    let parts = [
        "It offers ",
        "Claude Sonnet 4.5",
        "Model thinks: ",
        "Model calls count_words: {\"text\":\"Please count",
        "count_words returns: 16 words, 67 letters",
        "Model: ",
        "16 words, 67 letters",
        "cache write",
        "turn 1",
        "turn 2",
        "total",
    ];
    let mut rest = outcome.stdout.as_str();
    for part in parts {
        let found = rest.find(part).unwrap_or_else(|| panic!("`{part}` is missing in {rest}"));
        rest = &rest[found + part.len()..];
    }
    let amount = rest.trim().rsplit_once('$').unwrap().1;
    assert_eq!(amount.len(), "0.0123".len(), "{amount}");
    assert!(amount.parse::<f64>().unwrap() > 0.0);
    assert!(!outcome.stdout.contains('\u{1b}'), "colours are for terminals");
}

#[test]
fn it_needs_no_account_no_configuration_and_no_network() {
    check(&Program::new(&["demo"]).run(""));
}

#[test]
fn it_ignores_the_surroundings() {
    let program = Program::new(&["demo"]).file(".clawdia/clawdia.json", "{ broken").file(
        ".aws/credentials",
        "[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n",
    );
    let variables = [
        ("AWS_PROFILE", "missing"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_BEARER_TOKEN_BEDROCK", "other"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("CLAWDIA_CONFIG_PATH", "/nowhere"),
    ];
    check(&program.env(variables).run(""));
}
