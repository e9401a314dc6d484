//! How plugins are found, and how they are refused.

use std::sync::Arc;

use clawdia_core::testing::Scripted;
use clawdia_core::{
    ErrorKind, HostContext, ModelSource, Plugins, PluginsError, Provider, ProviderConfig, ProviderError,
    ProviderPlugin, Section, SectionPlugin, SourceConfig, SourcePlugin, from_config,
};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::json;

fn connect(config: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    let unnamed = || ProviderError::new(ErrorKind::InvalidRequest, "the provider has no id");
    Ok(Arc::new(Scripted::new(config.id.clone().ok_or_else(unnamed)?)))
}

fn open(_: &SourceConfig, _: &HostContext) -> Result<Arc<dyn ModelSource>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Other, "there is nothing to open"))
}

/// Options of a protocol.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Params {
    /// How many.
    words: Vec<u8>,
}

impl Section for Params {
    const POINTER: &'static str = "/models/params";
}

const LINKED_PROVIDER: ProviderPlugin =
    ProviderPlugin::new("linked-chat", env!("CARGO_PKG_NAME"), connect).with_default_id("linked");
const LINKED_SOURCE: SourcePlugin =
    SourcePlugin::new("linked-source", "linked-chat", env!("CARGO_PKG_NAME"), open);
const LINKED_SECTION: SectionPlugin = SectionPlugin::of::<Params>(env!("CARGO_PKG_NAME"));
clawdia_core::register!(LINKED_PROVIDER);
clawdia_core::register!(LINKED_SOURCE);
clawdia_core::register!(LINKED_SECTION);

static FIRST: ProviderPlugin = ProviderPlugin::new("b-chat", "crate-b", connect).with_default_id("b");
static SECOND: ProviderPlugin = ProviderPlugin::new("a-chat", "crate-a", connect).with_auth(&["key"]);

#[track_caller]
fn check_refused(plugins: Result<Plugins, PluginsError>, expected: &str) {
    assert_eq!(plugins.unwrap_err().to_string(), expected);
}

#[test]
fn registered_plugins_are_linked() {
    let plugins = Plugins::linked().unwrap();
    assert_eq!(plugins.provider("linked-chat").unwrap().owner, "clawdia-core");
    assert_eq!(plugins.owner_of("linked").unwrap().api, "linked-chat");
    assert_eq!(plugins.sources().map(|source| source.id).collect::<Vec<_>>(), ["linked-source"]);
    assert_eq!(plugins.sections().map(|section| section.pointer).collect::<Vec<_>>(), ["/models/params"]);

    let config = ProviderConfig::new("second-account");
    let provider = (plugins.provider("linked-chat").unwrap().connect)(
        &config,
        &HostContext::new([("", ""); 0].into_iter().collect()),
    );
    assert_eq!(*provider.unwrap().id(), "second-account");
}

#[test]
fn plugins_are_sorted_whatever_the_link_order() {
    let apis = |plugins: Plugins| plugins.providers().map(|plugin| plugin.api).collect::<Vec<_>>();
    assert_eq!(apis(Plugins::new([&FIRST, &SECOND], [], []).unwrap()), ["a-chat", "b-chat"]);
    assert_eq!(apis(Plugins::new([&SECOND, &FIRST], [], []).unwrap()), ["a-chat", "b-chat"]);
}

#[test]
fn duplicates_are_refused_with_both_owners() {
    static SAME_API: ProviderPlugin = ProviderPlugin::new("b-chat", "crate-c", connect);
    static SAME_ID: ProviderPlugin = ProviderPlugin::new("c-chat", "crate-c", connect).with_default_id("b");
    static SOURCE: SourcePlugin = SourcePlugin::new("s", "a-chat", "crate-a", open);
    static SAME_SOURCE: SourcePlugin = SourcePlugin::new("s", "a-chat", "crate-b", open);
    static SECTION: SectionPlugin = SectionPlugin::of::<Params>("crate-a");
    static SAME_SECTION: SectionPlugin = SectionPlugin::of::<Params>("crate-b");
    check_refused(
        Plugins::new([&SAME_API, &FIRST], [], []),
        "the protocol `b-chat` is claimed twice, by crate-b and by crate-c; link only one of them",
    );
    check_refused(
        Plugins::new([&FIRST, &SAME_ID], [], []),
        "the provider id `b` is claimed twice, by crate-b and by crate-c; link only one of them",
    );
    check_refused(
        Plugins::new([], [&SAME_SOURCE, &SOURCE], []),
        "the model source `s` is claimed twice, by crate-a and by crate-b; link only one of them",
    );
    check_refused(
        Plugins::new([], [], [&SECTION, &SAME_SECTION]),
        "the section `/models/params` is claimed twice, by crate-a and by crate-b; link only one of them",
    );
}

#[test]
fn what_is_not_linked_is_answered_with_what_is() {
    let plugins = Plugins::new([&FIRST, &SECOND], [], []).unwrap();
    assert_eq!(
        plugins.provider("c-chat").unwrap_err().to_string(),
        "no linked crate speaks the protocol `c-chat` (linked: `a-chat` by crate-a, `b-chat` by crate-b); \
         add `use its_crate as _;` to the host"
    );
    assert_eq!(
        plugins.owner_of("a").unwrap_err().to_string(),
        "no provider `a` is configured and no linked crate brings one (linked: `b` by crate-b); \
         add it to `models.providers`, or `use its_crate as _;` to the host"
    );
    let none = Plugins::new([], [], []).unwrap();
    assert!(none.provider("c-chat").unwrap_err().to_string().contains("(linked: none)"));
}

#[test]
fn options_are_checked_by_their_type() {
    static PLUGIN: ProviderPlugin = ProviderPlugin::new("x", "crate-x", connect).with_params::<Params>();
    assert_eq!((PLUGIN.check_params)(json!({ "words": [1, 2] })), Ok(()));
    let error = (PLUGIN.check_params)(json!({ "words": [1, 256] })).unwrap_err();
    assert_eq!(error.path, "words[1]");
    let error = (PLUGIN.check_params)(json!({ "words": [], "wrods": [] })).unwrap_err();
    assert_eq!(error.path, "wrods");
    let schema = (PLUGIN.params_schema)(&mut SchemaGenerator::default());
    assert!(schema.as_value().get("$ref").is_some() || schema.as_value().get("properties").is_some());

    // Without a type any object will do, and nothing else.
    assert_eq!((FIRST.check_params)(json!({ "anything": 1 })), Ok(()));
    assert!((FIRST.check_params)(json!([])).is_err());
}

#[test]
fn an_object_must_be_written_as_an_object() {
    let error = from_config::<Params>(json!([[1, 2]])).unwrap_err();
    assert_eq!((error.path.as_str(), error.message.contains("invalid type: sequence")), (".", true));
    assert_eq!(from_config::<Params>(json!({ "words": [1] })), Ok(Params { words: vec![1] }));
}
