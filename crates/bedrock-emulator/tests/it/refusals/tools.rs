//! Tools, calls and results.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

const DEEPSEEK: &str = "deepseek.v3-v1:0";

fn config(tools: impl IntoIterator<Item = Value>, choice: Value) -> Value {
    let mut config = json!({ "tools": tools.into_iter().collect::<Vec<_>>() });
    if !choice.is_null() {
        config["toolChoice"] = choice;
    }
    json!({ "toolConfig": config })
}

/// The tool `lookup` with another schema, and strict or not.
fn shaped(schema: Value, strict: bool) -> Value {
    let mut tool = tool("lookup");
    tool["toolSpec"]["inputSchema"]["json"] = schema;
    if strict {
        tool["toolSpec"]["strict"] = true.into();
    }
    tool
}

fn closed(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A question, a call, and these blocks as its answer.
fn answered(blocks: impl IntoIterator<Item = Value>) -> Value {
    with(conversation([user([text("Find x")]), assistant([call("t1")]), user(blocks)]), tools())
}

fn result_of(members: Value) -> Value {
    json!({ "toolResult": with(json!({ "toolUseId": "t1", "content": [{ "text": "42" }] }), members) })
}

fn named(id: &str, name: &str) -> Value {
    json!({ "toolUse": { "toolUseId": id, "name": name, "input": {} } })
}

pub(super) fn cases() -> Vec<Case> {
    [declarations(), pairing(), choices(), strictness()].into_iter().flatten().collect()
}

fn declarations() -> Vec<Case> {
    let ask = || prompt("Find x");
    let mut wrong_input = tool_exchange();
    wrong_input["messages"][1]["content"][0]["toolUse"]["input"] = "x".into();
    let mut no_config = tool_exchange();
    no_config.as_object_mut().unwrap().remove("toolConfig");
    vec![
        refused(
            "tools-supported",
            "us.deepseek.r1-v1:0",
            with(ask(), tools()),
            "This model doesn't support tool use.",
            ask(),
        ),
        refused(
            "tools-supported",
            "meta.llama3-8b-instruct-v1:0",
            with(ask(), tools()),
            "This model doesn't support tool use.",
            ask(),
        )
        .not_streamed(),
        refused(
            "tools-not-streamed",
            LLAMA,
            with(ask(), tools()),
            "This model doesn't support tool use in streaming mode.",
            ask(),
        ),
        refused(
            "tool-config-present",
            SONNET_4_5,
            no_config,
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
            tool_exchange(),
        ),
        refused(
            "tool-schema-is-object",
            NOVA,
            with(ask(), config([shaped(json!("{}"), false)], Value::Null)),
            "The format of the value at toolConfig.tools.0.toolSpec.inputSchema.json is invalid. Provide a json object \
             for the field and try again.",
            with(ask(), tools()),
        ),
        refused(
            "tool-schema-type",
            SONNET_4_5,
            with(ask(), config([tool("a"), shaped(json!({ "type": "string" }), false)], Value::Null)),
            "The value at toolConfig.tools.1.toolSpec.inputSchema.json.type must be one of the following: object.",
            with(ask(), config([tool("a"), shaped(json!({ "type": "object" }), false)], Value::Null)),
        ),
        refused(
            "tool-input-is-object",
            SONNET_4_5,
            wrong_input,
            "The format of the value at messages.1.content.0.toolUse.input is invalid.",
            tool_exchange(),
        ),
        refused_by_model(
            "tool-names-unique",
            SONNET_4_5,
            with(ask(), config([tool("a"), tool("a")], Value::Null)),
            "tools: Tool names must be unique.",
            with(ask(), config([tool("a"), tool("A")], Value::Null)),
        ),
    ]
}

fn pairing() -> Vec<Case> {
    let two_calls = |blocks: Vec<Value>| {
        with(
            conversation([user([text("Find")]), assistant([named("a", "x"), named("b", "x")]), user(blocks)]),
            tools(),
        )
    };
    let calling = |id: &str| {
        with(conversation([user([text("Find")]), assistant([named(id, "x")]), user([result(id)])]), tools())
    };
    let empty = |members: Value| {
        with(
            conversation([user([text("Find x")]), assistant([call("t1")]), user([result_of(members)])]),
            tools(),
        )
    };
    vec![
        refused(
            "tool-results-complete",
            SONNET_4_5,
            two_calls(vec![text("Well?")]),
            "Expected toolResult blocks at messages.2.content for the following Ids: a, b",
            two_calls(vec![result("b"), result("a")]),
        ),
        refused(
            "tool-results-complete",
            SONNET_4_5,
            two_calls(vec![result("a"), result("c")]),
            "Expected toolResult blocks at messages.2.content for the following Ids: b",
            two_calls(vec![result("a"), result("b")]),
        ),
        refused(
            "tool-results-complete",
            NOVA,
            with(conversation([user([text("Find x")]), assistant([call("t1")])]), tools()),
            "Expected toolResult blocks at messages.2.content for the following Ids: t1",
            tool_exchange(),
        ),
        refused(
            "tool-results-not-surplus",
            SONNET_4_5,
            answered([result("t1"), result("t2")]),
            "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.",
            answered([result("t1")]),
        ),
        refused(
            "tool-results-not-surplus",
            NOVA,
            with(conversation([user([result("t1")])]), tools()),
            "The number of toolResult blocks at messages.0.content exceeds",
            with(prompt("Hi"), tools()),
        ),
        refused(
            "tool-error-has-content",
            SONNET_4_5,
            empty(json!({ "content": [], "status": "error" })),
            "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
            empty(json!({ "content": [], "status": "success" })),
        ),
        refused(
            "tool-result-has-content",
            "nvidia.nemotron-super-3-120b",
            empty(json!({ "content": [] })),
            "The content field at messages.2.content.0.toolResult cannot be empty.",
            tool_exchange(),
        ),
        refused(
            "tool-result-json-is-object",
            SONNET_4_5,
            answered([result_of(json!({ "content": [{ "text": "a" }, { "json": [1] }] }))]),
            "The format of the value at messages.2.content.0.toolResult.content.1.json is invalid. Provide a json object \
             for the field and try again.",
            answered([result_of(json!({ "content": [{ "text": "a" }, { "json": { "a": [1] } }] }))]),
        ),
        refused(
            "tool-results-alone",
            LLAMA,
            answered([result("t1"), text("And?")]),
            "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.",
            answered([result("t1")]),
        )
        .not_streamed(),
        refused(
            "tool-result-status",
            GPT_OSS,
            answered([result_of(json!({ "status": "success" }))]),
            "This model doesn't support the toolResult.status field.",
            answered([result("t1")]),
        ),
        refused(
            "tool-result-images",
            GPT_6,
            answered([result_of(json!({ "content": [image("png", &png(8, 8))] }))]),
            "This model doesn't support the toolResult.content.image field.",
            answered([result("t1")]),
        ),
        refused_by_model(
            "tool-results-first",
            SONNET_4_5,
            two_calls(vec![result("a"), text("And"), result("b")]),
            "messages.2: Did not find 2 `tool_result` block(s) at the beginning of this message. Messages following \
             `tool_use` blocks must begin with a matching number of `tool_result` blocks.",
            two_calls(vec![result("a"), result("b"), text("And")]),
        ),
        refused_by_model(
            "tool-use-ids-unique",
            NOVA,
            with(
                conversation([
                    user([text("Find")]),
                    assistant([named("a", "x"), named("a", "x")]),
                    user([result("a"), result("a")]),
                ]),
                tools(),
            ),
            "messages.1.content.1: `tool_use` ids must be unique",
            two_calls(vec![result("a"), result("b")]),
        ),
        refused_by_model(
            "tool-use-id-claude",
            SONNET_4_5,
            calling("functions.x:0"),
            "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
            calling("functions_x-0"),
        ),
        refused_by_model(
            "tool-use-id-mistral",
            MISTRAL,
            calling("tooluse_1"),
            "Tool call id was tooluse_1 but must be a-z, A-Z, 0-9, with a length of 9.",
            calling("tooluse01"),
        ),
    ]
}

fn choices() -> Vec<Case> {
    let ask = || prompt("Find x");
    let any = || json!({ "any": {} });
    let the = |name: &str| json!({ "tool": { "name": name } });
    let chosen = |choice: Value| with(ask(), config([tool("lookup")], choice));
    let thinking = |choice: Value, thinking: Value| with(chosen(choice), thinking);
    vec![
        refused(
            "tool-choice-supported",
            LLAMA,
            chosen(any()),
            "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try \
             again.",
            chosen(json!({ "auto": {} })),
        )
        .not_streamed(),
        refused(
            "tool-choice-supported",
            DEEPSEEK,
            chosen(the("lookup")),
            "This model doesn't support the toolConfig.toolChoice.tool field.",
            chosen(any()),
        ),
        refused_by_model(
            "tool-choice-known",
            SONNET_4_5,
            chosen(the("other")),
            "Tool 'other' not found in provided tools",
            chosen(the("lookup")),
        ),
        refused_by_model(
            "tool-choice-forced",
            OPUS_5_5,
            chosen(any()),
            "tool_choice: type \"tool\" and \"any\" are not supported",
            chosen(json!({ "auto": {} })),
        ),
        refused_by_model(
            "tool-choice-twice",
            SONNET_4_5,
            with(chosen(any()), json!({ "additionalModelRequestFields": { "tool_choice": { "type": "any" } } })),
            "tool_choice.type: ",
            with(
                chosen(any()),
                json!({ "additionalModelRequestFields": { "tool_choice": { "disable_parallel_tool_use": true } } }),
            ),
        ),
        refused_by_model(
            "tool-choice-thinking",
            SONNET_4_5,
            thinking(any(), budget(1024)),
            "Thinking may not be enabled when tool_choice forces tool use.",
            thinking(json!({ "auto": {} }), budget(1024)),
        ),
        refused_by_model(
            "tool-choice-thinking",
            OPUS_4_7,
            thinking(the("lookup"), adaptive()),
            "Thinking may not be enabled when tool_choice forces tool use.",
            thinking(json!({ "auto": {} }), adaptive()),
        ),
    ]
}

fn strictness() -> Vec<Case> {
    let ask = |tools: Vec<Value>| with(prompt("Find x"), config(tools, Value::Null));
    let unions = |count: usize| {
        let properties: serde_json::Map<String, Value> =
            (0..count).map(|index| (format!("p{index}"), json!({ "type": ["string", "null"] }))).collect();
        ask(vec![shaped(closed(Value::Object(properties)), true)])
    };
    vec![
        refused_by_model(
            "tool-strict",
            OPUS_4_7,
            ask(vec![shaped(closed(json!({})), true)]),
            "tools.0.custom.strict: Extra inputs are not permitted",
            ask(vec![shaped(closed(json!({})), false)]),
        ),
        refused_by_model(
            "tool-strict-schema",
            SONNET_4_5,
            ask(vec![tool("a"), shaped(closed(json!({ "a": { "type": "object" } })), true)]),
            "tools.1.custom: For 'object' type, 'additionalProperties' must be explicitly set to false",
            ask(vec![tool("a"), shaped(closed(json!({ "a": closed(json!({})) })), true)]),
        ),
        refused_by_model(
            "tool-strict-schema",
            SONNET_4_5,
            ask(vec![shaped(closed(json!({ "a": { "oneOf": [{ "type": "string" }] } })), true)]),
            "tools.0.custom: Schema type 'oneOf' is not supported",
            ask(vec![shaped(closed(json!({ "a": { "anyOf": [{ "type": "string" }] } })), true)]),
        ),
        refused_by_model(
            "tool-unions",
            SONNET_4_5,
            unions(17),
            "Schemas contains too many parameters with union types (17 parameters with type arrays or anyOf).",
            unions(16),
        ),
    ]
}
