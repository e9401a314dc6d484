//! Test doubles and checks for those who build on this crate: feature `testing`.
//!
//! Public rather than hidden in our own tests, so that a provider in another repository is held to the same
//! protocol: [`Scripted`] plays a provider, [`Protocol`] checks a stream's grammar, [`conformance`] checks a provider.

mod conformance;
mod protocol;
mod scripted;

pub use conformance::{Nonconformance, conformance};
pub use protocol::{Protocol, Violation};
pub use scripted::{Scripted, ScriptedStream};
