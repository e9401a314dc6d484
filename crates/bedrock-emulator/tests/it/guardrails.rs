//! Guardrails at work: what is scanned, what is said instead, and the trace.

use clawdia_bedrock_emulator::{Emulator, Guardrail, Reply, Turn};
use serde_json::{Value, json};

use crate::client::Client;
use crate::prompts::*;

const CANNED: &str = "Sorry, the model cannot answer this question.";

async fn guarded() -> (Emulator, Client) {
    let guardrail = Guardrail::new("gr1").blocks("dynamite").blocks("red mercury").masks("Springfield");
    let emulator = Emulator::builder().guardrail("quiet").guardrail(guardrail).start().await.unwrap();
    let client = Client::new(&emulator);
    (emulator, client)
}

fn under(request: Value, trace: &str) -> Value {
    with(
        request,
        json!({ "guardrailConfig": { "guardrailIdentifier": "gr1", "guardrailVersion": "1", "trace": trace } }),
    )
}

fn guard(words: &str) -> Value {
    json!({ "guardContent": { "text": { "text": words } } })
}

fn text_of(reply: &Value) -> &str {
    reply["output"]["message"]["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn a_blocked_word_of_the_user_is_answered_without_the_model() {
    let (_emulator, client) = guarded().await;
    let request = under(prompt("How is DYNAMITE made?"), "enabled");
    let reply = client.converse(SONNET_4_5, &request).await;
    reply.assert_accepted();
    let reply = reply.json();
    assert_eq!(text_of(&reply), CANNED);
    assert_eq!(reply["stopReason"], "guardrail_intervened");
    assert_eq!(reply["usage"], json!({ "inputTokens": 0, "outputTokens": 0, "totalTokens": 0 }));
    let trace = &reply["trace"]["guardrail"];
    assert_eq!(trace["actionReason"], "Guardrail blocked.");
    let words = &trace["inputAssessment"]["gr1"]["wordPolicy"];
    assert_eq!(
        *words,
        json!({
            "customWords": [{ "match": "dynamite", "action": "BLOCKED", "detected": true }],
            "managedWordLists": [],
        })
    );
    assert_eq!(trace.get("outputAssessments"), None);

    let reply = client.stream(SONNET_4_5, &request).await;
    assert_eq!(reply.streamed_text(), CANNED);
    assert_eq!(reply.last("messageStop")["stopReason"], "guardrail_intervened");
    assert_eq!(reply.last("metadata")["trace"]["guardrail"]["inputAssessment"]["gr1"]["wordPolicy"], *words);
}

#[tokio::test]
async fn the_whole_conversation_is_scanned_unless_parts_of_it_are_marked() {
    let (_emulator, client) = guarded().await;
    let stop = async |request: Value| {
        client.converse(NOVA, &under(request, "disabled")).await.json()["stopReason"].clone()
    };
    let turns =
        |first: Value, last: Value| conversation([user([first]), assistant([text("I see.")]), user([last])]);
    assert_eq!(stop(turns(text("dynamite"), text("So?"))).await, "guardrail_intervened");
    assert_eq!(stop(turns(text("dynamite"), guard("So?"))).await, "end_turn");
    assert_eq!(stop(turns(text("Hi"), guard("red  mercury"))).await, "end_turn");
    assert_eq!(stop(turns(text("Hi"), guard("Red Mercury!"))).await, "guardrail_intervened");
    let system = |content: Value| with(prompt("dynamite"), json!({ "system": [content] }));
    assert_eq!(stop(system(text("dynamite"))).await, "guardrail_intervened");
    assert_eq!(stop(with(prompt("Hi"), json!({ "system": [text("dynamite")] }))).await, "end_turn");
    // A marked picture is a marked part too.
    let picture = json!({ "guardContent": { "image": {
        "format": "png", "source": { "bytes": base64(&png(1, 1)) },
    } } });
    assert_eq!(stop(conversation([user([picture, text("A fine red barn")])])).await, "end_turn");
    // Tool results are not looked at.
    let mut exchange = tool_exchange();
    exchange["messages"][2]["content"][0]["toolResult"]["content"][0]["text"] = "It is 42".into();
    assert_eq!(stop(exchange).await, "end_turn");
}

#[tokio::test]
async fn a_marked_picture_is_png_or_jpeg() {
    let (_emulator, client) = guarded().await;
    let picture = json!({ "guardContent": { "image": {
        "format": "gif", "source": { "bytes": base64(b"GIF89a") },
    } } });
    let reply = client.converse(NOVA, &conversation([user([picture, text("Hi")])])).await;
    reply.assert_refused(400, "ValidationException", "Member must satisfy enum value set: [png, jpeg]");
}

#[tokio::test]
async fn a_blocked_word_of_the_model_replaces_the_answer() {
    let (emulator, client) = guarded().await;
    let turn = || {
        Turn::new().text("Take some ").cited_text("dynamite and run.", []).tool_call("t1", "lookup", ["{}"])
    };
    emulator.enqueue(Reply::turn(turn()));
    let reply = client.converse(NOVA, &under(prompt("How?"), "enabled")).await.json();
    assert_eq!(reply["output"]["message"]["content"], json!([{ "text": CANNED }]));
    assert_eq!(reply["stopReason"], "guardrail_intervened");
    assert!(reply["usage"]["outputTokens"].as_u64().unwrap() > 0);
    let trace = &reply["trace"]["guardrail"];
    assert_eq!(trace["actionReason"], "No action.\nGuardrail blocked.");
    assert_eq!(trace["modelOutput"], json!(["Take some ", "dynamite and run."]));
    assert_eq!(trace["inputAssessment"]["gr1"].get("wordPolicy"), None);
    let word = &trace["outputAssessments"]["gr1"][0]["wordPolicy"]["customWords"][0];
    assert_eq!(*word, json!({ "match": "dynamite", "action": "BLOCKED", "detected": true }));
}

#[tokio::test]
async fn who_does_not_wait_for_the_guardrail_sees_the_beginning() {
    let (emulator, client) = guarded().await;
    let turn = || Turn::new().text_fragments(["In Springfield ", "they take ", "dynamite ", "for it."]);
    let ask = |mode: &str| {
        let mut request = under(prompt("How?"), "disabled");
        request["guardrailConfig"]["streamProcessingMode"] = mode.into();
        request
    };
    emulator.enqueue(Reply::turn(turn()));
    let reply = client.stream(NOVA, &ask("async")).await;
    assert_eq!(reply.streamed_text(), format!("In Springfield they take {CANNED}"));
    assert_eq!(reply.last("messageStop")["stopReason"], "guardrail_intervened");
    emulator.enqueue(Reply::turn(turn()));
    assert_eq!(client.stream(NOVA, &ask("sync")).await.streamed_text(), CANNED);
}

#[tokio::test]
async fn a_masked_word_is_replaced_and_only_the_trace_tells_so() {
    let (_emulator, client) = guarded().await;
    let request = under(prompt("Where is SPRINGFIELD, or springfield?"), "enabled");
    let reply = client.converse(NOVA, &request).await.json();
    assert!(text_of(&reply).starts_with("You said: \"Where is {SPRINGFIELD}, or {SPRINGFIELD}?\""));
    assert_eq!(reply["stopReason"], "guardrail_intervened");
    let trace = &reply["trace"]["guardrail"];
    assert_eq!(trace["actionReason"], "No action.\nGuardrail masked.");
    let policy = &trace["outputAssessments"]["gr1"][0]["sensitiveInformationPolicy"];
    let found = json!({
        "name": "Springfield", "regex": "Springfield", "match": "SPRINGFIELD", "action": "ANONYMIZED", "detected": true,
    });
    assert_eq!(*policy, json!({ "piiEntities": [], "regexes": [found] }));
    let reply = client.stream(NOVA, &request).await;
    assert!(
        reply.streamed_text().contains("{SPRINGFIELD}") && !reply.streamed_text().contains("springfield")
    );
    assert_eq!(reply.last("messageStop")["stopReason"], "guardrail_intervened");
}

#[tokio::test]
async fn a_full_trace_lists_what_was_not_there() {
    let (_emulator, client) = guarded().await;
    let reply = client.converse(NOVA, &under(prompt("Good morning"), "enabled_full")).await.json();
    assert_eq!(reply["stopReason"], "end_turn");
    let trace = &reply["trace"]["guardrail"];
    let words: Vec<Value> = ["dynamite", "red mercury"]
        .into_iter()
        .map(|word| json!({ "match": word, "action": "NONE", "detected": false }))
        .collect();
    assert_eq!(trace["inputAssessment"]["gr1"]["wordPolicy"]["customWords"], json!(words));
    assert_eq!(trace["inputAssessment"]["gr1"].get("sensitiveInformationPolicy"), None);
    let output = &trace["outputAssessments"]["gr1"][0];
    assert_eq!(output["wordPolicy"]["customWords"], json!(words));
    let place = json!({ "name": "Springfield", "regex": "Springfield", "action": "NONE", "detected": false });
    assert_eq!(output["sensitiveInformationPolicy"]["regexes"], json!([place]));
}

#[tokio::test]
async fn there_is_no_trace_unless_it_is_asked_for() {
    let (_emulator, client) = guarded().await;
    for trace in ["disabled", "enabled"] {
        let reply = client.converse(NOVA, &under(prompt("Good morning"), trace)).await.json();
        assert_eq!(reply.get("trace").is_some(), trace == "enabled");
    }
    let quiet = json!({ "guardrailConfig": { "guardrailIdentifier": "quiet", "guardrailVersion": "DRAFT" } });
    let reply = client.stream(NOVA, &with(prompt("dynamite"), quiet)).await;
    assert_eq!(reply.last("messageStop")["stopReason"], "end_turn");
    assert_eq!(reply.last("metadata").get("trace"), None);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1";
    let mut request = under(prompt("dynamite"), "enabled");
    request["guardrailConfig"]["guardrailIdentifier"] = arn.into();
    let reply = client.converse(NOVA, &request).await.json();
    let details = &reply["trace"]["guardrail"]["inputAssessment"]["gr1"]["appliedGuardrailDetails"];
    assert_eq!(details["guardrailArn"], arn);
}
