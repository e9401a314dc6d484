//! The providers a host has connected so far.
//!
//! Separate because of its one promise: a provider is connected when it is first needed, once, and kept, so that the
//! second request finds the first one's connection.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use clawdia_core::{HostContext, Provider, ProviderConfig, ProviderError, ProviderId, ProviderPlugin};

/// Id and protocol: a whole model object may name a provider that is not configured, with any protocol.
type Key = (ProviderId, &'static str);

/// Connected providers, by id and protocol.
#[derive(Default)]
pub(crate) struct Connections {
    providers: Mutex<HashMap<Key, Arc<dyn Provider>>>,
}

impl Connections {
    /// The provider `id` as `plugin` serves it, connected with `config` if this is the first call for it.
    pub(crate) fn get_or_connect(
        &self,
        id: &ProviderId,
        plugin: &'static ProviderPlugin,
        config: impl FnOnce() -> ProviderConfig,
        context: &HostContext,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        // Held while connecting, which does no I/O, so that two first requests share one provider. A panic in
        // `connect` inserts nothing: a poisoned map is still a good one.
        let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (id.clone(), plugin.api);
        if let Some(provider) = providers.get(&key) {
            return Ok(Arc::clone(provider));
        }
        tracing::debug!(provider = %id, api = plugin.api, owner = plugin.owner, "connecting a provider");
        let provider = (plugin.connect)(&config(), context)?;
        providers.insert(key, Arc::clone(&provider));
        Ok(provider)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_set().entries(providers.keys()).finish()
    }
}
