//! The `agents` part of a configuration: what agents use and how.
//!
//! Separate from `models`, which says what there is to use.

use std::collections::BTreeMap;

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{ModelRef, ProviderPlugin, ThinkingLevel};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::known_params::KnownParams;
use crate::model_choice::ModelChoice;

/// What agents use and how.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentsConfig {
    /// What holds for every agent.
    pub defaults: AgentConfig,
    /// Agents by name, with what is different from the defaults.
    pub entries: BTreeMap<String, AgentConfig>,
}

/// What an agent uses and how: what holds for every agent, or what is different for one.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentConfig {
    /// The model to use, and what to fall back on.
    pub model: Option<ModelChoice>,
    /// What holds for single models, by ref.
    pub models: BTreeMap<ModelRef, AgentModelConfig>,
    /// Options of the providers' protocols, for all models. Each goes to the providers that know it, over what their
    /// entries in `models.providers` say and under what is said of a single model. Those of a single agent go over those
    /// in `agents.defaults`.
    pub params: Map<String, Value>,
    /// How much models think unless a request says otherwise. Models that cannot think are not asked to.
    pub thinking_default: Option<ThinkingLevel>,
    /// How many seconds a whole call may take, retries included, at least 1. It goes before `timeouts.totalMs` of a
    /// provider. No limit by default.
    #[schemars(range(min = 1), example = 600)]
    pub timeout_seconds: Option<u64>,
}

impl AgentConfig {
    /// The [`params`](Self::params) that providers of this plugin know.
    pub fn params_for(&self, plugin: &ProviderPlugin) -> Map<String, Value> {
        known_params(&self.params, plugin)
    }
}

/// Those of `params` that providers of this plugin know.
pub(crate) fn known_params(params: &Map<String, Value>, plugin: &ProviderPlugin) -> Map<String, Value> {
    if params.is_empty() {
        return Map::new();
    }
    let known = KnownParams::of(plugin);
    let params = params.iter().filter(|(name, _)| known.contains(name));
    params.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What holds when a certain model is used.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentModelConfig {
    /// A short name for the model, without a slash. People may use it instead of the ref: on a command line, in a request.
    /// This file has refs alone.
    #[schemars(
        regex(pattern = r"^[^/\s\x00-\x1f\x7f-\x9f]([^/\x00-\x1f\x7f-\x9f]*[^/\s\x00-\x1f\x7f-\x9f])?$"),
        example = &"opus",
        extend("patternErrorMessage" = "Write a word without slashes, such as `opus`.")
    )]
    pub alias: Option<String>,
    /// Options of the protocol of the model's provider. Those in `agents.defaults` go before all that is said of providers
    /// and their models, those of a single agent before the defaults', and those of a call before all.
    pub params: Map<String, Value>,
}
