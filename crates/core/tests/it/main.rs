//! Tests of the vocabulary through its public API.
//!
//! One binary for all of them, so that they link once.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it stands")]

mod accumulator;
mod compile;
mod conformance;
mod cost;
mod host_context;
mod overflow;
mod params;
mod plugins;
mod protocol;
mod secrets;
mod serde_shapes;
mod transcript;
mod wire;
