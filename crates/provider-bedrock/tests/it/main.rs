//! The provider driven through its public record against the emulator, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conversation;
mod fixture;
mod generated;
mod lost;
mod script;

mod aborts;
mod addresses;
mod answers;
mod any_history;
mod any_options;
mod caching;
mod calls;
mod chaos;
mod classification;
mod counting;
mod differential;
mod failures;
mod growth;
mod guardrails;
mod history;
mod hooks;
mod lessons;
mod media;
mod repairs;
mod replay;
mod requests;
mod retries;
mod rich_content;
mod routes;
mod said_besides;
mod sampling;
mod service_options;
mod structured_output;
mod thinking;
mod tool_calls;
mod tool_choice;
mod waiting;
