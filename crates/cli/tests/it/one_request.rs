//! `clawdia stream` with one request: what comes out, and in which order.

use clawdia_bedrock_emulator::{Reply, Step, Turn};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::program::{Outcome, Program};
use crate::requests::{CLAUDE, NOVA, ask};

fn stream(endpoint: &Endpoint, request: &Value) -> Outcome {
    endpoint.program(&["stream"]).run(request.to_string())
}

#[track_caller]
fn types(outcome: &Outcome) -> Vec<String> {
    outcome.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_answer_is_a_start_its_blocks_and_one_done() {
    let endpoint = Endpoint::start();
    let usage = json!({
        "inputTokens": 100, "outputTokens": 20, "totalTokens": 1120,
        "cacheReadInputTokens": 1000, "cacheWriteInputTokens": 0,
    });
    let turn = Turn::new()
        .thinking("Hm. ")
        .text_fragments(["Hel", "lo."])
        .tool_call("tooluse_1", "add", ["{\"a\":", "1}"])
        .usage(usage);
    endpoint.emulator.enqueue(Reply::turn(turn));
    let mut request = ask(CLAUDE, "hi");
    request["options"] = json!({ "reasoning": "low" });
    request["context"]["tools"] = json!([{ "name": "add", "description": "Adds.", "parameters": {
        "type": "object", "properties": { "a": { "type": "number" } },
    } }]);
    let outcome = stream(&endpoint, &request);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr, "");
    assert_eq!(
        types(&outcome),
        [
            "start",
            "thinking_start",
            "thinking_delta",
            "thinking_end",
            "text_start",
            "text_delta",
            "text_delta",
            "text_end",
            "toolcall_start",
            "toolcall_delta",
            "toolcall_delta",
            "toolcall_end",
            "done",
        ]
    );
    let events = outcome.events();
    assert_eq!(events[3], json!({ "type": "thinking_end", "contentIndex": 0, "content": "Hm. " }));
    assert_eq!(events[6], json!({ "type": "text_delta", "contentIndex": 1, "delta": "lo." }));
    assert_eq!(events[7], json!({ "type": "text_end", "contentIndex": 1, "content": "Hello." }));
    assert_eq!(
        events[8],
        json!({ "type": "toolcall_start", "contentIndex": 2, "id": "tooluse_1", "name": "add" })
    );
    let call = json!({ "type": "toolCall", "id": "tooluse_1", "name": "add", "arguments": { "a": 1 } });
    assert_eq!(events[11], json!({ "type": "toolcall_end", "contentIndex": 2, "toolCall": call }));

    let done = events.last().unwrap();
    assert_eq!(done["reason"], "toolUse");
    let message = &done["message"];
    assert_eq!(message["role"], "assistant");
    assert_eq!(message["content"][2], call);
    assert!(message["content"][0]["thinkingSignature"].is_string());
    assert_eq!(message["stopReason"], "toolUse");
    assert_eq!(message["rawStopReason"], "tool_use");
    assert_eq!(message["api"], "bedrock-converse-stream");
    assert_eq!(message["provider"], "amazon-bedrock");
    assert_eq!(message["model"], "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert!(message["responseId"].is_string());
    assert!(message["timestamp"].as_u64().is_some());
    let usage = &message["usage"];
    assert_eq!((usage["input"].as_u64(), usage["output"].as_u64()), (Some(100), Some(20)));
    assert_eq!((usage["cacheRead"].as_u64(), usage["totalTokens"].as_u64()), (Some(1000), Some(1120)));
    let cost = &usage["cost"];
    let parts = ["input", "output", "cacheRead", "cacheWrite"].map(|part| cost[part].as_f64().unwrap());
    assert!((parts.iter().sum::<f64>() - cost["total"].as_f64().unwrap()).abs() < 1e-12);
    assert!(parts[0] > 0.0 && parts[1] > 0.0 && parts[2] > 0.0);
}

#[test]
fn each_line_is_there_as_soon_as_it_happens() {
    let endpoint = Endpoint::start();
    let gate = clawdia_bedrock_emulator::Gate::new();
    let delta = |text: &str| {
        Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
    };
    endpoint.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        delta("now"),
        Step::gate(&gate),
        delta("later"),
        Step::event("contentBlockStop", json!({ "contentBlockIndex": 0 })),
        Step::event("messageStop", json!({ "stopReason": "end_turn" })),
        Step::event("metadata", json!({
            "usage": { "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 }, "metrics": { "latencyMs": 1 },
        })),
    ]));
    let mut running = endpoint.program(&["stream"]).start();
    running.write_line(&ask(NOVA, "hi").to_string());
    drop(running.stdin.take());
    // The endpoint says no more before this line was read.
    assert_eq!(running.read_until("text_delta")["delta"], "now");
    gate.open();
    assert_eq!(running.read_until("text_delta")["delta"], "later");
    assert_eq!(running.wait().code, Some(0));
}

#[test]
fn a_request_can_come_from_a_file() {
    let endpoint = Endpoint::start();
    let program = endpoint.program(&["stream", "--request", "request.json"]);
    let outcome = program.file("request.json", ask(NOVA, "hi").to_string()).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.last()["reason"], "stop");
}

#[test]
fn a_model_can_be_described_in_the_request() {
    let endpoint = Endpoint::start();
    let mut request = ask("", "hi");
    request["model"] = json!({
        "id": "us.amazon.nova-lite-v1:0", "api": "bedrock-converse-stream", "provider": "somewhere",
        "baseUrl": endpoint.emulator.url(), "contextWindow": 1000, "maxTokens": 100,
        "cost": { "input": 1_000_000, "output": 0, "cacheRead": 0, "cacheWrite": 0 },
    });
    let outcome = stream(&endpoint, &request);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let message = outcome.last()["message"].clone();
    assert_eq!(message["provider"], "somewhere");
    assert_eq!(message["usage"]["cost"]["total"].as_f64(), message["usage"]["input"].as_f64());
}

#[test]
fn what_an_answer_was_replays_as_history() {
    let endpoint = Endpoint::start();
    let mut request = ask(CLAUDE, "Use the tool add.");
    request["options"] = json!({ "reasoning": "medium" });
    request["context"]["tools"] = json!([{ "name": "add", "description": "Adds numbers.", "parameters": {
        "type": "object", "properties": { "a": { "type": "number" } }, "required": ["a"],
    } }]);
    let message = stream(&endpoint, &request).events().last().unwrap()["message"].clone();
    assert_eq!(message["stopReason"], "toolUse");
    let call =
        message["content"].as_array().unwrap().iter().find(|block| block["type"] == "toolCall").unwrap();
    let result = json!({
        "role": "toolResult", "toolCallId": call["id"], "toolName": "add",
        "content": [{ "type": "text", "text": "forty-two" }], "isError": false,
    });
    let messages = request["context"]["messages"].as_array_mut().unwrap();
    messages.push(message);
    messages.push(result);
    let outcome = stream(&endpoint, &request);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let answer = outcome.last()["message"]["content"].to_string();
    assert!(answer.contains("forty-two"), "{answer}");
}

#[test]
fn a_cut_connection_is_an_error_with_what_had_arrived() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": "Hel" } })),
        Step::cut(),
    ]));
    let outcome = stream(&endpoint, &ask(NOVA, "hi"));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(types(&outcome), ["start", "text_start", "text_delta", "text_end", "error"]);
    let error = outcome.last();
    assert_eq!(error["reason"], "error");
    assert_eq!(error["error"]["content"], json!([{ "type": "text", "text": "Hel" }]));
    assert_eq!(error["error"]["stopReason"], "error");
    assert!(error["error"]["errorMessage"].as_str().is_some_and(|text| !text.is_empty()));
    assert!(["transport", "truncated"].contains(&error["cause"]["kind"].as_str().unwrap()), "{error}");
    assert!(outcome.stderr.contains("error: "), "{outcome:?}");
}

#[test]
fn a_refusal_of_the_service_keeps_its_facts() {
    let endpoint = Endpoint::start();
    let reply = Reply::error(403, "AccessDeniedException", "You don't have access to the model.");
    endpoint.emulator.enqueue(reply);
    let outcome = stream(&endpoint, &ask(NOVA, "hi"));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let error = outcome.only_error();
    assert_eq!(error["cause"]["status"], 403);
    assert_eq!(error["cause"]["code"], "AccessDeniedException");
    assert!(error["cause"]["requestId"].is_string());
    assert_eq!(error["cause"]["retryable"], false);
    assert!(outcome.stderr.contains("You don't have access to the model."), "{outcome:?}");
}

#[test]
fn a_refusal_in_the_middle_of_a_stream_is_one_of_the_service_too() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        Step::exception("validationException", "The model returned the following errors: bad input"),
    ]));
    let outcome = stream(&endpoint, &ask(NOVA, "hi"));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.last()["cause"]["kind"], "invalidRequest");
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let endpoint = Endpoint::start();
    let mut running = endpoint.program(&["stream"]).start();
    running.write_line(&ask(NOVA, "Count to 20000").to_string());
    drop(running.stdin.take());
    running.read_line();
    running.close_stdout();
    let outcome = running.wait();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_configuration_in_the_home_directory_takes_effect() {
    let endpoint = Endpoint::start();
    let config = format!(
        r#"{{
            // A second name for the same service.
            models: {{ providers: {{ second: {{
                baseUrl: "{}", api: "bedrock-converse-stream", auth: "aws-sdk", region: "us-east-1",
                models: [{{ id: "us.amazon.nova-lite-v1:0", cost: {{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }} }}],
            }} }} }},
        }}"#,
        endpoint.emulator.url()
    );
    let keys = endpoint.emulator.environment().into_iter().filter(|(name, _)| name.contains("KEY"));
    let outcome = Program::new(&["stream"])
        .env(keys)
        .file(".clawdia/clawdia.json5", config)
        .run(ask("second/us.amazon.nova-lite-v1:0", "hi").to_string());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let message = outcome.last()["message"].clone();
    assert_eq!(message["provider"], "second");
    assert_eq!(message["usage"]["cost"]["total"], 0.0);
}
