//! Rules about tools, calls and results.

use serde_json::Value;

use super::conversation::calls;
use super::schema;
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Block, Request, blocks_of, items, present};

/// How many parameters of several types a request may have in strict tools.
const MOST_UNIONS: usize = 16;

pub(super) fn are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let model = &request.model;
    let unsupported = model.capabilities().tools == Some(false) || model.has(Quirk::NoTools);
    if unsupported && !request.tools().is_empty() {
        return Err(Refusal::validation("This model doesn't support tool use."));
    }
    Ok(())
}

pub(super) fn may_stream(request: &Request<'_>) -> Result<(), Refusal> {
    let streams_tools = request.streaming && !request.tools().is_empty();
    if streams_tools && request.model.has(Quirk::NoStreamingTools) {
        return Err(Refusal::validation("This model doesn't support tool use in streaming mode."));
    }
    Ok(())
}

pub(super) fn choice_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let Some(name) = request.forced_tool() else { return Ok(()) };
    let unsupported = request.model.capabilities().tool_choice == Some(false)
        || (!name.is_empty() && request.model.has(Quirk::NoNamedToolChoice));
    if unsupported {
        let kind = if name.is_empty() { "any" } else { "tool" };
        return Err(Refusal::unsupported_field(&format!("toolConfig.toolChoice.{kind}")));
    }
    Ok(())
}

pub(super) fn are_configured(request: &Request<'_>) -> Result<(), Refusal> {
    let used =
        request.blocks().any(|block| block.get("toolUse").is_some() || block.get("toolResult").is_some());
    if used && present(request.body, "toolConfig").is_none() {
        return Err(Refusal::validation(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        ));
    }
    Ok(())
}

pub(super) fn schemas_are_objects(request: &Request<'_>) -> Result<(), Refusal> {
    let wrong = request.tool_specs().find(|(_, tool)| !tool["inputSchema"]["json"].is_object());
    wrong.map_or(Ok(()), |(index, _)| {
        Err(not_an_object(&format!("toolConfig.tools.{index}.toolSpec.inputSchema.json")))
    })
}

pub(super) fn schemas_have_object_type(request: &Request<'_>) -> Result<(), Refusal> {
    let wrong = request.tool_specs().find(|(_, tool)| tool["inputSchema"]["json"]["type"] != "object");
    wrong.map_or(Ok(()), |(index, _)| {
        Err(Refusal::validation(format!(
            "The value at toolConfig.tools.{index}.toolSpec.inputSchema.json.type must be one of the following: \
             object."
        )))
    })
}

pub(super) fn inputs_are_objects(request: &Request<'_>) -> Result<(), Refusal> {
    let wrong =
        request.blocks().find(|block| block.get("toolUse").is_some_and(|call| !call["input"].is_object()));
    wrong.map_or(Ok(()), |block| Err(not_an_object(&format!("{}.toolUse.input", block.path()))))
}

pub(super) fn json_results_are_objects(request: &Request<'_>) -> Result<(), Refusal> {
    for (block, result) in results(request) {
        let wrong = items(&result["content"])
            .iter()
            .position(|content| present(content, "json").is_some_and(|json| !json.is_object()));
        if let Some(index) = wrong {
            return Err(not_an_object(&format!("{}.toolResult.content.{index}.json", block.path())));
        }
    }
    Ok(())
}

pub(super) fn calls_are_answered(request: &Request<'_>) -> Result<(), Refusal> {
    let messages = request.messages();
    for (index, message) in messages.iter().enumerate() {
        let answered = messages.get(index + 1).map(|next| answers(index + 1, next)).unwrap_or_default();
        let open: Vec<&str> = calls(index, message).into_iter().filter(|id| !answered.contains(id)).collect();
        if !open.is_empty() {
            return Err(Refusal::validation(format!(
                "Expected toolResult blocks at messages.{}.content for the following Ids: {}",
                index + 1,
                open.join(", ")
            )));
        }
    }
    Ok(())
}

pub(super) fn results_have_calls(request: &Request<'_>) -> Result<(), Refusal> {
    let messages = request.messages();
    for (index, message) in messages.iter().enumerate() {
        let called = index.checked_sub(1).map(|before| calls(before, &messages[before])).unwrap_or_default();
        if answers(index, message).len() > called.len() {
            return Err(Refusal::validation(format!(
                "The number of toolResult blocks at messages.{index}.content exceeds the number of toolUse blocks \
                 of previous turn."
            )));
        }
    }
    Ok(())
}

pub(super) fn errors_have_content(request: &Request<'_>) -> Result<(), Refusal> {
    let wrong = results(request)
        .find(|(_, result)| result["status"] == "error" && items(&result["content"]).is_empty());
    wrong.map_or(Ok(()), |(block, _)| {
        Err(Refusal::validation(format!(
            "The content field at {}.toolResult cannot be empty when status value is error.",
            block.path()
        )))
    })
}

pub(super) fn results_have_content(request: &Request<'_>) -> Result<(), Refusal> {
    let wrong = results(request).find(|(_, result)| items(&result["content"]).is_empty());
    match wrong {
        Some((block, _)) if request.model.has(Quirk::ResultContent) => Err(Refusal::validation(format!(
            "The content field at {}.toolResult cannot be empty.",
            block.path()
        ))),
        _ => Ok(()),
    }
}

pub(super) fn results_stand_alone(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.has(Quirk::ResultsAlone) {
        return Ok(());
    }
    for (index, message) in request.messages().iter().enumerate() {
        let blocks = blocks_of(index, message).filter(|block| block.get("cachePoint").is_none());
        let (results, others): (Vec<_>, Vec<_>) = blocks.partition(|block| block.get("toolResult").is_some());
        if !results.is_empty() && !others.is_empty() {
            return Err(Refusal::validation(format!(
                "messages.{index}.content: Conversation blocks and tool result blocks cannot be provided in the \
                 same turn."
            )));
        }
    }
    Ok(())
}

pub(super) fn status_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let stated = results(request).any(|(_, result)| present(result, "status").is_some());
    if stated && !request.model.has(Quirk::ResultStatus) {
        return Err(Refusal::unsupported_field("toolResult.status"));
    }
    Ok(())
}

pub(super) fn result_images_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let model = &request.model;
    let supported = model.has(Quirk::ResultImages) && model.capabilities().tool_result_images != Some(false);
    let images = results(request)
        .flat_map(|(_, result)| items(&result["content"]))
        .any(|content| present(content, "image").is_some());
    if images && !supported {
        return Err(Refusal::unsupported_field("toolResult.content.image"));
    }
    Ok(())
}

pub(super) fn results_come_first(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.is_claude() {
        return Ok(());
    }
    for (index, message) in request.messages().iter().enumerate() {
        let all = answers(index, message).len();
        let leading = blocks_of(index, message).take_while(|block| block.get("toolResult").is_some()).count();
        if leading < all {
            return Err(Refusal::by_the_model(format!(
                "messages.{index}: Did not find {all} `tool_result` block(s) at the beginning of this message. \
                 Messages following `tool_use` blocks must begin with a matching number of `tool_result` blocks."
            )));
        }
    }
    Ok(())
}

pub(super) fn names_differ(request: &Request<'_>) -> Result<(), Refusal> {
    let mut names: Vec<&str> = request.tool_specs().filter_map(|(_, tool)| tool["name"].as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::by_the_model("tools: Tool names must be unique."));
    }
    Ok(())
}

pub(super) fn ids_differ(request: &Request<'_>) -> Result<(), Refusal> {
    for (index, message) in request.messages().iter().enumerate() {
        let ids = calls(index, message);
        let repeated = ids.iter().enumerate().find(|(place, id)| ids[..*place].contains(id));
        if let Some((place, _)) = repeated {
            return Err(Refusal::by_the_model(format!(
                "messages.{index}.content.{place}: `tool_use` ids must be unique"
            )));
        }
    }
    Ok(())
}

pub(super) fn ids_have_plain_characters(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.is_claude() {
        return Ok(());
    }
    let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let odd = request.blocks().find(|block| {
        let id = block.get("toolUse").and_then(|call| call["toolUseId"].as_str());
        id.is_some_and(|id| !is_plain(id))
    });
    odd.map_or(Ok(()), |block| {
        Err(Refusal::by_the_model(format!(
            "{}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
            block.path()
        )))
    })
}

pub(super) fn ids_have_nine_characters(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.has(Quirk::NineCharacterIds) {
        return Ok(());
    }
    let fits = |id: &&str| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let ids = request.blocks().filter_map(|block| {
        let id = block.get("toolUse").or_else(|| block.get("toolResult"))?;
        id["toolUseId"].as_str()
    });
    ids.filter(|id| !fits(id)).take(1).try_for_each(|id| {
        Err(Refusal::by_the_model(format!(
            "Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."
        )))
    })
}

pub(super) fn forced_tool_is_known(request: &Request<'_>) -> Result<(), Refusal> {
    match request.forced_tool() {
        Some(name) if !name.is_empty() && !request.tool_specs().any(|(_, tool)| tool["name"] == name) => {
            Err(Refusal::by_the_model(format!("Tool '{name}' not found in provided tools")))
        }
        _ => Ok(()),
    }
}

pub(super) fn forcing_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    if request.forced_tool().is_some() && request.model.capabilities().forced_tool_choice == Some(false) {
        return Err(Refusal::by_the_model("tool_choice: type \"tool\" and \"any\" are not supported"));
    }
    Ok(())
}

pub(super) fn choice_is_stated_once(request: &Request<'_>) -> Result<(), Refusal> {
    let stated = present(&request.body["toolConfig"], "toolChoice").is_some();
    if stated && present(request.additional("tool_choice"), "type").is_some() {
        return Err(Refusal::by_the_model(
            "tool_choice.type: Extra inputs are not permitted together with toolConfig.toolChoice",
        ));
    }
    Ok(())
}

pub(super) fn thinkers_are_not_forced(request: &Request<'_>) -> Result<(), Refusal> {
    // Thinking that nobody asked for gives way to a forced call; thinking that was asked for does not.
    let thinks = matches!(request.thinking(), "enabled" | "adaptive" | "between_tools");
    if thinks && request.forced_tool().is_some() && !request.model.has(Quirk::ForcedToolsWhileThinking) {
        return Err(Refusal::by_the_model("Thinking may not be enabled when tool_choice forces tool use."));
    }
    Ok(())
}

pub(super) fn strict_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let strict = request.tool_specs().find(|(_, tool)| present(tool, "strict").is_some());
    match strict {
        Some((index, _)) if request.model.capabilities().strict_tools != Some(true) => {
            Err(Refusal::by_the_model(format!("tools.{index}.custom.strict: Extra inputs are not permitted")))
        }
        _ => Ok(()),
    }
}

pub(super) fn strict_schemas_are_closed(request: &Request<'_>) -> Result<(), Refusal> {
    for (index, tool) in strict_tools(request) {
        let schema = &tool["inputSchema"]["json"];
        if !schema::is_closed(schema) {
            return Err(Refusal::by_the_model(format!(
                "tools.{index}.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"
            )));
        }
        if schema::has_one_of(schema) {
            return Err(Refusal::by_the_model(format!(
                "tools.{index}.custom: Schema type 'oneOf' is not supported"
            )));
        }
    }
    Ok(())
}

pub(super) fn few_unions(request: &Request<'_>) -> Result<(), Refusal> {
    let unions: usize =
        strict_tools(request).map(|(_, tool)| schema::unions(&tool["inputSchema"]["json"])).sum();
    if unions > MOST_UNIONS {
        return Err(Refusal::by_the_model(format!(
            "Schemas contains too many parameters with union types ({unions} parameters with type arrays or \
             anyOf). This causes exponential compilation cost. Reduce the number of nullable or union-typed \
             parameters (limit: {MOST_UNIONS} parameters with unions)."
        )));
    }
    Ok(())
}

fn strict_tools<'a>(request: &Request<'a>) -> impl Iterator<Item = (usize, &'a Value)> + use<'a> {
    request.tool_specs().filter(|(_, tool)| tool["strict"] == Value::Bool(true))
}

fn results<'a>(request: &Request<'a>) -> impl Iterator<Item = (Block<'a>, &'a Value)> + use<'a> {
    request.blocks().filter_map(|block| Some((block, block.get("toolResult")?)))
}

// The results of a message, by id; those of tools that the service ran itself need no call here.
fn answers(index: usize, message: &Value) -> Vec<&str> {
    blocks_of(index, message)
        .filter_map(|block| block.get("toolResult"))
        .filter(|result| present(result, "type").is_none())
        .filter_map(|result| result["toolUseId"].as_str())
        .collect()
}

fn not_an_object(path: &str) -> Refusal {
    Refusal::validation(format!(
        "The format of the value at {path} is invalid. Provide a json object for the field and try again."
    ))
}
