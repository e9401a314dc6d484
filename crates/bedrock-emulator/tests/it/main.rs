//! The emulator, tested over its socket by a client that shares nothing with it.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "helpers of tests may panic, take JSON as it is written, and list case after case"
)]

mod client;
mod frames;
mod prompts;

mod answers;
mod caching;
mod citations;
mod containers;
mod field_refusals;
mod garbage;
mod guardrails;
mod control_plane;
mod instance_metadata;
mod listings;
mod models;
mod permissions;
mod records;
mod refusals;
mod replays;
mod resources;
mod scripts;
mod shapes;
mod signatures;
mod single_sign_on;
mod streams;
mod surroundings;
mod system_tools;
mod token_service;
mod vendor_replies;
