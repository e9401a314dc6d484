//! What a person may call a model.
//!
//! Separate from [`ModelRef`], which is exact: people write short names, leave out the provider, and forget capitals.

use std::collections::BTreeSet;

use clawdia_config_schema::{AgentSettings, Config};
use clawdia_core::{ModelId, ModelRef, Plugins, ProviderId};

/// A name that is no model's, or that of several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no model is called `{name}`{advice}")]
pub struct UnknownName {
    name: String,
    advice: String,
}

/// Finds the model that `name` means.
///
/// With a slash it is a ref; a model that is listed or known with other capitals is meant, if none is with these. Without
/// one it is a short name, or the id of a model that one provider alone lists, or one of the default provider's that
/// `knows` says it has, or the id of a model that was `found` with one provider alone.
pub(crate) fn resolve(
    name: &str,
    config: &Config,
    agent: &AgentSettings,
    plugins: &Plugins,
    knows: &dyn Fn(&ModelRef) -> bool,
    found: &BTreeSet<ModelRef>,
) -> Result<ModelRef, UnknownName> {
    let name = name.trim();
    if let Ok(reference) = name.parse::<ModelRef>() {
        return Ok(as_known(reference, config, plugins));
    }
    if let Some(reference) = agent.model_of_alias(name) {
        return Ok(reference.clone());
    }
    if let Some(listed) = only_one(name, &listed(config).collect::<Vec<_>>())? {
        return Ok(listed);
    }
    if let Some(provider) = default_provider(config, agent, plugins) {
        let reference = ModelRef::new(provider, name);
        if !name.is_empty() && !name.contains('/') && knows(&reference) {
            return Ok(reference);
        }
    }
    if let Some(found) = only_one(name, &found.iter().cloned().collect::<Vec<_>>())? {
        return Ok(found);
    }
    let aliases = agent.aliases().map(|(alias, _)| alias.to_owned());
    let ids =
        listed(config).chain(found.iter().cloned()).map(|reference| reference.model.as_str().to_owned());
    let nearest = aliases
        .chain(ids)
        .map(|known| {
            (strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase()), known)
        })
        .filter(|(resemblance, _)| *resemblance >= 0.6)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, known)| known);
    let advice = match nearest {
        Some(name) => format!("; did you mean `{name}`?"),
        None => "; write it as `provider/model`, or give one a short name with `alias` in `agents.defaults.models`"
            .to_owned(),
    };
    Err(UnknownName { name: name.to_owned(), advice })
}

/// The model of this id, if there is one alone.
fn only_one(name: &str, models: &[ModelRef]) -> Result<Option<ModelRef>, UnknownName> {
    for fits in [
        |id: &ModelId, name: &str| id == name,
        |id: &ModelId, name: &str| id.as_str().eq_ignore_ascii_case(name),
    ] {
        let fitting = models.iter().filter(|reference| fits(&reference.model, name)).collect::<Vec<_>>();
        match fitting.as_slice() {
            [] => {}
            [only] => return Ok(Some((*only).clone())),
            several => {
                let several = several.iter().map(|reference| format!("`{reference}`")).collect::<Vec<_>>();
                let advice = format!(" alone; write one of {}", several.join(", "));
                return Err(UnknownName { name: name.to_owned(), advice });
            }
        }
    }
    Ok(None)
}

/// The ref as its model is listed, or else as linked crates know it.
fn as_known(reference: ModelRef, config: &Config, plugins: &Plugins) -> ModelRef {
    let rows = || listed(config).filter(|listed| listed.provider == reference.provider);
    if rows().any(|listed| listed == reference) {
        return reference;
    }
    let id = reference.model.as_str();
    let mut alike = rows().filter(|listed| listed.model.as_str().eq_ignore_ascii_case(id));
    if let (Some(only), None) = (alike.next(), alike.next()) {
        return only;
    }
    let spelled = config.known_models(plugins).spelling(&reference);
    let is_case = |spelled: &ModelRef| spelled.model.as_str().eq_ignore_ascii_case(id);
    spelled.filter(is_case).unwrap_or(reference)
}

fn listed(config: &Config) -> impl Iterator<Item = ModelRef> {
    config.models.providers.iter().flat_map(|(id, provider)| {
        provider.models.iter().map(|row| ModelRef::new(id.clone(), row.id.clone()))
    })
}

/// The provider of the default model, or the only one there is.
fn default_provider(config: &Config, agent: &AgentSettings, plugins: &Plugins) -> Option<ProviderId> {
    if let Some(model) = &agent.model {
        return Some(model.provider.clone());
    }
    let owned = plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
    let mut ids = config.models.providers.keys().cloned().chain(owned).collect::<Vec<_>>();
    ids.sort();
    ids.dedup();
    match ids.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}
