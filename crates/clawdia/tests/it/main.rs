//! Tests of the facade, through its public API.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails; the linter exempts `#[test]` functions only"
)]

mod agent_options;
mod agents;
mod checks;
mod failover;
mod keys;
mod linked;
mod listing;
mod models;
mod options;
mod plugins;
mod providers;
mod schema;
mod setup;
mod sources;
