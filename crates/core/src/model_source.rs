//! Finding out which models can be used.
//!
//! Separate from [`Provider`](crate::Provider): listing models and calling one need different permissions,
//! different endpoints and different crates, and a host may want one without the other.

use std::fmt;

use async_trait::async_trait;

use crate::error::ProviderError;
use crate::model::Model;

/// Something that can list models an account may use.
#[async_trait]
pub trait ModelSource: fmt::Debug + Send + Sync {
    /// Lists the models, from a cache where the source has a fresh one. Dropping the future stops the listing.
    ///
    /// # Errors
    /// Kinds `auth`, `permission`, `throttled`, `timeout`, `transport` and `server`, when there is no list to fall back on.
    async fn discover(&self) -> Result<Vec<Model>, ProviderError>;
}
