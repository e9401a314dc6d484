//! The built program, driven through its arguments, pipes and signals, against an endpoint in this process.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails; the linter exempts `#[test]` functions only"
)]

mod account;
mod endpoint;
mod machine;
mod markdown;
mod program;
mod requests;
#[cfg(unix)]
mod shell;
#[cfg(target_os = "linux")]
mod terminal;

mod api_keys;
mod bad_requests;
mod bad_surroundings;
#[cfg(unix)]
mod bedrock_page;
mod chat;
mod config;
mod config_change;
mod config_edit;
mod config_get;
mod config_validate;
mod count;
mod demo;
mod doctor;
mod emulator;
mod help;
mod identities;
mod identity_changes;
#[cfg(unix)]
mod instance;
mod interrupts;
mod many_requests;
mod model_list;
mod model_status;
mod models;
mod models_in_schema;
mod one_request;
mod no_identity;
mod options;
mod renewal;
mod same_bytes;
mod same_words;
#[cfg(target_os = "linux")]
mod session;
