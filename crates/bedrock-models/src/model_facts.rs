//! One row of the model table. It is apart from the lookup so that what is known reads as one page.

use crate::{
    Capabilities, Dispute, Effort, Geography, Modality, RateTier, Rates, ServiceTierRates, Source,
    ThinkingLevelMapping,
};

/// What is known about one Bedrock model id: a foundation model, or one of its inference profiles.
///
/// `None` means that no table says; it never means "no". Each profile has its own row where its prices are
/// known, since a geographic profile costs more than the global one.
///
/// ```
/// let facts = clawdia_bedrock_models::find("us.anthropic.claude-sonnet-4-5-20250929-v1:0").unwrap().facts;
/// assert_eq!(facts.context_window, Some(200_000));
/// assert_eq!(facts.rates.input, 3.3); // dollars per million tokens
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ModelFacts {
    /// The id as the service takes it, with the geography's prefix if it is a profile.
    pub id: &'static str,
    /// The id without a geography; the same as `id` for a foundation model. A few rows are another spelling of
    /// a model: they have no geography, and the id they mean stands here.
    pub base_id: &'static str,
    /// Where the profile may route a request; `None` for a foundation model.
    pub geography: Option<Geography>,
    /// The name for people. The tables put a profile's geography in brackets: `Claude Opus 4.7 (US)`.
    pub name: Option<&'static str>,
    /// Whether the model can think before it answers.
    pub reasoning: bool,
    /// What a user message may hold. Video and documents are [`Capabilities`], since few tables list them here.
    pub input: &'static [Modality],
    /// Tokens that input and output may come to together.
    pub context_window: Option<u64>,
    /// Tokens that one answer may have at most.
    pub max_tokens: Option<u64>,
    /// Prices of ordinary requests.
    pub rates: Rates,
    /// Other prices for long requests, by rising threshold. Empty when the price does not depend on length.
    pub tiers: &'static [RateTier],
    /// Other prices for a request that asks for a service tier.
    pub service_tiers: &'static [ServiceTierRates],
    /// What the model does and refuses, as far as the tables say; [`capabilities`](crate::capabilities) says more.
    pub capabilities: Capabilities,
    /// The shortest prefix, in tokens, that a cache point saves; a shorter one is silently not cached.
    pub prompt_cache_min_tokens: Option<u64>,
    /// The highest effort that Bedrock takes for the model where it is lower than what the model itself knows.
    pub effort_ceiling: Option<Effort>,
    /// Thinking levels that are not sent under their own name; see [`ModelFacts::thinking_level`].
    pub thinking_levels: &'static [ThinkingLevelMapping],
    /// The day the service stops answering, as `YYYY-MM-DD`, where it is announced; see
    /// [`ModelFacts::lifecycle_on`].
    pub deprecation_date: Option<&'static str>,
    /// Whether the service has already stopped answering. Only what is certain is marked.
    pub end_of_life: bool,
    /// The tables that list this very id.
    pub sources: &'static [Source],
    /// Where the tables disagree. The fields above hold the cautious choice: the smaller limit, the higher price.
    pub disputed: &'static [Dispute],
}

impl ModelFacts {
    /// Whether the id can only be called through an inference profile, and is not one itself.
    ///
    /// ```
    /// let facts = clawdia_bedrock_models::find("anthropic.claude-opus-4-5-20251101-v1:0").unwrap().facts;
    /// assert!(facts.served_only_through_profile());
    /// ```
    pub fn served_only_through_profile(&self) -> bool {
        self.geography.is_none() && crate::lookup::base_is_profile_only(self.base_id)
    }

    /// What to send for a thinking level (`off`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`).
    ///
    /// The outer `None` means that the table has nothing to say about the level, the inner one that the model
    /// has no such level: `off` with `Some(None)` is a model whose thinking cannot be switched off.
    pub fn thinking_level(&self, level: &str) -> Option<Option<&'static str>> {
        self.thinking_levels.iter().find(|mapping| mapping.level == level).map(|mapping| mapping.value)
    }

    /// The prices of a service tier; those of ordinary requests when the table has none for it.
    pub fn rates_for(&self, tier: crate::ServiceTier) -> Rates {
        self.service_tiers
            .iter()
            .find(|candidate| candidate.tier == tier)
            .map_or(self.rates, |found| found.rates)
    }
}
