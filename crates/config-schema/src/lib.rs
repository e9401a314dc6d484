#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To read a document: [`locate`], [`load`], [`Config`], [`ConfigError`], [`ConfigWarning`].
//! - What is in it: [`ModelsConfig`], [`AgentsConfig`], and [`ProviderConfig`](clawdia_core::ProviderConfig) for an entry of
//!   `models.providers`.

mod config;

pub mod schema;

mod agents;
mod model_choice;
mod models;

mod location;

mod document;
mod outline;
mod path;
mod provider_rules;
mod agent_rules;
mod layers;
mod known_params;
mod reading;
mod sections;
mod syntax;

mod error;
mod excerpt;
mod secret;
mod suggestion;

#[cfg(feature = "edit")]
pub mod edit;

pub use agents::{AgentDefaultsConfig, AgentModelConfig, AgentsConfig};
pub use config::Config;
pub use error::{ConfigError, ConfigWarning};
pub use location::{Located, load, locate};
pub use model_choice::ModelChoice;
pub use models::{ModelsConfig, ModelsMode};
