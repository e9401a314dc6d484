#![doc = include_str!("../README.md")]
//!
//! # Where to begin
//!
//! - To connect: [`AwsSettings::resolve`], [`Aws::connect`], [`Connection`].
//! - To tell who is calling: [`Aws::identify`], [`Identity`]; to know whether anybody is: [`Aws::detect`].
//! - To know whether the service is there: [`Aws::reach`].
//! - To say what went wrong: [`CredentialsFailure`], [`ConnectionFailure`],
//!   [`IdentityRefusal`], [`AwsError`].

mod settings;
mod endpoint;
mod origin;
mod credential_source;
mod aws;
mod connection;
mod identity;
mod reach;
mod connection_failure;
mod failure;
mod identity_refusal;
mod lookup;
mod chain;
mod profile;
mod shared_files;
mod service;
mod source;
mod credential_json;
mod exchange;
mod http_clients;
mod http1;
mod proxy;
mod trust;
mod partition;
mod policy;
mod hidden;
mod hex;

pub use aws::{Aws, AwsError};
pub use connection::{Connection, is_credentials_failure};
pub use connection_failure::{ConnectionFailure, Way};
pub use credential_source::CredentialSource;
pub use endpoint::{BaseUrl, InvalidUrl};
pub use failure::{Attempt, CredentialsFailure, CredentialsFailureKind, Outcome};
pub use identity::{Detection, FoundCredentials, Identity};
pub use identity_refusal::IdentityRefusal;
pub use origin::{EndpointOrigin, RegionOrigin};
pub use policy::statement;
pub use proxy::UnusableProxy;
pub use reach::{Answerer, Reached, Unreachable};
pub use settings::{AwsSettings, AwsSettingsError};
pub use source::FoundIn;
pub use trust::UnusableBundle;
