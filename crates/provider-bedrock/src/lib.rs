#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To link it by hand: [`PLUGIN`]. What may stand in `params`: [`BedrockConfig`].

mod plugin;
mod config;
mod settings;

mod provider;
mod standing;
mod judgement;
mod call;
mod count;
mod route;
mod learned;
mod repair;
mod request;

mod transport;
mod headers;
mod stream;
mod limits;
mod retry;

mod frame;
mod event;
mod whole;
mod response;
mod error;

pub use config::{
    BedrockConfig, GuardrailConfig, GuardrailScope, GuardrailTrace, Latency, PerformanceConfig,
    ProfilePreference, RefusalPolicy, RetriesConfig, StreamProcessingMode, StructuredOutput, ThinkingBudgets,
    ThinkingDisplay,
};
pub use plugin::PLUGIN;
