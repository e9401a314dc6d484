#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To ask: [`Host::load`], [`Host::complete`], [`Host::stream`], with [`Context`] and [`StreamOptions`];
//!   [`OutputSchema`] for an answer in JSON, [`Hooks`] to see what is sent.
//! - To ask as an agent does, whose models stand in for each other: [`Host::stream_as_agent`],
//!   [`Host::complete_as_agent`].
//! - To know what people mean by a model, and what an agent uses: [`Host::resolve`], [`Host::for_agent`].
//! - To know which models there are: [`Host::list`], [`ListOptions`], [`Listing`].
//! - To say all that can be said about a configuration: [`Host::check`].
//! - To know the size of a prompt: [`Host::count_tokens`].
//! - To read the answer: [`StreamEvent`], [`Accumulator`], [`AssistantMessage`].
//! - When it goes wrong: [`HostError`] before anything is asked, [`ProviderError`] and its [`ErrorKind`] afterwards.
//! - Everything else of the vocabulary is in [`core`].

mod host;
mod descriptions;
mod calls;
mod listing;

mod api_key;
mod failover;
mod host_error;
mod kept;
mod model_names;
mod params;
mod routes;
mod sources;

// Mentioning a plugin's crate is what links it: see `clawdia_core::register!`.
#[cfg(feature = "bedrock")]
use clawdia_discovery as _;
#[cfg(feature = "bedrock")]
use clawdia_provider_bedrock as _;

pub use failover::AgentAnswer;
pub use host::Host;
pub use host_error::HostError;
pub use listing::{Inquiry, ListOptions, ListedModel, Listing, ModelOrigin, ModelTag};
pub use model_names::UnknownName;

pub use clawdia_config_schema as config;
pub use clawdia_core as core;
pub use clawdia_core::{
    Accumulator, AssistantBlock, AssistantMessage, Citation, Context, Environment, ErrorKind, EventStream,
    GuardContent, GuardQualifier, Hooks, HostContext, Image, IncompleteMessage, Message, Model, ModelId,
    ModelRef, OutputSchema, Plugins, ProviderError, ProviderId, ResponseHead, ServerToolCall,
    ServerToolResult, StopReason, StreamEvent, StreamOptions, ThinkingLevel, TokenCount, Tool, ToolCall,
    ToolChoice, Usage, UserBlock, UserMessage,
};
