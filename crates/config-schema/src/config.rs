//! The configuration as a whole.
//!
//! Separate from its parts: here the steps of reading stand in their order, from text to checked values.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{Plugins, ProviderId, Section};
use serde::Deserialize;

use crate::agents::AgentsConfig;
use crate::document::Document;
use crate::error::{ConfigError, ConfigWarning};
use crate::models::ModelsConfig;
use crate::path::Path;
use crate::{agent_rules, provider_rules, reading, sections};

/// A configuration in which every key is known and every value was checked.
///
/// ```
/// use clawdia_config_schema::Config;
/// use clawdia_core::Plugins;
/// let config = Config::parse(
///     r#"{ agents: { defaults: { model: "acme/large" } } } // JSON5 is welcome"#,
///     &Plugins::new([], [], [])?,
/// )?;
/// assert_eq!(config.agents.defaults.model.unwrap().primary.unwrap().provider, "acme");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    /// Which providers and models there are.
    pub models: ModelsConfig,
    /// What agents use.
    pub agents: AgentsConfig,
    warnings: Vec<ConfigWarning>,
    /// Kept for sections, which are read when their owner asks.
    document: Option<Arc<Document>>,
}

/// The keys of a document.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
pub(crate) struct Root {
    /// Where editors find the schema of this file; it says nothing to the host.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// Which providers and models there are.
    models: ModelsConfig,
    /// What agents use.
    agents: AgentsConfig,
}

impl Config {
    /// Reads and checks a JSON5 text.
    ///
    /// # Errors
    /// The first flaw: syntax, an unknown key, a value of the wrong type, something no linked plugin knows.
    pub fn parse(text: &str, plugins: &Plugins) -> Result<Self, ConfigError> {
        Self::parse_file(text, None, plugins)
    }

    pub(crate) fn parse_file(
        text: &str,
        file: Option<&FilePath>,
        plugins: &Plugins,
    ) -> Result<Self, ConfigError> {
        let document = Document::read(text, file)?;
        let mut warnings = Vec::new();
        let rest = sections::take(&document, plugins, &mut warnings)?;
        let section_keys = |parent: &Path| sections::keys_below(parent, plugins);
        let Root { mut models, agents, .. } =
            reading::read(&document, &Path::default(), rest, &section_keys)?;
        agent_rules::check_names(&document, &agents.defaults, plugins)?;
        let place = Path::of(&["models", "providers"]);
        let mut speakers = BTreeMap::new();
        for (id, provider) in &mut models.providers {
            let place = place.key(id.as_str());
            let plugin = provider_rules::check(&document, &place, id, provider, plugins, &agents.defaults)?;
            speakers.insert(id.clone(), plugin);
            provider.id = Some(id.clone());
        }
        agent_rules::check(&document, &agents.defaults, &models, &speakers, plugins)?;
        if document.is_blank() {
            warnings.push(document.warning(&Path::default(), "the configuration is empty"));
        }
        let mut config = Self { models, agents, warnings, document: None };
        config.warn_of_unknown_providers(&document, plugins);
        config.document = Some(Arc::new(document));
        Ok(config)
    }

    /// Reads the section of a crate; `None` when the configuration does not have it.
    ///
    /// # Errors
    /// When it does not fit the type. It fits when the plugin of that type was linked, since it was checked then.
    pub fn section<T: Section>(&self) -> Result<Option<T>, ConfigError> {
        let Some(document) = &self.document else { return Ok(None) };
        let path = Path::of_pointer(T::POINTER);
        match document.value_at(&path) {
            Some(value) => reading::read(document, &path, value.clone(), &|_| Vec::new()).map(Some),
            None => Ok(None),
        }
    }

    /// What has no effect, or will fail once it is used.
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// A model of a provider that does not exist is no reason to refuse everything else.
    fn warn_of_unknown_providers(&mut self, document: &Document, plugins: &Plugins) {
        let choice = self.agents.defaults.model.clone().unwrap_or_default();
        let place = Path::of(&["agents", "defaults", "model"]);
        let primary = choice.primary.into_iter().map(|model| (place.key("primary"), model));
        let fallbacks = choice.fallbacks.into_iter().enumerate();
        let fallbacks = fallbacks.map(|(index, model)| (place.key("fallbacks").index(index), model));
        let references = primary.chain(fallbacks).chain(agent_rules::references(document));
        let known =
            |id: &ProviderId| self.models.providers.contains_key(id) || plugins.owner_of(id.as_str()).is_ok();
        for (path, model) in references.filter(|(_, model)| !known(&model.provider)) {
            let path = if document.value_at(&path).is_some() { path } else { place.clone() };
            let id = &model.provider;
            let message = format!(
                "no provider `{id}` is configured and no linked crate brings one; add it to `models.providers`"
            );
            self.warnings.push(document.warning(&path, message));
        }
    }
}
