//! What is kept of a request.

use clawdia_bedrock_emulator::Operation;

use crate::client::pair;
use crate::prompts::*;

#[tokio::test]
async fn requests_are_kept_with_how_they_were_answered() {
    let (emulator, client) = pair().await;
    client.stream(SONNET_4_5, &prompt("Hi")).await.assert_accepted();
    let refused = client.converse(NOVA, &prompt(" ")).await;
    client.get("/foundation-models?byProvider=Amazon").await.assert_accepted();
    let [first, second, third] = &emulator.requests()[..] else { panic!("three requests") };

    assert_eq!(first.operation, Operation::ConverseStream);
    assert_eq!(first.method, "POST");
    assert_eq!(first.path, "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
    assert_eq!(first.model_id.as_deref(), Some(SONNET_4_5));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.json(), prompt("Hi"));
    assert_eq!((first.status, first.refusal.is_none()), (Some(200), true));

    let refusal = second.refusal.as_ref().unwrap();
    assert_eq!((second.status, second.connection), (Some(400), 2));
    assert_eq!(refusal.exception, "ValidationException");
    assert_eq!(refusal.message, refused.message());
    assert_eq!(refusal.rule, Some("text-not-blank"));

    assert_eq!(third.operation, Operation::ListFoundationModels);
    assert_eq!(third.query.as_deref(), Some("byProvider=Amazon"));
    assert_eq!(third.model_id, None);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (_emulator, client) = pair().await;
    let mut connection = client.connect().await;
    // Only announced: no client has to send it all to be told.
    let head =
        format!("POST /model/x/converse HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\r\n", 26 * 1024 * 1024);
    connection.write_raw(head.as_bytes()).await;
    let body = vec![b' '; 64 * 1024];
    for _ in 0..(26 * 16) {
        connection.write_raw(&body).await;
    }
    let reply = connection.read().await;
    reply.assert_refused(413, "RequestEntityTooLargeException", "");
}
