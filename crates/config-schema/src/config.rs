//! The configuration as a whole.
//!
//! Separate from its parts: here the steps of reading stand in their order, from text to checked values.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{Environment, Plugins, Section, from_config};
use serde::Deserialize;
use serde_json::Value;

use crate::agents::AgentsConfig;
use crate::document::{Document, Part};
use crate::error::ConfigError;
use crate::findings::Findings;
use crate::known_models::KnownModels;
use crate::models::ModelsConfig;
use crate::origins::Origins;
use crate::path::{Path, Step};
use crate::problem::{Problem, Severity};
use crate::report::{self, Report};
use crate::shape::{Shape, Via, is_typed};
use crate::{
    agent_rules, overrides, provider_rules, reading, reference_rules, sections, substitution, unlinked,
};

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
    warnings: Vec<Problem>,
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
    /// Reads and checks a JSON5 text, in an environment without variables. [`check`](crate::check) takes another one and
    /// tells more.
    ///
    /// # Errors
    /// All that is wrong, the first of it in full: syntax, unknown keys, values of the wrong type, what no linked plugin
    /// knows.
    pub fn parse(text: &str, plugins: &Plugins) -> Result<Self, ConfigError> {
        report::check(text, None, plugins, &Environment::default()).into_config()
    }

    /// The configuration of a host that has no file: what environment variables such as `CLAWDIA__MODELS__MODE` say.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn of_environment(plugins: &Plugins, environment: &Environment) -> Result<Self, ConfigError> {
        report::check("{}", None, plugins, environment).into_config()
    }

    /// Reads the section of a crate; `None` when the configuration does not have it.
    ///
    /// # Errors
    /// When it does not fit the type. It fits when the plugin of that type was linked, since it was checked then.
    pub fn section<T: Section>(&self) -> Result<Option<T>, ConfigError> {
        let Some(document) = &self.document else { return Ok(None) };
        let path = Path::of_pointer(T::POINTER);
        let Some(value) = document.value_at(&path) else { return Ok(None) };
        from_config(value.clone()).map(Some).map_err(|flaw| {
            let path = path.join(&Path::resolve(value, &flaw.path));
            let problem = reading::problem(document, &path, &flaw.message, &|_| Vec::new(), &|_| None);
            ConfigError::new(document.file(), document.without_secrets(problem), Vec::new())
        })
    }

    /// The value of the section at a JSON pointer, for a host that hands it to the section's owner; `None` when the
    /// configuration does not have it.
    ///
    /// ```
    /// use clawdia_config_schema::Config;
    /// use clawdia_core::Plugins;
    /// let config = Config::parse("{ models: { mode: 'replace' } }", &Plugins::new([], [], [])?)?;
    /// assert_eq!(config.section_value("/models/mode"), Some(&"replace".into()));
    /// assert_eq!(config.section_value("/models/bedrockDiscovery"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn section_value(&self, pointer: &str) -> Option<&Value> {
        self.document.as_deref()?.value_at(&Path::of_pointer(pointer))
    }

    /// What has no effect, or will fail once it is used.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Where each value comes from.
    pub fn origins(&self) -> Origins {
        Origins::of_document(self.document.clone())
    }

    pub(crate) fn shared_document(&self) -> Option<Arc<Document>> {
        self.document.clone()
    }

    /// The models that the configuration lists, and those that these plugins know of its providers.
    pub fn known_models(&self, plugins: &Plugins) -> KnownModels {
        KnownModels::of(&self.models, plugins)
    }

    pub(crate) fn document(&self) -> Option<&Document> {
        self.document.as_deref()
    }
}

/// What a document is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be used, with all that the environment says.
    Use,
    /// To be written: it is judged by what it says itself, wherever it will be read.
    Edit,
}

/// Reads a text and tells everything about it.
pub(crate) fn examine(
    text: &str,
    file: Option<&FilePath>,
    plugins: &Plugins,
    environment: &Environment,
    purpose: Purpose,
) -> Report {
    let mut document = match Document::read(text, file) {
        Ok(document) => document,
        Err(problem) => return Report::of(file, vec![*problem], None),
    };
    // Made of schemas, which take longer than reading most documents, and few ask for one.
    let shape = LazyCell::new(|| Shape::of::<Root>(plugins));
    let shape_of = || LazyCell::force(&shape);
    let of_variables = substitution::apply(&mut document, &shape_of, environment, purpose);
    let of_overrides = match purpose {
        Purpose::Use => overrides::apply(&mut document, &shape_of, environment),
        Purpose::Edit => Vec::new(),
    };
    let mut findings = Findings::new(&document, &shape_of);
    for (path, problem) in document.ambiguities() {
        findings.push(&path, problem);
    }
    for (path, problem) in of_variables {
        let is_open = problem.severity == Severity::Warning;
        findings.push(&path, problem);
        if is_open {
            findings.silence(path);
        }
    }
    for (path, problem) in of_overrides {
        findings.push(&path, problem);
    }
    let rest = sections::take(&mut findings, plugins);
    let section_keys = |parent: &Path| unlinked::section_keys(parent, plugins);
    let root = reading::read::<Root>(&mut findings, &Path::default(), rest, &section_keys);
    refuse_nulls(&mut findings, &shape_of);
    let Root { mut models, agents, .. } = root.unwrap_or_default();
    agent_rules::check_names(&mut findings, &agents, plugins);
    let place = Path::of(&["models", "providers"]);
    let mut speakers = BTreeMap::new();
    for (id, provider) in &mut models.providers {
        let place = place.key(id.as_str());
        let plugin = provider_rules::check(&mut findings, &place, id, provider, plugins, &agents.defaults);
        speakers.extend(plugin.map(|plugin| (id.clone(), plugin)));
        provider.id = Some(id.clone());
    }
    agent_rules::check(&mut findings, &agents, &models, &speakers, plugins);
    reference_rules::warn(&mut findings, &agents, &models, plugins);
    if document.is_blank() {
        findings.warn(&Path::default(), "the configuration is empty", "set something, or remove the file");
    }
    let (mut problems, suspects) = findings.into_problems();
    document.set_suspects(suspects);
    if document.is_overridden() {
        problems.extend(covered(&problems, text, file, plugins, environment));
    }
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning).cloned().collect();
    let config = Config { models, agents, warnings, document: Some(Arc::new(document)) };
    Report::of(file, problems, Some(config))
}

/// What is wrong with a document where a variable goes before it: it shows the moment that is unset.
fn covered(
    told: &[Problem],
    text: &str,
    file: Option<&FilePath>,
    plugins: &Plugins,
    environment: &Environment,
) -> Vec<Problem> {
    let is_told = |problem: &Problem| {
        told.iter().any(|told| told.message == problem.message && told.path == problem.path)
    };
    let alone = examine(text, file, plugins, environment, Purpose::Edit).problems.into_iter();
    let errors = alone.filter(|problem| problem.severity == Severity::Error && !is_told(problem));
    errors.map(|problem| problem.with_severity(Severity::Warning)).collect()
}

/// Refuses `null` where it says no more than leaving the key out would. Types read both alike, and a person may have
/// meant something else.
fn refuse_nulls<'a>(findings: &mut Findings<'_>, shape: &dyn Fn() -> &'a Shape) {
    let document = findings.document;
    for path in document.nulls() {
        let is_idle = match shape().at(document.value(), &path) {
            // Had its type refused `null`, that would have been told.
            Some((schema, Via::Property)) => is_typed(schema),
            // `null` marks a thinking level that a model does not have.
            Some((_, Via::Element)) | None => false,
        };
        if is_idle
            && !takes_back(&path)
            && document.variable_of(&path).is_none()
            && !findings.is_flawed(&path)
        {
            let advice = "leave the key out instead";
            let problem = document.problem(&path, Part::Value, "`null` says nothing here", advice);
            findings.push(&path, problem);
        }
    }
}

/// Whether a path leads into options that go over others, where `null` takes something back. Those of a provider lie below
/// all others.
fn takes_back(path: &Path) -> bool {
    let keys = path.steps().iter().map(|step| match step {
        Step::Key(key) => key.as_str(),
        Step::Index(_) => "",
    });
    let keys = keys.collect::<Vec<_>>();
    let (["models", "providers", _, "models", _, above @ ..]
    | ["agents", "defaults", above @ ..]
    | ["agents", "entries", _, above @ ..]) = keys.as_slice()
    else {
        return false;
    };
    matches!(above, ["params", _, ..] | ["models", _, "params", _, ..])
}
