//! Rules about who speaks when, and about text.

use serde_json::Value;

use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Request, blocks_of, items, present};

pub(super) fn starts_with_user(request: &Request<'_>) -> Result<(), Refusal> {
    let first = spoken(request).next().map(|(_, role)| role);
    if first == Some("user") {
        return Ok(());
    }
    Err(Refusal::validation(
        "A conversation must start with a user message. Try again with a conversation that starts with a user \
         message.",
    ))
}

pub(super) fn roles_alternate(request: &Request<'_>) -> Result<(), Refusal> {
    let roles: Vec<&str> = spoken(request).map(|(_, role)| role).collect();
    if roles.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::validation(
            "A conversation must alternate between user and assistant roles. Make sure the conversation \
             alternates between user and assistant roles and try again.",
        ));
    }
    Ok(())
}

pub(super) fn content_is_not_empty(request: &Request<'_>) -> Result<(), Refusal> {
    let empty = request.messages().iter().position(|message| items(&message["content"]).is_empty());
    empty.map_or(Ok(()), |index| {
        Err(Refusal::validation(format!(
            "The content field in the Message object at messages.{index} is empty. Add a ContentBlock object to \
             the content field and try again."
        )))
    })
}

pub(super) fn text_is_not_blank(request: &Request<'_>) -> Result<(), Refusal> {
    let blank = request.blocks().find(|block| block.get("text").is_some_and(is_blank));
    blank.map_or(Ok(()), |block| {
        Err(Refusal::validation(format!(
            "The text field in the ContentBlock object at {} is blank. Add text to the text field, and try again.",
            block.path()
        )))
    })
}

pub(super) fn guarded_text_is_not_blank(request: &Request<'_>) -> Result<(), Refusal> {
    let blank = request
        .blocks()
        .find(|block| block.get("guardContent").is_some_and(|guarded| is_blank(&guarded["text"]["text"])));
    blank.map_or(Ok(()), |block| {
        Err(Refusal::validation(format!(
            "The text field in the GuardrailConverseContentBlock object at {}.guardContent is blank. Add text to \
             the text field, and try again.",
            block.path()
        )))
    })
}

pub(super) fn system_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let model = &request.model;
    let unsupported = model.capabilities().system_messages == Some(false) || model.has(Quirk::NoSystemPrompt);
    if unsupported && !request.system().is_empty() {
        return Err(Refusal::validation(
            "This model doesn't support system messages. Try again without a system message or use a model that \
             supports system messages.",
        ));
    }
    Ok(())
}

pub(super) fn no_prefill(request: &Request<'_>) -> Result<(), Refusal> {
    if ends_with_assistant(request) && request.model.capabilities().assistant_prefill == Some(false) {
        return Err(Refusal::by_the_model(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ));
    }
    Ok(())
}

pub(super) fn no_prefill_with_tools(request: &Request<'_>) -> Result<(), Refusal> {
    if request.model.is_claude() && ends_with_assistant(request) && !request.tools().is_empty() {
        return Err(Refusal::by_the_model(
            "Your API request included an `assistant` message in the final position, which would pre-fill the \
             `assistant` response. When using tools, pre-filling the `assistant` response is not supported.",
        ));
    }
    Ok(())
}

pub(super) fn no_trailing_space(request: &Request<'_>) -> Result<(), Refusal> {
    // A cache point is no content: the text before it is what the model continues.
    let last = request.blocks().filter(|block| block.get("cachePoint").is_none()).last();
    let text = last
        .filter(|block| block.role == "assistant")
        .and_then(|block| block.get("text")?.as_str())
        .unwrap_or_default();
    if request.model.is_claude() && text.ends_with(char::is_whitespace) {
        return Err(Refusal::by_the_model(
            "messages: final assistant content cannot end with trailing whitespace",
        ));
    }
    Ok(())
}

pub(super) fn inner_text_is_not_blank(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.is_claude() {
        return Ok(());
    }
    let system = request.system().iter().map(|block| ("system", &block["text"]));
    let results = request
        .blocks()
        .flat_map(|block| block.get("toolResult").map(|result| items(&result["content"])).unwrap_or_default())
        .map(|content| ("messages", &content["text"]));
    for (place, text) in system.chain(results) {
        let fault = match text.as_str() {
            Some("") => "be non-empty",
            Some(_) if is_blank(text) => "contain non-whitespace text",
            _ => continue,
        };
        return Err(Refusal::by_the_model(format!("{place}: text content blocks must {fault}")));
    }
    Ok(())
}

/// Whether a text is there and has nothing to see.
fn is_blank(text: &Value) -> bool {
    text.as_str().is_some_and(|text| text.trim().is_empty())
}

fn ends_with_assistant(request: &Request<'_>) -> bool {
    spoken(request).last().is_some_and(|(_, role)| role == "assistant")
}

// The newest API model has system messages between the others; they take no part in the turns.
fn spoken<'a>(request: &Request<'a>) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
    request
        .messages()
        .iter()
        .enumerate()
        .map(|(index, message)| (index, message["role"].as_str().unwrap_or_default()))
        .filter(|(_, role)| *role != "system")
}

/// The calls of a message that its client has to answer, by id.
pub(super) fn calls(index: usize, message: &Value) -> Vec<&str> {
    blocks_of(index, message)
        .filter_map(|block| block.get("toolUse"))
        // The service runs some tools itself, and answers them itself.
        .filter(|call| present(call, "type").is_none())
        .filter_map(|call| call["toolUseId"].as_str())
        .collect()
}
