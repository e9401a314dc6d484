//! The table in the words of `clawdia-core`. The table keeps types of its own, which can be constants; this is
//! the only file that knows both.

use std::collections::BTreeMap;

use clawdia_core::{Cost, CostTier, Model, ServiceTierCost, ThinkingLevel};

use crate::{Behaviour, Effort, Modality, ModelFacts, RateTier, ServiceTierRates};

impl ModelFacts {
    /// Writes what the table knows of the model `invoked` into its description: name, modalities, prices, limits and how
    /// it thinks. `invoked` is the id whose row this is, in any of the forms that [`find`](crate::find) takes. The id,
    /// protocol and provider of the description stay, and so does a limit of which the table knows nothing.
    ///
    /// ```
    /// use clawdia_core::{Api, Model};
    ///
    /// let id = "us.amazon.nova-lite-v1:0";
    /// let mut model = Model::new("amazon-bedrock", id, Api::BEDROCK_CONVERSE_STREAM);
    /// clawdia_bedrock_models::find(id).unwrap().facts.describe(id, &mut model);
    /// assert_eq!((model.name.as_str(), model.context_window), ("Nova Lite (US)", 300_000));
    /// ```
    pub fn describe(&self, invoked: &str, model: &mut Model) {
        if let Some(name) = self.name {
            name.clone_into(&mut model.name);
        }
        model.reasoning = self.reasoning;
        model.input = self.input_modalities();
        model.cost = self.cost();
        model.context_window = self.context_window.unwrap_or(model.context_window);
        model.max_tokens = self.max_tokens.unwrap_or(model.max_tokens);
        model.thinking_level_map = self.thinking_level_map();
        // The words that are really sent: some of the model's own are above what Bedrock takes.
        let behaviour = Behaviour::of(invoked);
        for (level, word) in &mut model.thinking_level_map {
            if word.is_some() {
                *word = behaviour.effort(*level).map(str::to_owned);
            }
        }
    }

    /// The model's prices as a host's vocabulary has them, with their tiers.
    ///
    /// ```
    /// let facts = clawdia_bedrock_models::find("us.anthropic.claude-sonnet-4-5-20250929-v1:0").unwrap().facts;
    /// let cost = facts.cost();
    /// assert_eq!((cost.input, cost.tiers[0].input), (3.3, 6.6));
    /// ```
    pub fn cost(&self) -> Cost {
        Cost {
            input: self.rates.input,
            output: self.rates.output,
            cache_read: self.rates.cache_read,
            cache_write: self.rates.cache_write,
            cache_write_1h: self.rates.cache_write_1h,
            tiers: self.tiers.iter().map(cost_tier).collect(),
            service_tiers: self.service_tiers.iter().map(service_tier_cost).collect::<BTreeMap<_, _>>(),
        }
    }

    /// What a user message may hold, video included where the model watches it.
    pub fn input_modalities(&self) -> Vec<clawdia_core::Modality> {
        let video = (self.capabilities.video == Some(true)).then_some(clawdia_core::Modality::Video);
        self.input.iter().copied().map(clawdia_core::Modality::from).chain(video).collect()
    }

    /// Thinking levels that are not sent under their own name, by level; see [`ModelFacts::thinking_level`].
    pub fn thinking_level_map(&self) -> BTreeMap<ThinkingLevel, Option<String>> {
        self.thinking_levels
            .iter()
            .filter_map(|mapping| Some((mapping.level.parse().ok()?, mapping.value.map(str::to_owned))))
            .collect()
    }
}

impl From<ThinkingLevel> for Effort {
    fn from(level: ThinkingLevel) -> Self {
        match level {
            ThinkingLevel::Off => Self::None,
            ThinkingLevel::Minimal => Self::Minimal,
            ThinkingLevel::Low => Self::Low,
            ThinkingLevel::Medium => Self::Medium,
            ThinkingLevel::High => Self::High,
            ThinkingLevel::XHigh => Self::Xhigh,
            ThinkingLevel::Max => Self::Max,
        }
    }
}

impl From<Modality> for clawdia_core::Modality {
    fn from(modality: Modality) -> Self {
        match modality {
            Modality::Text => Self::Text,
            Modality::Image => Self::Image,
        }
    }
}

fn cost_tier(tier: &RateTier) -> CostTier {
    CostTier {
        input_tokens_above: tier.input_tokens_above,
        input: tier.rates.input,
        output: tier.rates.output,
        cache_read: tier.rates.cache_read,
        cache_write: tier.rates.cache_write,
        cache_write_1h: tier.rates.cache_write_1h,
    }
}

fn service_tier_cost(tier: &ServiceTierRates) -> (String, ServiceTierCost) {
    let rates = ServiceTierCost {
        input: Some(tier.rates.input),
        output: Some(tier.rates.output),
        cache_read: Some(tier.rates.cache_read),
        cache_write: Some(tier.rates.cache_write),
    };
    (tier.tier.as_str().to_owned(), rates)
}
