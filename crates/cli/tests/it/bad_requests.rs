//! Requests that are none, or that no service would take: told before a byte is sent, each with its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::program::Outcome;
use crate::requests::{CLAUDE, NOVA, ask};

/// Refused with this kind and these words, with nothing sent.
#[track_caller]
fn check(request: &str, kind: &str, words: &[&str]) -> Outcome {
    let endpoint = Endpoint::start();
    let outcome = endpoint.program(&["stream"]).run(request);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let error = outcome.only_error();
    assert_eq!(error["reason"], "error");
    assert_eq!(error["cause"]["kind"], kind, "{error}");
    assert_eq!(error["cause"]["retryable"], false);
    assert_eq!(error["error"]["stopReason"], "error");
    for word in words {
        assert!(error["cause"]["message"].as_str().unwrap().contains(word), "`{word}` is missing in {error}");
        assert!(outcome.stderr.contains(word), "`{word}` is missing in {}", outcome.stderr);
    }
    assert!(endpoint.emulator.requests().is_empty());
    outcome
}

#[test]
fn a_syntax_error_is_told_with_line_and_column() {
    let outcome =
        check("{\n  \"model\": \"a/b\",\n  oops\n}", "invalidRequest", &["line 3, column 3", "JSON"]);
    let message = &outcome.only_error()["error"];
    assert_eq!((message.get("model"), message.get("provider"), message.get("api")), (None, None, None));
    assert!(outcome.stderr.contains("hint: "), "{outcome:?}");
}

#[test]
fn nothing_at_all_is_told() {
    check("", "invalidRequest", &["could not read the request from standard input", "empty"]);
    check(" \n", "invalidRequest", &["empty"]);
}

#[test]
fn an_unknown_member_is_told_with_its_path() {
    let mut request = ask(NOVA, "hi");
    request["context"]["messages"][0]["contnt"] = json!("hi");
    check(&request.to_string(), "invalidRequest", &["context.messages[0].contnt"]);

    let mut request = ask(NOVA, "hi");
    request["options"] = json!({ "temprature": 1 });
    check(&request.to_string(), "invalidRequest", &["options.temprature"]);

    let mut request = ask(NOVA, "hi");
    request["stream"] = json!(true);
    check(&request.to_string(), "invalidRequest", &["`stream`"]);
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_its_path() {
    let mut request = ask(NOVA, "hi");
    request["options"] = json!({ "reasoning": "enormous" });
    check(&request.to_string(), "invalidRequest", &["options.reasoning", "enormous"]);
    check(&ask("no-slash", "hi").to_string(), "notFound", &["`no-slash`", "provider/model"]);
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.program(&["stream"]).run(b"\xff\xfe");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.only_error()["cause"]["message"].as_str().unwrap().contains("UTF-8"), "{outcome:?}");
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_name() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.program(&["stream", "--request", "nowhere.json"]).run("");
    assert_eq!(outcome.code, Some(2));
    outcome.only_error();
    assert!(outcome.stderr.contains("could not read the request file `nowhere.json`"), "{outcome:?}");
}

#[test]
fn an_unknown_provider_is_told_with_the_linked_ones() {
    let words = ["`amazon-bedrok`", "linked: `amazon-bedrock`", "did you mean `amazon-bedrock`?"];
    let outcome = check(&ask("amazon-bedrok/x", "hi").to_string(), "notFound", &words);
    // A message names a model only together with its protocol, and that of a provider that is not there is unknown.
    assert_eq!(outcome.only_error()["error"].get("model"), None);
}

#[test]
fn an_impossible_history_is_told() {
    let mut request = ask(NOVA, "hi");
    request["context"]["messages"] = json!([]);
    check(&request.to_string(), "invalidRequest", &["message"]);
}

fn ask_with_image(data: &str) -> Value {
    let mut request = ask(CLAUDE, "What is this?");
    request["context"]["messages"][0]["content"] = json!([
        { "type": "image", "data": data, "mimeType": "image/png" },
        { "type": "text", "text": "What is this?" },
    ]);
    request
}

#[test]
fn an_image_that_is_no_base64_is_told() {
    check(&ask_with_image("not base64!").to_string(), "invalidRequest", &["base64"]);
}

#[test]
fn an_image_of_six_megabytes_is_told() {
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    image.resize(6 * 1024 * 1024, 0);
    check(&ask_with_image(&STANDARD.encode(image)).to_string(), "invalidRequest", &["image"]);
}
