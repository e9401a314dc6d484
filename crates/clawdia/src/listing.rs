//! The models there are: those of the configuration, those that were discovered, and those that agents name.
//!
//! Separate from describing a single one: here services are asked, and what they say is put together with what is written.

use std::collections::BTreeSet;
use std::fmt;

use clawdia_config_schema::{AgentConfig, ModelsMode};
use clawdia_core::{
    Coverage, DiscoveredModel, Discovery, Freshness, LimitsFrom, Model, ModelId, ModelRef, ModelSource,
    ProviderError, ProviderId,
};
use futures_util::future::join_all;
use serde::Serialize;
use std::sync::Arc;

use crate::descriptions::describe;
use crate::host::Host;
use crate::host_error::HostError;
use crate::routes::Route;
use crate::sources::found_of;

/// Which models to list, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ListOptions {
    /// The provider whose models to list; `None` lists those of all.
    pub provider: Option<ProviderId>,
    /// How fresh what is discovered has to be.
    pub freshness: Freshness,
}

impl ListOptions {
    /// Sets [`provider`](Self::provider).
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<ProviderId>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Sets [`freshness`](Self::freshness).
    #[must_use]
    pub fn with_freshness(mut self, freshness: Freshness) -> Self {
        self.freshness = freshness;
        self
    }
}

/// The models there are.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The models, by provider. Of one provider, those of the configuration come first, in its order; then those that were
    /// discovered, in the order of their source; then those that only agents name.
    pub models: Vec<ListedModel>,
    /// What came of asking the sources, in the order of their providers. Providers without a source have none.
    pub inquiries: Vec<Inquiry>,
}

/// A model that is there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListedModel {
    /// The model, with what the configuration says over everything else.
    pub model: Model,
    /// Who says that it is there.
    pub origin: ModelOrigin,
    /// Where its limits are from: the configuration, as soon as it says one of both.
    pub limits_from: LimitsFrom,
    /// Whether what it charges is known: a price of 0 that is written is one.
    pub has_prices: bool,
    /// Whether it can be called; `None` when nobody knows.
    pub available: Option<bool>,
    /// What else there is to say of it.
    pub tags: Vec<ModelTag>,
}

/// Who says that a model is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelOrigin {
    /// The configuration lists it, whether it was discovered as well or not.
    Configured,
    /// It was discovered.
    Discovered,
    /// An agent names it, and its provider knows it by itself.
    BuiltIn,
}

impl ModelOrigin {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Discovered => "discovered",
            Self::BuiltIn => "built-in",
        }
    }
}

/// Something to say of a model. Its text is what people read and programs get.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelTag {
    /// It is what the agent uses.
    Default,
    /// The agent falls back on it; the first is 1.
    Fallback(usize),
    /// It has this short name.
    Alias(String),
    /// The list it was found in is older than was wanted.
    Stale,
    /// It is on its way out.
    Legacy {
        /// The day on which it ends, as `YYYY-MM-DD`, where that is announced.
        until: Option<String>,
    },
}

impl fmt::Display for ModelTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Fallback(number) => write!(formatter, "fallback#{number}"),
            Self::Alias(name) => write!(formatter, "alias:{name}"),
            Self::Stale => formatter.write_str("stale"),
            Self::Legacy { until: Some(day) } => write!(formatter, "legacy until {day}"),
            Self::Legacy { until: None } => formatter.write_str("legacy"),
        }
    }
}

/// What came of asking one source.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inquiry {
    /// Whose models were asked for.
    pub provider: ProviderId,
    /// What was found, or why there is no list.
    pub outcome: Result<Discovery, ProviderError>,
}

impl Listing {
    /// What the user should know although there is a list: each source that failed, was only partly heard, or gave an old
    /// list. Sources that were not asked are none of it.
    pub fn warnings(&self) -> Vec<String> {
        self.inquiries.iter().flat_map(Inquiry::warnings).collect()
    }

    /// Whether sources were asked, and none could say anything.
    pub fn has_failed(&self) -> bool {
        let mut asked = self.inquiries.iter().filter(|inquiry| inquiry.skipped().is_none()).peekable();
        asked.peek().is_some() && asked.all(|inquiry| inquiry.outcome.is_err())
    }
}

impl Inquiry {
    fn new(provider: &ProviderId, outcome: Result<Discovery, ProviderError>) -> Self {
        Self { provider: provider.clone(), outcome }
    }

    /// Why nobody was asked.
    pub fn skipped(&self) -> Option<&str> {
        self.outcome.as_ref().ok()?.skipped.as_deref()
    }

    fn warnings(&self) -> Vec<String> {
        let provider = &self.provider;
        match &self.outcome {
            Ok(discovery) => {
                let stale = discovery
                    .stale
                    .iter()
                    .map(|reason| format!("{provider}: the list of models is an older one: {reason}"));
                let notices = discovery.notices.iter().map(|notice| format!("{provider}: {notice}"));
                stale.chain(notices).collect()
            }
            Err(error) => vec![format!("{provider}: {error}")],
        }
    }
}

/// What is known of one provider's models.
struct Asked {
    discovery: Discovery,
    source: Arc<dyn ModelSource>,
}

impl Host {
    /// Lists the models there are, with what is known of each.
    ///
    /// All sources of models are asked at once, each within its own time limit. One that fails costs its own models and no
    /// others, and [`Listing::warnings`] says why. Where `models.mode` is `replace`, nobody is asked.
    ///
    /// # Errors
    /// When the provider of the options does not exist.
    pub async fn list(&self, options: &ListOptions) -> Result<Listing, HostError> {
        let providers = match &options.provider {
            Some(id) => vec![self.route(id)?.id],
            None => self.providers(),
        };
        // One that has no plugin was told of when the configuration was read.
        let routes = providers.iter().filter_map(|id| self.route(id).ok()).collect::<Vec<_>>();
        let parts = join_all(routes.iter().map(|route| self.list_provider(route, options.freshness))).await;
        let mut listing = Listing::default();
        for (models, inquiries) in parts {
            listing.models.extend(models);
            listing.inquiries.extend(inquiries);
        }
        Ok(listing)
    }

    async fn list_provider(
        &self,
        route: &Route<'_>,
        freshness: Freshness,
    ) -> (Vec<ListedModel>, Vec<Inquiry>) {
        let mut inquiries = Vec::new();
        let mut asked = Vec::new();
        for (source, outcome) in self.ask(route, freshness).await {
            if let (Some(source), Ok(discovery)) = (source, &outcome)
                && discovery.skipped.is_none()
            {
                asked.push(Asked { discovery: discovery.clone(), source });
            }
            inquiries.push(Inquiry::new(&route.id, outcome));
        }
        (self.merged(route, &asked), inquiries)
    }

    async fn ask(
        &self,
        route: &Route<'_>,
        freshness: Freshness,
    ) -> Vec<(Option<Arc<dyn ModelSource>>, Result<Discovery, ProviderError>)> {
        if self.shared.config.models.mode == ModelsMode::Replace {
            return Vec::new();
        }
        match self.open_sources(route) {
            Ok(sources) => {
                let ask = sources.into_iter().map(async |source| {
                    let outcome = self.discover(&source, freshness).await;
                    (Some(source.source), outcome)
                });
                join_all(ask).await
            }
            Err(error) => vec![(None, Err(error.into()))],
        }
    }

    /// What is written, what was found and what agents name, made one list.
    fn merged(&self, route: &Route<'_>, asked: &[Asked]) -> Vec<ListedModel> {
        // One that cannot be connected describes nothing, and says why when it is called.
        let provider = self.describer(route).ok();
        let find = |id: &ModelId| {
            let found = found_of(id, asked.iter().flat_map(|asked| asked.discovery.models.iter()))?;
            let is_from =
                |asked: &&Asked| asked.discovery.models.iter().any(|model| std::ptr::eq(model, found));
            // Elsewhere, other models stand in for it.
            let is_meant =
                |asked: &&Asked| found.model.id == *id || asked.discovery.coverage != Coverage::Elsewhere;
            asked.iter().find(is_from).filter(is_meant).map(|asked| (asked, found))
        };
        let mut seen = BTreeSet::new();
        let mut models = Vec::new();
        let mut push = |id: &ModelId, origin: ModelOrigin| {
            if !seen.insert(id.clone()) {
                return;
            }
            let found = find(id);
            let known_as = found.map_or(id, |(_, found)| &found.model.id);
            let described = provider.as_ref().and_then(|provider| provider.describe(known_as));
            if origin == ModelOrigin::BuiltIn && described.is_none() {
                return;
            }
            let description = describe(route, id, route.row(id), described, found.map(|(_, found)| found));
            models.push(ListedModel {
                available: can_call(id, asked),
                tags: self.tags(&description.model.reference(), found),
                has_prices: description.has_prices,
                model: description.model,
                origin,
                limits_from: description.limits_from,
            });
        };
        for row in &route.config.models {
            push(&row.id, ModelOrigin::Configured);
        }
        for found in asked.iter().flat_map(|asked| &asked.discovery.models) {
            push(&found.model.id, ModelOrigin::Discovered);
        }
        if self.shared.config.models.mode == ModelsMode::Merge {
            for reference in self.named().iter().filter(|reference| reference.provider == route.id) {
                push(&reference.model, ModelOrigin::BuiltIn);
            }
        }
        models
    }

    /// The models that agents name.
    fn named(&self) -> BTreeSet<ModelRef> {
        let agents = &self.shared.config.agents;
        let of = |agent: &AgentConfig| {
            let chosen = agent
                .model
                .iter()
                .flat_map(|model| model.primary.iter().chain(model.fallbacks.iter().flatten()));
            chosen.chain(agent.models.keys()).cloned().collect::<Vec<_>>()
        };
        std::iter::once(&agents.defaults).chain(agents.entries.values()).flat_map(of).collect()
    }

    fn tags(&self, reference: &ModelRef, found: Option<(&Asked, &DiscoveredModel)>) -> Vec<ModelTag> {
        let mut tags = Vec::new();
        if self.agent.model.as_ref() == Some(reference) {
            tags.push(ModelTag::Default);
        }
        let fallbacks = self.agent.fallbacks.iter().zip(1..);
        tags.extend(
            fallbacks.filter(|(fallback, _)| *fallback == reference).map(|(_, n)| ModelTag::Fallback(n)),
        );
        let alias = self.agent.models.get(reference).and_then(|model| model.alias.clone());
        tags.extend(alias.map(ModelTag::Alias));
        if let Some((asked, found)) = found {
            tags.extend(asked.discovery.stale.as_ref().map(|_| ModelTag::Stale));
            if found.is_legacy {
                tags.push(ModelTag::Legacy { until: found.legacy_until.clone() });
            }
        }
        tags
    }
}

/// Whether a model can be called, as far as the sources know: one that says so is believed before one that does not.
fn can_call(id: &ModelId, asked: &[Asked]) -> Option<bool> {
    let answers = asked.iter().filter_map(|asked| asked.source.can_call(id, &asked.discovery));
    answers.reduce(|one, other| one || other)
}
