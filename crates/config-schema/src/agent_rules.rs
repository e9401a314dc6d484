//! What `agents.defaults` must keep to besides its shape.
//!
//! Separate from the rules for providers: options here are for whichever provider knows them, and are named and checked
//! with all linked plugins in view.

use std::collections::{BTreeMap, BTreeSet};

use clawdia_core::{ModelRef, Plugins, ProviderId, ProviderPlugin};
use serde_json::Map;

use crate::agents::AgentDefaultsConfig;
use crate::document::{Document, Part};
use crate::error::ConfigError;
use crate::known_params::KnownParams;
use crate::layers::Layers;
use crate::models::ModelsConfig;
use crate::path::Path;
use crate::{secret, suggestion};

/// Where options for all models stand.
pub(crate) fn params_place() -> Path {
    Path::of(&["agents", "defaults", "params"])
}

/// Where what is said of single models stands.
pub(crate) fn models_place() -> Path {
    Path::of(&["agents", "defaults", "models"])
}

/// Refuses an option for all models that no linked plugin knows.
pub(crate) fn check_names(
    document: &Document,
    defaults: &AgentDefaultsConfig,
    plugins: &Plugins,
) -> Result<(), ConfigError> {
    if defaults.params.is_empty() {
        return Ok(());
    }
    let known = plugins.providers().map(KnownParams::of).collect::<Vec<_>>();
    let is_known = |name: &&String| known.iter().any(|known| known.contains(name));
    let Some(name) = defaults.params.keys().find(|name| !is_known(name)) else { return Ok(()) };
    let names = known.iter().flat_map(|known| &known.names).map(String::as_str).collect::<BTreeSet<_>>();
    let names = names.into_iter().collect::<Vec<_>>();
    let near = suggestion::nearest(name, names.iter().copied());
    let harmless = near.is_some_and(|near| !secret::is_secret(near));
    let message = format!("no linked provider has an option `{name}`");
    let hint = suggestion::hint(name, &names);
    let hint = hint.unwrap_or_else(|| "add `use its_crate as _;` to the host".to_owned());
    Err(document.unknown_key(&params_place().key(name), message, harmless).with_hint(Some(hint)))
}

/// Checks the options of `defaults` with what `models` says. `speakers` are the plugins of the configured providers.
pub(crate) fn check(
    document: &Document,
    defaults: &AgentDefaultsConfig,
    models: &ModelsConfig,
    speakers: &BTreeMap<ProviderId, &'static ProviderPlugin>,
    plugins: &Plugins,
) -> Result<(), ConfigError> {
    // With those of configured providers they were checked together with the entries.
    let is_configured = |plugin: &ProviderPlugin| speakers.values().any(|speaker| speaker.api == plugin.api);
    for plugin in plugins.providers().filter(|plugin| !is_configured(plugin)) {
        let params = defaults.params_for(plugin);
        if !params.is_empty() {
            // Over nothing, so that a `null` takes back nothing instead of being a value.
            let nothing = Map::new();
            let layers = Layers::new(document, plugin, params_place(), &nothing);
            layers.then(params_place(), &params).check_what_is_said()?;
        }
    }
    let mut seen = BTreeSet::new();
    for (path, reference) in references(document) {
        if !seen.insert(reference.clone()) {
            let message = format!("the model `{reference}` stands here a second time");
            return Err(document
                .error(&path, Part::Key, message)
                .with_hint(Some("keep only one of its entries".to_owned())));
        }
        let Some(entry) = defaults.models.get(&reference).filter(|entry| !entry.params.is_empty()) else {
            continue;
        };
        let id = &reference.provider;
        let Some(plugin) = speakers.get(id).copied().or_else(|| plugins.owner_of(id.as_str()).ok()) else {
            continue;
        };
        let below = Path::of(&["models", "providers"]).key(id.as_str());
        let provider = models.providers.get(id);
        let written = provider.map(|provider| provider.params.clone()).unwrap_or_default();
        let mut layers = Layers::new(document, plugin, below.key("params"), &written)
            .then(params_place(), &defaults.params_for(plugin));
        let rows = provider.into_iter().flat_map(|provider| provider.models.iter().enumerate());
        for (index, row) in rows.filter(|(_, row)| row.id == reference.model) {
            layers = layers.then(below.key("models").index(index).key("params"), &row.params);
        }
        layers.then(path.key("params"), &entry.params).check()?;
    }
    Ok(())
}

/// The refs that are keys of `agents.defaults.models`, with their places: a ref may be written in several ways.
pub(crate) fn references(document: &Document) -> Vec<(Path, ModelRef)> {
    let place = models_place();
    let keys = document.value_at(&place).and_then(|models| models.as_object());
    let keys = keys.into_iter().flat_map(|models| models.keys());
    keys.filter_map(|key| Some((place.key(key), key.parse().ok()?))).collect()
}
