//! The parts of Claude's own reply that a request can ask for, refusals among them.

use clawdia_bedrock_emulator::{Reply, Turn};
use serde_json::{Value, json};

use crate::client::pair;
use crate::prompts::*;

const REFUSE: &str =
    "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86";

fn asking(paths: &[&str], request: Value) -> Value {
    with(request, json!({ "additionalModelResponseFieldPaths": paths }))
}

#[tokio::test]
async fn pointers_are_merged_into_one_object_like_the_reply() {
    let (_emulator, client) = pair().await;
    let paths =
        ["/delta/stop_sequence", "/usage/output_tokens_details", "/delta/stop_reason", "/nothing/here"];
    let request = with(asking(&paths, prompt("Think hard")), budget(2048));
    let stop = client.stream(SONNET_4_5, &request).await.last("messageStop");
    let thinking = stop["additionalModelResponseFields"]["usage"]["output_tokens_details"]["thinking_tokens"]
        .as_u64()
        .unwrap();
    assert!(thinking > 5, "{stop}");
    assert_eq!(
        stop["additionalModelResponseFields"],
        json!({
            "delta": { "stop_sequence": null, "stop_reason": "end_turn" },
            "usage": { "output_tokens_details": { "thinking_tokens": thinking } },
        })
    );
    // A plain reply has no delta, and a stream no message.
    let reply = client.converse(SONNET_4_5, &request).await.json();
    assert_eq!(
        reply["additionalModelResponseFields"],
        json!({ "usage": { "output_tokens_details": { "thinking_tokens": thinking } } })
    );
}

#[tokio::test]
async fn a_plain_reply_is_the_message_of_the_vendor() {
    let (_emulator, client) = pair().await;
    let config = json!({ "inferenceConfig": { "stopSequences": ["7"] } });
    let request = with(asking(&["", "/stop_sequence", "/usage/output_tokens"], prompt("Count to 9")), config);
    let refused = client.converse(SONNET_4_5, &request).await;
    refused.assert_refused(400, "ValidationException", "length greater than or equal to 1");
    let request = with(
        request,
        json!({ "additionalModelResponseFieldPaths": ["/usage", "/usage/output_tokens", "/stop_sequence"] }),
    );
    let reply = client.converse(SONNET_4_5, &request).await.json();
    let fields = &reply["additionalModelResponseFields"];
    assert_eq!(fields["stop_sequence"], "7");
    assert_eq!(fields["usage"]["output_tokens"], reply["usage"]["outputTokens"]);
    assert_eq!(fields["usage"]["input_tokens"], reply["usage"]["inputTokens"]);
    assert_eq!(fields["usage"]["output_tokens_details"]["thinking_tokens"], 0);
}

#[tokio::test]
async fn nothing_is_returned_of_what_is_not_there() {
    let (_emulator, client) = pair().await;
    let missing = asking(&["/foo", "/delta/bar"], prompt("Hi"));
    let stop = client.stream(SONNET_4_5, &missing).await.last("messageStop");
    assert_eq!(stop.get("additionalModelResponseFields"), None);
    let stop =
        client.stream(NOVA, &asking(&["/delta/stop_sequence"], prompt("Hi"))).await.last("messageStop");
    assert_eq!(stop.get("additionalModelResponseFields"), None);
}

#[tokio::test]
async fn scripted_turns_have_a_vendors_reply_too() {
    let (emulator, client) = pair().await;
    let turn = Turn::new().thinking("One two three.").text("Four.");
    emulator
        .enqueue(Reply::turn(turn.usage(json!({ "inputTokens": 1, "outputTokens": 9, "totalTokens": 10 }))));
    let stop = client.stream(SONNET_4_5, &asking(&["/usage"], prompt("Hi"))).await.last("messageStop");
    let usage = &stop["additionalModelResponseFields"]["usage"];
    assert_eq!(
        (&usage["output_tokens"], &usage["output_tokens_details"]),
        (&json!(9), &json!({ "thinking_tokens": 4 }))
    );
}

#[tokio::test]
async fn the_documented_text_makes_claude_refuse() {
    let (_emulator, client) = pair().await;
    let request = asking(&["/stop_details", "/delta/stop_details"], prompt(REFUSE));
    let reply = client.stream(OPUS_4_7, &request).await;
    assert!(!reply.streamed_text().is_empty());
    let stop = reply.last("messageStop");
    assert_eq!(stop["stopReason"], "refusal");
    let details = &stop["additionalModelResponseFields"]["stop_details"];
    assert_eq!((&details["type"], &details["category"]), (&json!("refusal"), &json!("general_harms")));
    assert!(details["explanation"].is_string());
    assert_eq!(stop["additionalModelResponseFields"]["delta"]["stop_details"], *details);

    let reply = client.converse(OPUS_4_7, &asking(&["/stop_details"], prompt(REFUSE))).await.json();
    assert_eq!(reply["stopReason"], "refusal");
    assert_eq!(reply["additionalModelResponseFields"], json!({ "stop_details": details }));
    // It goes on for as long as the text is there, and other models know nothing of it.
    let later = conversation([user([text(REFUSE)]), assistant([text("I see")]), user([text("Why?")])]);
    let reply = client.converse(OPUS_4_7, &later).await.json();
    assert_eq!((&reply["stopReason"], reply.get("additionalModelResponseFields")), (&json!("refusal"), None));
    assert_eq!(client.converse(NOVA, &prompt(REFUSE)).await.json()["stopReason"], "end_turn");
    // Otherwise there are no details, which is not the same as no field.
    let stop = client.stream(OPUS_4_7, &asking(&["/stop_details"], prompt("Hi"))).await.last("messageStop");
    assert_eq!(stop["additionalModelResponseFields"], json!({ "stop_details": null }));
}
