#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To read a document: [`locate`], [`load`], [`Config`], [`ConfigError`].
//! - To say all that can be said about one: [`check`], [`check_file`], [`Report`], [`Problem`]; [`Origins`] for where each
//!   value comes from.
//! - What is in it: [`ModelsConfig`], [`AgentsConfig`], and [`ProviderConfig`](clawdia_core::ProviderConfig) for an entry of
//!   `models.providers`; [`AgentSettings`] for what comes out for one agent.

mod config;

pub mod schema;

mod agents;
mod agent_settings;
mod model_choice;
mod models;
mod secret_config;

mod location;
mod report;
mod problem;
mod error;
mod origins;
mod shown;

mod config_path;
mod document;
mod outline;
mod json5_text;
mod path;
mod substitution;
mod overrides;
mod shape;

mod findings;
mod advice;
mod reading;
mod salvage;
mod sections;
mod unlinked;
mod provider_rules;
mod address;
mod agent_rules;
mod layers;
mod known_params;
mod reference_rules;
mod known_models;
mod knowledge;

mod excerpt;
mod secret;
mod suggestion;
mod syntax;

#[cfg(feature = "edit")]
pub mod edit;

pub use agent_settings::{AgentModelSettings, AgentSettings, UnknownAgent};
pub use agents::{AgentConfig, AgentModelConfig, AgentsConfig};
pub use config::Config;
pub use config_path::{ConfigPath, ParseConfigPathError, Segment};
pub use error::ConfigError;
pub use knowledge::remark_on;
pub use known_models::KnownModels;
pub use location::{Located, check_file, load, locate};
pub use model_choice::ModelChoice;
pub use models::{ModelsConfig, ModelsMode};
pub use origins::{Origin, Origins};
pub use problem::{Problem, Severity};
pub use report::{Report, check, check_edited};
pub use secret_config::{SecretConfig, SecretReference};
pub use shown::{HIDDEN, with_secrets_of, without_secrets};
