#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To ask: [`Context`], [`StreamOptions`], [`Provider`], [`ProviderExt`].
//! - To read the answer: [`StreamEvent`], [`Accumulator`], [`AssistantMessage`], [`Usage`], [`Charge`], [`ProviderError`].
//! - To write a provider: [`Provider`], [`ProviderPlugin`], [`register!`], [`ProviderConfig`], [`HostContext`].
//! - To list models: [`ModelSource`], [`SourcePlugin`], [`Discovery`].
//! - To write a host: [`Plugins`], [`ModelRef`], [`Environment`]; for hosts in other languages, [`wire`].

mod string_newtype;

mod model_ref;
mod api;
mod modality;
mod cost;
mod charge;
mod usage;
mod thinking_level;
mod model;

mod block;
mod message;
mod tool;
mod context;
mod stream_options;
mod output_schema;
mod hooks;
mod token_count;
mod system_prompt;
mod transcript;

mod stop_reason;
mod diagnostic;
mod stream_event;
mod accumulator;
mod tool_arguments;
mod partial_json;
mod json_text;
pub mod wire;

mod error;
mod provider;
mod provider_status;
mod model_source;
mod examination;

mod provider_config;
mod model_config;
mod params;
mod host_context;
mod headers;
mod section;
mod plugin;
mod strict;

#[cfg(feature = "testing")]
pub mod testing;

pub use accumulator::Accumulator;
pub use api::Api;
pub use block::{
    AssistantBlock, Audio, CachePoint, Citation, Document, GuardContent, GuardQualifier, Image, SearchResult,
    ServerToolCall, ServerToolResult, Text, Thinking, ToolCall, ToolCallId, ToolResultBlock, UserBlock,
    Video,
};
pub use charge::{Amount, Charge};
pub use context::{CACHE_BOUNDARY, Context};
pub use cost::{Cost, CostTier, ServiceTierCost};
pub use diagnostic::Diagnostic;
pub use error::{ErrorKind, ProviderError};
pub use examination::{CallOutcome, Outcome, Permission, Step, StepSink};
pub use headers::{HeaderFlaw, Headers};
pub use hooks::{Hooks, ResponseHead};
pub use host_context::{Clock, Environment, HostContext, SystemClock};
pub use json_text::without_lone_surrogates;
pub use message::{AssistantMessage, Message, ToolResultMessage, UserMessage};
pub use modality::Modality;
pub use model::Model;
pub use model_config::{CostConfig, ModelConfig};
pub use model_ref::{ModelId, ModelRef, ParseModelRefError, ProviderId};
pub use model_source::{
    Coverage, DiscoveredModel, Discovery, Freshness, LimitsFrom, ModelSource, SourceConfig,
};
pub use output_schema::OutputSchema;
pub use params::merge_params;
pub use plugin::{
    Capability, Connect, OpenSource, Plugins, PluginsError, ProviderPlugin, SourcePlugin, UnknownApi,
    UnknownProvider,
};
pub use provider::{IncompleteMessage, Provider, ProviderExt};
pub use provider_config::{FallbackRegion, ProviderConfig, Secret};
pub use provider_status::{Determined, ProviderStatus};
pub use section::{Section, SectionError, SectionPlugin, from_config};
pub use stop_reason::StopReason;
pub use stream_event::{EventStream, Finish, StreamEvent};
pub use stream_options::{CacheRetention, StreamOptions, TimeLimits, Timeouts};
pub use thinking_level::{ParseThinkingLevelError, ThinkingLevel};
pub use token_count::TokenCount;
pub use tool::{Strictness, Tool, ToolChoice};
pub use transcript::ShapeError;
pub use usage::Usage;

pub use schemars;

/// What [`register!`] expands to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use inventory;
}
