//! Models that agents name and nobody can serve.
//!
//! Separate from what is wrong: a model of a provider that does not exist is no reason to refuse everything else.

use std::collections::BTreeSet;

use clawdia_core::{ModelRef, Plugins, ProviderId};

use crate::agent_rules;
use crate::agents::AgentsConfig;
use crate::findings::Findings;
use crate::models::{ModelsConfig, ModelsMode};
use crate::suggestion;

/// Warns of refs that no provider can serve, and names the nearest that one can.
pub(crate) fn warn(
    findings: &mut Findings<'_>,
    agents: &AgentsConfig,
    models: &ModelsConfig,
    plugins: &Plugins,
) {
    let listed = listed(models);
    let owned = plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
    let providers = models.providers.keys().cloned().chain(owned).collect::<BTreeSet<_>>();
    for (path, reference) in agent_rules::used_references(findings, agents) {
        let id = &reference.provider;
        let providers = providers.iter().map(ProviderId::as_str);
        // With an entry that was refused, the provider is wrong and not the ref.
        if models.providers.contains_key(id) || plugins.owner_of(id.as_str()).is_ok() {
            let is_there = models.mode == ModelsMode::Merge || listed.contains(&reference.to_string());
            if !is_there {
                let message = format!("`{reference}` is not listed, and `models.mode` is `replace`");
                let advice = nearest(&reference, &listed)
                    .unwrap_or_else(|| format!("add it to `models.providers.{id}.models`"));
                findings.warn(&path, message, advice);
            }
            continue;
        }
        let near = suggestion::nearest(id.as_str(), providers)
            .map(|provider| format!("did you mean `{}`?", ModelRef::new(provider, reference.model.clone())))
            .or_else(|| nearest(&reference, &listed));
        let message = format!("no provider `{id}` is configured and no linked crate brings one");
        let advice = near.unwrap_or_else(|| "add it to `models.providers`".to_owned());
        findings.warn(&path, message, advice);
    }
}

/// All models that are written.
pub(crate) fn listed(models: &ModelsConfig) -> BTreeSet<String> {
    let rows = models.providers.iter().flat_map(|(id, provider)| {
        provider.models.iter().map(move |row| ModelRef::new(id.clone(), row.id.clone()).to_string())
    });
    rows.collect()
}

/// What to say of the nearest model that is listed.
pub(crate) fn nearest(reference: &ModelRef, listed: &BTreeSet<String>) -> Option<String> {
    let near = suggestion::nearest(&reference.to_string(), listed.iter().map(String::as_str))?;
    Some(format!("did you mean `{near}`?"))
}
