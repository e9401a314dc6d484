//! Nothing that comes in takes the server down or leaves a request without an answer.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::client::{Client, invocation, pair};
use crate::prompts::*;

/// Runs a property against one emulator.
fn check<T: std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = T>,
    property: impl AsyncFn(&Client, T) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_emulator, client) = runtime.block_on(pair());
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    runner.run(&strategy, |input| runtime.block_on(property(&client, input))).unwrap();
    runtime.block_on(async { client.converse(NOVA, &prompt("Still there?")).await.assert_accepted() });
}

/// JSON whose keys are mostly words that mean something to the service.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "messages",
        "role",
        "content",
        "text",
        "toolUse",
        "toolResult",
        "toolUseId",
        "name",
        "input",
        "json",
        "system",
        "toolConfig",
        "tools",
        "toolSpec",
        "inputSchema",
        "cachePoint",
        "type",
        "ttl",
        "reasoningContent",
        "reasoningText",
        "signature",
        "image",
        "format",
        "source",
        "bytes",
        "document",
        "inferenceConfig",
        "maxTokens",
        "additionalModelRequestFields",
        "thinking",
        "budget_tokens",
        "stopSequences",
        "odd",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        prop::sample::select(vec!["user", "assistant", "default", "enabled", "png", "aGk=", "1h"])
            .prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let pairs = prop::collection::vec((key.clone().prop_map(str::to_owned), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            pairs.prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn any_json_is_answered() {
    check(any_json(), async |client, body| {
        let reply = client.stream(SONNET_4_5, &body).await;
        prop_assert!([200, 400].contains(&reply.status), "{}", reply.status);
        Ok(())
    });
}

#[test]
fn any_member_of_a_good_request_may_be_anything() {
    let pointers = prop::sample::select(vec![
        "/messages",
        "/messages/0/content",
        "/messages/1/content/0",
        "/messages/1/content/0/toolUse/input",
        "/messages/2/content/0/toolResult/content",
        "/toolConfig/tools/0/toolSpec/inputSchema/json",
        "/toolConfig",
        "/toolConfig/tools/0",
        "/additionalModelRequestFields",
        "/additionalModelRequestFields/thinking",
        "/system",
    ]);
    let strategy =
        (pointers, any_json(), prop::sample::select(vec![SONNET_4_5, OPUS_5_5, NOVA, GPT_OSS, MISTRAL]));
    check(strategy, async |client, (pointer, value, model)| {
        let members =
            json!({ "system": [text("Be kind.")], "additionalModelRequestFields": { "thinking": null } });
        let mut request = with(tool_exchange(), members);
        *request.pointer_mut(pointer).unwrap() = value;
        let reply = client.converse(model, &request).await;
        prop_assert!([200, 400, 403, 424].contains(&reply.status), "{}", reply.status);
        Ok(())
    });
}

#[test]
fn any_schema_is_called_with_something() {
    check(any_json(), async |client, schema| {
        let mut tool = tool("lookup");
        let mut properties = json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] });
        if let Value::Object(members) = &schema {
            properties.as_object_mut().unwrap().extend(members.clone());
            properties["type"] = "object".into();
        }
        tool["toolSpec"]["inputSchema"]["json"] = properties;
        let config = json!({ "toolConfig": { "tools": [tool], "toolChoice": { "any": {} } } });
        let reply = client.converse(SONNET_4_5, &with(prompt("Go 5 times to Rome"), config)).await;
        reply.assert_accepted();
        prop_assert!(reply.json()["output"]["message"]["content"][0]["toolUse"]["input"].is_object());
        Ok(())
    });
}

#[test]
fn any_path_and_authorization_are_answered() {
    let strategy = ("[!-~]{0,40}", "[ -~]{0,60}", "[!-~]{0,20}");
    check(strategy, async |client, (path, authorization, query)| {
        let mut request = invocation(NOVA, "converse", &prompt("Hi"));
        request.target = format!("/{path}?{query}").replace(' ', "");
        request.headers.push(("authorization".to_owned(), format!("AWS4-HMAC-SHA256 {authorization}")));
        request.headers.push(("x-amz-date".to_owned(), "20260101T000000Z".to_owned()));
        let reply = client.send_as_is(&request).await;
        prop_assert!((400..500).contains(&reply.status), "{}", reply.status);
        Ok(())
    });
}

#[test]
fn any_bytes_are_survived() {
    let strategy = (prop::bool::ANY, prop::collection::vec(any::<u8>(), 0..300));
    check(strategy, async |client, (begins_well, bytes)| {
        let mut connection = client.connect().await;
        if begins_well {
            connection.write_raw(b"POST /model/x/converse HTTP/1.1\r\nhost: h\r\n").await;
        }
        connection.write_raw(&bytes).await;
        connection.drain().await;
        Ok(())
    });
}
