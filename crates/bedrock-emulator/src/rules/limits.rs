//! Rules about what surrounds a conversation: its size, its format, its tier, its haste and its guardrail.

use clawdia_bedrock_models::Family;
use serde_json::Value;

use super::schema;
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Request, items, present, wants_citations};

/// A body of more bytes is too long, however few tokens are in it.
const LARGEST_BODY: usize = 20 * 1024 * 1024;

pub(super) fn response_paths_are_pointers(request: &Request<'_>) -> Result<(), Refusal> {
    for path in items(&request.body["additionalModelResponseFieldPaths"]) {
        let path = path.as_str().unwrap_or_default();
        if !is_pointer(path) {
            return Err(Refusal::validation(format!(
                "The value '{path}' in additionalModelResponseFieldPaths is not a valid JSON Pointer. Provide a \
                 valid JSON Pointer and try again."
            )));
        }
    }
    Ok(())
}

pub(super) fn service_tier_exists(request: &Request<'_>) -> Result<(), Refusal> {
    match request.body["serviceTier"]["type"].as_str() {
        Some("reserved") => Err(Refusal::validation("Reservation not found.")),
        Some("flex" | "priority") if request.model.has(Quirk::DefaultTierOnly) => {
            Err(Refusal::validation("The provided service tier is invalid for this model."))
        }
        _ => Ok(()),
    }
}

pub(super) fn latency_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    // Only profiles of these models are served faster, not the models by their own id.
    let model = &request.model;
    let supported = model.has(Quirk::LowLatency) && model.facts.geography.is_some();
    if request.wants_low_latency() && !supported {
        return Err(Refusal::validation(format!(
            "Latency performance configuration is not supported for {} in {}",
            model.base_id, request.account.region
        )));
    }
    Ok(())
}

pub(super) fn guardrail_exists(request: &Request<'_>) -> Result<(), Refusal> {
    let Some(guardrail) = present(request.body, "guardrailConfig") else { return Ok(()) };
    let versioned = guardrail["guardrailVersion"].as_str().is_some_and(|version| !version.is_empty());
    if versioned && request.guardrail().is_some() {
        return Ok(());
    }
    Err(Refusal::validation("The provided guardrail identifier is invalid."))
}

pub(super) fn output_format_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let stated = present(&request.body["outputConfig"], "textFormat").is_some();
    if stated && request.model.capabilities().structured_output != Some(true) {
        return Err(if request.model.is_claude() {
            Refusal::by_the_model("output_config.format: Extra inputs are not permitted")
        } else {
            Refusal::unsupported_field("outputConfig")
        });
    }
    Ok(())
}

pub(super) fn output_schema_is_closed(request: &Request<'_>) -> Result<(), Refusal> {
    let Some(text) = output_schema(request) else { return Ok(()) };
    let Ok(schema) = serde_json::from_str::<Value>(text) else {
        return Err(Refusal::validation(
            "The format of the value at outputConfig.textFormat.structure.jsonSchema.schema is invalid. Provide a \
             json object for the field and try again.",
        ));
    };
    if !schema::is_closed(&schema) {
        return Err(Refusal::by_the_model(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        ));
    }
    Ok(())
}

pub(super) fn citations_and_format_exclude_each_other(request: &Request<'_>) -> Result<(), Refusal> {
    let cited = request.blocks().any(|block| {
        let source = block.get("document").or_else(|| block.get("searchResult"));
        source.is_some_and(wants_citations)
    });
    if cited && output_schema(request).is_some() {
        return Err(Refusal::by_the_model("Citations cannot be enabled when output format is set"));
    }
    Ok(())
}

pub(super) fn body_is_small(request: &Request<'_>) -> Result<(), Refusal> {
    if request.length > LARGEST_BODY {
        return Err(Refusal::validation("Input is too long for requested model."));
    }
    Ok(())
}

pub(super) fn prompt_fits(request: &Request<'_>) -> Result<(), Refusal> {
    let Some(window) = request.model.facts.context_window else { return Ok(()) };
    // Whoever counts wants to find out by how much it does not fit.
    if request.counting {
        return Ok(());
    }
    let tokens = request.input_tokens();
    let model = &request.model;
    if tokens > window {
        return Err(overflow(request, tokens, window));
    }
    // Older Claude counts the answer's limit in; newer Claude stops when the window is full.
    let wanted = request.max_tokens().unwrap_or_default();
    if model.is_claude() && !model.has(Quirk::WindowAsStopReason) && tokens + wanted > window {
        return Err(Refusal::by_the_model(format!(
            "input length and `max_tokens` exceed context limit: {tokens} + {wanted} > {window}, decrease input \
             length or `max_tokens` and try again"
        )));
    }
    Ok(())
}

/// The schema that the answer's text has to follow, as the request spells it.
pub(crate) fn output_schema<'a>(request: &Request<'a>) -> Option<&'a str> {
    request.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str()
}

// Each vendor has words of its own for the same thing.
fn overflow(request: &Request<'_>, tokens: u64, window: u64) -> Refusal {
    match clawdia_bedrock_models::family(request.model.base_id) {
        _ if request.model.has(Quirk::PlainOverflow) => {
            Refusal::validation("Input is too long for requested model.")
        }
        Family::Claude => {
            Refusal::by_the_model(format!("prompt is too long: {tokens} tokens > {window} maximum"))
        }
        Family::Nova => {
            Refusal::by_the_model("Input Tokens Exceeded: Number of input tokens exceeds maximum length")
        }
        Family::Llama | Family::Mistral | Family::GptOss | Family::Qwen | Family::DeepSeek => {
            Refusal::by_the_model(format!(
                "This model's maximum context length is {window} tokens. Please reduce the length of the prompt"
            ))
        }
        Family::Gpt => Refusal::by_the_model(
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
        ),
        Family::Kimi => {
            Refusal::by_the_model(format!("Your request exceed model maximum length of {window}"))
        }
        _ => Refusal::validation("Input is too long for requested model."),
    }
}

// RFC 6901: empty texts are pointers too, but the service wants one that points somewhere.
fn is_pointer(path: &str) -> bool {
    path.starts_with('/') && path.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}
