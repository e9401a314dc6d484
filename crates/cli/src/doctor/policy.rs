//! The smallest IAM policy with which the linked plugins can do their work.
//!
//! Separate from the examination, which finds out what is allowed: this is what has to be, by the plugins' own records.

use clawdia::Plugins;
use clawdia::core::Permission;
use serde_json::{Value, json};

/// The policy, ready to be pasted: one statement for all actions on the same resources.
pub(super) fn of(plugins: &Plugins) -> Value {
    let providers = plugins.providers().flat_map(|plugin| plugin.permissions);
    let sources = plugins.sources().flat_map(|plugin| plugin.permissions);
    let mut statements = Vec::<(&[&str], Vec<&str>)>::new();
    for Permission { action, resources, .. } in providers.chain(sources) {
        match statements.iter_mut().find(|(known, _)| known == resources) {
            Some((_, actions)) if actions.contains(action) => {}
            Some((_, actions)) => actions.push(action),
            None => statements.push((resources, vec![action])),
        }
    }
    let statements = statements
        .into_iter()
        .map(|(resources, actions)| json!({ "Effect": "Allow", "Action": actions, "Resource": resources }));
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}
