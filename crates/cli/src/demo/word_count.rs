//! The tool that the demonstration's model may call: it counts words, for real.
//!
//! Separate because this is what a host brings along: a description for the model, and the code that runs.

use clawdia::{Tool, ToolCall};
use serde_json::{Value, json};

const NAME: &str = "count_words";

/// What the model is told about the tool.
pub(crate) fn tool() -> Tool {
    Tool::new(
        NAME,
        "Counts the words and the letters of a text.",
        json!({
            "type": "object",
            "properties": { "text": { "type": "string", "description": "The text to count." } },
            "required": ["text"],
        }),
    )
}

/// Runs a call; what is wrong with it is told to the model.
pub(crate) fn run(call: &ToolCall) -> Result<String, String> {
    if call.name != NAME {
        return Err(format!("there is no tool `{}`; the only one is `{NAME}`", call.name));
    }
    if let Some(error) = &call.arguments_error {
        return Err(error.clone());
    }
    let text = call.arguments.get("text").and_then(Value::as_str).ok_or("the argument `text` is missing")?;
    let words = text.split_whitespace().count();
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    Ok(format!("{words} words, {letters} letters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: &Value) -> ToolCall {
        let mut call = ToolCall { name: NAME.to_owned(), ..ToolCall::default() };
        call.arguments = arguments.as_object().cloned().unwrap_or_default();
        call
    }

    #[test]
    fn words_and_letters_are_counted() {
        assert_eq!(run(&call(&json!({ "text": "two  words, 1" }))).unwrap(), "3 words, 8 letters");
    }

    #[test]
    fn a_wrong_call_is_told_to_the_model() {
        assert_eq!(run(&call(&json!({}))).unwrap_err(), "the argument `text` is missing");
        let other = ToolCall { name: "rm".to_owned(), ..ToolCall::default() };
        assert!(run(&other).unwrap_err().contains("`count_words`"));
    }
}
