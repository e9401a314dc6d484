//! The provider driven through its public record against the emulator, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conversation;
mod fixture;

mod answers;
mod any_history;
mod differential;
mod failures;
mod history;
mod requests;
mod retries;
mod routes;
mod tool_choice;
mod waiting;
