//! The providers a host has connected so far.
//!
//! Separate because of its one promise: a provider is connected when it is first needed, once, and kept, so that the
//! second request finds the first one's connection.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use clawdia_core::{HostContext, Provider, ProviderConfig, ProviderError, ProviderId, ProviderPlugin};

/// What a provider is connected for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// To be called, with its key.
    Calls,
    /// To say what it knows, without its key: nobody should have to unlock a password manager for that.
    Descriptions,
}

/// Id and protocol: a whole model object may name a provider that is not configured, with any protocol.
type Key = (ProviderId, &'static str, Purpose);

/// A provider, once it is connected.
type Cell = Arc<Mutex<Option<Arc<dyn Provider>>>>;

/// Connected providers.
#[derive(Default)]
pub(crate) struct Connections {
    providers: Mutex<HashMap<Key, Cell>>,
}

impl Connections {
    /// The provider `id` as `plugin` serves it, connected with `config` if this is the first call for it.
    pub(crate) fn get_or_connect(
        &self,
        id: &ProviderId,
        plugin: &'static ProviderPlugin,
        purpose: Purpose,
        config: impl FnOnce() -> Result<ProviderConfig, ProviderError>,
        context: &HostContext,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let cell = {
            let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(providers.entry((id.clone(), plugin.api, purpose)).or_default())
        };
        // Held while connecting, so that two first requests share one provider and its key is looked up once; others
        // are not kept waiting. A panic in `connect` leaves nothing half done: a poisoned cell is still a good one.
        let mut provider = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) = &*provider {
            return Ok(Arc::clone(provider));
        }
        tracing::debug!(provider = %id, api = plugin.api, owner = plugin.owner, ?purpose, "connecting a provider");
        let connected = (plugin.connect)(&config()?, context)?;
        Ok(Arc::clone(provider.insert(connected)))
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_set().entries(providers.keys()).finish()
    }
}
