//! The `agents` part of a configuration: what agents use unless they say otherwise.
//!
//! Separate from `models`, which says what there is to use.

use std::collections::BTreeMap;

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{ModelRef, ProviderPlugin};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::known_params::KnownParams;
use crate::model_choice::ModelChoice;

/// What the configuration says about agents.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentsConfig {
    /// What holds for every agent.
    pub defaults: AgentDefaultsConfig,
}

/// What holds for every agent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentDefaultsConfig {
    /// The model to use, and what to fall back on.
    pub model: Option<ModelChoice>,
    /// Options of the providers' protocols, for all models. Each goes to the providers that know it, over what their
    /// entries in `models.providers` say and under what is said of a single model.
    pub params: Map<String, Value>,
    /// What holds for single models, by ref.
    pub models: BTreeMap<ModelRef, AgentModelConfig>,
}

impl AgentDefaultsConfig {
    /// The [`params`](Self::params) that providers of this plugin know.
    pub fn params_for(&self, plugin: &ProviderPlugin) -> Map<String, Value> {
        if self.params.is_empty() {
            return Map::new();
        }
        let known = KnownParams::of(plugin);
        let params = self.params.iter().filter(|(name, _)| known.contains(name));
        params.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// What holds for every agent that uses a certain model.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct AgentModelConfig {
    /// Options of the protocol of the model's provider. They go before all others but those of a call.
    pub params: Map<String, Value>,
}
