#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To run one: [`Emulator`], [`EmulatorBuilder`], [`Credentials`].
//! - To say what its account has and may do: [`EmulatorBuilder`], [`Guardrail`].
//! - To say where credentials come from: [`CredentialSource`], [`Role`], [`Emulator::surroundings`].
//! - To script it: [`Reply`], [`Turn`], [`Step`], [`Gate`]; with any failure of the real service: [`failures()`].
//! - To see what was asked and judged: [`RecordedRequest`], [`Refusal`], [`rules()`].

mod builder;
mod emulator;

mod identity;
mod surroundings;

mod connections;
mod dialect;
mod endpoint;
mod operation;
mod recording;
mod rendering;

mod authentication;
mod credentials;
mod exchange;
mod permissions;
mod signature;

mod field_refusals;
mod model;
mod model_access;
mod prompt_resource;
mod quirks;
mod refusal;
mod request;
mod rules;
mod seal;
mod shape;

mod answer;
mod guardrail;
mod ledger;
mod tokens;
mod turn;
mod vendor_reply;

mod body;
mod failures;
mod frame;
mod gate;
mod reply;
mod scripts;

mod listing;

mod digest;
mod identifiers;
mod moment;

pub use builder::EmulatorBuilder;
pub use credentials::Credentials;
pub use emulator::{Emulator, StartError};
pub use exchange::{CredentialSource, Role};
pub use failures::{Failure, Meaning, Wrapping, failures};
pub use gate::Gate;
pub use guardrail::Guardrail;
pub use model_access::ModelAccess;
pub use operation::Operation;
pub use permissions::ACTIONS;
pub use recording::RecordedRequest;
pub use refusal::Refusal;
pub use reply::{Reply, Step};
pub use rules::{Evidence, Rule, rules};
pub use turn::Turn;
