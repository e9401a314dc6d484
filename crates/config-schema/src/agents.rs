//! The `agents` part of a configuration: what agents use unless they say otherwise.
//!
//! Separate from `models`, which says what there is to use.

use serde::Deserialize;

use crate::model_choice::ModelChoice;

/// What the configuration says about agents.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AgentsConfig {
    /// What holds for every agent.
    pub defaults: AgentDefaultsConfig,
}

/// What holds for every agent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AgentDefaultsConfig {
    /// The model to use, and what to fall back on.
    pub model: Option<ModelChoice>,
}
