//! The section of the configuration, as a host reads and checks it.

use clawdia_core::{Plugins, from_config};
use clawdia_discovery::BedrockDiscoveryConfig;
use serde_json::{Value, json};

#[test]
fn the_section_is_linked_at_its_place() {
    let plugins = Plugins::linked().unwrap();
    let places = plugins.sections().map(|plugin| (plugin.pointer, plugin.owner)).collect::<Vec<_>>();
    assert_eq!(places, [("/models/bedrockDiscovery", "clawdia-discovery")]);
}

#[test]
fn what_is_not_said_has_a_default() {
    let config: BedrockDiscoveryConfig = from_config(json!({})).unwrap();
    assert_eq!(config, BedrockDiscoveryConfig::default());
    assert_eq!(
        serde_json::to_value(config).unwrap(),
        json!({ "refreshInterval": 3600, "defaultContextWindow": 32000, "defaultMaxTokens": 4096 })
    );
}

#[test]
fn all_of_it_is_read() {
    let text = json!({
        "enabled": true,
        "region": "us-east-1",
        "providerFilter": ["anthropic", "amazon"],
        "refreshInterval": 0,
        "defaultContextWindow": 1,
        "defaultMaxTokens": 1,
    });
    let config: BedrockDiscoveryConfig = from_config(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(config).unwrap(), text);
}

#[track_caller]
fn check_refused(section: Value, path: &str, message: &str) {
    let error = from_config::<BedrockDiscoveryConfig>(section).unwrap_err();
    assert_eq!(error.path, path);
    assert!(error.message.contains(message), "{}", error.message);
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    check_refused(json!({ "refreshInterval": "abc" }), "refreshInterval", "expected u64");
    check_refused(json!({ "refreshInterval": -1 }), "refreshInterval", "expected u64");
    check_refused(json!({ "refreshInterval": 1.5 }), "refreshInterval", "expected u64");
    check_refused(json!({ "defaultContextWindow": 0 }), "defaultContextWindow", "at least 1");
    check_refused(json!({ "defaultMaxTokens": 0 }), "defaultMaxTokens", "at least 1");
    check_refused(json!({ "region": " " }), "region", "cannot be blank");
    check_refused(json!({ "providerFilter": "anthropic" }), "providerFilter", "expected a sequence");
    check_refused(json!({ "refreshIntervall": 1 }), "refreshIntervall", "unknown field");
}
