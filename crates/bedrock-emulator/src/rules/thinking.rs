//! Rules about thinking: asking for it, and giving it back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::conversation::calls;
use crate::quirks::{Quirk, Reasoning};
use crate::refusal::Refusal;
use crate::request::{Block, Request, items, present};
use crate::seal::Prefix;

/// The smallest thinking budget.
const LEAST_BUDGET: u64 = 1024;
/// The limit of an answer that states none, as the service sets it for Claude.
const DEFAULT_MAX_TOKENS: u64 = 4096;
/// The beta feature that lets a client decide what happens to blocks of another conversation.
const BINDING_BETA: &str = "thinking-binding-controls-2026-08-01";
/// The beta feature of thinking between the calls of a turn.
const INTERLEAVED_BETA: &str = "interleaved-thinking-2025-05-14";

pub(super) fn comes_from_the_assistant(request: &Request<'_>) -> Result<(), Refusal> {
    let foreign =
        request.blocks().any(|block| block.role == "user" && block.get("reasoningContent").is_some());
    if foreign { Err(reasoning_refused()) } else { Ok(()) }
}

pub(super) fn replay_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let reasoning = request.model.traits.reasoning;
    let refused = matches!(reasoning, Reasoning::OneWay | Reasoning::Absent | Reasoning::Opaque);
    if refused && reasoning_texts(request).next().is_some() {
        return Err(reasoning_refused());
    }
    Ok(())
}

pub(super) fn signatures_are_for_claude(request: &Request<'_>) -> Result<(), Refusal> {
    let signed = reasoning_texts(request).any(|(_, text)| present(text, "signature").is_some());
    if signed && request.model.traits.reasoning != Reasoning::Signed {
        return Err(Refusal::unsupported_field("reasoningContent.reasoningText.signature"));
    }
    Ok(())
}

pub(super) fn redacted_replay_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let makes_them = matches!(request.model.traits.reasoning, Reasoning::Signed | Reasoning::Opaque);
    if !makes_them && redacted_blocks(request).next().is_some() {
        return Err(Refusal::unsupported_field("reasoningContent.redactedContent"));
    }
    Ok(())
}

pub(super) fn interleaving_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    // Which models take it is not published; this is the strict reading of what was seen.
    let takes_it = request.model.capabilities().interleaved_thinking == Some(true);
    if request.model.is_claude() && !takes_it && request.has_beta(INTERLEAVED_BETA) {
        return Err(Refusal::by_the_model("invalid beta flag"));
    }
    Ok(())
}

pub(super) fn kind_is_known(request: &Request<'_>) -> Result<(), Refusal> {
    let config = request.thinking_config();
    if config.is_null() || !request.model.is_claude() {
        return Ok(());
    }
    if !request.model.facts.reasoning {
        return Err(Refusal::by_the_model("thinking: Extra inputs are not permitted"));
    }
    let Some(kind) = config["type"].as_str() else {
        return Err(Refusal::by_the_model("thinking: Unable to extract tag using discriminator 'type'"));
    };
    let adaptive = request.model.capabilities().adaptive_thinking == Some(true);
    let between = request.model.has(Quirk::ThinksBetweenTools);
    let mut tags = vec!["'disabled'", "'enabled'"];
    if adaptive {
        tags.insert(0, "'adaptive'");
    }
    if between {
        tags.insert(1, "'between_tools'");
    }
    if !tags.contains(&format!("'{kind}'").as_str()) {
        return Err(Refusal::by_the_model(format!(
            "thinking: Input tag '{kind}' found using 'type' does not match any of the expected tags: {}",
            tags.join(", ")
        )));
    }
    if present(config, "block_binding").is_some() && !request.model.has(Quirk::BlockBinding) {
        return Err(Refusal::by_the_model(format!(
            "thinking.{kind}.block_binding: Extra inputs are not permitted"
        )));
    }
    if kind == "enabled" && present(config, "budget_tokens").is_none() {
        return Err(Refusal::by_the_model("thinking.enabled.budget_tokens: Field required"));
    }
    Ok(())
}

pub(super) fn budget_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let capabilities = request.model.capabilities();
    let gone = capabilities.adaptive_thinking == Some(true) && capabilities.budget_thinking != Some(true);
    if request.thinking() == "enabled" && gone {
        return Err(Refusal::by_the_model(
            "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \
             \"output_config.effort\" to control thinking behavior.",
        ));
    }
    Ok(())
}

pub(super) fn budget_is_large_enough(request: &Request<'_>) -> Result<(), Refusal> {
    match budget(request) {
        Some(budget) if budget < LEAST_BUDGET => Err(Refusal::by_the_model(format!(
            "thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}"
        ))),
        _ => Ok(()),
    }
}

pub(super) fn budget_fits(request: &Request<'_>) -> Result<(), Refusal> {
    // Nothing limits an answer that is not asked for.
    match budget(request).filter(|_| !request.counting) {
        Some(budget) if budget >= request.max_tokens().unwrap_or(DEFAULT_MAX_TOKENS) => {
            Err(Refusal::by_the_model("`max_tokens` must be greater than `thinking.budget_tokens`."))
        }
        _ => Ok(()),
    }
}

pub(super) fn can_be_switched_off(request: &Request<'_>) -> Result<(), Refusal> {
    if request.thinking() != "disabled" {
        return Ok(());
    }
    if request.model.capabilities().thinking_always_on == Some(true) {
        return Err(Refusal::by_the_model("\"thinking.type.disabled\" is not supported for this model."));
    }
    let above_high = matches!(request.effort(), "xhigh" | "max");
    if above_high && request.model.has(Quirk::EffortNeedsThinking) {
        return Err(Refusal::by_the_model(format!(
            "output_config.effort: '{}' is not supported when thinking is disabled",
            request.effort()
        )));
    }
    Ok(())
}

pub(super) fn effort_is_known(request: &Request<'_>) -> Result<(), Refusal> {
    let capabilities = request.model.capabilities();
    let (field, effort) = match request.model.traits.reasoning {
        Reasoning::Signed => ("output_config.effort", request.effort()),
        Reasoning::Opaque => {
            ("reasoning.effort", request.additional("reasoning")["effort"].as_str().unwrap_or_default())
        }
        Reasoning::Unsigned if request.model.is_openai() => {
            ("reasoning_effort", request.additional("reasoning_effort").as_str().unwrap_or_default())
        }
        Reasoning::Unsigned | Reasoning::OneWay | Reasoning::Absent => return Ok(()),
    };
    if effort.is_empty() {
        return Ok(());
    }
    let signed = request.model.signs_thinking();
    if signed && capabilities.adaptive_thinking != Some(true) && request.model.facts.effort_ceiling.is_none()
    {
        return Err(Refusal::by_the_model("output_config: Extra inputs are not permitted"));
    }
    let known = match effort {
        "low" | "medium" | "high" => true,
        "xhigh" => capabilities.effort_xhigh == Some(true),
        "max" => capabilities.effort_max == Some(true),
        "minimal" => capabilities.effort_minimal == Some(true),
        "none" => capabilities.effort_none == Some(true),
        _ => false,
    };
    if !known {
        return Err(Refusal::by_the_model(format!("{field}: '{effort}' is not supported by this model")));
    }
    if request.thinking() == "between_tools" && matches!(effort, "xhigh" | "max") {
        return Err(Refusal::by_the_model(format!(
            "{field}: '{effort}' is not supported when thinking.type is between_tools"
        )));
    }
    Ok(())
}

pub(super) fn sampling_is_left_alone(request: &Request<'_>) -> Result<(), Refusal> {
    if !matches!(request.thinking(), "enabled" | "adaptive" | "between_tools") {
        return Ok(());
    }
    let number = |name| request.inference(name).and_then(Value::as_f64);
    if number("temperature").is_some_and(|temperature| temperature < 1.0) {
        return Err(Refusal::by_the_model("`temperature` may only be set to 1 when thinking is enabled."));
    }
    if number("topP").is_some_and(|top_p| top_p < 0.95) {
        return Err(Refusal::by_the_model(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
        ));
    }
    if !request.additional("top_k").is_null() {
        return Err(Refusal::by_the_model("`top_k` must be unset when thinking is enabled."));
    }
    Ok(())
}

pub(super) fn final_turn_starts_with_thinking(request: &Request<'_>) -> Result<(), Refusal> {
    if request.thinking() != "enabled" {
        return Ok(());
    }
    let messages = request.messages();
    let last = messages.iter().rposition(|message| message["role"] == "assistant");
    let Some(last) = last.filter(|index| !calls(*index, &messages[*index]).is_empty()) else {
        return Ok(());
    };
    let first = &items(&messages[last]["content"])[0];
    if present(first, "reasoningContent").is_some() {
        return Ok(());
    }
    let found = if present(first, "toolUse").is_some() { "tool_use" } else { "text" };
    Err(Refusal::by_the_model(format!(
        "messages.{last}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When \
         `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the \
         lastmost set of `tool_use` and `tool_result` blocks). To avoid this requirement, disable `thinking`."
    )))
}

pub(super) fn is_not_the_last_word(request: &Request<'_>) -> Result<(), Refusal> {
    let last = request.blocks().filter(|block| block.role != "system").last();
    let Some(block) = last.filter(|block| block.role == "assistant" && request.model.is_claude()) else {
        return Ok(());
    };
    let Some(reasoning) = block.get("reasoningContent") else { return Ok(()) };
    let kind = if present(reasoning, "redactedContent").is_some() { "redacted_thinking" } else { "thinking" };
    Err(Refusal::by_the_model(format!(
        "messages.{}: The final block in an assistant message cannot be `{kind}`.",
        block.message
    )))
}

pub(super) fn signatures_are_there(request: &Request<'_>) -> Result<(), Refusal> {
    if request.model.traits.reasoning != Reasoning::Signed {
        return Ok(());
    }
    let unsigned = reasoning_texts(request).find(|(_, text)| present(text, "signature").is_none());
    unsigned.map_or(Ok(()), |(block, _)| {
        Err(Refusal::by_the_model(format!("{}.thinking.signature: Field required", block.path())))
    })
}

pub(super) fn signatures_hold(request: &Request<'_>) -> Result<(), Refusal> {
    if request.model.traits.reasoning != Reasoning::Signed {
        return Ok(());
    }
    let forged = reasoning_texts(request)
        .find(|(_, thought)| !request.seal.is_for_text(text_of(thought), signature_of(thought)));
    forged.map_or(Ok(()), |(block, _)| {
        Err(Refusal::by_the_model(format!("{}: Invalid `signature` in `thinking` block", block.path())))
    })
}

pub(super) fn redacted_blocks_hold(request: &Request<'_>) -> Result<(), Refusal> {
    let altered = redacted_blocks(request).find(|(_, blob)| {
        let bytes = blob.as_str().and_then(|blob| STANDARD.decode(blob).ok()).unwrap_or_default();
        !request.seal.is_redacted(&bytes)
    });
    altered.map_or(Ok(()), |(block, _)| {
        Err(Refusal::by_the_model(format!("{}: Invalid `data` in `redacted_thinking` block", block.path())))
    })
}

pub(super) fn bound_blocks_stay(request: &Request<'_>) -> Result<(), Refusal> {
    let binding = &request.thinking_config()["block_binding"];
    // Clients in the field use one name or the other for this field.
    let drops =
        ["prefix_mismatch_behavior", "mismatch_behavior"].iter().any(|name| binding[*name] == "drop_block");
    if !request.model.has(Quirk::BindsThinking) || (drops && request.has_beta(BINDING_BETA)) {
        return Ok(());
    }
    let mut prefix = Prefix::start(request.body);
    for block in request.blocks() {
        let thought = block.get("reasoningContent").and_then(|reasoning| present(reasoning, "reasoningText"));
        let moved = thought.is_some_and(|thought| {
            !request.seal.is_for_prefix(text_of(thought), &prefix, signature_of(thought))
        });
        if moved {
            return Err(Refusal::by_the_model(format!(
                "{}: Invalid `signature` in `thinking` block. The block is bound to a different conversation.",
                block.path()
            )));
        }
        prefix = prefix.then(block.role, block.value);
    }
    Ok(())
}

fn budget(request: &Request<'_>) -> Option<u64> {
    if request.thinking() != "enabled" {
        return None;
    }
    // A budget below zero is as much too small as zero.
    let budget = &request.thinking_config()["budget_tokens"];
    budget.as_u64().or_else(|| budget.as_f64().map(|_| 0))
}

fn reasoning_texts<'a>(request: &Request<'a>) -> impl Iterator<Item = (Block<'a>, &'a Value)> + use<'a> {
    request
        .blocks()
        .filter_map(|block| Some((block, present(block.get("reasoningContent")?, "reasoningText")?)))
}

fn redacted_blocks<'a>(request: &Request<'a>) -> impl Iterator<Item = (Block<'a>, &'a Value)> + use<'a> {
    request
        .blocks()
        .filter_map(|block| Some((block, present(block.get("reasoningContent")?, "redactedContent")?)))
}

fn text_of(thought: &Value) -> &str {
    thought["text"].as_str().unwrap_or_default()
}

fn signature_of(thought: &Value) -> &str {
    thought["signature"].as_str().unwrap_or_default()
}

fn reasoning_refused() -> Refusal {
    Refusal::validation(
        "User messages cannot contain reasoning content. Please remove the reasoning content and try again.",
    )
}
