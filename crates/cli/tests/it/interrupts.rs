//! Ctrl-C, in the middle of things.
#![cfg(unix)]

use clawdia_bedrock_emulator::{Gate, Reply, Step};
use serde_json::json;

use crate::endpoint::Endpoint;
use crate::requests::{NOVA, ask, ask_as};

/// An answer that begins and does not go on.
fn stalled(gate: &Gate) -> Reply {
    Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": "so far" } })),
        Step::gate(gate),
    ])
}

#[test]
fn a_stream_ends_aborted_with_what_had_arrived() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(stalled(&Gate::new()));
    let mut running = endpoint.program(&["stream"]).start();
    running.write_line(&ask(NOVA, "hi").to_string());
    drop(running.stdin.take());
    running.read_until("text_delta");
    running.interrupt();
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    let last = outcome.last();
    assert_eq!((last["type"].as_str(), last["reason"].as_str()), (Some("error"), Some("aborted")));
    assert_eq!(last["error"]["stopReason"], "aborted");
    assert_eq!(last["error"]["content"], json!([{ "type": "text", "text": "so far" }]));
    assert_eq!(last["cause"]["kind"], "aborted");
    endpoint.wait(endpoint.emulator.wait_for_open_connections(0));
}

#[test]
fn a_request_that_has_no_answer_yet_is_aborted() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::text("Hello.").after(&Gate::new()));
    let mut running = endpoint.program(&["stream"]).start();
    running.write_line(&ask(NOVA, "hi").to_string());
    drop(running.stdin.take());
    endpoint.wait(endpoint.emulator.wait_for_requests(1));
    running.interrupt();
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    assert_eq!(outcome.only_error()["reason"], "aborted");
}

#[test]
fn all_requests_of_a_process_are_aborted() {
    let endpoint = Endpoint::start();
    let gate = Gate::new();
    let mut running = endpoint.program(&["stream", "--lines"]).start();
    for id in [1, 2] {
        endpoint.emulator.enqueue(stalled(&gate));
        running.write_line(&ask_as(id, NOVA, "hi").to_string());
        running.read_until("text_delta");
    }
    running.interrupt();
    // Standard input stays open: nothing more is read from it.
    let mut ids = [running.read_until("error"), running.read_until("error")].map(|error| {
        assert_eq!(error["reason"], "aborted");
        error["id"].as_u64().unwrap()
    });
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn a_process_that_waits_for_requests_ends() {
    let endpoint = Endpoint::start();
    let mut running = endpoint.program(&["stream", "--lines"]).start();
    running.write_line(&ask_as(1, NOVA, "hi").to_string());
    running.read_until("done");
    running.interrupt();
    // Standard input is still open.
    assert_eq!(running.read_line(), "");
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn a_question_of_chat_is_stopped() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(stalled(&Gate::new()));
    let running = endpoint.program(&["chat", "--model", NOVA, "hi"]).start();
    endpoint.wait(endpoint.emulator.wait_for_requests(1));
    running.interrupt();
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn a_second_press_ends_a_program_whose_reader_stalls() {
    let endpoint = Endpoint::start();
    let mut running = endpoint.program(&["stream"]).start();
    running.write_line(&ask(NOVA, "Count to 20000").to_string());
    drop(running.stdin.take());
    running.read_line();
    // More than any pipe holds is still to come, and nobody reads it.
    while !running.has_ended() {
        running.interrupt();
    }
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn ctrl_c_is_how_the_emulator_ends() {
    let mut running = crate::program::Program::new(&["emulator"]).start();
    assert!(running.read_line().contains("listening on http://127.0.0.1:"));
    running.interrupt();
    assert_eq!(running.wait().code, Some(0));
}
