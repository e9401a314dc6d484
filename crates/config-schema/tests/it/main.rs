//! Tests of the configuration through its public API.
//!
//! One binary for all of them, so that they link once.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it stands")]

mod agent_settings;
mod agents;
mod arbitrary_text;
mod descriptions;
mod documented_blocks;
mod edit_differences;
mod edit_documents;
mod edit_files;
mod edit_paths;
mod edit_random;
mod edit_values;
mod environment;
mod errors;
mod keys;
mod location;
mod plugins;
mod schema;
mod problems;
mod secrets;
mod sections;
mod warnings;
