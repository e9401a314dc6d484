//! Models that agents name and nobody can serve.
//!
//! Separate from what is wrong: a model of a provider that does not exist is no reason to refuse everything else.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use clawdia_core::{ModelRef, Plugins, ProviderId};

use crate::agent_rules;
use crate::agents::AgentsConfig;
use crate::findings::Findings;
use crate::known_models::{self, KnownModels};
use crate::models::{ModelsConfig, ModelsMode};
use crate::path::Path;
use crate::suggestion;

/// Warns of refs that no provider can serve, and names the nearest that one can.
pub(crate) fn warn(
    findings: &mut Findings<'_>,
    agents: &AgentsConfig,
    models: &ModelsConfig,
    plugins: &Plugins,
) {
    let listed = known_models::listed(models);
    let known = LazyCell::new(|| KnownModels::of(models, plugins));
    let owned = plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
    let providers = models.providers.keys().cloned().chain(owned).collect::<BTreeSet<_>>();
    let element = |list: &Path, index: usize| findings.element(list, index);
    for (path, reference) in agent_rules::used_references(findings.document, &element, agents) {
        let id = &reference.provider;
        let providers = providers.iter().map(ProviderId::as_str);
        // With an entry that was refused, the provider is wrong and not the ref.
        if models.providers.contains_key(id) || plugins.owner_of(id.as_str()).is_ok() {
            let is_there = models.mode == ModelsMode::Merge || listed.contains(&reference.to_string());
            if !is_there {
                let message = format!("`{reference}` is not listed, and `models.mode` is `replace`");
                let near = suggestion::nearest(&reference.to_string(), listed.iter().map(String::as_str));
                let advice = near.map_or_else(
                    || format!("add it to `models.providers.{id}.models`"),
                    |near| format!("did you mean `{near}`?"),
                );
                findings.warn(&path, message, advice);
            }
            continue;
        }
        // The provider alone may be misspelt, and its model as well.
        let meant = suggestion::nearest(id.as_str(), providers)
            .map(|provider| ModelRef::new(provider, reference.model.clone()))
            .map(|meant| known.spelling(&meant).unwrap_or(meant));
        let near = meant.or_else(|| known.nearest(&reference));
        let message = format!("no provider `{id}` is configured and no linked crate brings one");
        let advice = near.map_or_else(
            || "add it to `models.providers`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        findings.warn(&path, message, advice);
    }
}
