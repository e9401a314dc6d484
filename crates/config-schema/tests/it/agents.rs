//! Options for all models and for single ones: what is read, what is refused, and where.

use std::sync::Arc;

use clawdia_config_schema::{Config, ConfigError};
use clawdia_core::{
    ErrorKind, HostContext, Plugins, Provider, ProviderConfig, ProviderError, ProviderPlugin,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Options of a protocol with an owned id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct Wide {
    cache: Option<Cache>,
    tier: Option<u8>,
    guard: Option<Guard>,
    api_token: Option<u8>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Cache {
    Short,
    Long,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Guard {
    name: String,
    #[serde(default)]
    trace: bool,
}

/// Options of a protocol that requires one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Strict {
    account: String,
    tier: Option<String>,
}

fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Other, "these tests connect to nothing"))
}

static WIDE: ProviderPlugin =
    ProviderPlugin::new("wide-chat", "test-wide", connect).with_default_id("wide").with_params::<Wide>();
static STRICT: ProviderPlugin = ProviderPlugin::new("strict-chat", "test-strict", connect)
    .with_default_id("strict")
    .with_params::<Strict>();
static FREE: ProviderPlugin = ProviderPlugin::new("free-chat", "test-free", connect).with_default_id("free");

fn read(
    plugins: impl IntoIterator<Item = &'static ProviderPlugin>,
    text: &str,
) -> Result<Config, ConfigError> {
    Config::parse(text, &Plugins::new(plugins, [], []).unwrap())
}

#[track_caller]
fn accepted(text: &str) -> Config {
    read([&WIDE], text).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(text: &str, path: &str, message: &str, hint: Option<&str>) {
    let error = read([&WIDE], text).expect_err("the configuration should be refused");
    // Where no hint is expected, any will do.
    let found = hint.map_or(error.hint(), Some);
    assert_eq!((error.path(), error.message(), error.hint()), (path, message, found), "\n{error}\n");
}

#[test]
fn options_are_read_as_they_are_written() {
    let config = accepted(
        "{ agents: { defaults: {
            params: { cache: 'long', guard: { name: 'x', trace: true } },
            models: { 'Wide/a.b/c:0': { params: { tier: null } }, 'wide/d': {} },
        } } }",
    );
    let defaults = config.agents.defaults;
    assert_eq!(
        Value::from(defaults.params.clone()),
        json!({ "cache": "long", "guard": { "name": "x", "trace": true } })
    );
    assert_eq!(
        Value::from(defaults.models[&"wide/a.b/c:0".parse().unwrap()].params.clone()),
        json!({ "tier": null })
    );
    assert!(defaults.models[&"wide/d".parse().unwrap()].params.is_empty());
    assert_eq!(defaults.params_for(&WIDE), defaults.params);
    assert!(defaults.params_for(&STRICT).is_empty());
    assert_eq!(defaults.params_for(&FREE), defaults.params);
}

#[test]
fn an_option_that_no_plugin_has_is_marked_and_the_nearest_one_suggested() {
    let error = read([&WIDE], "{\n  agents: { defaults: { params: {\n    cahce: 'long' } } } }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not read the configuration at line 3, column 5 (agents.defaults.params.cahce)
  |
3 |     cahce: 'long' } } } }
  |     ^^^^^
no linked provider has an option `cahce`; did you mean `cache`?"
    );
    let message = "no linked provider has an option `temperature`";
    let hint = "known here are `apiToken`, `cache`, `guard`, `tier`";
    check(
        "{ agents: { defaults: { params: { temperature: 1 } } } }",
        "agents.defaults.params.temperature",
        message,
        Some(hint),
    );
    let text = "{ agents: { defaults: { params: { tier: 1 } } } }";
    let error = read([], text).unwrap_err();
    assert_eq!(error.hint(), Some("add `use its_crate as _;` to the host"));
}

#[test]
fn a_plugin_that_takes_anything_takes_any_option() {
    let text = "{ agents: { defaults: { params: { temperature: 1 } } } }";
    let config = read([&WIDE, &FREE], text).unwrap();
    assert!(config.agents.defaults.params_for(&WIDE).is_empty());
    assert_eq!(config.agents.defaults.params_for(&FREE).len(), 1);
}

#[test]
fn a_value_must_suit_each_plugin_that_knows_the_option() {
    check(
        "{ agents: { defaults: { params: { cache: 'lnog' } } } }",
        "agents.defaults.params.cache",
        "`lnog` is not one of `short`, `long`",
        Some("did you mean `long`?"),
    );
    check(
        "{ agents: { defaults: { params: { guard: { name: 'x', trcae: true } } } } }",
        "agents.defaults.params.guard.trcae",
        "unknown key `trcae`",
        Some("did you mean `trace`?"),
    );
    let text = "{ agents: { defaults: { params: { tier: 1 } } } }";
    accepted(text);
    let error = read([&WIDE, &STRICT], text).unwrap_err();
    assert_eq!((error.path(), error.message()), ("agents.defaults.params.tier", "expected text, found 1"));
}

#[test]
fn options_of_all_levels_are_checked_together() {
    // What a provider requires may stand with the agents, and the other way round.
    let entry =
        |params: &str| format!("models: {{ providers: {{ mine: {{ api: 'strict-chat', {params} }} }} }}");
    let agents = |params: &str| format!("agents: {{ defaults: {{ params: {{ {params} }} }} }}");
    let strict = |text: String| read([&STRICT], &format!("{{ {text} }}"));
    strict(format!("{}, {}", entry(""), agents("account: 'x'"))).unwrap();
    strict(format!("{}, {}", entry("params: { account: 'x' }"), agents("tier: 'y'"))).unwrap();
    // A provider that nobody has configured may never be used.
    strict(agents("tier: 'y'")).unwrap();
    let error = strict(format!("{}, {}", entry(""), agents("tier: 'y'"))).unwrap_err();
    assert_eq!((error.path(), error.message()), ("agents.defaults.params", "`account` is missing"));
    let error =
        strict(format!("{}, {}", entry("params: { account: 7 }"), agents("account: 'y'"))).unwrap_err();
    assert_eq!(error.path(), "models.providers.mine.params.account");

    // Objects are completed member by member.
    let guard = |provider: &str, agents: &str, row: &str, single: &str| {
        format!(
            "{{ models: {{ providers: {{ wide: {{ params: {{ {provider} }},
                  models: [{{ id: 'a' }}, {{ id: 'm.1', params: {{ {row} }} }}] }} }} }},
               agents: {{ defaults: {{ params: {{ {agents} }}, models: {{ 'wide/m.1': {{ params: {{ {single} }} }} }} }} }} }}"
        )
    };
    accepted(&guard("guard: { name: 'x' }", "guard: { trace: true }", "", ""));
    accepted(&guard("guard: { name: 'x' }", "", "guard: { trace: true }", ""));
    accepted(&guard("", "guard: { name: 'x' }", "guard: { trace: true }", "guard: { name: 'y' }"));
    check(
        &guard("", "guard: { trace: true }", "", ""),
        "agents.defaults.params.guard",
        "`name` is missing",
        Some("add it"),
    );
    check(
        &guard("guard: { name: 'x' }", "", "guard: { name: null }", ""),
        "models.providers.wide.models[1].params.guard",
        "`name` is missing",
        Some("add it"),
    );
    check(
        &guard("guard: { name: 'x' }", "guard: { trace: true }", "", "guard: { name: null, trace: false }"),
        "agents.defaults.models[\"wide/m.1\"].params.guard",
        "`name` is missing",
        Some("add it"),
    );
    // A member that is taken back is checked no more.
    accepted(&guard("guard: { name: 'x' }", "guard: null", "tier: 1", "tier: null"));
}

#[test]
fn options_of_one_model_are_its_plugins() {
    let single = |reference: &str, params: &str| {
        format!(
            "{{ agents: {{ defaults: {{ models: {{ '{reference}': {{ params: {{ {params} }} }} }} }} }} }}"
        )
    };
    check(
        &single("wide/a.b[0]", "cahce: 'long'"),
        "agents.defaults.models[\"wide/a.b[0]\"].params.cahce",
        "unknown key `cahce`",
        Some("did you mean `cache`?"),
    );
    check(
        &single("WIDE/x", "tier: 'flex'"),
        "agents.defaults.models.WIDE/x.params.tier",
        "expected a whole number of 0 or more, found text",
        None,
    );
    let error = read([&WIDE, &STRICT], &single("strict/x", "tier: 'y'")).unwrap_err();
    assert_eq!(
        (error.path(), error.message()),
        ("agents.defaults.models.strict/x.params", "`account` is missing")
    );
    let text = "{ models: { providers: { mine: { api: 'wide-chat' } } },
                  agents: { defaults: { models: { 'mine/x': { params: { tier: -1 } } } } } }";
    check(
        text,
        "agents.defaults.models.mine/x.params.tier",
        "expected a whole number of 0 or more, found -1",
        None,
    );
}

#[test]
fn the_shape_of_both_is_checked() {
    check(
        "{ agents: { defaults: { parms: {} } } }",
        "agents.defaults.parms",
        "unknown key `parms`",
        Some("did you mean `params`?"),
    );
    check(
        "{ agents: { defaults: { params: [] } } }",
        "agents.defaults.params",
        "expected an object, found a list",
        None,
    );
    check(
        "{ agents: { defaults: { models: { 'wide/x': { parms: {} } } } } }",
        "agents.defaults.models.wide/x.parms",
        "unknown key `parms`",
        Some("did you mean `params`?"),
    );
    check(
        "{ agents: { defaults: { models: { 'wide/x': { params: 7 } } } } }",
        "agents.defaults.models.wide/x.params",
        "expected an object, found 7",
        None,
    );
    check(
        "{ agents: { defaults: { models: { large: {} } } } }",
        "agents.defaults.models.large",
        "`large` is no model ref: there is no slash between provider and model",
        Some("write it as `provider/model`, for example `amazon-bedrock/us.amazon.nova-lite-v1:0`"),
    );
    check(
        "{ agents: { defaults: { models: { 'wide/x': {}, 'WIDE/x': { params: {} } } } } }",
        "agents.defaults.models.WIDE/x",
        "the model `wide/x` stands here a second time",
        Some("keep only one of its entries"),
    );
}

#[test]
fn a_model_of_an_unknown_provider_is_a_warning() {
    let config = accepted("{ agents: { defaults: { models: {\n  'wdie/x': { params: { any: 1 } } } } } }");
    let warnings = config.warnings().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        warnings,
        [
            "line 2, column 3 (agents.defaults.models.wdie/x): no provider `wdie` is configured and no linked crate \
           brings one; did you mean `wide/x`?"
        ]
    );
}

#[test]
fn secrets_among_options_do_not_show() {
    for text in [
        "{ agents: { defaults: { params: { apiToken: 's3cr3t' } } } }",
        "{ agents: { defaults: { params: { apiTokne: 's3cr3t' } } } }",
        "{ agents: { defaults: { params: { zzz: 's3cr3t' } } } }",
        "{ agents: { defaults: { models: { 'wide/x': { params: { apiToken: 's3cr3t' } } } } } }",
    ] {
        let error = read([&WIDE], text).unwrap_err();
        let shown = format!("{error}\n{error:?}");
        assert!(!shown.contains("s3cr"), "{shown}");
    }
}
