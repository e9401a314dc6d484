#![doc = include_str!("../README.md")]

mod plugin;
mod settings;

mod provider;
mod request;
mod route;

mod limits;
mod retry;
mod stream;
mod transport;

mod error;
mod event;
mod frame;
mod response;
mod whole;

pub use plugin::PLUGIN;
pub use settings::{BedrockConfig, ProfilePreference};
