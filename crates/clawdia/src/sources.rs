//! The sources of models that a host has opened, and what they found last.
//!
//! Separate from the list that is made of it: a source is opened once, by whoever first asks it, and what it found is
//! remembered for all who describe models.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use clawdia_config_schema::{ModelsMode, SecretConfig};
use clawdia_core::{
    Coverage, DiscoveredModel, Discovery, Freshness, ModelId, ModelRef, ModelSource, ProviderError,
    ProviderId, SourceConfig, SourcePlugin,
};

use crate::host::Host;
use crate::host_error::HostError;
use crate::kept::Kept;
use crate::routes::Route;

/// Sources, and what they found.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    open: Kept<SourceKey, Arc<dyn ModelSource>>,
    found: Mutex<HashMap<SourceKey, Arc<[DiscoveredModel]>>>,
    /// The providers whose kept lists were looked at.
    recalled: Mutex<HashSet<ProviderId>>,
}

/// Whose models, and which plugin lists them.
type SourceKey = (ProviderId, &'static str);

impl Sources {
    /// What was found of a model: itself, or what it is called through.
    pub(crate) fn found(&self, reference: &ModelRef) -> Option<DiscoveredModel> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let of_provider = found.iter().filter(|((provider, _), _)| *provider == reference.provider);
        let models = of_provider.flat_map(|(_, models)| models.iter());
        found_of(&reference.model, models).cloned()
    }

    /// All that was found.
    pub(crate) fn references(&self) -> BTreeSet<ModelRef> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let refs = found.iter().flat_map(|((provider, _), models)| {
            models.iter().map(|found| ModelRef::new(provider.clone(), found.model.id.clone()))
        });
        refs.collect()
    }

    fn remember(&self, key: SourceKey, discovery: &Discovery) {
        // Nobody was asked, so nothing is known that was not known before.
        if discovery.skipped.is_some() {
            return;
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut models = discovery.models.clone();
        if discovery.coverage == Coverage::Elsewhere {
            // What stands in for a model there may not be there where it is called.
            for model in &mut models {
                model.stands_for = None;
            }
        }
        found.insert(key, models.into());
    }
}

/// What was found of a model: itself, else the one that it is called through.
pub(crate) fn found_of<'m>(
    id: &ModelId,
    models: impl Iterator<Item = &'m DiscoveredModel> + Clone,
) -> Option<&'m DiscoveredModel> {
    let itself = models.clone().find(|found| found.model.id == *id);
    itself.or_else(|| models.into_iter().find(|found| found.stands_for.as_ref() == Some(id)))
}

/// A source of a provider's models, opened.
#[derive(Debug, Clone)]
pub(crate) struct OpenSource {
    pub(crate) provider: ProviderId,
    plugin: &'static SourcePlugin,
    pub(crate) source: Arc<dyn ModelSource>,
}

impl Host {
    /// The sources that list the models of the provider `id`; none where no linked crate can list them.
    ///
    /// Opened on the first call and kept. A key that the configuration says where to find is looked up then, in this
    /// thread, as [`provider`](Self::provider) does it.
    ///
    /// # Errors
    /// When there is no such provider, or a source does not accept its configuration.
    pub fn sources(&self, id: &ProviderId) -> Result<Vec<Arc<dyn ModelSource>>, HostError> {
        Ok(self.open_sources(&self.route(id)?)?.into_iter().map(|open| open.source).collect())
    }

    /// Looks at the lists of models that were kept earlier, so that [`model`](Self::model), [`knows`](Self::knows) and
    /// [`resolve`](Self::resolve) know them. No service is asked for a list, and whatever fails is as if nothing had been
    /// kept.
    pub async fn recall(&self) {
        let providers = self.providers();
        futures_util::future::join_all(providers.iter().map(|id| self.recall_once(id))).await;
    }

    /// As [`recall`](Self::recall), of one provider, unless that was done before.
    pub(crate) async fn recall_once(&self, id: &ProviderId) {
        let Ok(route) = self.route(id) else { return };
        // Nobody should have to unlock a password manager for a description.
        let has_key = !matches!(route.config.api_key, Some(SecretConfig::Reference(_)));
        let is_first = || {
            let mut recalled = self.shared.sources.recalled.lock().unwrap_or_else(PoisonError::into_inner);
            recalled.insert(id.clone())
        };
        if self.shared.config.models.mode == ModelsMode::Replace || !has_key || !is_first() {
            return;
        }
        let Ok(sources) = self.open_sources(&route) else { return };
        for source in sources {
            // Whoever wants to know why asks for a list.
            if let Err(error) = self.discover(&source, Freshness::Offline).await {
                tracing::debug!(provider = %id, %error, "no list of models was kept");
            }
        }
    }

    pub(crate) fn open_sources(&self, route: &Route<'_>) -> Result<Vec<OpenSource>, HostError> {
        let plugins = self.shared.plugins.sources().filter(|plugin| plugin.api == route.plugin.api);
        let open = plugins.map(|plugin| {
            let open = || {
                tracing::debug!(provider = %route.id, source = plugin.id, owner = plugin.owner, "opening a source");
                let section = plugin.section.and_then(|pointer| self.shared.config.section_value(pointer));
                let config = SourceConfig::new(self.plugin_config(route, self.key(route)?));
                (plugin.open)(&config.with_section(section.cloned()), &self.shared.context)
            };
            let source = self.shared.sources.open.get_or_make((route.id.clone(), plugin.id), open);
            let source =
                source.map_err(|source| HostError::Connect { provider: route.id.clone(), source })?;
            Ok(OpenSource { provider: route.id.clone(), plugin, source })
        });
        open.collect()
    }

    /// Asks a source, and remembers what it found.
    pub(crate) async fn discover(
        &self,
        source: &OpenSource,
        freshness: Freshness,
    ) -> Result<Discovery, ProviderError> {
        let discovery = source.source.discover(freshness).await?;
        self.shared.sources.remember((source.provider.clone(), source.plugin.id), &discovery);
        Ok(discovery)
    }
}
