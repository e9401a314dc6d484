//! What keeps a host from reaching a provider at all.
//!
//! Separate from [`ProviderError`], which a provider reports about a call: these failures come from the
//! configuration or from what is linked, and asking again cannot help. [`ProviderError`] can be made of them, so
//! that a caller of [`Host::stream`](crate::Host::stream) has one type to branch on.

use std::error::Error;
use std::fmt::Write as _;

use clawdia_config_schema::{ConfigError, UnknownAgent};
use clawdia_core::{
    Api, ErrorKind, ModelRef, PluginsError, ProviderError, ProviderId, UnknownApi, UnknownProvider,
};

use crate::model_names::UnknownName;

/// Why a host could not be set up, or has no provider for a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The configuration could not be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Two linked crates claim the same thing.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// Neither the configuration nor a linked crate has the provider.
    #[error("{error}{}", did_you_mean(suggestion.as_ref()))]
    UnknownProvider {
        /// What was looked for, and what is linked.
        error: UnknownProvider,
        /// A provider whose id resembles it.
        suggestion: Option<ProviderId>,
    },
    /// No linked crate speaks the provider's protocol.
    #[error("could not connect the provider `{provider}`")]
    UnknownApi {
        /// The provider.
        provider: ProviderId,
        /// The protocol, and what is linked.
        source: UnknownApi,
    },
    /// No agent of that name is configured.
    #[error(transparent)]
    UnknownAgent(#[from] UnknownAgent),
    /// Nobody says which model to ask.
    #[error("no model is configured{}; set `agents.defaults.model.primary`", for_agent(agent.as_deref()))]
    NoModel {
        /// The agent whose model it would be.
        agent: Option<String>,
    },
    /// No model is called so.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    /// The model is not listed, and the configuration says that only listed ones exist.
    #[error(
        "the model `{reference}` is not listed, and `models.mode` is `replace`; add it to \
         `models.providers.{}.models`, or set the mode to `merge`", reference.provider
    )]
    NotListed {
        /// The model.
        reference: ModelRef,
    },
    /// A model claims another protocol than its provider's.
    #[error(
        "could not use the provider `{provider}` for a model of the protocol `{model}`: it is configured for \
         `{configured}`; change the model's `api` or its `provider`"
    )]
    OtherProtocol {
        /// The provider.
        provider: ProviderId,
        /// The protocol of the model.
        model: Api,
        /// The protocol of the provider.
        configured: Api,
    },
    /// The provider does not accept its configuration.
    #[error("could not connect the provider `{provider}`")]
    Connect {
        /// The provider.
        provider: ProviderId,
        /// What it does not accept.
        source: ProviderError,
    },
}

impl HostError {
    /// The kind the failure has as a [`ProviderError`].
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) | Self::Plugins(_) => ErrorKind::Other,
            Self::UnknownProvider { .. }
            | Self::UnknownApi { .. }
            | Self::UnknownAgent(_)
            | Self::UnknownName(_)
            | Self::NotListed { .. } => ErrorKind::NotFound,
            Self::OtherProtocol { .. } | Self::NoModel { .. } => ErrorKind::InvalidRequest,
            Self::Connect { source, .. } => source.kind(),
        }
    }
}

impl From<HostError> for ProviderError {
    fn from(error: HostError) -> Self {
        if let HostError::Connect { source, .. } = error {
            return source;
        }
        // One text: the causes are part of it, since whoever reads an error line sees no chain.
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        Self::new(error.kind(), text)
    }
}

fn for_agent(id: Option<&str>) -> String {
    id.map(|id| format!(" for the agent `{id}`")).unwrap_or_default()
}

fn did_you_mean(suggestion: Option<&ProviderId>) -> String {
    suggestion.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default()
}
