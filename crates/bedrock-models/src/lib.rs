#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To find a model: [`find`], [`find_by_name`], [`all`].
//! - What is known of it: [`ModelFacts`], [`Rates`], [`Lifecycle`].
//! - How to speak to it: [`Behaviour`], [`Capabilities`], [`ThinkingDialect`], [`CacheRules`].
//! - Where to call it: [`served_only_through_profile`], [`home_profile`], [`Geography`], [`Arn`].

mod model_facts;

mod capabilities;
mod date;
mod dispute;
mod effort;
mod lifecycle;
mod modality;
mod rates;

mod behaviour;
mod cache_rules;
mod media_limits;
mod thinking;

mod vocabulary;

mod arn;
mod family;
mod geography;
mod lookup;
mod name;
mod profile;
mod conversation;

#[rustfmt::skip]
mod generated;

pub use arn::{Arn, ParseArnError, ResourceKind};
pub use behaviour::{Behaviour, capabilities};
pub use cache_rules::{CachePlace, CacheRules};
pub use capabilities::{Capabilities, UnknownCapability};
pub use conversation::holds_conversations;
pub use date::{Date, ParseDateError};
pub use dispute::{Dispute, Source};
pub use effort::{Effort, ThinkingLevelMapping};
pub use family::{Family, family};
pub use geography::Geography;
pub use lifecycle::{InferenceType, Lifecycle};
pub use lookup::{Resolved, all, find, served_only_through_profile};
pub use media_limits::MediaLimits;
pub use modality::Modality;
pub use model_facts::ModelFacts;
pub use name::find_by_name;
pub use profile::{home_profile, profile_candidates};
pub use rates::{RateTier, Rates, ServiceTier, ServiceTierRates};
pub use thinking::{LEAST_THINKING_BUDGET, Replay, ReplayText, ThinkingDialect};
