//! The configuration of one model, as written: an entry of a provider's `models`.
//!
//! Separate from [`Model`]: everything but the id may be absent here, and what is written, an explicit zero
//! included, goes before what a provider knows.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cost::{Cost, CostTier, ServiceTierCost};
use crate::headers::Headers;
use crate::modality::Modality;
use crate::model::Model;
use crate::model_ref::ModelId;
use crate::thinking_level::ThinkingLevel;

/// What the configuration says about a model.
///
/// ```
/// use clawdia_core::{Api, Model, ModelConfig};
/// let config: ModelConfig = serde_json::from_str(r#"{"id": "large", "maxTokens": 4096}"#)?;
/// let mut model = Model::new("acme", "large", Api::new("acme"));
/// model.context_window = 200_000;
/// config.apply_to(&mut model);
/// assert_eq!((model.context_window, model.max_tokens), (200_000, 4_096));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(description = "A model, and what is known better of it than its provider knows.")]
#[non_exhaustive]
pub struct ModelConfig {
    /// What the provider calls the model.
    #[schemars(example = &"anthropic.claude-opus-4-5-20251101-v1:0")]
    pub id: ModelId,
    /// What people call it.
    #[schemars(example = &"Claude Opus 4.5")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it can think before it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
    /// What it can read; at least `text`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Vec<Modality>>,
    /// What it charges, in US dollars per million tokens. What is left out is what the provider is known to charge.
    #[serde(default)]
    pub cost: CostConfig,
    /// How many tokens prompt and answer may have together, at least 1.
    #[schemars(range(min = 1), example = 200_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// How many tokens an answer may have, at least 1.
    #[schemars(range(min = 1), example = 8_192)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Where to reach it, if not where its provider is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// HTTP headers to send with each request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Headers,
    /// The provider's word for each thinking level; `null` marks a level the model does not have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub thinking_level_map: BTreeMap<ThinkingLevel, Option<String>>,
    /// The id whose capabilities, limits and prices are meant, where `id` does not say: behind an opaque ARN, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical_model_id: Option<ModelId>,
    /// Capabilities that are known better than the provider knows them, such as `promptCaching`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capabilities: BTreeMap<String, bool>,
    /// Options of the provider's protocol for this model.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// What the configuration says about a model's rates; absent rates are left to what the provider knows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CostConfig {
    /// US dollars per million input tokens outside the cache, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// US dollars per million output tokens, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// US dollars per million input tokens read from the cache, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// US dollars per million input tokens written to the cache for five minutes, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
    /// US dollars per million input tokens written to the cache for one hour, 0 or more. Default is twice `input`.
    #[schemars(range(min = 0))]
    #[serde(rename = "cacheWrite1h", skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<f64>,
    /// Rates for long prompts. The tier with the highest threshold below the prompt's size applies to all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<CostTier>>,
    /// Rates of service tiers, by name, such as `flex` and `priority`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tiers: Option<BTreeMap<String, ServiceTierCost>>,
}

impl ModelConfig {
    /// Knows only the id.
    pub fn new(id: impl Into<ModelId>) -> Self {
        Self {
            id: id.into(),
            name: None,
            reasoning: None,
            input: None,
            cost: CostConfig::default(),
            context_window: None,
            max_tokens: None,
            base_url: None,
            headers: Headers::default(),
            thinking_level_map: BTreeMap::new(),
            canonical_model_id: None,
            capabilities: BTreeMap::new(),
            params: Map::new(),
        }
    }

    /// Overrides, field by field, what is written here.
    pub fn apply_to(&self, model: &mut Model) {
        fn set<T: Clone>(target: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
        set(&mut model.name, self.name.as_ref());
        set(&mut model.reasoning, self.reasoning.as_ref());
        set(&mut model.input, self.input.as_ref());
        set(&mut model.context_window, self.context_window.as_ref());
        set(&mut model.max_tokens, self.max_tokens.as_ref());
        self.cost.apply_to(&mut model.cost);
        if self.base_url.is_some() {
            model.base_url.clone_from(&self.base_url);
        }
        if self.canonical_model_id.is_some() {
            model.canonical_model_id.clone_from(&self.canonical_model_id);
        }
        model.capabilities.extend(self.capabilities.clone());
        model.headers.extend(self.headers.clone());
        model.thinking_level_map.extend(self.thinking_level_map.clone());
    }
}

impl CostConfig {
    /// Overrides, rate by rate, what is written here. Tiers and service tiers that are derived from known rates are
    /// dropped once a base rate is overridden, since they would contradict it.
    fn apply_to(&self, cost: &mut Cost) {
        let rates = [
            (self.input, &mut cost.input),
            (self.output, &mut cost.output),
            (self.cache_read, &mut cost.cache_read),
            (self.cache_write, &mut cost.cache_write),
        ];
        let mut overridden = false;
        for (written, known) in rates {
            if let Some(rate) = written {
                *known = rate;
                overridden = true;
            }
        }
        if overridden {
            cost.tiers.clear();
            cost.service_tiers.clear();
            // The one-hour rate is known as a multiple of the input rate, which may have changed.
            cost.cache_write_1h = None;
        }
        if self.cache_write_1h.is_some() {
            cost.cache_write_1h = self.cache_write_1h;
        }
        if let Some(tiers) = &self.tiers {
            cost.tiers.clone_from(tiers);
        }
        if let Some(tiers) = &self.service_tiers {
            cost.service_tiers.clone_from(tiers);
        }
    }
}
