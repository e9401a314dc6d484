#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To read the section in a host: [`BedrockDiscoveryConfig`].

mod config;

pub use config::BedrockDiscoveryConfig;
