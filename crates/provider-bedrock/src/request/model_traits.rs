//! What the request must know about the model, looked up once.
//!
//! Separate so that no other part of the request asks for a model by name: everything comes from the facts table, corrected
//! by the model's configuration.

use clawdia_bedrock_models::{self as facts, Behaviour, CachePlace, Capabilities};
use clawdia_core::{Modality, ProviderError};

use crate::learned::Lesson;
use crate::request::Target;
use crate::request::refusal::refuse;

/// What shapes a request for a model.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the model")]
pub(super) struct ModelTraits {
    /// How to speak to it.
    pub(super) behaviour: Behaviour,
    /// Whether it thinks at all.
    pub(super) reasoning: bool,
    /// Whether it can see.
    pub(super) images: bool,
    /// The most tokens of an answer, by configuration or facts; 0 when not known.
    pub(super) max_tokens: u64,
    /// Tokens that prompt and answer may have together, by configuration or facts; 0 when not known.
    pub(super) context_window: u64,
    /// Whether it runs in GovCloud, where some request fields are not known yet.
    pub(super) gov_cloud: bool,
    /// Whether it is no model but a stored prompt, which brings system prompt, tools and settings of its own.
    pub(super) is_stored_prompt: bool,
}

impl ModelTraits {
    /// Looks the model up by its canonical id, else by the id that is called, else, behind an opaque ARN, by its name.
    pub(super) fn of(target: &Target<'_>) -> Result<Self, ProviderError> {
        let model = target.model;
        let named = model.canonical_model_id.as_ref().map_or(target.invoked, |id| id.as_str());
        // An undescribed model's name is its id, which is no name.
        let name = if model.name == model.id.as_str() { "" } else { &model.name };
        let mut behaviour = Behaviour::of_named(named, name)
            .with_overrides(&model.capabilities)
            .and_then(|behaviour| behaviour.with_overrides(&target.learned_capabilities()))
            .map_err(|error| refuse(&format!("capabilities of `{}`", model.id), error.to_string()))?;
        if let Some(cache) = &mut behaviour.cache {
            cache.one_hour &= !target.knows(|| Lesson::CachesForMinutes);
            if target.knows(|| Lesson::NoToolCachePoints) {
                cache.places = &[CachePlace::System, CachePlace::Messages];
            }
        }
        let arn = facts::Arn::parse(target.invoked).ok();
        let known_limit = if model.max_tokens > 0 {
            model.max_tokens
        } else {
            behaviour.facts.and_then(|facts| facts.max_tokens).unwrap_or(0)
        };
        Ok(Self {
            behaviour,
            reasoning: model.reasoning,
            images: model.accepts(Modality::Image),
            max_tokens: match target.learned_limit() {
                Some(limit) if known_limit == 0 || limit < known_limit => limit,
                _ => known_limit,
            },
            context_window: if model.context_window > 0 {
                model.context_window
            } else {
                behaviour.facts.and_then(|facts| facts.context_window).unwrap_or(0)
            },
            gov_cloud: target.region.starts_with("us-gov-")
                || target.invoked.starts_with("us-gov.")
                || arn.is_some_and(|arn| arn.partition == "aws-us-gov"),
            is_stored_prompt: arn.is_some_and(|arn| arn.kind() == facts::ResourceKind::Prompt),
        })
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.behaviour.capabilities
    }

    /// Whether it thinks although nobody asks it to.
    pub(super) fn thinks_unasked(&self) -> bool {
        let capabilities = self.capabilities();
        capabilities.thinking_always_on == Some(true) || capabilities.thinking_by_default == Some(true)
    }
}
