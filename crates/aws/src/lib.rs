#![doc = include_str!("../README.md")]

mod connection;
mod credential_source;
mod endpoint;
mod settings;
mod shared_files;

pub use connection::{Aws, AwsError, Connection, is_credentials_failure};
pub use credential_source::CredentialSource;
pub use endpoint::BaseUrl;
pub use settings::{AwsSettings, AwsSettingsError};
