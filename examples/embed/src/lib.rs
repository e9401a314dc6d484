#![doc = include_str!("../README.md")]

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use clawdia::{
    Accumulator, AssistantMessage, Context, Host, Message, ModelRef, StopReason, StreamEvent, StreamOptions,
    Tool, ToolCall,
};
use futures_util::StreamExt;
use serde_json::json;

/// Compiles the example in the README of the workspace, which belongs to no package of its own.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct TheWorkspace;

/// How often the model may ask for tools before it has to come to an end.
const MOST_TURNS: usize = 8;

/// What the agent can do.
fn tools() -> [Tool; 2] {
    let text =
        json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
    let nothing = json!({ "type": "object", "properties": {} });
    [
        Tool::new("count_words", "Counts the words of a text.", text),
        Tool::new("list_files", "Lists the names in the current directory.", nothing),
    ]
}

/// Runs a tool. What goes wrong is for the model to read, which can then try another way.
fn run(call: &ToolCall) -> Result<String> {
    if let Some(error) = &call.arguments_error {
        bail!("{error}");
    }
    match call.name.as_str() {
        "count_words" => {
            let text =
                call.arguments.get("text").and_then(|text| text.as_str()).context("`text` is missing")?;
            Ok(text.split_whitespace().count().to_string())
        }
        "list_files" => {
            let entries = std::fs::read_dir(".").context("the current directory cannot be read")?;
            let mut names =
                entries.flatten().map(|entry| entry.file_name().display().to_string()).collect::<Vec<_>>();
            names.sort();
            Ok(names.join("\n"))
        }
        other => bail!("there is no tool called `{other}`"),
    }
}

/// Asks `model`, runs the tools it calls and tells it what they gave, until it answers. Writes the text as it comes.
///
/// # Errors
/// When the model cannot be asked, when `output` cannot be written, and when the model calls tools without end.
pub async fn answer(host: &Host, model: &ModelRef, prompt: &str, output: &mut impl Write) -> Result<Context> {
    let model = host.model(model)?;
    let mut context = Context::new([Message::user(prompt)])
        .with_system_prompt("You are a helpful agent. Use the tools where they help.")
        .with_tools(tools());
    for _ in 0..MOST_TURNS {
        let mut accumulator = Accumulator::new(&model);
        let mut events = host.stream_model(&model, &context, &StreamOptions::default()).await?;
        while let Some(event) = events.next().await {
            let event = event?;
            accumulator.push(&event);
            match &event {
                StreamEvent::TextDelta { delta, .. } => write!(output, "{delta}")?,
                StreamEvent::TextEnd { .. } => writeln!(output)?,
                StreamEvent::ToolCallStart { name, .. } => writeln!(output, "[{name}]")?,
                _ => {}
            }
            output.flush()?;
        }
        let message = accumulator.into_message();
        let results = results(&message);
        let wants_more = message.stop_reason == StopReason::ToolUse;
        context.messages.push(Message::Assistant(message));
        context.messages.extend(results);
        if !wants_more {
            return Ok(context);
        }
    }
    bail!("the model still calls tools after {MOST_TURNS} turns; ask for less at once")
}

/// Every call gets a result, also when it failed: a conversation with an unanswered call is not valid.
fn results(message: &AssistantMessage) -> Vec<Message> {
    let result = |call: &ToolCall| match run(call) {
        Ok(text) => Message::tool_result(call, text),
        Err(error) => Message::tool_error(call, format!("{error:#}")),
    };
    message.tool_calls().map(result).collect()
}
