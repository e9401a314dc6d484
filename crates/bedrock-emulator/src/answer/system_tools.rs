//! Using the tools that the service runs itself.
//!
//! The service calls them and answers them within the model's turn, so an answer has the whole
//! exchange in it. What such a tool found is mostly hidden: of a search only the citations show.

use serde_json::{Value, json};

use crate::identifiers;
use crate::turn::{Block, Turn};

/// Adds the use of a tool, and what the model says after it.
pub(super) fn use_tool(turn: Turn, name: &str, prompt: &str) -> Turn {
    let id = identifiers::tool_use_id();
    let (input, result) = if name == "nova_code_interpreter" {
        let output = json!({ "stdOut": "42", "stdErr": "", "exitCode": 0, "isError": false });
        (json!({ "snippet": "print(6 * 7)" }), json!({ "json": output }))
    } else {
        (json!({ "query": prompt }), json!({ "text": "[HIDDEN]" }))
    };
    let mut turn = turn.server_tool_call(&id, name, [input.to_string()]).server_tool_result(
        &id,
        format!("{name}_result"),
        [result],
        "success",
    );
    if name == "nova_code_interpreter" {
        return turn.text("The code printed 42.");
    }
    turn = turn.text("The web knows something about that.");
    turn.blocks.push(Block::Cited { fragments: Vec::new(), citations: vec![web_citation()] });
    turn
}

fn web_citation() -> Value {
    json!({ "location": { "web": { "url": "https://www.example.com/found", "domain": "www.example.com" } } })
}
