//! Finding out which models can be used.
//!
//! Separate from [`Provider`](crate::Provider): listing models and calling one need different permissions,
//! different endpoints and different crates, and a host may want one without the other.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ProviderError;
use crate::examination::StepSink;
use crate::model::Model;
use crate::model_ref::ModelId;
use crate::provider_config::ProviderConfig;

/// Something that can list the models an account may use with one provider.
#[async_trait]
pub trait ModelSource: fmt::Debug + Send + Sync {
    /// Lists the models. Dropping the future stops the listing, unless others wait for the same one.
    ///
    /// # Errors
    /// Kinds `auth`, `permission`, `throttled`, `timeout`, `transport` and `server`, when there is no list to fall back on.
    async fn discover(&self, freshness: Freshness) -> Result<Discovery, ProviderError>;

    /// Whether `model` can be called, going by what this source `listed`: `None` when the list does not tell.
    ///
    /// Without an implementation, a model that is listed can, or one that a listed one stands for; of others nothing is
    /// known. A source whose list is complete knows more.
    fn can_call(&self, model: &ModelId, listed: &Discovery) -> Option<bool> {
        (listed.coverage != Coverage::Elsewhere && listed.offers(model)).then_some(true)
    }

    /// Examines what it takes to list models and, if one is named, to have access to it, step by step: for people who
    /// want to know why it does not work. A step whose precondition fails is skipped. Dropping the future ends the
    /// examination; what was told until then holds.
    async fn examine(&self, model: Option<&ModelId>, steps: &mut dyn StepSink) {
        let _ = (model, steps);
    }
}

/// What a source is opened with.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SourceConfig {
    /// The provider whose models are to be listed, with its id.
    pub provider: ProviderConfig,
    /// The source's own section of the configuration; `None` when there is none.
    pub section: Option<Value>,
}

impl SourceConfig {
    /// Lists the models of `provider`, by the defaults.
    pub fn new(provider: ProviderConfig) -> Self {
        Self { provider, section: None }
    }

    /// Sets the source's own section.
    #[must_use]
    pub fn with_section(mut self, section: Option<Value>) -> Self {
        self.section = section;
        self
    }
}

/// How fresh a list of models has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Freshness {
    /// The service is asked unless a list is kept that is still good.
    #[default]
    Cached,
    /// The service is asked.
    Refreshed,
    /// Nobody is asked: a kept list is given whatever its age.
    Offline,
}

/// What a source found.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Discovery {
    /// The models, in the order to show them in.
    pub models: Vec<DiscoveredModel>,
    /// What the user should know although the list is there: a missing permission that made it shorter, say.
    pub notices: Vec<String>,
    /// When the service gave the list, in milliseconds since the Unix epoch; `None` when it was never asked.
    pub listed_at_ms: Option<u64>,
    /// Why the list is an older one than was wanted.
    pub stale: Option<String>,
    /// Why the service was not asked at all, and there is no list: discovery is off, say.
    pub skipped: Option<String>,
    /// What the list says of models that are to be called.
    pub coverage: Coverage,
}

/// What a list of models says of those that are to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Coverage {
    /// A listed model can be called; of others nothing is known.
    #[default]
    Partial,
    /// A listed model can be called, and no other.
    Complete,
    /// Nothing: the models are those of another place than where calls go.
    Elsewhere,
}

impl Discovery {
    /// A list of these models.
    pub fn of(models: Vec<DiscoveredModel>) -> Self {
        Self { models, ..Self::default() }
    }

    /// Whether a model is listed, or a listed one stands for it.
    pub fn offers(&self, model: &ModelId) -> bool {
        let mut models = self.models.iter();
        models.any(|known| known.model.id == *model || known.stands_for.as_ref() == Some(model))
    }

    /// No list, for this reason.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { skipped: Some(reason.into()), ..Self::default() }
    }
}

/// A model that can be called.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DiscoveredModel {
    /// The model as the source knows it, under an id that can be called.
    pub model: Model,
    /// Where its context window and output limit are from.
    pub limits_from: LimitsFrom,
    /// The day on which the service stops answering, as `YYYY-MM-DD`, where that is announced.
    pub legacy_until: Option<String>,
    /// Whether the model is on its way out, also where no day is announced.
    pub is_legacy: bool,
    /// The id of a model that cannot be called itself and is called through this one, where people may have it written
    /// down. It is not listed, and at most one listed model stands for it.
    pub stands_for: Option<ModelId>,
}

impl DiscoveredModel {
    /// A model that is here to stay.
    pub fn new(model: Model, limits_from: LimitsFrom) -> Self {
        Self { model, limits_from, legacy_until: None, is_legacy: false, stands_for: None }
    }
}

/// Where a model's limits are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum LimitsFrom {
    /// The configuration lists the model with them.
    Config,
    /// The service said so.
    Discovered,
    /// A plugin's own table says so.
    Facts,
    /// Nobody knows them: they are what is assumed of such models.
    Default,
}
