#![doc = include_str!("../README.md")]

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
