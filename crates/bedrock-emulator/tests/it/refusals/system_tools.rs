//! Tools that the service runs itself.

use serde_json::{Value, json};

use super::{Case, refused};
use crate::prompts::*;

fn with_tool(request: Value, name: &str) -> Value {
    with(request, json!({ "toolConfig": { "tools": [{ "systemTool": { "name": name } }] } }))
}

pub(super) fn cases() -> Vec<Case> {
    let ask = |name: &str| with_tool(prompt("Who won?"), name);
    let blocks = || {
        [
            json!({ "toolUse": {
                "toolUseId": "s1", "name": "nova_grounding", "input": { "query": "x" }, "type": "server_tool_use",
            } }),
            json!({ "toolResult": {
                "toolUseId": "s1", "content": [{ "text": "[HIDDEN]" }], "type": "nova_grounding_result",
            } }),
        ]
    };
    let [used, answered] = blocks();
    let replayed = || {
        with_tool(
            conversation([
                user([text("Hi")]),
                assistant(blocks().into_iter().chain([text("So.")])),
                user([text("And?")]),
            ]),
            "nova_grounding",
        )
    };
    let by_user = |block: Value| with_tool(conversation([user([text("Hi"), block])]), "nova_grounding");
    vec![
        refused(
            "system-tools-supported",
            NOVA,
            ask("nova_grounding"),
            "This model doesn't support the toolConfig.tools.systemTool field.",
            prompt("Who won?"),
        ),
        refused(
            "system-tools-supported",
            SONNET_4_5,
            ask("nova_code_interpreter"),
            "This model doesn't support the toolConfig.tools.systemTool field.",
            prompt("Who won?"),
        ),
        refused(
            "system-tool-known",
            NOVA_2,
            ask("nova_oracle"),
            "The value 'nova_oracle' at toolConfig.tools.0.systemTool.name is not a system tool.",
            ask("nova_code_interpreter"),
        ),
        refused(
            "system-tools-from-assistant",
            NOVA_2,
            by_user(used),
            "The type field of the toolUse at messages.0.content.1 is only supported in assistant messages.",
            replayed(),
        ),
        refused(
            "system-tools-from-assistant",
            "us.amazon.nova-premier-v1:0",
            by_user(answered),
            "The type field of the toolResult at messages.0.content.1 is only supported in assistant messages.",
            replayed(),
        ),
    ]
}
