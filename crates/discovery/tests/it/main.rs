//! What the crate shows to a host. Everything but the section goes over a real socket, to an emulator.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails; the linter exempts `#[test]` functions only"
)]

mod account;

mod section;

mod listed;
mod lists_kept;
mod processes;
mod failures;
mod gate;

mod examined;
