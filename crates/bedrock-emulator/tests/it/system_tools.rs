//! Tools that the service runs itself, and other blocks that only a model makes.

use clawdia_bedrock_emulator::{Reply, Turn};
use serde_json::{Value, json};

use crate::client::pair;
use crate::prompts::*;

fn with_tool(request: Value, name: &str) -> Value {
    with(request, json!({ "toolConfig": { "tools": [{ "systemTool": { "name": name } }] } }))
}

fn starts(reply: &crate::client::Reply) -> Vec<Value> {
    let frames = reply.frames();
    let starts = frames.iter().filter(|frame| frame.name() == "contentBlockStart");
    starts.map(|frame| frame.json()["start"].clone()).collect()
}

#[tokio::test]
async fn a_search_is_called_answered_and_cited_in_one_turn() {
    let (_emulator, client) = pair().await;
    let request = with_tool(prompt("Who won?"), "nova_grounding");
    let reply = client.converse(NOVA_2, &request).await;
    reply.assert_accepted();
    let reply = reply.json();
    assert_eq!(reply["stopReason"], "end_turn");
    let [used, answered, said, cited] = &reply["output"]["message"]["content"].as_array().unwrap()[..] else {
        panic!("{reply}")
    };
    let id = &used["toolUse"]["toolUseId"];
    assert_eq!(
        used["toolUse"],
        json!({ "toolUseId": id, "name": "nova_grounding", "input": { "query": "Who won?" }, "type": "server_tool_use" })
    );
    assert_eq!(
        answered["toolResult"],
        json!({
            "toolUseId": id, "content": [{ "text": "[HIDDEN]" }], "status": "success", "type": "nova_grounding_result",
        })
    );
    assert!(said["text"].is_string());
    assert!(cited["citationsContent"]["citations"][0]["location"]["web"]["url"].is_string());
    assert_eq!(cited["citationsContent"].get("content"), None);

    // The turn comes back in a conversation whose calls are all answered.
    let mut messages = request["messages"].as_array().unwrap().clone();
    messages.push(reply["output"]["message"].clone());
    messages.push(user([text("And who lost?")]));
    client.stream(NOVA_2, &with_tool(conversation(messages), "nova_grounding")).await.assert_accepted();
}

#[tokio::test]
async fn code_streams_its_call_and_its_output() {
    let (_emulator, client) = pair().await;
    let reply = client.stream(NOVA_2, &with_tool(prompt("What is 6 * 7?"), "nova_code_interpreter")).await;
    let starts = starts(&reply);
    assert_eq!(
        (&starts[0]["toolUse"]["type"], &starts[0]["toolUse"]["name"]),
        (&json!("server_tool_use"), &json!("nova_code_interpreter"))
    );
    assert_eq!(starts[1]["toolResult"]["type"], "nova_code_interpreter_result");
    assert_eq!(starts[1]["toolResult"]["toolUseId"], starts[0]["toolUse"]["toolUseId"]);
    let deltas = reply.deltas();
    assert_eq!(deltas[0], json!({ "toolUse": { "input": r#"{"snippet":"print(6 * 7)"}"# } }));
    assert_eq!(deltas[1]["toolResult"][0]["json"]["stdOut"], "42");
    assert_eq!(reply.last("messageStop")["stopReason"], "end_turn");
}

#[tokio::test]
async fn scripted_tools_of_the_service_are_not_for_the_client() {
    let (emulator, client) = pair().await;
    let turn =
        Turn::new().server_tool_call("s1", "nova_grounding", ["{\"query\":", "\"x\"}"]).server_tool_result(
            "s1",
            "nova_grounding_result",
            [text("a"), json!({ "json": { "b": 1 } })],
            "error",
        );
    emulator.enqueue(Reply::turn(turn.clone()));
    let reply = client.stream(NOVA_2, &prompt("Hi")).await;
    assert_eq!(reply.last("messageStop")["stopReason"], "end_turn");
    assert_eq!(
        starts(&reply)[1]["toolResult"],
        json!({ "toolUseId": "s1", "type": "nova_grounding_result", "status": "error" })
    );
    assert_eq!(
        reply.deltas()[2..],
        [json!({ "toolResult": [text("a")] }), json!({ "toolResult": [{ "json": { "b": 1 } }] })]
    );
    emulator.enqueue(Reply::turn(turn.tool_call("t1", "lookup", ["{}"])));
    let reply = client.converse(NOVA_2, &prompt("Hi")).await.json();
    assert_eq!(reply["stopReason"], "tool_use");
    assert_eq!(reply["output"]["message"]["content"][0]["toolUse"]["input"], json!({ "query": "x" }));
    assert_eq!(
        reply["output"]["message"]["content"][1]["toolResult"]["content"][1],
        json!({ "json": { "b": 1 } })
    );
}

#[tokio::test]
async fn images_are_announced_and_come_in_one_piece() {
    let (emulator, client) = pair().await;
    let turn = || Turn::new().image("jpeg", &b"\xff\xd8"[..]).failed_image("too dark");
    emulator.enqueue(Reply::turn(turn()));
    let reply = client.stream(NOVA, &prompt("Draw")).await;
    assert_eq!(
        starts(&reply),
        [json!({ "image": { "format": "jpeg" } }), json!({ "image": { "format": "png" } })]
    );
    let whole = json!({ "source": { "bytes": base64(b"\xff\xd8") } });
    let failed = json!({ "error": { "message": "too dark" } });
    assert_eq!(reply.deltas(), [json!({ "image": whole }), json!({ "image": failed })]);
    emulator.enqueue(Reply::turn(turn()));
    let reply = client.converse(NOVA, &prompt("Draw")).await.json();
    assert_eq!(
        reply["output"]["message"]["content"],
        json!([
            { "image": { "format": "jpeg", "source": { "bytes": base64(b"\xff\xd8") } } },
            { "image": { "format": "png", "error": { "message": "too dark" } } },
        ])
    );
}

#[tokio::test]
async fn scripted_metadata_is_merged_with_what_is_said_anyway() {
    let (emulator, client) = pair().await;
    let turn = Turn::new()
        .text("Hi")
        .metadata(json!({ "trace": { "new": 1 }, "metrics": { "timeToFirstByteMs": 3 } }))
        .metadata(json!({ "serviceTier": { "type": "flex" }, "trace": { "newer": 2 } }));
    emulator.enqueue(Reply::turn(turn.clone()));
    let metadata = client.stream(NOVA, &prompt("Hi")).await.last("metadata");
    assert_eq!(metadata["trace"], json!({ "new": 1, "newer": 2 }));
    assert_eq!(metadata["metrics"]["timeToFirstByteMs"], 3);
    assert!(metadata["metrics"]["latencyMs"].is_u64() && metadata["usage"]["inputTokens"].is_u64());
    emulator.enqueue(Reply::turn(turn));
    let document = client.converse(NOVA, &prompt("Hi")).await.json();
    assert_eq!((&document["serviceTier"]["type"], &document["trace"]["new"]), (&json!("flex"), &json!(1)));
    assert_eq!(document["stopReason"], "end_turn");
}
