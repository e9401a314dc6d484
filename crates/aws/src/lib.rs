#![doc = include_str!("../README.md")]

mod settings;
mod endpoint;
mod credential_source;
mod shared_files;
mod connection;

pub use connection::{Aws, AwsError, Connection, is_credentials_failure};
pub use credential_source::CredentialSource;
pub use endpoint::BaseUrl;
pub use settings::{AwsSettings, AwsSettingsError};
