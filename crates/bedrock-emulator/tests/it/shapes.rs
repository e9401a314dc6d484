//! The first layer: the form of a request, and how everything wrong with it is listed.

use serde_json::{Value, json};

use crate::client::{Client, invocation, pair};
use crate::prompts::*;

async fn check(client: &Client, request: Value, text: &str) {
    let reply = client.stream(SONNET_4_5, &request).await;
    assert_eq!((reply.status, reply.exception(), &*reply.message()), (400, "ValidationException", text));
}

fn one(violation: &str) -> String {
    format!("1 validation error detected: {violation}")
}

#[tokio::test]
async fn all_violations_are_listed_with_places_counted_from_one() {
    let (_emulator, client) = pair().await;
    let name = "no/such name".repeat(6);
    let mut request = tool_exchange();
    request["messages"][1]["content"][0]["toolUse"]["name"] = name.clone().into();
    let place = "messages.2.member.content.1.member.toolUse.name";
    let text = format!(
        "2 validation errors detected: Value at '{place}' failed to satisfy constraint: Member must have length less \
         than or equal to 64; Value '{name}' at '{place}' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: [a-zA-Z0-9_-]+"
    );
    check(&client, request, &text).await;
}

#[tokio::test]
async fn lengths_are_checked() {
    let (_emulator, client) = pair().await;
    let mut described = tool("a");
    described["toolSpec"]["description"] = "".into();
    let cases = [
        (
            json!({ "toolConfig": { "tools": [tool("b"), described] } }),
            "Value '' at 'toolConfig.tools.2.member.toolSpec.description' failed to satisfy constraint: Member must have \
             length greater than or equal to 1",
        ),
        (
            json!({ "toolConfig": { "tools": [] } }),
            "Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            json!({ "system": [{ "text": "" }] }),
            "Value '' at 'system.1.member.text' failed to satisfy constraint: Member must have length greater than or \
             equal to 1",
        ),
        (
            json!({ "requestMetadata": {} }),
            "Value at 'requestMetadata' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            json!({ "additionalModelResponseFieldPaths": vec!["/a"; 11] }),
            "Value at 'additionalModelResponseFieldPaths' failed to satisfy constraint: Member must have length less than \
             or equal to 10",
        ),
        (
            json!({ "inferenceConfig": { "stopSequences": [""] } }),
            "Value '' at 'inferenceConfig.stopSequences.1.member' failed to satisfy constraint: Member must have length \
             greater than or equal to 1",
        ),
    ];
    for (members, violation) in cases {
        check(&client, with(prompt("Hi"), members), &one(violation)).await;
    }
}

#[tokio::test]
async fn words_and_numbers_are_checked() {
    let (_emulator, client) = pair().await;
    let mut shouting = prompt("Hi");
    shouting["messages"][0]["content"].as_array_mut().unwrap().push(image("JPEG", &png(8, 8)));
    let mut foreign = prompt("Hi");
    foreign["messages"][0]["role"] = "tool".into();
    let cases = [
        (
            shouting,
            "Value 'JPEG' at 'messages.1.member.content.2.member.image.format' failed to satisfy constraint: Member must \
             satisfy enum value set: [png, jpeg, gif, webp]",
        ),
        (
            foreign,
            "Value 'tool' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set: \
             [user, assistant, system]",
        ),
        (
            with(prompt("Hi"), json!({ "performanceConfig": { "latency": "fast" } })),
            "Value 'fast' at 'performanceConfig.latency' failed to satisfy constraint: Member must satisfy enum value set: \
             [standard, optimized]",
        ),
        (
            with(prompt("Hi"), json!({ "inferenceConfig": { "maxTokens": 0 } })),
            "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or \
             equal to 1",
        ),
        (
            with(prompt("Hi"), json!({ "inferenceConfig": { "temperature": 1.5 } })),
            "Value '1.5' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or \
             equal to 1",
        ),
        (
            with(prompt("Hi"), json!({ "inferenceConfig": { "topP": -1 } })),
            "Value '-1' at 'inferenceConfig.topP' failed to satisfy constraint: Member must have value greater than or \
             equal to 0",
        ),
        (
            with(
                prompt("Hi"),
                json!({ "system": [text("x"), { "cachePoint": { "type": "default", "ttl": "" } }] }),
            ),
            "Value '' at 'system.2.member.cachePoint.ttl' failed to satisfy constraint: Member must satisfy enum value set: \
             [5m, 1h]",
        ),
    ];
    for (request, violation) in cases {
        check(&client, request, &one(violation)).await;
    }
}

#[tokio::test]
async fn members_must_be_there_and_known() {
    let (_emulator, client) = pair().await;
    let mut nameless = tool("a");
    nameless["toolSpec"].as_object_mut().unwrap().remove("inputSchema");
    let mut misspelt = tool("a");
    misspelt["toolSpec"]["input_schema"] = json!({});
    let cases = [
        (
            json!({ "toolConfig": { "tools": [nameless] } }),
            "Value null at 'toolConfig.tools.1.member.toolSpec.inputSchema' failed to satisfy constraint: Member must not be \
             null",
        ),
        (
            json!({ "toolConfig": { "tools": [misspelt] } }),
            "Value at 'toolConfig.tools.1.member.toolSpec.input_schema' failed to satisfy constraint: Member is not known",
        ),
        (
            json!({ "messages": [user([json!({})])] }),
            "Value at 'messages.1.member.content.1.member' failed to satisfy constraint: Member must have exactly one of its \
             members set, not 0",
        ),
        (
            json!({ "messages": [user([json!({ "text": "a", "cachePoint": { "type": "default" } })])] }),
            "Value at 'messages.1.member.content.1.member' failed to satisfy constraint: Member must have exactly one of its \
             members set, not 2",
        ),
        (
            json!({ "messages": [user([json!({ "toolResult": { "toolUseId": "a", "content": [cache_point()] } })])] }),
            "Value at 'messages.1.member.content.1.member.toolResult.content.1.member.cachePoint' failed to satisfy \
             constraint: Member is not known",
        ),
        (
            json!({ "max_tokens": 5 }),
            "Value at 'max_tokens' failed to satisfy constraint: Member is not known",
        ),
    ];
    for (members, violation) in cases {
        check(&client, with(prompt("Hi"), members), &one(violation)).await;
    }
    // An absent member may also be written as null.
    let request = with(prompt("Hi"), json!({ "system": null, "inferenceConfig": { "topP": null } }));
    client.stream(SONNET_4_5, &request).await.assert_accepted();
}

#[tokio::test]
async fn metadata_and_ids_have_characters_of_their_own() {
    let (_emulator, client) = pair().await;
    let fine = with(prompt("Hi"), json!({ "requestMetadata": { "team:a/b c": "x@y,z-1.0 #$=+_" } }));
    client.stream(SONNET_4_5, &fine).await.assert_accepted();
    let pattern = r"[a-zA-Z0-9\s:_@$#=/+,-.]";
    let text = one(&format!(
        "Value 'a;b' at 'requestMetadata.k.member' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: {pattern}{{0,256}}"
    ));
    check(&client, with(prompt("Hi"), json!({ "requestMetadata": { "k": "a;b" } })), &text).await;

    let mut request = tool_exchange();
    for id in ["/messages/1/content/0/toolUse/toolUseId", "/messages/2/content/0/toolResult/toolUseId"] {
        *request.pointer_mut(id).unwrap() = "a.b:c-d_1".into();
    }
    // Claude's own validator is stricter.
    client.stream(NOVA, &request).await.assert_accepted();
    let mut request = tool_exchange();
    request["messages"][1]["content"][0]["toolUse"]["toolUseId"] = "call|1".into();
    let violation = "Value 'call|1' at 'messages.2.member.content.1.member.toolUse.toolUseId' failed to satisfy constraint: \
                     Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+";
    check(&client, request, &one(violation)).await;
}

#[tokio::test]
async fn some_members_are_for_streams_only() {
    let (_emulator, client) = pair().await;
    let config = json!({ "guardrailConfig": { "streamProcessingMode": "async" } });
    let reply = client.converse(SONNET_4_5, &with(prompt("Hi"), config)).await;
    reply.assert_refused(400, "ValidationException", "'guardrailConfig.streamProcessingMode'");
}

#[tokio::test]
async fn values_of_the_wrong_kind_stop_everything() {
    let (_emulator, client) = pair().await;
    let cases = [
        (
            json!({ "messages": [user([json!({ "text": 5 })])] }),
            "NUMBER_VALUE can not be converted to a String",
        ),
        (json!({ "messages": "Hi" }), "STRING_VALUE can not be converted to a List"),
        (json!({ "inferenceConfig": [] }), "Start of structure or map found where not expected."),
        (
            json!({ "inferenceConfig": { "maxTokens": 1.5 } }),
            "DECIMAL_VALUE can not be converted to an Integer",
        ),
        (
            json!({ "inferenceConfig": { "maxTokens": "5" } }),
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            json!({ "inferenceConfig": { "maxTokens": 2_147_483_648_u64 } }),
            "NUMBER_VALUE can not be converted to an Integer",
        ),
        (json!({ "toolConfig": true }), "TRUE_VALUE can not be converted to a Structure"),
        (
            json!({ "messages": [user([json!({ "image": { "format": "png", "source": { "bytes": "?" } } })])] }),
            "STRING_VALUE can not be converted to a Blob: not base64",
        ),
    ];
    for (members, text) in cases {
        let reply = client.stream(SONNET_4_5, &with(prompt("Hi"), members)).await;
        assert_eq!(
            (reply.status, reply.exception(), &*reply.message()),
            (400, "SerializationException", text)
        );
    }
    for body in ["{", "[]", "nonsense", "\u{0}", "{\"messages\":[}"] {
        let mut request = invocation(SONNET_4_5, "converse", &Value::Null);
        request.body = body.as_bytes().to_vec();
        client.send(&request).await.assert_refused(400, "SerializationException", "");
    }
}
