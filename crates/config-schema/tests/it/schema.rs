//! The schema for other hosts than ours: several protocols, sections, proposals, and what two crates cannot both have.

use std::collections::BTreeMap;
use std::sync::Arc;

use clawdia_config_schema::Config;
use clawdia_config_schema::schema::{ModelProposal, Proposals, generate, reference, to_text};
use clawdia_core::{
    Capability, ErrorKind, HostContext, Plugins, Provider, ProviderConfig, ProviderError, ProviderPlugin,
    Section, SectionPlugin,
};
use jsonschema::Validator;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::plugins::linked;

/// Options of another protocol, with one of the same name and one that contains itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Params {
    /// How much at once, in tokens.
    service_tier: Option<u8>,
    /// What comes before.
    limits: Option<Limits>,
}

/// Limits within limits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Limits {
    /// The limits inside.
    inner: Option<Box<Limits>>,
    /// Further limits.
    further: Option<Vec<Limits>>,
}

/// A section whose types have the same names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Fences {
    /// The fences inside.
    limits: Option<other::Limits>,
}

mod other {
    /// Other limits of the same name.
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their shape is tested")]
    pub(super) struct Limits {
        /// How high, in metres.
        height: u8,
        /// The fences behind.
        behind: Option<Box<Limits>>,
    }
}

impl Section for Fences {
    const POINTER: &'static str = "/plugins/fences";
}

/// A section inside of another crate's.
#[derive(Debug, Deserialize, JsonSchema)]
struct Inside {}

impl Section for Inside {
    const POINTER: &'static str = "/plugins/fences/inside";
}

/// A section where the document has a key of its own.
#[derive(Debug, Deserialize, JsonSchema)]
struct Mode {}

impl Section for Mode {
    const POINTER: &'static str = "/models/mode";
}

/// A section inside of a map.
#[derive(Debug, Deserialize, JsonSchema)]
struct InMap {}

impl Section for InMap {
    const POINTER: &'static str = "/models/providers/mine";
}

fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Other, "these tests connect to nothing"))
}

static ZETA: ProviderPlugin = ProviderPlugin::new("zeta-chat", "test-zeta", connect)
    .with_default_id("zeta")
    .with_auth(&["key"])
    .with_params::<Params>();
static FREE: ProviderPlugin = ProviderPlugin::new("free-chat", "test-free", connect);
static FENCES: SectionPlugin = SectionPlugin::of::<Fences>("test-fences");
static INSIDE: SectionPlugin = SectionPlugin::of::<Inside>("test-inside");
static MODE: SectionPlugin = SectionPlugin::of::<Mode>("test-mode");
static IN_MAP: SectionPlugin = SectionPlugin::of::<InMap>("test-map");

/// The test plugins with more of both kinds, in either order.
fn many(backwards: bool) -> Plugins {
    let linked = linked();
    let mut providers = linked.providers().chain([&ZETA]).collect::<Vec<_>>();
    let mut sections = linked.sections().chain([&FENCES]).collect::<Vec<_>>();
    if backwards {
        providers.reverse();
        sections.reverse();
    }
    Plugins::new(providers, [], sections).unwrap()
}

fn schema_of(plugins: &Plugins) -> Value {
    generate(plugins, &Proposals::default()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).unwrap()
}

/// Checks documents that both accept or both refuse: the schema alone, and a host with these plugins.
#[track_caller]
fn check_both(plugins: &Plugins, documents: impl IntoIterator<Item = (Value, bool)>) {
    let validator = validator(&schema_of(plugins));
    for (document, expected) in documents {
        let errors = validator.iter_errors(&document).map(|error| error.to_string()).collect::<Vec<_>>();
        assert_eq!(errors.is_empty(), expected, "{document}: {errors:?}");
        let host = Config::parse(&document.to_string(), plugins);
        assert_eq!(host.is_ok(), expected, "{document}: {host:?}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_order_of_linking() {
    assert_eq!(to_text(&schema_of(&many(false))), to_text(&schema_of(&many(true))));
    assert_eq!(reference(&schema_of(&many(false))), reference(&schema_of(&many(true))));
}

/// `serde_json` keeps the order of keys or sorts them, by a feature that any crate may turn on: sorted, both are one.
#[test]
fn keys_are_sorted_at_every_depth() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => {
                assert!(members.keys().is_sorted(), "{:?}", members.keys().collect::<Vec<_>>());
                members.values().for_each(check);
            }
            Value::Array(values) => values.iter().for_each(check),
            _ => {}
        }
    }
    check(&schema_of(&many(true)));
    let text = to_text(&json!({ "b": 1, "a": { "d": 1, "c": 1 } }));
    assert_eq!(text, "{\n  \"a\": {\n    \"c\": 1,\n    \"d\": 1\n  },\n  \"b\": 1\n}\n");
}

#[test]
fn an_entry_takes_the_options_of_the_protocol_it_speaks() {
    let entry = |id: &str, entry: Value| json!({ "models": { "providers": BTreeMap::from([(id, entry)]) } });
    let plugins = many(false);
    let documents = [
        (entry("amazon-bedrock", json!({ "params": { "serviceTier": "flex" } })), true),
        (entry("amazon-bedrock", json!({ "params": { "serviceTier": 3 } })), false),
        (entry("zeta", json!({ "params": { "serviceTier": 3 } })), true),
        (entry("zeta", json!({ "params": { "serviceTier": "flex" } })), false),
        (
            entry("zeta", json!({ "api": "bedrock-converse-stream", "params": { "serviceTier": "flex" } })),
            true,
        ),
        (entry("zeta", json!({ "api": "bedrock-converse-stream", "auth": "key" })), false),
        (entry("zeta", json!({ "auth": "key" })), true),
        (
            entry(
                "mine",
                json!({ "api": "zeta-chat", "params": { "limits": { "inner": { "inner": {} } } } }),
            ),
            true,
        ),
        (entry("mine", json!({ "api": "zeta-chat", "params": { "limits": { "outer": {} } } })), false),
        (
            entry(
                "mine",
                json!({ "api": "zeta-chat", "models": [{ "id": "x", "params": { "serviceTier": 3 } }] }),
            ),
            true,
        ),
        (
            entry("mine", json!({ "api": "zeta-chat", "models": [{ "id": "x", "params": { "tier": 3 } }] })),
            false,
        ),
        // It declares no options, so it takes any, and no authentication, so it takes none.
        (entry("mine", json!({ "api": "acme-chat", "params": { "any": [1] } })), true),
        (entry("mine", json!({ "api": "acme-chat", "auth": "key" })), false),
        (entry("mine", json!({ "params": {} })), false),
    ];
    check_both(&plugins, documents);
}

#[test]
fn options_for_all_models_are_those_that_any_protocol_has() {
    let linked = linked();
    let bedrock = linked.provider("bedrock-converse-stream").unwrap();
    let plugins = Plugins::new([bedrock, &ZETA], [], []).unwrap();
    let defaults = |params: Value| json!({ "agents": { "defaults": { "params": params } } });
    let documents = [
        (defaults(json!({ "limits": { "inner": {} }, "authToken": 7 })), true),
        (defaults(json!({ "limits": null })), true),
        (defaults(json!({ "other": 1 })), false),
        // Two protocols have an option of this name, and no value would do for both.
        (defaults(json!({ "serviceTier": "flex" })), false),
        (defaults(json!({ "serviceTier": 3 })), false),
        (defaults(json!({ "serviceTier": null })), true),
    ];
    check_both(&plugins, documents);
    // A protocol that declares no options knows any.
    let plugins = Plugins::new([bedrock, &FREE], [], []).unwrap();
    check_both(
        &plugins,
        [(defaults(json!({ "other": 1 })), true), (defaults(json!({ "serviceTier": 3 })), false)],
    );
}

/// What two protocols have in common, and what one has: written in two ways, and within itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Common {
    /// Heat, in degrees.
    service_tier: Option<u8>,
    /// Where to think.
    place: Place,
    /// What it is made of.
    tree: Option<Tree>,
}

/// A place, by its name or in full.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only their shape is tested")]
enum Place {
    /// Its name.
    Name(String),
    /// Where it is.
    Full(Full),
}

/// Where a place is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Full {
    /// How far, in metres.
    distance: u8,
}

/// A tree of trees.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their shape is tested")]
struct Tree {
    /// How high, in metres.
    height: u8,
    /// The tree inside.
    inner: Option<Box<Tree>>,
}

static YPSILON: ProviderPlugin = ProviderPlugin::new("ypsilon-chat", "test-ypsilon", connect)
    .with_default_id("ypsilon")
    .with_params::<Common>()
    .with_capabilities(&[Capability { name: "hearing", description: "It hears." }]);

fn two() -> Plugins {
    Plugins::new([&ZETA, &YPSILON], [], []).unwrap()
}

#[test]
fn an_option_of_two_protocols_is_explained_outside_of_what_is_joined() {
    let schema = schema_of(&two());
    let option =
        &schema["properties"]["agents"]["properties"]["defaults"]["properties"]["params"]["properties"];
    let tier = &option["serviceTier"];
    assert_eq!(tier["allOf"].as_array().unwrap().len(), 2);
    assert_eq!(
        tier["description"],
        "`ypsilon-chat`: Heat, in degrees.\n\n`zeta-chat`: How much at once, in tokens."
    );
    assert_eq!(tier["type"], json!(["integer", "null"]));
    assert_eq!(option["limits"]["$ref"], "#/definitions/zeta-chat.overrides/properties/limits");
}

#[test]
fn the_provider_of_a_ref_says_which_options_there_are() {
    let of = |reference: &str, params: Value| json!({ "agents": { "defaults": { "models": BTreeMap::from([(reference, json!({ "params": params }))]) } } });
    let documents = [
        (of("ypsilon/x", json!({ "place": "here" })), true),
        (of("zeta/x", json!({ "place": "here" })), false),
        (of("zeta/x", json!({ "limits": {} })), true),
        (of("nobody/x", json!({ "place": "here", "own": 1 })), true),
    ];
    let validator = validator(&schema_of(&two()));
    for (document, expected) in documents {
        assert_eq!(validator.is_valid(&document), expected, "{document}");
    }
}

#[test]
fn a_part_of_the_options_lacks_nothing_at_any_depth() {
    let entry = |params: Value| json!({ "models": { "providers": { "ypsilon": { "params": params } } } });
    let over = |params: Value| json!({ "agents": { "defaults": { "params": params } } });
    let validator = validator(&schema_of(&two()));
    for (document, expected) in [
        (entry(json!({ "tree": { "inner": { "inner": {} } } })), true),
        (entry(json!({ "tree": { "inner": { "height": null } } })), false),
        (over(json!({ "tree": { "inner": { "inner": { "height": null } } } })), true),
        (over(json!({ "tree": { "inner": null } })), true),
        (over(json!({ "tree": { "inner": { "hight": 1 } } })), false),
        (over(json!({ "place": null })), true),
        (over(json!({ "place": { "distance": null } })), true),
    ] {
        assert_eq!(validator.is_valid(&document), expected, "{document}");
    }
}

#[test]
fn a_text_or_an_object_is_one_schema_of_two_types() {
    let schema = schema_of(&two());
    let place = &schema["definitions"]["ypsilon-chat.params"]["properties"]["place"];
    assert_eq!(place["type"], json!(["string", "object"]));
    assert_eq!(place["description"], "Where to think.");
    assert_eq!(place["properties"]["distance"]["maximum"], 255);
}

#[test]
fn a_protocol_without_words_for_it_says_that_it_takes_no_authentication() {
    let schema = schema_of(&two());
    let auth = &schema["definitions"]["ypsilon-chat.provider"]["properties"]["auth"];
    assert_eq!(auth["errorMessage"], "`ypsilon-chat` has no words for this; leave the key out.");
    assert_eq!(auth["doNotSuggest"], true);
}

#[test]
fn capabilities_are_those_that_the_protocol_names() {
    let model = |capabilities: Value| {
        let model = json!({ "id": "x", "capabilities": capabilities });
        json!({ "models": { "providers": {
            "ypsilon": { "params": { "place": "here" }, "models": [model.clone()] },
            "zeta": { "models": [model] },
        } } })
    };
    check_both(
        &two(),
        [(model(json!({ "hearing": true })), true), (model(json!({ "hering": true })), false)],
    );
    let error = Config::parse(&model(json!({ "hering": true })).to_string(), &two()).unwrap_err();
    assert_eq!(error.message(), "models of `ypsilon-chat` have no capability `hering`");
    assert!(reference(&schema_of(&two())).contains("## Capabilities of models of `ypsilon-chat`"));
}

#[test]
fn a_section_stands_where_its_owner_wants_it() {
    let plugins = many(false);
    let documents = [
        (json!({ "models": { "weather": { "city": "Bern", "days": [1, 255] } } }), true),
        (json!({ "models": { "weather": { "days": [1] } } }), false),
        (json!({ "models": { "weather": { "city": "Bern", "days": [256] } } }), false),
        (json!({ "plugins": { "tides": { "harbour": "x" } } }), true),
        (json!({ "plugins": { "fences": { "limits": { "height": 1, "behind": { "height": 2 } } } } }), true),
        (json!({ "plugins": { "fences": { "limits": { "height": 1, "behind": { "inner": {} } } } } }), false),
        (json!({ "plugins": { "tidse": {} } }), false),
        (json!({ "plugins": {} }), false),
        (json!({ "models": { "bedrockDiscovery": { "enabled": true } } }), true),
    ];
    check_both(&plugins, documents);
}

#[test]
fn a_section_of_a_crate_that_is_not_linked_is_warned_of_and_not_offered() {
    let schema = schema_of(&linked());
    let discovery = schema.pointer("/properties/models/properties/bedrockDiscovery").unwrap();
    assert_eq!(discovery["doNotSuggest"], true);
    let config = Config::parse("{ models: { bedrockDiscovery: {} } }", &linked()).unwrap();
    let warning = &config.warnings()[0];
    let advice = warning.advice.as_str();
    assert_eq!(discovery["deprecationMessage"], format!("{}; {advice}", warning.message));
}

#[track_caller]
fn check_conflict(sections: &[&'static SectionPlugin], expected: &str) {
    let plugins = Plugins::new([], [], sections.iter().copied()).unwrap();
    let error = generate(&plugins, &Proposals::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("could not make the schema of the configuration: {expected}; link only one of them")
    );
}

#[test]
fn a_place_with_two_owners_is_an_error_that_names_both() {
    check_conflict(
        &[&INSIDE, &FENCES],
        "the place `/plugins/fences` belongs to test-fences, and test-inside claims it or something in it",
    );
    check_conflict(
        &[&MODE],
        "the place `/models/mode` belongs to clawdia-config-schema, and test-mode claims it or something in it",
    );
    check_conflict(
        &[&IN_MAP],
        "the place `/models/providers` belongs to clawdia-config-schema, and test-map claims it or something in it",
    );
}

#[test]
fn types_that_contain_themselves_keep_their_names_apart() {
    let schema = schema_of(&many(false));
    let definitions = schema["definitions"].as_object().unwrap();
    assert!(definitions.contains_key("zeta-chat.Limits"), "{:?}", definitions.keys().collect::<Vec<_>>());
    // And the reference comes to an end.
    assert!(reference(&schema).contains("### `params.limits`"));
    assert!(definitions.contains_key("test-fences.Limits"), "{:?}", definitions.keys().collect::<Vec<_>>());
}

#[test]
fn proposals_are_offered_and_close_nothing() {
    let mut large = ModelProposal::new("zeta/large".parse().unwrap());
    large.name = Some("Large".to_owned());
    large.context_window = Some(200_000);
    large.input_price = Some(5.0);
    large.output_price = Some(25.0);
    large.reasoning = Some(true);
    let mut proposals = Proposals::default();
    proposals.models = vec![ModelProposal::new("zeta/unknown".parse().unwrap()), large];
    proposals.regions = vec!["here".to_owned()];
    let schema = generate(&many(false), &proposals).unwrap();

    let choice = &schema["properties"]["agents"]["properties"]["defaults"]["properties"]["model"];
    for place in [choice, &choice["properties"]["primary"], &choice["properties"]["fallbacks"]["items"]] {
        let list = &place["anyOf"][0];
        assert_eq!(list["enum"], json!(["zeta/unknown", "zeta/large"]));
        assert_eq!(list["enumDetails"], json!(["", "200K · $5/$25"]));
        assert_eq!(list["enumSortTexts"], json!(["000000", "000001"]));
        assert!(
            list["markdownEnumDescriptions"][1]
                .as_str()
                .unwrap()
                .contains("| Context window | 200000 tokens |")
        );
        // Beside the list: inside, an editor answers a mistake with all of it.
        assert!(place["pattern"].is_string() && place["patternErrorMessage"].is_string());
        assert!(place.get("examples").is_none(), "long examples would be shown twice");
    }
    let validator = validator(&schema);
    let agents = |model: Value| json!({ "agents": { "defaults": { "model": model } } });
    assert!(validator.is_valid(&agents(json!("nobody/knows"))));
    assert!(validator.is_valid(&agents(json!({ "primary": "zeta/large", "fallbacks": ["a/b"] }))));
    assert!(!validator.is_valid(&agents(json!("large"))));
    assert!(!validator.is_valid(&agents(json!(["zeta/large"]))));
    let region = |region: &str| json!({ "models": { "providers": { "zeta": { "region": region } } } });
    assert!(validator.is_valid(&region("here")) && validator.is_valid(&region("there")));
    assert_eq!(schema["definitions"]["provider"]["properties"]["region"]["examples"], json!(["here"]));
}

#[test]
fn a_host_without_plugins_has_a_schema_too() {
    let plugins = Plugins::new([], [], []).unwrap();
    let documents = [
        (json!({ "models": { "mode": "merge" }, "agents": {} }), true),
        (json!({ "models": { "providers": { "a": {} } } }), false),
        (json!({ "agents": { "defaults": { "params": { "a": 1 } } } }), false),
    ];
    check_both(&plugins, documents);
}
