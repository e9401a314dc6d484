//! What the request must know about the model, looked up once.
//!
//! Separate so that no other part of the request asks for a model by name: families and capabilities come from the
//! facts table, corrected by the model's configuration.

use clawdia_bedrock_models::{self as facts, Capabilities, Family};
use clawdia_core::Modality;

use crate::request::Target;
use crate::request::tool_id::ToolIdRule;

/// What shapes a request for a model.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each read by another rule")]
pub(super) struct ModelTraits {
    pub(super) family: Family,
    pub(super) capabilities: Capabilities,
    /// Whether the model thinks at all.
    pub(super) reasoning: bool,
    /// Whether it can see.
    pub(super) images: bool,
    /// How many images a request may hold, where that is known.
    pub(super) most_images: Option<usize>,
    /// The most tokens of an answer, by configuration or facts; 0 when not known.
    pub(super) max_tokens: u64,
    pub(super) tool_ids: ToolIdRule,
    /// Whether a tool result may say that it is an error.
    pub(super) takes_result_status: bool,
    /// Whether a tool result may hold images.
    pub(super) takes_result_images: bool,
    /// Whether tool results and anything else must not share a turn.
    pub(super) separates_results: bool,
    pub(super) takes_cache_points: bool,
    pub(super) caches_tools: bool,
    /// Whether it keeps cached prompts for an hour on request.
    pub(super) caches_for_an_hour: bool,
    /// Whether it runs in GovCloud, where some request fields are not known yet.
    pub(super) gov_cloud: bool,
}

impl ModelTraits {
    pub(super) fn of(target: &Target<'_>) -> Self {
        let model = target.model;
        let named = model.canonical_model_id.as_ref().map_or(target.invoked, |id| id.as_str());
        // An opaque ARN says nothing; then the configured name may.
        let resolved = facts::find(named).or_else(|| facts::find_by_name(&model.name));
        let known = resolved.map(|resolved| resolved.facts);
        let family = facts::family(resolved.map_or(named, |resolved| resolved.base_id));
        let partition = facts::Arn::parse(target.invoked).map(|arn| arn.partition == "aws-us-gov");
        let capabilities = known.map_or(Capabilities::UNKNOWN, |facts| facts.capabilities);
        Self {
            family,
            capabilities,
            reasoning: model.reasoning,
            images: model.accepts(Modality::Image),
            most_images: None,
            max_tokens: if model.max_tokens > 0 {
                model.max_tokens
            } else {
                known.and_then(|facts| facts.max_tokens).unwrap_or(0)
            },
            tool_ids: if family == Family::Mistral {
                ToolIdRule::NineAlphanumerics
            } else {
                ToolIdRule::Service
            },
            takes_result_status: matches!(family, Family::Claude | Family::Nova),
            takes_result_images: capabilities.tool_result_images != Some(false),
            separates_results: matches!(family, Family::Llama | Family::Mistral),
            takes_cache_points: capabilities.prompt_caching == Some(true)
                && matches!(family, Family::Claude | Family::Nova),
            caches_tools: family == Family::Claude,
            // Only models that offer it have a price for it.
            caches_for_an_hour: family == Family::Claude
                && known.is_some_and(|facts| facts.rates.cache_write_1h.is_some()),
            gov_cloud: target.region.starts_with("us-gov-")
                || target.invoked.starts_with("us-gov.")
                || partition.unwrap_or(false),
        }
    }

    pub(super) fn is_claude(&self) -> bool {
        self.family == Family::Claude
    }

    /// Whether reasoning without a signature may be replayed. Claude wants a signature; most others refuse reasoning in
    /// the history altogether, and what is not known is treated as refused.
    pub(super) fn takes_unsigned_reasoning(&self) -> bool {
        match self.family {
            Family::GptOss | Family::DeepSeek | Family::MiniMax | Family::Kimi => true,
            Family::Nova => self.reasoning,
            _ => false,
        }
    }
}
