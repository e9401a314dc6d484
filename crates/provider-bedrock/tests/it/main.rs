//! The provider driven through its public record against the emulator, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conversation;
mod fixture;
mod generated;
mod lost;
mod script;

mod answers;
mod any_history;
mod any_options;
mod caching;
mod classification;
mod counting;
mod differential;
mod failures;
mod growth;
mod guardrails;
mod history;
mod hooks;
mod media;
mod repairs;
mod replay;
mod requests;
mod retries;
mod routes;
mod sampling;
mod service_options;
mod structured_output;
mod thinking;
mod tool_choice;
mod waiting;
