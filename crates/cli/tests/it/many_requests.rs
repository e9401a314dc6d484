//! `clawdia stream --lines`: many requests through one process.

use std::collections::BTreeMap;

use clawdia_bedrock_emulator::{Gate, Reply, Step};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::requests::{NOVA, ask, ask_as};

const LINES: [&str; 2] = ["stream", "--lines"];

fn gated(gate: &Gate) -> Reply {
    Reply::text("Hello.").after(gate)
}

#[test]
fn a_hundred_requests_one_after_another_open_one_connection() {
    let endpoint = Endpoint::start();
    let mut running = endpoint.program(&LINES).start();
    for number in 0..100 {
        running.write_line(&ask_as(number, NOVA, "hi").to_string());
        assert_eq!(running.read_until("done")["id"], number);
    }
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(endpoint.emulator.requests().len(), 100);
    assert_eq!(endpoint.emulator.connections(), 1);
}

#[test]
fn requests_are_answered_side_by_side_and_told_apart() {
    let endpoint = Endpoint::start();
    let gate = Gate::new();
    for _ in 0..3 {
        endpoint.emulator.enqueue(gated(&gate));
    }
    let mut running = endpoint.program(&LINES).start();
    for id in ["a", "b", "c"] {
        running.write_line(&ask_as(id, NOVA, "hi").to_string());
    }
    // All three wait at the gate at once.
    endpoint.wait(endpoint.emulator.wait_for_requests(3));
    gate.open();
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let mut texts = BTreeMap::<String, Vec<String>>::new();
    for event in outcome.events() {
        let id = event["id"].as_str().unwrap().to_owned();
        texts.entry(id).or_default().push(event["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(texts.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    for types in texts.values() {
        assert_eq!(types.first().map(String::as_str), Some("start"));
        assert_eq!(types.iter().position(|kind| kind == "done"), Some(types.len() - 1));
    }
}

#[test]
fn ids_of_any_kind_are_repeated_on_every_line() {
    let endpoint = Endpoint::start();
    let id = json!({ "conversation": 7, "turn": [1, "x"] });
    let outcome = endpoint.program(&LINES).run(ask_as(id.clone(), NOVA, "hi").to_string() + "\n");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.events().iter().all(|event| event["id"] == id), "{outcome:?}");
}

#[test]
fn bad_lines_spoil_nothing_but_the_exit_status() {
    let endpoint = Endpoint::start();
    let input = [
        ask_as(1, NOVA, "hi").to_string(),
        String::new(),
        "{ not json".to_owned(),
        json!({ "id": 2, "model": NOVA, "context": {}, "extra": true }).to_string(),
        ask(NOVA, "without an id").to_string(),
        ask_as(Value::Null, NOVA, "nor here").to_string(),
    ];
    let outcome = endpoint.program(&LINES).run(input.join("\n"));
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let ends =
        outcome.events().into_iter().filter(|event| event["type"] == "done" || event["type"] == "error");
    let mut ends = ends.map(|event| (event["type"].clone(), event.get("id").cloned())).collect::<Vec<_>>();
    ends.sort_by_key(|end| format!("{end:?}"));
    let error = || json!("error");
    assert_eq!(
        ends,
        [
            (json!("done"), Some(json!(1))),
            (error(), None),
            (error(), None),
            (error(), None),
            (error(), Some(json!(2)))
        ]
    );
    assert!(outcome.stderr.contains("line 3 of standard input"), "{outcome:?}");
}

#[test]
fn the_worst_outcome_is_the_outcome() {
    let endpoint = Endpoint::start();
    let reply = Reply::error(403, "AccessDeniedException", "No.");
    endpoint.emulator.enqueue(reply);
    let mut running = endpoint.program(&LINES).start();
    running.write_line(&ask_as(1, NOVA, "hi").to_string());
    assert_eq!(running.read_until("error")["id"], 1);
    running.write_line(&ask_as(2, NOVA, "hi").to_string());
    running.read_until("done");
    assert_eq!(running.wait().code, Some(1));
}

#[test]
fn an_id_is_taken_only_while_its_request_runs() {
    let endpoint = Endpoint::start();
    let gate = Gate::new();
    endpoint.emulator.enqueue(gated(&gate));
    let mut running = endpoint.program(&LINES).start();
    let request = ask_as("x", NOVA, "hi").to_string();
    running.write_line(&request);
    endpoint.wait(endpoint.emulator.wait_for_requests(1));
    running.write_line(&request);
    let error = running.read_event();
    assert_eq!((error["type"].as_str(), error.get("id")), (Some("error"), None));
    assert!(
        error["cause"]["message"].as_str().unwrap().contains("`x`")
            || error.to_string().contains("still running")
    );
    gate.open();
    assert_eq!(running.read_until("done")["id"], "x");
    running.write_line(&request);
    assert_eq!(running.read_until("done")["id"], "x");
    assert_eq!(running.wait().code, Some(2));
}

#[test]
fn only_so_many_requests_run_at_once() {
    let endpoint = Endpoint::start();
    let gate = Gate::new();
    let held = || {
        Reply::stream([
            Step::event("messageStart", json!({ "role": "assistant" })),
            Step::gate(&gate),
            Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": "x" } })),
            Step::event("contentBlockStop", json!({ "contentBlockIndex": 0 })),
            Step::event("messageStop", json!({ "stopReason": "end_turn" })),
            Step::event(
                "metadata",
                json!({
                    "usage": { "inputTokens": 1, "outputTokens": 1, "totalTokens": 2 }, "metrics": { "latencyMs": 1 },
                }),
            ),
        ])
    };
    let input = (0..100).map(|id| {
        endpoint.emulator.enqueue(held());
        ask_as(id, NOVA, "hi").to_string() + "\n"
    });
    let input = input.collect::<String>();
    let mut running = endpoint.program(&LINES).start();
    running.write_line(input.trim_end());
    endpoint.wait(endpoint.emulator.wait_for_requests(64));
    assert_eq!(endpoint.emulator.requests().len(), 64);
    gate.open();
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.events().iter().filter(|event| event["type"] == "done").count(), 100);
    // All at once they would have needed one each; later ones find those of the first ones free.
    assert!(endpoint.emulator.connections() < 100);
}

#[test]
fn a_broken_configuration_is_told_with_each_request() {
    let endpoint = Endpoint::start();
    let input = format!("{}\n{}\n", ask_as(1, NOVA, "hi"), ask_as(2, NOVA, "hi"));
    let outcome = endpoint.program(&LINES).file(".clawdia/clawdia.json", "{").run(input);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let ids = outcome.events().iter().map(|event| event["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids, [json!(1), json!(2)]);
}
