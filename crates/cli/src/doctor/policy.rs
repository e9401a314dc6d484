//! The smallest IAM policy with which the linked plugins can do their work.
//!
//! Separate from the examination, which finds out what is allowed: this is what has to be, by the plugins' own records and
//! where the providers call.

use std::sync::Arc;

use clawdia::core::{Permission, Provider};
use clawdia::{Host, Plugins};
use serde_json::{Value, json};

/// The policy, ready to be pasted: one statement for all actions on the same resources.
pub(super) async fn of(host: &Host) -> Value {
    let plugins = host.plugins();
    let providers = plugins.providers().map(|plugin| (plugin.api, plugin.permissions));
    let sources = plugins.sources().map(|plugin| (plugin.api, plugin.permissions));
    let mut statements = Vec::<(Vec<String>, Vec<&str>)>::new();
    for (api, permissions) in providers.chain(sources) {
        let connected = connected(host, api);
        for permission in permissions {
            let resources = resources(&connected, permission).await;
            match statements.iter_mut().find(|(known, _)| *known == resources) {
                _ if resources.is_empty() => {}
                Some((_, actions)) if actions.contains(&permission.action) => {}
                Some((_, actions)) => actions.push(permission.action),
                None => statements.push((resources, vec![permission.action])),
            }
        }
    }
    let statements = statements
        .into_iter()
        .map(|(resources, actions)| json!({ "Effect": "Allow", "Action": actions, "Resource": resources }));
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}

/// The providers of a protocol that can be connected.
fn connected(host: &Host, api: &str) -> Vec<Arc<dyn Provider>> {
    let ids = host.providers().into_iter().filter(|id| host.api_of(id) == Some(api));
    ids.filter_map(|id| host.provider(&id).ok()).collect()
}

/// What an action has to be allowed on for all of them; where there is none, what the plugin says.
async fn resources(providers: &[Arc<dyn Provider>], permission: &Permission) -> Vec<String> {
    if providers.is_empty() {
        return permission.resources.iter().map(ToString::to_string).collect();
    }
    let mut resources = Vec::new();
    for provider in providers {
        for resource in provider.resources(permission).await {
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    resources
}

/// A host that is not configured, for when the configuration cannot be read: the environment still says where to call.
pub(super) fn bare_host(plugins: Plugins) -> Host {
    let context = clawdia::core::HostContext::new(crate::process::environment());
    Host::new(clawdia::config::Config::default(), plugins, context)
}
