//! The models that anybody knows to exist: those that a configuration lists, and those that linked crates know.
//!
//! Separate because what is checked and what a person types are measured by the same list.

use std::collections::{BTreeMap, BTreeSet};

use clawdia_core::{ModelId, ModelRef, Plugins, ProviderId};

use crate::models::ModelsConfig;
use crate::suggestion;

/// Refs of models. Others may exist as well.
#[derive(Debug, Clone, Default)]
pub struct KnownModels {
    refs: BTreeSet<String>,
    /// Providers of which linked crates know models, and whether any of these has a path for an id.
    providers: BTreeMap<ProviderId, bool>,
}

impl KnownModels {
    /// What `models` lists, and what plugins know of its providers and of those that they own.
    pub(crate) fn of(models: &ModelsConfig, plugins: &Plugins) -> Self {
        let mut known = Self { refs: listed(models), ..Self::default() };
        let configured = models.providers.iter().filter_map(|(id, provider)| {
            let plugin = match &provider.api {
                Some(api) => plugins.provider(api.as_str()).ok(),
                None => plugins.owner_of(id.as_str()).ok(),
            };
            Some((id.clone(), plugin?))
        });
        let owned =
            plugins.providers().filter_map(|plugin| Some((ProviderId::from(plugin.default_id?), plugin)));
        let owned = owned.filter(|(id, _)| !models.providers.contains_key(id));
        for (id, plugin) in configured.chain(owned) {
            for model in (plugin.known_models)() {
                known.refs.insert(ModelRef::new(id.clone(), model).to_string());
                *known.providers.entry(id.clone()).or_default() |= model.contains('/');
            }
        }
        known
    }

    /// Whether a linked crate knows such models of a provider, so that one it does not know is probably a mistake. An id
    /// that is a path, where none of those is, names something of the user's own, such as an inference profile's ARN.
    pub fn speaks_of(&self, ModelRef { provider, model, .. }: &ModelRef) -> bool {
        let is_path = |model: &ModelId| model.as_str().contains('/');
        self.providers.get(provider).is_some_and(|has_paths| *has_paths || !is_path(model))
    }

    /// The model that is meant by a ref that is not quite right: with other capitals, or without the version's `:0`.
    pub fn spelling(&self, reference: &ModelRef) -> Option<ModelRef> {
        let text = reference.to_string();
        if self.refs.contains(&text) {
            return None;
        }
        let fits = [
            self.refs.iter().find(|known| known.eq_ignore_ascii_case(&text)),
            self.refs.iter().find(|known| {
                known.strip_suffix(":0").is_some_and(|known| known.eq_ignore_ascii_case(&text))
            }),
        ];
        fits.into_iter().flatten().next()?.parse().ok()
    }

    /// The model that a ref most resembles: one that is spelled almost so, or whose ref has the id in it.
    pub fn nearest(&self, reference: &ModelRef) -> Option<ModelRef> {
        let text = reference.to_string();
        if let Some(near) = self.spelling(reference) {
            return Some(near);
        }
        let known = self.refs.iter().map(String::as_str).filter(|known| *known != text);
        // Ids are long and alike, so that a third of one may be mistaken for another.
        let near = suggestion::nearest(&text, known.clone());
        let near = near.filter(|near| strsim::normalized_damerau_levenshtein(near, &text) >= CLOSE);
        let id = suggestion::plain(reference.model.as_str());
        let containing = || {
            let known = known
                .filter(|known| id.chars().count() >= SHORTEST && suggestion::plain(known).contains(&id));
            known.min_by_key(|known| (known.len(), *known))
        };
        near.or_else(containing)?.parse().ok()
    }
}

/// How alike two refs are that may be meant for each other.
const CLOSE: f64 = 0.85;

/// A piece of an id that is shorter says nothing.
const SHORTEST: usize = 4;

/// All models that are written.
pub(crate) fn listed(models: &ModelsConfig) -> BTreeSet<String> {
    let rows = models.providers.iter().flat_map(|(id, provider)| {
        provider.models.iter().map(move |row| ModelRef::new(id.clone(), row.id.clone()).to_string())
    });
    rows.collect()
}
