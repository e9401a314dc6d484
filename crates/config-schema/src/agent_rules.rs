//! What `agents` must keep to besides its shape.
//!
//! Separate from the rules for providers: options here are for whichever provider knows them, and are named and checked
//! with all linked plugins in view.

use std::collections::{BTreeMap, BTreeSet};

use clawdia_core::{ModelRef, Plugins, ProviderId, ProviderPlugin};
use serde_json::{Map, Value};

use crate::agents::{AgentConfig, AgentsConfig};
use crate::document::Document;
use crate::findings::Findings;
use crate::known_params::KnownParams;
use crate::layers::Layers;
use crate::models::ModelsConfig;
use crate::path::Path;
use crate::{secret, suggestion};

/// Where the defaults stand.
pub(crate) fn defaults_place() -> Path {
    Path::of(&["agents", "defaults"])
}

/// Where options for all models stand.
pub(crate) fn params_place(agent: &Path) -> Path {
    agent.key("params")
}

/// The defaults and all agents, with their places.
pub(crate) fn places(agents: &AgentsConfig) -> Vec<(Path, &AgentConfig)> {
    let entries = Path::of(&["agents", "entries"]);
    let entries = agents.entries.iter().map(|(id, agent)| (entries.key(id), agent));
    std::iter::once((defaults_place(), &agents.defaults)).chain(entries).collect()
}

/// Checks names and limits, which need no provider.
pub(crate) fn check_names(findings: &mut Findings<'_>, agents: &AgentsConfig, plugins: &Plugins) {
    let known = plugins.providers().map(KnownParams::of).collect::<Vec<_>>();
    for id in agents.entries.keys().filter(|id| id.trim().is_empty() || id.chars().any(char::is_control)) {
        let path = Path::of(&["agents", "entries"]).key(id);
        findings.refuse_key(&path, "an agent needs a name", "write one such as `coder`");
    }
    for (place, agent) in places(agents) {
        check_options(findings, &params_place(&place), &agent.params, &known);
        if agent.timeout_seconds == Some(0) {
            let message = "a call that may take no time can never succeed";
            let advice = "write at least 1, or leave the key out for no limit";
            findings.refuse(&place.key("timeoutSeconds"), message, advice);
        }
        check_aliases(findings, &place.key("models"), agent);
        warn_of_idle_fallbacks(findings, &place.key("model"), agent);
    }
}

/// Warns of models to fall back on that were asked already when it is their turn.
fn warn_of_idle_fallbacks(findings: &mut Findings<'_>, place: &Path, agent: &AgentConfig) {
    let Some(choice) = &agent.model else { return };
    let mut asked = choice.primary.iter().collect::<Vec<_>>();
    for (index, fallback) in choice.fallbacks.iter().flatten().enumerate() {
        if asked.contains(&fallback) {
            let path = findings.element(&place.key("fallbacks"), index);
            let message = format!("`{fallback}` was asked before, and is not asked again");
            findings.warn(&path, message, "take it out");
        }
        asked.push(fallback);
    }
}

/// Refuses options for all models that no linked plugin knows.
fn check_options(
    findings: &mut Findings<'_>,
    place: &Path,
    params: &Map<String, Value>,
    known: &[KnownParams],
) {
    let is_known = |name: &&String| known.iter().any(|known| known.contains(name));
    for name in params.keys().filter(|name| !is_known(name)) {
        let names = known.iter().flat_map(|known| &known.names).map(String::as_str).collect::<BTreeSet<_>>();
        let names = names.into_iter().collect::<Vec<_>>();
        let near = suggestion::nearest(name, names.iter().copied());
        let harmless = near.is_some_and(|near| !secret::is_secret(near));
        let message = format!("no linked provider has an option `{name}`");
        let advice = suggestion::hint(name, &names);
        let advice = advice.unwrap_or_else(|| "add `use its_crate as _;` to the host".to_owned());
        let path = place.key(name);
        findings.refuse_unknown(&path, message, advice, harmless);
    }
}

/// Refuses short names that could not be told from refs or from each other.
fn check_aliases(findings: &mut Findings<'_>, place: &Path, agent: &AgentConfig) {
    let mut seen = BTreeMap::new();
    for (path, reference) in references(findings.document, place) {
        let Some(alias) = agent.models.get(&reference).and_then(|model| model.alias.as_ref()) else {
            continue;
        };
        let path = path.key("alias");
        if alias.trim().is_empty() || alias.trim() != alias {
            findings.refuse(&path, "the short name is blank or begins or ends with a space", "write a word");
        } else if alias.contains('/') || alias.chars().any(char::is_control) {
            let message = format!("`{}` cannot be a short name for a model", alias.escape_debug());
            findings.refuse(&path, message, "use no slash, which only refs have");
        } else if let Some(other) = seen.insert(alias.to_lowercase(), reference.clone())
            && other != reference
        {
            let message = format!("`{alias}` is the short name of `{other}`, too");
            findings.refuse(&path, message, "choose another one");
        }
    }
}

/// Checks the options of agents with what `models` says. `speakers` are the plugins of the configured providers.
pub(crate) fn check(
    findings: &mut Findings<'_>,
    agents: &AgentsConfig,
    models: &ModelsConfig,
    speakers: &BTreeMap<ProviderId, &'static ProviderPlugin>,
    plugins: &Plugins,
) {
    // With those of configured providers the defaults were checked together with the entries.
    let is_configured = |plugin: &ProviderPlugin| speakers.values().any(|speaker| speaker.api == plugin.api);
    let defaults_params = params_place(&defaults_place());
    for (place, agent) in places(agents) {
        let is_default = place == defaults_place();
        for plugin in plugins.providers().filter(|plugin| !is_configured(plugin)) {
            let params = agent.params_for(plugin);
            if !params.is_empty() {
                let below = agents.defaults.params_for(plugin);
                // Over nothing, so that a `null` takes back nothing instead of being a value.
                let layers = Layers::new(plugin, defaults_params.clone(), &Map::new());
                let layers = layers.then(defaults_params.clone(), &below);
                layers.then(params_place(&place), &params).check_what_is_said(findings);
            }
        }
        for (id, plugin) in speakers {
            let params = agent.params_for(plugin);
            if !is_default && !params.is_empty() {
                let layers = of_provider(id, plugin, models, agents);
                layers.then(params_place(&place), &params).check_what_is_said(findings);
            }
        }
        let mut seen = BTreeSet::new();
        for (path, reference) in references(findings.document, &place.key("models")) {
            if !seen.insert(reference.clone()) {
                let message = format!("the model `{reference}` stands here a second time");
                findings.refuse_key(&path, message, "keep only one of its entries");
                continue;
            }
            let Some(entry) = agent.models.get(&reference).filter(|entry| !entry.params.is_empty()) else {
                continue;
            };
            let id = &reference.provider;
            let Some(plugin) = speakers.get(id).copied().or_else(|| plugins.owner_of(id.as_str()).ok())
            else {
                continue;
            };
            let mut layers = of_provider(id, plugin, models, agents);
            if !is_default {
                layers = layers.then(params_place(&place), &agent.params_for(plugin));
            }
            let provider = models.providers.get(id);
            let rows = provider.into_iter().flat_map(|provider| provider.models.iter().enumerate());
            for (index, row) in rows.filter(|(_, row)| row.id == reference.model) {
                let below = Path::of(&["models", "providers"]).key(id.as_str()).key("models");
                layers = layers.then(findings.element(&below, index).key("params"), &row.params);
            }
            if !is_default && let Some(default) = agents.defaults.models.get(&reference) {
                let place = place_of(findings.document, &defaults_place().key("models"), &reference);
                layers = layers.then(place.key("params"), &default.params);
            }
            layers.then(path.key("params"), &entry.params).check(findings);
        }
    }
}

/// The options of a provider, with those that all agents give it.
fn of_provider(
    id: &ProviderId,
    plugin: &'static ProviderPlugin,
    models: &ModelsConfig,
    agents: &AgentsConfig,
) -> Layers {
    let written = models.providers.get(id).map(|provider| provider.params.clone()).unwrap_or_default();
    let place = Path::of(&["models", "providers"]).key(id.as_str()).key("params");
    let layers = Layers::new(plugin, place, &written);
    layers.then(params_place(&defaults_place()), &agents.defaults.params_for(plugin))
}

/// The refs that are keys of the object at `place`, with their places: a ref may be written in several ways.
pub(crate) fn references(document: &Document, place: &Path) -> Vec<(Path, ModelRef)> {
    let keys = document.value_at(place).and_then(|models| models.as_object());
    let keys = keys.into_iter().flat_map(|models| models.keys());
    keys.filter_map(|key| Some((place.key(key), key.parse().ok()?))).collect()
}

/// Where the entry of a ref stands.
fn place_of(document: &Document, place: &Path, reference: &ModelRef) -> Path {
    let known = references(document, place).into_iter().find(|(_, known)| known == reference);
    known.map_or_else(|| place.key(reference.to_string()), |(path, _)| path)
}

/// Every ref that an agent uses, with its place. `element` says where in the document an element of a list stands.
pub(crate) fn used_references(
    document: &Document,
    element: &dyn Fn(&Path, usize) -> Path,
    agents: &AgentsConfig,
) -> Vec<(Path, ModelRef)> {
    let mut used = Vec::new();
    for (place, agent) in places(agents) {
        let model = place.key("model");
        let choice = agent.model.clone().unwrap_or_default();
        if let Some(primary) = choice.primary {
            // A text may stand in place of the object.
            let long = model.key("primary");
            used.push((if document.value_at(&long).is_some() { long } else { model.clone() }, primary));
        }
        let fallbacks = choice.fallbacks.into_iter().flatten().enumerate();
        used.extend(fallbacks.map(|(index, fallback)| (element(&model.key("fallbacks"), index), fallback)));
        used.extend(references(document, &place.key("models")));
    }
    used
}
