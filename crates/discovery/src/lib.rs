#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To read the section in a host: [`BedrockDiscoveryConfig`].
//! - To link it by hand: [`PLUGIN`].

mod config;
mod plugin;
mod settings;
mod filter;

mod source;
mod examination;

mod listing;
mod catalog;

mod fetch;
mod control_plane;
mod failure;

mod shelf;
mod kept;
mod lock;

pub use config::BedrockDiscoveryConfig;
pub use plugin::PLUGIN;
