//! Scripted streams: chunks, faults, stalls, and connections that are let go.

use std::time::Duration;

use clawdia_bedrock_emulator::{Emulator, Gate, Reply, Step};
use serde_json::json;

use crate::client::{Client, invocation, pair};
use crate::frames::{Broken, decode};
use crate::prompts::{NOVA, prompt};

fn start() -> Step {
    Step::unpadded("messageStart", json!({ "role": "assistant" }))
}

fn delta(text: &str) -> Step {
    Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
}

fn names(reply: &crate::client::Reply) -> Vec<String> {
    reply.frames().iter().map(|frame| frame.name().to_owned()).collect()
}

#[tokio::test]
async fn steps_come_out_as_they_were_scripted() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::stream([
        start(),
        delta("Hé"),
        Step::delay(Duration::from_millis(1)),
        Step::exception("throttlingException", "Too many tokens, please wait before trying again."),
        Step::error_frame("InternalFailure", "Oh."),
    ]));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert!(reply.complete);
    assert_eq!(names(&reply), ["messageStart", "contentBlockDelta", "throttlingException", ""]);
    let frames = reply.frames();
    assert_eq!(frames[0].payload, br#"{"role":"assistant"}"#);
    assert_eq!(frames[0].headers[":content-type"], "application/json");
    assert_eq!(frames[0].headers[":message-type"], "event");
    assert_eq!(frames[1].json()["delta"]["text"], "Hé");
    assert_eq!(frames[2].json(), json!({ "message": "Too many tokens, please wait before trying again." }));
    assert_eq!(frames[2].headers[":message-type"], "exception");
    assert_eq!(frames[3].headers[":message-type"], "error");
    assert_eq!(frames[3].headers[":error-code"], "InternalFailure");
    assert_eq!(frames[3].headers[":error-message"], "Oh.");
}

#[tokio::test]
async fn chunks_end_after_every_so_many_bytes() {
    let (emulator, client) = pair().await;
    let steps = || [start(), Step::unpadded("x", json!({ "a": 1 })), Step::unpadded("y", json!({}))];
    emulator.enqueue(Reply::stream(steps()));
    let whole = client.stream(NOVA, &prompt("Hi")).await;
    assert_eq!(whole.chunks.len(), 3);
    let length = whole.body().len();
    for size in (1..=length + 1).step_by(7).chain([length]) {
        emulator.enqueue(Reply::stream(steps()).chunked_at(size));
        let reply = client.stream(NOVA, &prompt("Hi")).await;
        assert_eq!(reply.body(), whole.body());
        assert!(reply.chunks.iter().rev().skip(1).all(|chunk| chunk.len() == size));
        assert_eq!(reply.chunks.len(), length.div_ceil(size));
    }
}

#[tokio::test]
async fn automatic_answers_can_be_chunked_too() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::answer().chunked_at(1));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert!(reply.chunks.iter().all(|chunk| chunk.len() == 1));
    assert_eq!(names(&reply).last().unwrap(), "metadata");
}

#[tokio::test]
async fn a_cut_breaks_the_connection_after_what_came_before() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::stream([start(), delta("Hel"), Step::cut(), delta("lo")]));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert!(!reply.complete);
    assert_eq!(names(&reply), ["messageStart", "contentBlockDelta"]);
    emulator.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn broken_frames_are_broken_as_asked() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::stream([start(), Step::corrupt("contentBlockDelta", json!({})), delta("x")]));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert!(reply.complete);
    assert_eq!(decode(&reply.body()).unwrap_err(), Broken::Message);

    emulator.enqueue(Reply::stream([start(), Step::truncated("contentBlockDelta", json!({}), 30)]));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert!(reply.complete);
    assert_eq!(decode(&reply.body()).unwrap_err(), Broken::Truncated);

    emulator.enqueue(Reply::stream([Step::raw(vec![0; 20])]));
    let reply = client.stream(NOVA, &prompt("Hi")).await;
    assert_eq!(decode(&reply.body()).unwrap_err(), Broken::Prelude);
}

#[tokio::test]
async fn a_gate_stalls_a_stream_until_it_opens() {
    let (emulator, client) = pair().await;
    let gate = Gate::new();
    emulator.enqueue(Reply::stream([start(), Step::gate(&gate), delta("Hi")]));
    let mut connection = client.connect().await;
    let request = client.sign(&invocation(NOVA, "converse-stream", &prompt("Hi")));
    connection.write(&request, &client.address).await;
    assert_eq!(connection.head().await.status, 200);
    assert_eq!(decode(&connection.chunk().await.unwrap()).unwrap()[0].name(), "messageStart");
    assert!(!gate.is_open());
    gate.open();
    assert_eq!(decode(&connection.chunk().await.unwrap()).unwrap()[0].name(), "contentBlockDelta");
    assert_eq!(connection.chunk().await.unwrap(), b"");
}

#[tokio::test]
async fn dropping_a_stalled_stream_closes_its_connection() {
    let (emulator, client) = pair().await;
    for reply in [
        Reply::stream([start(), Step::gate(&Gate::new())]),
        Reply::stream([Step::delay(Duration::from_hours(1))]),
        Reply::answer().after(&Gate::new()),
    ] {
        emulator.enqueue(reply);
        let read = emulator.requests().len();
        let mut connection = client.connect().await;
        let request = client.sign(&invocation(NOVA, "converse-stream", &prompt("Hi")));
        connection.write(&request, &client.address).await;
        emulator.wait_for_requests(read + 1).await;
        emulator.wait_for_open_connections(1).await;
        drop(connection);
        emulator.wait_for_open_connections(0).await;
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let (emulator, client) = pair().await;
    let mut connection = client.connect().await;
    for _ in 0..3 {
        let request = client.sign(&invocation(NOVA, "converse-stream", &prompt("Hi")));
        connection.write(&request, &client.address).await;
        assert!(connection.read().await.complete);
    }
    assert_eq!((emulator.connections(), emulator.open_connections()), (1, 1));
    assert!(emulator.requests().iter().all(|request| request.connection == 1));
    drop(connection);
    client.stream(NOVA, &prompt("Hi")).await.assert_accepted();
    assert_eq!(emulator.connections(), 2);
}

#[tokio::test]
async fn shutting_down_ends_stalled_connections_and_frees_the_port() {
    let (emulator, client) = pair().await;
    emulator.enqueue(Reply::stream([start(), Step::gate(&Gate::new())]));
    let mut connection = client.connect().await;
    let request = client.sign(&invocation(NOVA, "converse-stream", &prompt("Hi")));
    connection.write(&request, &client.address).await;
    connection.head().await;
    connection.chunk().await.unwrap();
    let port = emulator.url().rsplit(':').next().unwrap().parse().unwrap();
    emulator.shutdown().await;
    assert_eq!(connection.chunk().await, None);
    let again = Emulator::builder().port(port).start().await.unwrap();
    assert_eq!(again.url(), format!("http://127.0.0.1:{port}"));
    let taken = Emulator::builder().port(port).start().await.unwrap_err();
    assert!(taken.to_string().contains(&format!("127.0.0.1:{port}")));
    drop(again);
    let _ = Client { address: format!("127.0.0.1:{port}"), ..client };
}
