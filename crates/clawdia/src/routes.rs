//! From a provider's id to the provider: its configuration, its plugin, its key.
//!
//! Separate from the host's public half: everything that is asked of a provider goes through here, and what agents say is
//! folded in here, once.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use clawdia_config_schema::SecretConfig;
use clawdia_core::{
    FallbackRegion, Model, Provider, ProviderConfig, ProviderError, ProviderId, ProviderPlugin, Secret,
};
use serde_json::{Map, Value};

use crate::host::{Host, Shared};
use crate::host_error::HostError;
use crate::{api_key, params};

/// What makes up a provider: who speaks its protocol, and its settings.
pub(crate) struct Route<'a> {
    pub(crate) id: ProviderId,
    pub(crate) plugin: &'static ProviderPlugin,
    pub(crate) config: Cow<'a, ProviderConfig<SecretConfig>>,
}

/// What a provider is connected for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// To be called, with its key.
    Calls,
    /// To say what it knows, without its key: nobody should have to unlock a password manager for that.
    Descriptions,
}

/// Id and protocol: a whole model object may name a provider that is not configured, with any protocol.
pub(crate) type ConnectionKey = (ProviderId, &'static str, Purpose);

impl Host {
    pub(crate) fn connect(&self, route: &Route<'_>) -> Result<Arc<dyn Provider>, HostError> {
        self.connect_for(Purpose::Calls, route, || self.key(route))
    }

    /// The provider as far as it says what it knows. A key that would have to be looked up for that is left out.
    pub(crate) fn describer(&self, route: &Route<'_>) -> Result<Arc<dyn Provider>, HostError> {
        match &route.config.api_key {
            Some(SecretConfig::Text(_)) | None => self.connect(route),
            Some(_) => self.connect_for(Purpose::Descriptions, route, || Ok(None)),
        }
    }

    fn connect_for(
        &self,
        purpose: Purpose,
        route: &Route<'_>,
        key: impl FnOnce() -> Result<Option<Secret>, ProviderError>,
    ) -> Result<Arc<dyn Provider>, HostError> {
        let Route { id, plugin, .. } = route;
        let connect = || {
            tracing::debug!(provider = %id, api = plugin.api, owner = plugin.owner, ?purpose, "connecting a provider");
            (plugin.connect)(&self.plugin_config(route, key()?), &self.shared.context)
        };
        self.shared
            .connections
            .get_or_make((id.clone(), plugin.api, purpose), connect)
            .map_err(|source| HostError::Connect { provider: id.clone(), source })
    }

    /// The provider's key, looked up where the configuration says it is.
    pub(crate) fn key(&self, route: &Route<'_>) -> Result<Option<Secret>, ProviderError> {
        let directory = self.shared.path.as_deref().and_then(Path::parent);
        let environment = self.shared.context.environment();
        let secret = route.config.api_key.as_ref();
        secret.map(|secret| api_key::resolve(secret, environment, directory)).transpose()
    }

    /// A provider's configuration as plugins take it. What agents say, folded in here, is nothing that they have to know
    /// of.
    pub(crate) fn plugin_config(&self, route: &Route<'_>, key: Option<Secret>) -> ProviderConfig {
        let mut config = ProviderConfig::clone(&route.config).with_api_key(key);
        config.params = self.provider_params(route, &Map::new());
        config.fallback_region = self.fallback_region(route);
        config
    }

    /// The region that a source's section names: whoever lists the models of a region wants to call them.
    fn fallback_region(&self, route: &Route<'_>) -> Option<FallbackRegion> {
        let mut sources = self.shared.plugins.sources().filter(|plugin| plugin.api == route.plugin.api);
        sources.find_map(|plugin| {
            let pointer = plugin.section?;
            let region = (plugin.region)(self.shared.config.section_value(pointer)?)?;
            let place = format!("{}.region", pointer.trim_start_matches('/').replace('/', "."));
            Some(FallbackRegion { region, place })
        })
    }

    /// The options of a provider: its own, over them those for all models that it knows, and over these `own` ones of an
    /// agent.
    fn provider_params(&self, route: &Route<'_>, own: &Map<String, Value>) -> Map<String, Value> {
        let defaults = self.shared.config.agents.defaults.params_for(route.plugin);
        params::merged(params::merged(route.config.params.clone(), &defaults), own)
    }

    /// What the options of a call are put over, if an agent has these of its `own`.
    pub(crate) fn params_below(
        &self,
        route: &Route<'_>,
        model: &Model,
        own: &Map<String, Value>,
    ) -> Map<String, Value> {
        let row = route.config.models.iter().find(|row| row.id == model.id);
        let params = self.provider_params(route, own);
        row.map(|row| params::merged(params.clone(), &row.params)).unwrap_or(params)
    }

    /// Finds the configuration and the plugin for a model.
    pub(crate) fn route_for(&self, model: &Model) -> Result<Route<'_>, HostError> {
        match self.route(&model.provider) {
            Ok(route) if model.api == route.plugin.api => Ok(route),
            Ok(route) => Err(HostError::OtherProtocol {
                provider: route.id,
                model: model.api.clone(),
                configured: route.plugin.api.into(),
            }),
            Err(unknown @ HostError::UnknownProvider { .. }) => {
                let plugin = self.shared.plugins.provider(model.api.as_str()).map_err(|_| unknown)?;
                let id = model.provider.clone();
                let config = Cow::Owned(unconfigured(&id));
                Ok(Route { id, plugin, config })
            }
            Err(other) => Err(other),
        }
    }

    /// Finds the configuration and the plugin of a provider.
    pub(crate) fn route(&self, id: &ProviderId) -> Result<Route<'_>, HostError> {
        let Shared { config, plugins, .. } = &*self.shared;
        let Some(config) = config.models.providers.get(id) else {
            let plugin = plugins
                .owner_of(id.as_str())
                .map_err(|error| HostError::UnknownProvider { error, suggestion: self.near_miss(id) })?;
            return Ok(Route { id: id.clone(), plugin, config: Cow::Owned(unconfigured(id)) });
        };
        let plugin = match &config.api {
            Some(api) => plugins
                .provider(api.as_str())
                .map_err(|source| HostError::UnknownApi { provider: id.clone(), source })?,
            None => plugins
                .owner_of(id.as_str())
                .map_err(|error| HostError::UnknownProvider { error, suggestion: None })?,
        };
        Ok(Route { id: id.clone(), plugin, config: Cow::Borrowed(config) })
    }

    /// The known provider id that most resembles one that is not known.
    fn near_miss(&self, id: &ProviderId) -> Option<ProviderId> {
        let configured = self.shared.config.models.providers.keys().cloned();
        let owned =
            self.shared.plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
        let resemblance = |known: &ProviderId| {
            if known.as_str().contains(id.as_str()) {
                return 1.0;
            }
            strsim::normalized_damerau_levenshtein(known.as_str(), id.as_str())
        };
        configured
            .chain(owned)
            .map(|known| (resemblance(&known), known))
            .filter(|(resemblance, _)| *resemblance >= 0.6)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, known)| known)
    }
}

/// A provider of which nothing is written.
fn unconfigured(id: &ProviderId) -> ProviderConfig<SecretConfig> {
    ProviderConfig::new(id.clone()).with_api_key(None)
}
