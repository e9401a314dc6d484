#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To ask: [`Host::load`], [`Host::complete`], [`Host::stream`], with [`Context`] and [`StreamOptions`].
//! - To read the answer: [`StreamEvent`], [`Accumulator`], [`AssistantMessage`].
//! - When it goes wrong: [`HostError`] before anything is asked, [`ProviderError`] and its [`ErrorKind`] afterwards.
//! - Everything else of the vocabulary is in [`core`].

mod host;

mod connections;
mod host_error;

// Mentioning a plugin's crate is what links it: see `clawdia_core::register!`.
#[cfg(feature = "bedrock")]
use clawdia_provider_bedrock as _;

pub use host::Host;
pub use host_error::HostError;

pub use clawdia_config_schema as config;
pub use clawdia_core as core;
pub use clawdia_core::{
    Accumulator, AssistantBlock, AssistantMessage, Context, Environment, ErrorKind, EventStream, HostContext,
    IncompleteMessage, Message, Model, ModelId, ModelRef, Plugins, ProviderError, ProviderId, StopReason,
    StreamEvent, StreamOptions, ThinkingLevel, Tool, ToolCall, ToolChoice, Usage,
};
