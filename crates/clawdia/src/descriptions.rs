//! What is known of a model, from all sides: the configuration, its provider, and what was discovered.
//!
//! Separate from listing, which asks services: describing a model asks nobody.

use clawdia_config_schema::{ModelsMode, SecretConfig, remark_on};
use clawdia_core::{
    Cost, CostConfig, DiscoveredModel, LimitsFrom, Model, ModelConfig, ModelId, ModelRef, ProviderConfig,
};

use crate::host::{Host, Shared};
use crate::host_error::HostError;
use crate::model_names;
use crate::routes::Route;

/// A model, and where its limits are from.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    pub(crate) model: Model,
    pub(crate) limits_from: LimitsFrom,
    /// Whether anybody has said what it charges.
    pub(crate) has_prices: bool,
}

impl Host {
    /// Finds the model that a person means by `name`: a ref; a short name (`alias`) from `agents`; the id of a model that
    /// one provider alone lists, that the default provider knows, or that was discovered with one provider alone. Capitals
    /// count only where two names differ in nothing else.
    ///
    /// # Errors
    /// When no model is called so; the error names the nearest.
    pub fn resolve(&self, name: &str) -> Result<ModelRef, HostError> {
        let Shared { config, plugins, sources, .. } = &*self.shared;
        let knows = |reference: &ModelRef| self.described(reference).is_some();
        let found = sources.references();
        Ok(model_names::resolve(name, config, &self.agent, plugins, &knows, &found)?)
    }

    /// The models that the configuration lists, described, sorted by provider. [`list`](Self::list) tells of all that can
    /// be used.
    pub fn models(&self) -> Vec<Model> {
        let providers = &self.shared.config.models.providers;
        let listed = providers.iter().flat_map(|(id, config)| {
            config.models.iter().map(|row| ModelRef::new(id.clone(), row.id.clone()))
        });
        // A provider that cannot be connected says so when it is asked for; its models have no description.
        listed.filter_map(|reference| self.model(&reference).ok()).collect()
    }

    /// Describes a model: what the configuration says, over what its provider knows and what was discovered. Nothing is
    /// asked: [`list`](Self::list) and [`recall`](Self::recall) find out what is discovered.
    ///
    /// A model that is listed nowhere has a description as well, if a bare one, as long as its provider exists; but not
    /// where `models.mode` is `replace`.
    ///
    /// # Errors
    /// When there is no such provider or model, or the provider does not accept its configuration.
    pub fn model(&self, reference: &ModelRef) -> Result<Model, HostError> {
        let route = self.route(&reference.provider)?;
        let row = route.row(&reference.model);
        if row.is_none() && self.shared.config.models.mode == ModelsMode::Replace {
            return Err(HostError::NotListed { reference: reference.clone() });
        }
        // A plugin that connects to nothing without its key is given it; what else is wrong comes up again.
        let provider = self.describer(&route).or_else(|_| self.connect(&route))?;
        let found = self.shared.sources.found(reference);
        let known_as = found.as_ref().map_or(&reference.model, |found| &found.model.id);
        let described = provider.describe(known_as);
        Ok(describe(&route, &reference.model, row, described, found.as_ref()).model)
    }

    /// Whether anybody knows this model: the configuration lists it, its provider can describe it, or it was discovered.
    /// One that nobody knows may work nevertheless. No key is looked up, and nothing is asked.
    pub fn knows(&self, reference: &ModelRef) -> bool {
        let provider = self.shared.config.models.providers.get(&reference.provider);
        let is_listed = |provider: &ProviderConfig<SecretConfig>| {
            provider.models.iter().any(|row| row.id == reference.model)
        };
        provider.is_some_and(is_listed)
            || self.described(reference).is_some()
            || self.shared.sources.found(reference).is_some()
    }

    /// What is odd about a model that somebody names, and what was probably meant: it is spelled in another way, or nobody
    /// knows it, although a linked crate knows models of its provider. [`check`](Self::check) says the same of models that
    /// are configured. No key is looked up.
    pub fn remark_on(&self, reference: &ModelRef) -> Option<(String, Option<String>)> {
        let Shared { config, plugins, .. } = &*self.shared;
        let provider = config.models.providers.get(&reference.provider);
        let is_listed = provider.is_some_and(|own| own.models.iter().any(|row| row.id == reference.model));
        if is_listed || self.shared.sources.found(reference).is_some() {
            return None;
        }
        let is_known = self.described(reference).is_some();
        remark_on(reference, &config.known_models(plugins), is_known)
    }

    /// The model that somebody probably meant by a ref.
    pub fn nearest(&self, reference: &ModelRef) -> Option<ModelRef> {
        let Shared { config, plugins, .. } = &*self.shared;
        config.known_models(plugins).nearest(reference)
    }

    /// As [`resolve`](Self::resolve), with a look at what was discovered earlier where the name means nothing otherwise.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub async fn find(&self, name: &str) -> Result<ModelRef, HostError> {
        match self.resolve(name) {
            Err(HostError::UnknownName(_)) => {
                self.recall().await;
                self.resolve(name)
            }
            outcome => outcome,
        }
    }

    /// As [`model`](Self::model), with a look at what was discovered earlier where the provider does not know the model:
    /// what is behind an opaque ARN, say. All methods here that call a model by its ref do this.
    ///
    /// # Errors
    /// As [`model`](Self::model).
    pub async fn describe(&self, reference: &ModelRef) -> Result<Model, HostError> {
        if self.described(reference).is_none() {
            self.recall_once(&reference.provider).await;
        }
        self.model(reference)
    }

    /// What the provider of a model knows of it, whatever the configuration says.
    pub(crate) fn described(&self, reference: &ModelRef) -> Option<Model> {
        let route = self.route(&reference.provider).ok()?;
        self.describer(&route).ok()?.describe(&reference.model)
    }
}

impl Route<'_> {
    /// What the configuration says of a model, if it lists it.
    pub(crate) fn row(&self, model: &ModelId) -> Option<&ModelConfig> {
        self.config.models.iter().find(|row| row.id == *model)
    }
}

/// Puts together what is known of the model `id`, and of what it is called through if that is `found`: what is written in its `row`, over what the service says, over what its
/// provider knows, over what a source assumes.
pub(crate) fn describe(
    route: &Route<'_>,
    id: &ModelId,
    row: Option<&ModelConfig>,
    described: Option<Model>,
    found: Option<&DiscoveredModel>,
) -> Description {
    let mut description = match (described, found) {
        (Some(model), found) => {
            let is_known = model.context_window > 0 && model.max_tokens > 0;
            let limits_from = if is_known { LimitsFrom::Facts } else { LimitsFrom::Default };
            let described = Description { model, limits_from, has_prices: false };
            found.map_or(described.clone(), |found| complete(described, found))
        }
        (None, Some(found)) => {
            let DiscoveredModel { model, limits_from, .. } = found.clone();
            Description { model, limits_from, has_prices: false }
        }
        // The provider's own address and headers stay out of the description: the provider has them from its
        // configuration, and they may hold secrets that a description would show.
        (None, None) => Description {
            model: Model::new(route.id.clone(), id.clone(), route.plugin.api),
            limits_from: LimitsFrom::Default,
            has_prices: false,
        },
    };
    // The same plugin serves several providers; a list knows the model, the host knows whose it is.
    description.model.provider = route.id.clone();
    description.model.id = id.clone();
    description.model.invoked_id =
        found.map(|found| &found.model.id).filter(|invoked| *invoked != id).cloned();
    description.has_prices =
        description.model.cost != Cost::default() || row.is_some_and(|row| row.cost != CostConfig::default());
    if let Some(row) = row {
        row.apply_to(&mut description.model);
        if row.context_window.is_some() || row.max_tokens.is_some() {
            description.limits_from = LimitsFrom::Config;
        }
    }
    description
}

/// What a provider knows of a model, with what its source found.
fn complete(described: Description, found: &DiscoveredModel) -> Description {
    let Description { mut model, mut limits_from, has_prices } = described;
    let listed = &found.model;
    // The service's name tells models apart that are one and the same to the facts: a profile and another.
    if !listed.name.trim().is_empty() && listed.name != listed.id.as_str() {
        model.name.clone_from(&listed.name);
    }
    let is_said = found.limits_from == LimitsFrom::Discovered;
    for (limit, found) in
        [(&mut model.context_window, listed.context_window), (&mut model.max_tokens, listed.max_tokens)]
    {
        if found > 0 && (is_said || *limit == 0) {
            *limit = found;
        }
    }
    if is_said || limits_from == LimitsFrom::Default {
        limits_from = found.limits_from;
    }
    if model.cost == Cost::default() {
        model.cost.clone_from(&listed.cost);
    }
    if model.canonical_model_id.is_none() {
        model.canonical_model_id.clone_from(&listed.canonical_model_id);
    }
    for (name, has) in &listed.capabilities {
        model.capabilities.entry(name.clone()).or_insert(*has);
    }
    Description { model, limits_from, has_prices }
}
