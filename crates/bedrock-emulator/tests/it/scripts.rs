//! Scripted replies that are no streams: errors, documents, turns, and their order.

use clawdia_bedrock_emulator::{Credentials, Emulator, Gate, Reply, Turn};
use serde_json::json;

use crate::client::{Client, invocation, pair};
use crate::prompts::*;

#[tokio::test]
async fn replies_are_taken_in_order_and_then_it_answers_by_itself() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::text("One."));
    emulator.enqueue(Reply::converse(json!({ "two": true })));
    let one = client.converse(NOVA, &prompt("Hi")).await.json();
    assert_eq!(one["output"]["message"]["content"], json!([{ "text": "One." }]));
    assert_eq!(emulator.scripted_replies(), 1);
    assert_eq!(client.converse(NOVA, &prompt("Hi")).await.json(), json!({ "two": true }));
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
}

#[tokio::test]
async fn errors_come_in_the_envelope_of_the_service() {
    let (emulator, client) = pair().await;
    let error = Reply::error(429, "ThrottlingException", "Too many tokens, please wait before trying again.");
    emulator.enqueue(error.header("retry-after", "1").header("bad header", "x"));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    reply.assert_refused(429, "ThrottlingException", "Too many tokens, please wait before trying again.");
    assert_eq!(
        reply.headers["x-amzn-errortype"],
        "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/"
    );
    assert_eq!(reply.headers["retry-after"], "1");
    assert_eq!(reply.headers["content-type"], "application/json");
    let id = &reply.headers["x-amzn-requestid"];
    assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{id}");

    let denial = "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel";
    emulator.enqueue(Reply::error(403, "AccessDeniedException", denial));
    assert_eq!(client.stream(NOVA, &prompt("Hi")).await.json(), json!({ "Message": denial }));
}

#[tokio::test]
async fn other_http_responses_are_sent_as_they_are() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::http(503).header("content-type", "text/html").body("<html>Busy</html>"));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert_eq!((reply.status, reply.body()), (503, b"<html>Busy</html>".to_vec()));
    assert_eq!(reply.headers["content-type"], "text/html");
    assert!(!reply.headers.contains_key("x-amzn-errortype"));
}

#[tokio::test]
async fn throttling_comes_before_the_rest_of_the_script() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::text("Done."));
    emulator.throttle(2);
    for _ in 0..2 {
        let reply = client.converse(NOVA, &prompt("Hi")).await;
        reply.assert_refused(
            429,
            "ThrottlingException",
            "Too many requests, please wait before trying again.",
        );
    }
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
}

#[tokio::test]
async fn scripted_replies_judge_first_unless_told_otherwise() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::text("Fine."));
    client.converse(NOVA, &prompt(" ")).await.assert_refused(400, "ValidationException", "is blank");
    let forged = Client { secret_access_key: "wrong".into(), ..client.clone() };
    forged.converse(NOVA, &prompt("Hi")).await.assert_refused(403, "InvalidSignatureException", "");
    assert_eq!(emulator.scripted_replies(), 1);
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();

    emulator.enqueue(Reply::text("Whatever.").unjudged());
    let mut request = invocation("no.such-model", "converse", &json!({}));
    request.body = b"garbage".to_vec();
    let reply = client.send_as_is(&request).await;
    reply.assert_accepted();
    assert_eq!(reply.json()["output"]["message"]["content"][0]["text"], "Whatever.");
}

#[tokio::test]
async fn turns_stream_in_the_fragments_they_were_given() {
    let (emulator, client) = pair().await;
    let turn = || {
        Turn::new()
            .unsigned_thinking("Hm.")
            .text_fragments(["a", "b c", ""])
            .tool_call("t1", "lookup", ["", "{\"key\"", ":1}"])
            .tool_call("t2", "lookup", Vec::<String>::new())
            .usage(json!({ "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 }))
            .additional_fields(json!({ "x": 1 }))
    };
    emulator.enqueue(Reply::turn(turn()));
    let frames = client.stream(GPT_OSS, &prompt("Hi")).await.frames();
    let deltas: Vec<_> = frames
        .iter()
        .filter(|frame| frame.name() == "contentBlockDelta")
        .map(|frame| {
            let json = frame.json();
            (json["contentBlockIndex"].clone(), json["delta"].clone())
        })
        .collect();
    let text = |index: i32, text: &str| (json!(index), json!({ "text": text }));
    let input = |text: &str| (json!(2), json!({ "toolUse": { "input": text } }));
    let thought = (json!(0), json!({ "reasoningContent": { "text": "Hm." } }));
    let expected =
        [thought, text(1, "a"), text(1, "b c"), text(1, ""), input(""), input("{\"key\""), input(":1}")];
    assert_eq!(deltas, expected);
    assert_eq!(frames.iter().filter(|frame| frame.name() == "contentBlockStart").count(), 2);
    assert_eq!(frames[frames.len() - 2].json()["stopReason"], "tool_use");
    assert_eq!(frames[frames.len() - 2].json()["additionalModelResponseFields"], json!({ "x": 1 }));
    assert_eq!(frames[frames.len() - 1].json()["usage"]["totalTokens"], 3);

    emulator.enqueue(Reply::turn(turn().stop_reason("end_turn")));
    let reply = client.converse(GPT_OSS, &prompt("Hi")).await.json();
    assert_eq!(reply["stopReason"], "end_turn");
    assert_eq!(reply["output"]["message"]["content"][2]["toolUse"]["input"], json!({ "key": 1 }));
    assert_eq!(reply["output"]["message"]["content"][3]["toolUse"]["input"], json!({}));
}

#[tokio::test]
async fn a_reply_for_the_other_operation_says_so() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::stream([]));
    let reply = client.converse(NOVA, &prompt("Hi")).await;
    reply.assert_refused(500, "InternalServerException", "not one for Converse");
}

#[tokio::test]
async fn a_gate_holds_back_the_whole_response() {
    let (emulator, client) = pair().await;
    let gate = Gate::new();
    emulator.enqueue(Reply::throttled().after(&gate));
    let waiting = {
        let client = client.clone();
        tokio::spawn(async move { client.converse(NOVA, &prompt("Hi")).await.status })
    };
    emulator.wait_for_requests(1).await;
    assert_eq!(emulator.requests()[0].status, None);
    gate.open();
    assert_eq!(waiting.await.unwrap(), 429);
    assert_eq!(emulator.requests()[0].status, Some(429));
}

#[tokio::test]
async fn the_environment_points_a_client_here() {
    let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
    let builder = Emulator::builder().region("eu-west-1").credentials(credentials).bearer_token("bearer");
    let emulator = builder.start().await.unwrap();
    let environment = emulator.environment();
    let get = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    assert_eq!(get("AWS_ENDPOINT_URL"), Some(emulator.url()));
    assert_eq!(get("AWS_REGION"), Some("eu-west-1"));
    assert_eq!(get("AWS_ACCESS_KEY_ID"), Some("ASIAEXAMPLE"));
    assert_eq!(get("AWS_SESSION_TOKEN"), Some("token"));
    assert_eq!(get("AWS_EC2_METADATA_DISABLED"), Some("true"));
    assert_eq!(get("AWS_BEARER_TOKEN_BEDROCK"), None);
}
