//! What an agent uses in the end.
//!
//! Separate from what is written: the defaults and what is different for one agent are put together here, once.

use std::collections::BTreeMap;

use clawdia_core::{ModelRef, ProviderPlugin, ThinkingLevel};
use serde_json::{Map, Value};

use crate::agents::{AgentConfig, AgentModelConfig, AgentsConfig, known_params};
use crate::suggestion;

/// What an agent uses, the defaults included.
///
/// ```
/// use clawdia_config_schema::Config;
/// use clawdia_core::Plugins;
/// let text = r#"{ agents: {
///     defaults: { model: { primary: "acme/large", fallbacks: ["acme/small"] }, timeoutSeconds: 60 },
///     entries: { coder: { model: "acme/code" } },
/// } }"#;
/// let config = Config::parse(text, &Plugins::new([], [], [])?)?;
/// let coder = config.agents.settings("coder")?;
/// assert_eq!(coder.model.unwrap().to_string(), "acme/code");
/// assert!(coder.fallbacks.is_empty(), "an agent with a model of its own falls back on nothing it does not name");
/// assert_eq!(coder.timeout_seconds, Some(60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct AgentSettings {
    /// The agent's name; `None` is what holds for every agent.
    pub id: Option<String>,
    /// The model to use.
    pub model: Option<ModelRef>,
    /// The models to try, in this order, when it fails.
    pub fallbacks: Vec<ModelRef>,
    /// What holds for single models.
    pub models: BTreeMap<ModelRef, AgentModelSettings>,
    /// Options for all models that stand in `agents.defaults`.
    pub default_params: Map<String, Value>,
    /// Options for all models that stand in the agent's own entry; they go before the others.
    pub own_params: Map<String, Value>,
    /// How much models think unless a request says otherwise.
    pub thinking_default: Option<ThinkingLevel>,
    /// How many seconds a whole call may take.
    pub timeout_seconds: Option<u64>,
}

/// What holds when an agent uses a certain model.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct AgentModelSettings {
    /// A short name for the model.
    pub alias: Option<String>,
    /// Options, each layer over those before it: what stands in the defaults, then the agent's own. They are not put
    /// together here, since an option that is taken back takes back what stands below both.
    pub params: Vec<Map<String, Value>>,
}

impl AgentsConfig {
    /// What holds for every agent.
    pub fn default_settings(&self) -> AgentSettings {
        let AgentConfig { model, models, params, thinking_default, timeout_seconds } = self.defaults.clone();
        let model = model.unwrap_or_default();
        AgentSettings {
            id: None,
            model: model.primary,
            fallbacks: model.fallbacks.unwrap_or_default(),
            models: models.into_iter().map(|(reference, model)| (reference, first_layer(model))).collect(),
            default_params: params,
            own_params: Map::new(),
            thinking_default,
            timeout_seconds,
        }
    }

    /// What holds for the agent `id`: its own entry over the defaults. Of a model, options are put together member by
    /// member; a model of its own takes the place of the default one together with its fallbacks.
    ///
    /// # Errors
    /// When there is no such agent; the error names the nearest.
    pub fn settings(&self, id: &str) -> Result<AgentSettings, UnknownAgent> {
        let Some(entry) = self.entries.get(id) else {
            let known = self.entries.keys().map(String::as_str).collect::<Vec<_>>();
            return Err(UnknownAgent { id: id.to_owned(), hint: suggestion::hint(id, &known) });
        };
        let mut settings = self.default_settings();
        let AgentConfig { model, models, params, thinking_default, timeout_seconds } = entry.clone();
        settings.id = Some(id.to_owned());
        if let Some(model) = model {
            // A list without a model keeps the model, and an empty one takes out what it falls back on otherwise.
            if let Some(primary) = model.primary {
                settings.model = Some(primary);
                settings.fallbacks = model.fallbacks.unwrap_or_default();
            } else if let Some(fallbacks) = model.fallbacks {
                settings.fallbacks = fallbacks;
            }
        }
        for (reference, own) in models {
            if let Some(alias) = own.alias.as_ref().map(|alias| alias.to_lowercase()) {
                // The agent's word for a model goes before the default word for another, in whichever letters.
                let is_taken = |other: &AgentModelSettings| {
                    other.alias.as_ref().is_some_and(|other| other.to_lowercase() == alias)
                };
                for other in settings.models.values_mut().filter(|other| is_taken(other)) {
                    other.alias = None;
                }
            }
            let merged = settings.models.entry(reference).or_default();
            merged.alias = own.alias.or(merged.alias.take());
            merged.params.extend(Some(own.params).filter(|params| !params.is_empty()));
        }
        settings.own_params = params;
        settings.thinking_default = thinking_default.or(settings.thinking_default);
        settings.timeout_seconds = timeout_seconds.or(settings.timeout_seconds);
        Ok(settings)
    }
}

fn first_layer(AgentModelConfig { alias, params }: AgentModelConfig) -> AgentModelSettings {
    AgentModelSettings {
        alias,
        params: Some(params).filter(|params| !params.is_empty()).into_iter().collect(),
    }
}

impl AgentSettings {
    /// The model that is called so here: exactly, or else but for the case of letters.
    pub fn model_of_alias(&self, alias: &str) -> Option<&ModelRef> {
        let named = |fits: &dyn Fn(&str) -> bool| {
            let mut models = self.models.iter();
            models.find(|(_, model)| model.alias.as_deref().is_some_and(fits)).map(|(reference, _)| reference)
        };
        named(&|known| known == alias)
            .or_else(|| named(&|known| known.to_lowercase() == alias.to_lowercase()))
    }

    /// The models to ask, each once and in this order: the agent's own, then those it falls back on.
    pub fn candidates(&self) -> Vec<&ModelRef> {
        let mut candidates = Vec::new();
        for reference in self.model.iter().chain(&self.fallbacks) {
            if !candidates.contains(&reference) {
                candidates.push(reference);
            }
        }
        candidates
    }

    /// All short names, with their models.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &ModelRef)> {
        self.models.iter().filter_map(|(reference, model)| Some((model.alias.as_deref()?, reference)))
    }

    /// The options of `agents.defaults` that providers of this plugin know.
    pub fn default_params_for(&self, plugin: &ProviderPlugin) -> Map<String, Value> {
        known_params(&self.default_params, plugin)
    }

    /// The options of the agent's own entry that providers of this plugin know.
    pub fn own_params_for(&self, plugin: &ProviderPlugin) -> Map<String, Value> {
        known_params(&self.own_params, plugin)
    }
}

/// There is no agent of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAgent {
    id: String,
    hint: Option<String>,
}

impl std::fmt::Display for UnknownAgent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "no agent `{}` is configured", self.id)?;
        match &self.hint {
            Some(hint) => write!(formatter, "; {hint}"),
            None => formatter.write_str("; add it to `agents.entries`"),
        }
    }
}

impl std::error::Error for UnknownAgent {}
