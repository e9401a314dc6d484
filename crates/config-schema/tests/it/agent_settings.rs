//! Agents, and what comes of the defaults and of what is different for one.

use clawdia_config_schema::AgentSettings;
use clawdia_core::ThinkingLevel;
use serde_json::{Value, json};

use crate::plugins::{parse, refused};

const AGENTS: &str = "{ agents: {
    defaults: {
      model: { primary: 'amazon-bedrock/a', fallbacks: ['amazon-bedrock/b'] },
      models: { 'amazon-bedrock/a': { alias: 'main', params: { serviceTier: 'flex' } }, 'amazon-bedrock/b': { alias: 'spare' } },
      params: { serviceTier: 'priority' },
      thinkingDefault: 'low',
      timeoutSeconds: 60,
    },
    entries: {
      strict: { model: 'amazon-bedrock/c' },
      careful: { model: { fallbacks: ['amazon-bedrock/d'] }, thinkingDefault: 'max' },
      brittle: { model: { fallbacks: [] }, models: { 'amazon-bedrock/e': { alias: 'MAIN' } } },
      plain: { model: {} },
      other: {
        models: { 'amazon-bedrock/a': { params: { serviceTier: null } }, 'amazon-bedrock/e': { alias: 'spare' } },
        params: { serviceTier: 'flex' },
        timeoutSeconds: 5,
      },
    },
} }";

fn settings(id: &str) -> AgentSettings {
    parse(AGENTS).agents.settings(id).unwrap()
}

fn models(settings: &AgentSettings) -> Vec<String> {
    settings.model.iter().chain(&settings.fallbacks).map(ToString::to_string).collect()
}

#[test]
fn an_agent_has_what_is_different_over_the_defaults() {
    let other = settings("other");
    assert_eq!(models(&other), ["amazon-bedrock/a", "amazon-bedrock/b"]);
    assert_eq!((other.thinking_default, other.timeout_seconds), (Some(ThinkingLevel::Low), Some(5)));
    assert_eq!(Value::from(other.default_params.clone()), json!({ "serviceTier": "priority" }));
    assert_eq!(Value::from(other.own_params.clone()), json!({ "serviceTier": "flex" }));
    let layers = &other.models[&"amazon-bedrock/a".parse().unwrap()].params;
    assert_eq!(json!(layers), json!([{ "serviceTier": "flex" }, { "serviceTier": null }]));
}

#[test]
fn a_model_of_its_own_has_only_its_own_fallbacks() {
    assert_eq!(models(&settings("strict")), ["amazon-bedrock/c"]);
    assert_eq!(models(&settings("careful")), ["amazon-bedrock/a", "amazon-bedrock/d"]);
    assert_eq!(models(&settings("brittle")), ["amazon-bedrock/a"]);
    assert_eq!(models(&settings("plain")), ["amazon-bedrock/a", "amazon-bedrock/b"]);
    assert_eq!(settings("careful").thinking_default, Some(ThinkingLevel::Max));
}

#[test]
fn short_names_are_the_agents_before_they_are_the_defaults() {
    let named = |settings: &AgentSettings, name: &str| settings.model_of_alias(name).map(ToString::to_string);
    assert_eq!(named(&settings("strict"), "spare").as_deref(), Some("amazon-bedrock/b"));
    assert_eq!(named(&settings("other"), "spare").as_deref(), Some("amazon-bedrock/e"));
    assert_eq!(named(&settings("other"), "MAIN").as_deref(), Some("amazon-bedrock/a"));
    assert_eq!(named(&settings("other"), "none"), None);
    // Whatever its letters: `main` is this agent's other model, and no longer the default's.
    assert_eq!(named(&settings("brittle"), "main").as_deref(), Some("amazon-bedrock/e"));
}

#[test]
fn an_agent_that_is_not_configured_is_told_with_the_nearest() {
    let error = parse(AGENTS).agents.settings("carefull").unwrap_err();
    assert_eq!(error.to_string(), "no agent `carefull` is configured; did you mean `careful`?");
    let error = parse("{}").agents.settings("x").unwrap_err();
    assert_eq!(error.to_string(), "no agent `x` is configured; add it to `agents.entries`");
}

#[track_caller]
fn check(agents: &str, path: &str, message: &str) {
    let error = refused(&format!("{{ agents: {{ {agents} }} }}"));
    assert_eq!((error.path(), error.message()), (format!("agents.{path}").as_str(), message));
}

#[test]
fn agents_are_checked_like_the_defaults() {
    check("entries: { coder: { modle: 'a/b' } }", "entries.coder.modle", "unknown key `modle`");
    check("entries: { ' ': {} }", "entries[\" \"]", "an agent needs a name");
    check(
        "entries: { coder: { params: { serviceTier: 'flexx' } } }",
        "entries.coder.params.serviceTier",
        "`flexx` is not one of `flex`, `priority`",
    );
    check(
        "entries: { coder: { models: { 'amazon-bedrock/x': { params: { serviceTier: 1 } } } } }",
        "entries.coder.models.amazon-bedrock/x.params.serviceTier",
        "expected text, found 1",
    );
    check(
        "entries: { coder: { models: { 'A/x': {}, 'a/x': {} } } }",
        "entries.coder.models.a/x",
        "the model `a/x` stands here a second time",
    );
    check("defaults: { thinkingDefault: 3 }", "defaults.thinkingDefault", "expected text, found 3");
}

#[test]
fn short_names_can_be_told_apart() {
    let two = |left: &str, right: &str| {
        format!("defaults: {{ models: {{ 'a/x': {{ alias: '{left}' }}, 'a/y': {{ alias: '{right}' }} }} }}")
    };
    check(&two("opus", "Opus"), "defaults.models.a/y.alias", "`Opus` is the short name of `a/x`, too");
    check(&two("o/p", "y"), "defaults.models.a/x.alias", "`o/p` cannot be a short name for a model");
    check(
        &two(" ", "y"),
        "defaults.models.a/x.alias",
        "the short name is blank or begins or ends with a space",
    );
    // Another agent may use the word for another model.
    parse(
        "{ agents: { defaults: { models: { 'amazon-bedrock/x': { alias: 'o' } } },
             entries: { c: { models: { 'amazon-bedrock/y': { alias: 'o' } } } } } }",
    );
}
