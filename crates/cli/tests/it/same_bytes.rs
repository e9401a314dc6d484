//! The same conversation gives the same request in every process, or no process reads what another had cached.

use clawdia_bedrock_emulator::RecordedRequest;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::program::Outcome;
use crate::requests::CLAUDE;

fn tool(name: &str) -> Value {
    let mut tool = json!({
        "name": name,
        "description": format!("Can {name}."),
        "parameters": {
            "type": "object",
            "properties": {
                "zone": { "type": "string", "description": "Where.", "enum": ["north", "south", "east"] },
                "alpha": { "type": "object", "properties": { "y": { "type": "number" }, "x": { "type": "number" } } },
                "list": { "type": "array", "items": { "type": "string" } },
                "middle": { "type": "boolean" },
            },
            "required": ["zone", "alpha"],
        },
    });
    // The service refuses more than a few of these together, and each process would have to learn it.
    if name == "walk" {
        tool["strict"] = json!("require");
    }
    tool
}

/// A conversation in which everything occurs that has members or an order.
fn request() -> Value {
    let arguments = json!({ "zone": "north", "alpha": { "y": 1, "x": 2 }, "list": ["b", "a"], "": 0 });
    let call = |id: &str| json!({ "type": "toolCall", "id": id, "name": "walk", "arguments": arguments });
    let result = |id: &str, text: &str| json!({ "role": "toolResult", "toolCallId": id, "toolName": "walk", "content": text });
    let document = json!({
        "type": "document", "data": "SGVsbG8=", "mimeType": "text/plain", "name": "notes_1.txt",
    });
    json!({
        "model": CLAUDE,
        "context": {
            "systemPrompt": "Be brief.",
            "messages": [
                { "role": "user", "content": [document, document, { "type": "text", "text": "go" }] },
                { "role": "assistant", "content": [call("call|1"), call("call|2"), call("a")] },
                result("a", "third"),
                result("call|1", "first"),
                { "role": "user", "content": "And now use the tool walk." },
            ],
            "tools": Vec::from(["walk", "run", "sit", "jump", "crawl"].map(tool)),
        },
        "options": {
            "temperature": 0.5,
            "requestMetadata": { "team": "a", "stage": "b", "cost": "c", "app": "d" },
            "stopSequences": ["ZZZ", "YYY"],
        },
    })
}

fn ask(endpoint: &Endpoint, request: &Value) -> Outcome {
    let outcome = endpoint.program(&["stream"]).run(request.to_string());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    outcome
}

/// The requests, all of which must be alike.
#[track_caller]
fn expect_same(requests: &[RecordedRequest]) {
    let first = String::from_utf8(requests[0].body.to_vec()).unwrap();
    for request in requests {
        assert_eq!(request.model_id, requests[0].model_id);
        assert_eq!(String::from_utf8(request.body.to_vec()).unwrap(), first);
    }
}

#[test]
fn fifty_processes_send_the_same_bytes_for_the_same_conversation() {
    let endpoint = Endpoint::start();
    for _ in 0..50 {
        ask(&endpoint, &request());
    }
    let requests = endpoint.emulator.requests();
    assert_eq!(requests.len(), 50);
    expect_same(&requests);
}

#[test]
fn processes_that_take_turns_continue_a_conversation_in_the_same_bytes() {
    let endpoint = Endpoint::start();
    let mut request = request();
    request["options"] = json!({ "reasoning": "low" });
    // A turn that goes on begins with the model's own reasoning, which only an answer of this endpoint has.
    request["context"]["messages"] = json!([{ "role": "user", "content": "Use the tool walk." }]);
    let message = ask(&endpoint, &request).last()["message"].clone();
    let calls = message["content"].as_array().unwrap().iter().filter(|block| block["type"] == "toolCall");
    let results = calls.map(|call| {
        json!({ "role": "toolResult", "toolCallId": call["id"], "toolName": "walk", "content": "done" })
    });
    let results = results.collect::<Vec<_>>();
    assert!(!results.is_empty());
    let messages = request["context"]["messages"].as_array_mut().unwrap();
    messages.push(message);
    messages.extend(results);
    for _ in 0..10 {
        ask(&endpoint, &request);
    }
    let requests = endpoint.emulator.requests();
    expect_same(&requests[1..]);
    assert!(requests[1].json().to_string().contains("\"signature\""));
}
