//! The `models` part of a configuration: which providers there are and how to reach them.
//!
//! Separate from the document, since other crates own sections beside these keys.

use std::collections::BTreeMap;

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{ProviderConfig, ProviderId};
use serde::Deserialize;

use crate::secret_config::SecretConfig;

/// Which providers and models there are.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
#[non_exhaustive]
pub struct ModelsConfig {
    /// How the models that are written here go together with those that are known otherwise.
    pub mode: ModelsMode,
    /// The providers, by id. The id is what stands before the slash of a model's ref.
    pub providers: BTreeMap<ProviderId, ProviderConfig<SecretConfig>>,
}

/// How configured models go together with those that providers know and discovery finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum ModelsMode {
    /// What is configured is added and goes before.
    #[default]
    Merge,
    /// Only what is configured exists.
    Replace,
}
