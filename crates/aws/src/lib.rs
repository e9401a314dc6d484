#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To connect: [`AwsSettings::resolve`], [`Aws::connect`], [`Connection`].
//! - To tell who is calling: [`CredentialSource`]; what a `baseUrl` means: [`BaseUrl`].

mod settings;
mod endpoint;
mod credential_source;
mod shared_files;
mod connection;

pub use connection::{Aws, AwsError, Connection, is_credentials_failure};
pub use credential_source::CredentialSource;
pub use endpoint::BaseUrl;
pub use settings::{AwsSettings, AwsSettingsError};
