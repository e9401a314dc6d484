//! Rules about sampling, limits of the answer, and fields that only some models know.

use serde_json::Value;

use crate::quirks::{Quirk, Reasoning};
use crate::refusal::Refusal;
use crate::request::{Request, items, present};

/// The additional fields that Claude's validator knows.
const CLAUDE_FIELDS: &[&str] = &[
    "anthropic_beta",
    "context_management",
    "output_config",
    "reasoning_config",
    "thinking",
    "tool_choice",
    "top_k",
];

pub(super) fn stop_sequences_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let stated = request.inference("stopSequences").is_some_and(|sequences| !items(sequences).is_empty());
    if stated && request.model.has(Quirk::NoStopSequences) {
        return Err(Refusal::unsupported_field("stopSequences"));
    }
    Ok(())
}

pub(super) fn stop_sequences_are_visible(request: &Request<'_>) -> Result<(), Refusal> {
    let sequences = request.inference("stopSequences").map(items).unwrap_or_default();
    let blank = sequences.iter().any(|text| text.as_str().is_some_and(|text| text.trim().is_empty()));
    if blank && request.model.is_claude() {
        return Err(Refusal::by_the_model("stop_sequences: each stop sequence must contain non-whitespace"));
    }
    Ok(())
}

pub(super) fn max_tokens_fit(request: &Request<'_>) -> Result<(), Refusal> {
    match (request.max_tokens(), request.model.facts.max_tokens) {
        (Some(wanted), Some(limit)) if wanted > limit => Err(Refusal::validation(format!(
            "The maximum tokens you requested exceeds the model limit of {limit}. Try again with a maximum tokens \
             value that is lower than {limit}."
        ))),
        _ => Ok(()),
    }
}

pub(super) fn max_tokens_are_enough(request: &Request<'_>) -> Result<(), Refusal> {
    match request.max_tokens() {
        Some(wanted) if wanted < 16 && request.model.has(Quirk::SixteenTokens) => {
            Err(Refusal::by_the_model(format!(
                "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {wanted} \
                 instead."
            )))
        }
        _ => Ok(()),
    }
}

pub(super) fn high_effort_has_no_limit(request: &Request<'_>) -> Result<(), Refusal> {
    let limited = asks_for_high_effort(request) && request.max_tokens().is_some();
    if limited && request.model.has(Quirk::HighEffortUnlimited) {
        return Err(Refusal::by_the_model("maxTokens must be unset when maxReasoningEffort is set to high."));
    }
    Ok(())
}

pub(super) fn high_effort_has_no_sampling(request: &Request<'_>) -> Result<(), Refusal> {
    if !asks_for_high_effort(request) || request.model.capabilities().sampling_with_high_effort != Some(false)
    {
        return Ok(());
    }
    let stated = ["temperature", "topP"].into_iter().find(|field| request.inference(field).is_some());
    stated.map_or(Ok(()), |field| {
        Err(Refusal::by_the_model(format!("{field} must be unset when maxReasoningEffort is set to high.")))
    })
}

pub(super) fn is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let model = &request.model;
    if model.capabilities().sampling_params != Some(false) && !model.has(Quirk::NoSampling) {
        return Ok(());
    }
    for (field, name) in [("temperature", "temperature"), ("topP", "top_p")] {
        if request.inference(field).is_some() {
            return Err(if model.is_claude() {
                Refusal::by_the_model(format!("`{name}` is deprecated for this model."))
            } else {
                Refusal::unsupported_field(field)
            });
        }
    }
    if model.is_claude() && present(&request.body["additionalModelRequestFields"], "top_k").is_some() {
        return Err(Refusal::by_the_model("`top_k` is deprecated for this model."));
    }
    Ok(())
}

pub(super) fn one_field_at_most(request: &Request<'_>) -> Result<(), Refusal> {
    let both = request.inference("temperature").is_some() && request.inference("topP").is_some();
    if both && request.model.has(Quirk::OneSamplingField) {
        return Err(Refusal::by_the_model(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        ));
    }
    Ok(())
}

pub(super) fn additional_fields_are_known(request: &Request<'_>) -> Result<(), Refusal> {
    let fields = &request.body["additionalModelRequestFields"];
    let Some(members) = fields.as_object() else {
        return match fields {
            Value::Null => Ok(()),
            _ => Err(Refusal::validation(
                "The format of the additionalModelRequestFields field is invalid. Provide a json object for the \
                 field and try again.",
            )),
        };
    };
    members.keys().try_for_each(|name| {
        let refusal = if request.model.is_claude() {
            (!CLAUDE_FIELDS.contains(&name.as_str()))
                .then(|| Refusal::by_the_model(format!("{name}: Extra inputs are not permitted")))
        } else if request.model.is_nova() {
            let thinks = request.model.traits.reasoning == Reasoning::Unsigned;
            let known = name == "inferenceConfig" || (thinks && name == "reasoningConfig");
            (!known).then(|| {
                Refusal::by_the_model(format!(
                    "Malformed input request: #: extraneous key [{name}] is not permitted, please reformat your \
                     input and try again."
                ))
            })
        } else if request.model.is_openai() {
            // The open models take the effort flat, the others inside an object of its own.
            let other = if request.model.traits.reasoning == Reasoning::Opaque {
                "reasoning_effort"
            } else {
                "reasoning"
            };
            (name == other || name == "thinking")
                .then(|| Refusal::by_the_model(format!("{name}: Extra inputs are not permitted")))
        } else {
            // What the other vendors take is not known well enough; only Claude's own word is foreign to all.
            (name == "thinking")
                .then(|| Refusal::by_the_model(format!("{name}: Extra inputs are not permitted")))
        };
        refusal.map_or(Ok(()), Err)
    })
}

fn asks_for_high_effort(request: &Request<'_>) -> bool {
    request.additional("reasoningConfig")["maxReasoningEffort"] == "high"
}
