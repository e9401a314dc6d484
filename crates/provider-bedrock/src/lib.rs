#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To link it by hand: [`PLUGIN`]. What may stand in `params`: [`BedrockConfig`].

mod plugin;
mod settings;

mod provider;
mod call;
mod route;
mod learned;
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

pub use plugin::PLUGIN;
pub use settings::{BedrockConfig, ProfilePreference, ThinkingBudgets, ThinkingDisplay};
