#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To run one: [`Emulator`], [`EmulatorBuilder`], [`Credentials`].
//! - To script it: [`Reply`], [`Step`], [`Gate`]; with any failure of the real service: [`failures()`].
//! - To see what was asked and judged: [`RecordedRequest`], [`Refusal`], [`rules()`].

mod emulator;

mod connections;
mod endpoint;
mod operation;
mod recording;

mod authentication;
mod credentials;
mod signature;

mod model;
mod quirks;
mod refusal;
mod request;
mod rules;
mod seal;
mod shape;

mod answer;
mod ledger;
mod tokens;
mod turn;

mod body;
mod failures;
mod frame;
mod gate;
mod reply;

mod listing;

mod digest;
mod identifiers;

pub use credentials::Credentials;
pub use emulator::{Emulator, EmulatorBuilder, StartError};
pub use failures::{Failure, Meaning, Wrapping, failures};
pub use gate::Gate;
pub use operation::Operation;
pub use recording::RecordedRequest;
pub use refusal::Refusal;
pub use reply::{Reply, Step};
pub use rules::{Evidence, Rule, rules};
pub use turn::Turn;
