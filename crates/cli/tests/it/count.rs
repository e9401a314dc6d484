//! `clawdia count`: one number, or an error and the status it deserves.

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::program::{Outcome, Program};
use crate::requests::{CLAUDE, NOVA, ask};

/// The only line of standard output.
#[track_caller]
fn count(outcome: &Outcome) -> u64 {
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
    let line: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(line["estimated"].is_boolean(), "{line}");
    assert_eq!(line.as_object().unwrap().len(), 2, "{line}");
    line["inputTokens"].as_u64().unwrap()
}

/// Refused with these words on standard error and nothing on standard output.
#[track_caller]
fn check_refusal(outcome: &Outcome, code: i32, words: &str) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(code), ""), "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
    assert!(outcome.stderr.contains(words), "`{words}` is missing in {}", outcome.stderr);
}

#[test]
fn a_request_is_measured_and_not_answered() {
    let endpoint = Endpoint::start();
    for model in [NOVA, CLAUDE] {
        let short = count(&endpoint.program(&["count"]).run(ask(model, "hi").to_string()));
        let long = count(&endpoint.program(&["count"]).run(ask(model, &"hello ".repeat(500)).to_string()));
        assert!(0 < short && short < long, "{short} {long}");
    }
    let answers =
        endpoint.emulator.requests().into_iter().filter(|request| request.path.contains("converse"));
    assert_eq!(answers.count(), 0);
}

#[test]
fn a_request_can_come_from_a_file() {
    let endpoint = Endpoint::start();
    let mut request = ask(NOVA, "hi");
    request["context"]["systemPrompt"] = json!("Be brief.");
    let program = endpoint.program(&["count", "--request", "request.json"]);
    assert!(count(&program.file("request.json", request.to_string()).run("")) > 0);
}

#[test]
fn what_is_no_request_is_told_as_by_stream() {
    let count = |request: &str| Program::new(&["count"]).run(request);
    check_refusal(&count("{ oops }"), 2, "could not read the request from standard input");
    check_refusal(&count(""), 2, "it is empty");
    let mut request = ask(NOVA, "hi");
    request["options"] = json!({ "temprature": 1 });
    check_refusal(&count(&request.to_string()), 2, "options.temprature");
    let nowhere = Program::new(&["count", "--request", "nowhere.json"]).run("");
    check_refusal(&nowhere, 2, "could not read the request file `nowhere.json`");
}

#[test]
fn a_model_that_nobody_serves_is_told() {
    let outcome = Program::new(&["count"]).run(ask("amazon-bedrok/x", "hi").to_string());
    check_refusal(&outcome, 2, "did you mean `amazon-bedrock`?");
}

#[test]
fn a_broken_configuration_is_told_with_its_place() {
    let program = Program::new(&["count"]).file(".clawdia/clawdia.json", "{ modles: {} }");
    check_refusal(&program.run(ask(NOVA, "hi").to_string()), 2, "line 1, column 3");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let mut running = Program::new(&["count"]).start();
    // More than any pipe holds, and no end: once it is written, the program waits for the rest.
    running.write_line(&" ".repeat(1_000_000));
    running.interrupt();
    // Standard input is still open.
    assert_eq!(running.read_line(), "");
    assert_eq!(running.wait().code, Some(130));
}
