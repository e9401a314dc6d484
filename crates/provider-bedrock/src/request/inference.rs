//! Sampling and length: the `inferenceConfig` of a request.
//!
//! Separate because what may be sent depends on the model and on its thinking, and what is left out must be said.

use clawdia_core::{Diagnostic, ProviderError, StreamOptions};
use serde::Serialize;

use crate::request::Target;
use crate::request::estimate;
use crate::request::model_traits::ModelTraits;
use crate::request::refusal::refuse;
use crate::request::thinking::ThinkingPlan;

/// The `inferenceConfig` of a request.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InferenceConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<&'a str>,
}

/// The largest number that the service reads.
pub(super) const MOST_TOKENS: u64 = 2_147_483_647;

/// Refuses settings out of the service's range. Source: `InferenceConfiguration` in the API reference.
pub(super) fn check(options: &StreamOptions) -> Result<(), ProviderError> {
    const MOST_STOPS: usize = 2_500;
    for (place, share) in [("options.temperature", options.temperature), ("options.topP", options.top_p)] {
        if let Some(share) = share.filter(|share| !(0.0..=1.0).contains(share)) {
            return Err(refuse(place, format!("is {share}, and must be between 0 and 1")));
        }
    }
    if options.max_tokens == Some(0) {
        return Err(refuse("options.maxTokens", "is 0, and must be at least 1"));
    }
    let stops = &options.stop_sequences;
    if stops.len() > MOST_STOPS {
        let rule = format!("has {} entries, and may have {MOST_STOPS}", stops.len());
        return Err(refuse("options.stopSequences", rule));
    }
    match stops.iter().position(String::is_empty) {
        Some(index) => Err(refuse(&format!("options.stopSequences[{index}]"), "is empty")),
        None => Ok(()),
    }
}

impl InferenceConfig<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.max_tokens.is_none()
            && self.temperature.is_none()
            && self.top_p.is_none()
            && self.stop_sequences.is_empty()
    }
}

pub(super) fn config<'a>(
    target: &Target<'_>,
    options: &'a StreamOptions,
    traits: &ModelTraits,
    prompt: u64,
    thinking: &ThinkingPlan,
    diagnostics: &mut Vec<Diagnostic>,
) -> InferenceConfig<'a> {
    let [temperature, top_p] = sampling(options, traits, thinking, diagnostics);
    InferenceConfig {
        max_tokens: thinking.max_tokens.or_else(|| max_tokens(target, options, traits, prompt, diagnostics)),
        temperature,
        top_p,
        stop_sequences: stop_sequences(options, traits, diagnostics),
    }
}

/// The limit to send: the caller's, at most the model's and what the window leaves. Where the service's default is low, the
/// model's own is sent when the caller gives none.
pub(super) fn max_tokens(
    target: &Target<'_>,
    options: &StreamOptions,
    traits: &ModelTraits,
    prompt: u64,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<u64> {
    let known = (traits.max_tokens > 0).then_some(traits.max_tokens.min(MOST_TOKENS));
    let least = traits.behaviour.least_max_tokens;
    let mut changed = |code: &str, message: String, limit: u64| {
        // Asked for twice where thinking had to be given up.
        if !diagnostics.iter().any(|known| known.code == code && known.message == message) {
            diagnostics.push(Diagnostic::new(code, message).with("maxTokens", limit));
        }
        Some(limit)
    };
    let limit = match (options.max_tokens, known) {
        (Some(wanted), Some(limit)) if wanted > limit => changed(
            "bedrock_max_tokens_lowered",
            format!("`{}` writes at most {limit} tokens", target.model.id),
            limit,
        ),
        (Some(wanted), None) if wanted > MOST_TOKENS => changed(
            "bedrock_max_tokens_lowered",
            format!("the service reads no limit above {MOST_TOKENS}"),
            MOST_TOKENS,
        ),
        (Some(wanted), _) if wanted < least => changed(
            "bedrock_max_tokens_raised",
            format!("`{}` takes no limit below {least}", target.model.id),
            least,
        ),
        (Some(wanted), _) => Some(wanted),
        (None, known) if traits.capabilities().low_default_max_tokens == Some(true) => known,
        (None, _) => None,
    }?;
    let room = estimate::room(limit, prompt, traits.context_window).max(least);
    if room < limit && options.max_tokens.is_some() {
        let message = format!("a prompt of about {prompt} tokens leaves room for an answer of {room}");
        changed("bedrock_max_tokens_lowered", message, room);
    }
    Some(room.min(limit))
}

/// `temperature` and `topP`, as far as the model takes them.
fn sampling(
    options: &StreamOptions,
    traits: &ModelTraits,
    thinking: &ThinkingPlan,
    diagnostics: &mut Vec<Diagnostic>,
) -> [Option<f64>; 2] {
    let capabilities = traits.capabilities();
    let reason = if capabilities.sampling_params == Some(false) {
        Some("the model refuses it")
    } else if thinking.is_on && capabilities.sampling_while_thinking == Some(false) {
        Some("the model refuses it while it thinks")
    } else if thinking.is_high && capabilities.sampling_with_high_effort == Some(false) {
        Some("the model refuses it with a high effort")
    } else {
        None
    };
    let mut drop = |code: &str, name: &str, value: f64, reason: &str| {
        diagnostics.push(Diagnostic::new(code, format!("`{name}` was left out: {reason}")).with(name, value));
    };
    if let Some(reason) = reason {
        if let Some(value) = options.temperature {
            drop("bedrock_temperature_dropped", "temperature", value, reason);
        }
        if let Some(value) = options.top_p {
            drop("bedrock_top_p_dropped", "topP", value, reason);
        }
        return [None, None];
    }
    if let (Some(_), Some(value)) = (options.temperature, options.top_p)
        && capabilities.top_p_with_temperature == Some(false)
    {
        drop("bedrock_top_p_dropped", "topP", value, "the model takes it or `temperature`, not both");
        return [options.temperature, None];
    }
    [options.temperature, options.top_p]
}

fn stop_sequences<'a>(
    options: &'a StreamOptions,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<&'a str> {
    if traits.capabilities().stop_sequences == Some(false) && !options.stop_sequences.is_empty() {
        let reason = "the model refuses `stopSequences`";
        diagnostics.push(Diagnostic::new("bedrock_stop_sequences_dropped", reason));
        return Vec::new();
    }
    let takes_blank = traits.capabilities().blank_stop_sequences != Some(false);
    let given = options.stop_sequences.iter().map(String::as_str);
    let taken = given.filter(|text| takes_blank || !text.trim().is_empty()).collect::<Vec<_>>();
    if taken.len() < options.stop_sequences.len() {
        let reason = "the model refuses `stopSequences` that are blank";
        diagnostics.push(Diagnostic::new("bedrock_stop_sequences_dropped", reason));
    }
    taken
}
