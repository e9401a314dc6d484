//! Any listing at all: what is listed can be called, once, in an order that does not depend on the service's.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::listing::{foundation_models, inference_profiles};

/// A value of the kind that is expected, or of any other.
fn maybe(expected: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![
        12 => expected,
        1 => Just(Value::Null),
        1 => Just(json!(7)),
        1 => Just(json!([null])),
        1 => Just(json!({ "a": "b" })),
        1 => Just(json!("")),
    ]
    .boxed()
}

fn words(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    let word = prop::sample::select(words).prop_map(Value::from);
    maybe(prop::collection::vec(maybe(word), 0..4).prop_map(Value::from))
}

fn word(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    maybe(prop::sample::select(words).prop_map(Value::from))
}

const BASES: &[&str] = &[
    "acme.m",
    "ACME.M",
    "acme.n",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon.nova-lite-v1:0",
    "amazon.nova-lite-v1:0:24k",
    "plain",
    " ",
    "\u{e9}.\u{e9}.\u{e9}",
];

const PROFILES: &[&str] = &[
    "us.acme.m",
    "US.acme.m",
    "global.acme.m",
    "eu.acme.n",
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "interplanetary.acme.m",
    "a1b2c3",
    "acme.m",
    "glob\u{e4}l.x",
];

const ARNS: &[&str] = &[
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.acme.m",
    "no arn",
];

fn summary() -> impl Strategy<Value = Value> {
    (
        word(BASES),
        word(&["Beta", "alpha", "Alpha", "\u{df}"]),
        words(&["TEXT", "text", "IMAGE", "SPEECH"]),
        words(&["TEXT", "Text", "EMBEDDING"]),
        prop_oneof![8 => Just(json!(true)), 1 => Just(json!(false)), 1 => Just(json!("true"))],
        words(&["ON_DEMAND", "on_demand", "PROVISIONED", "INFERENCE_PROFILE", "TELEPATHY"]),
        maybe(
            (word(&["ACTIVE", "LEGACY", "Active", "RETIRED"]), word(&["2026-06-01T00:00:00Z", "9999-12-31T23:59:59Z", "never"]))
                .prop_map(|(status, end)| json!({ "status": status, "endOfLifeTime": end })),
        ),
    )
        .prop_map(|(id, name, input, output, streams, inference, lifecycle)| {
            json!({
                "modelId": id, "modelName": name, "inputModalities": input, "outputModalities": output,
                "responseStreamingSupported": streams, "inferenceTypesSupported": inference, "modelLifecycle": lifecycle,
            })
        })
}

fn profile() -> impl Strategy<Value = Value> {
    let arn = prop::sample::select(BASES)
        .prop_map(|id| json!({ "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}") }));
    (
        word(PROFILES),
        word(ARNS),
        word(&["Zeta", "alpha"]),
        word(&["ACTIVE", "active", "INACTIVE"]),
        word(&["SYSTEM_DEFINED", "APPLICATION", "OTHER"]),
        maybe(prop::collection::vec(maybe(arn), 0..3).prop_map(Value::from)),
    )
        .prop_map(|(id, arn, name, status, kind, models)| {
            json!({
                "inferenceProfileId": id, "inferenceProfileArn": arn, "inferenceProfileName": name,
                "status": status, "type": kind, "models": models,
            })
        })
}

fn read(models: &[Value], profiles: &[Value]) -> Listing {
    Listing {
        models: foundation_models(&json!({ "modelSummaries": models })).unwrap(),
        profiles: inference_profiles(&json!({ "inferenceProfileSummaries": profiles }), ProfileKind::System)
            .unwrap()
            .profiles,
        gaps: Vec::new(),
    }
}

fn catalog_of(listing: &Listing, preference: ProfilePreference, makers: &[String]) -> Catalog {
    let provider = ProviderId::from_static("amazon-bedrock");
    let filter = MakerFilter::of(makers);
    let terms = Terms {
        provider: &provider,
        region: "us-east-1",
        filter: &filter,
        preference,
        default_context_window: 32_000,
        default_max_tokens: 4_096,
        now: std::time::UNIX_EPOCH + std::time::Duration::from_hours(494_520),
    };
    catalog(listing, &terms)
}

/// Whether a listing says that an id can be called.
fn can_be_called(id: &str, listing: &Listing) -> bool {
    let on_demand = listing.models.iter().any(|model| {
        let says = |word: &str| model.inference.iter().any(|said| said.eq_ignore_ascii_case(word));
        let unsaid = model.inference.is_empty() && !served_only_through_profile(id);
        model.id == id && (says("ON_DEMAND") || unsaid)
    });
    let as_profile = listing.profiles.iter().any(|profile| {
        let called_by = match profile.kind {
            ProfileKind::System => Some(profile.id.as_str()),
            ProfileKind::Application => profile.arn.as_deref(),
        };
        called_by == Some(id)
            && profile.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("ACTIVE"))
    });
    on_demand || as_profile
}

proptest! {
    #[test]
    fn what_is_listed_can_be_called_once_and_in_one_order(
        models in prop::collection::vec(summary(), 0..8),
        profiles in prop::collection::vec(profile(), 0..8),
        preference in prop::sample::select(vec![ProfilePreference::Geo, ProfilePreference::Global, ProfilePreference::None]),
        makers in prop::sample::select(vec![vec![], vec!["acme".to_owned()]]),
    ) {
        let listing = read(&models, &profiles);
        let found = catalog_of(&listing, preference, &makers);
        let mut seen = HashSet::new();
        let mut stood_for = HashSet::new();
        for entry in &found.models {
            let id = entry.model.id.as_str();
            prop_assert!(can_be_called(id, &listing), "{id}");
            prop_assert!(seen.insert(id.to_lowercase()), "{id} twice");
            prop_assert!(entry.model.context_window > 0 && entry.model.max_tokens > 0);
            prop_assert!(!entry.model.input.is_empty() && !entry.model.name.is_empty());
            if let Some(other) = &entry.stands_for {
                prop_assert!(preference != ProfilePreference::None);
                prop_assert!(stood_for.insert(other.as_str().to_lowercase()), "{other} twice");
            }
        }
        for other in &stood_for {
            prop_assert!(!seen.contains(other), "{other} is listed itself");
        }
        prop_assert_eq!(&catalog_of(&listing, preference, &makers), &found);
        let firsts = found.models.iter().take_while(|entry| is_global(entry.model.id.as_str())).count();
        prop_assert!(found.models[firsts..].iter().all(|entry| !is_global(entry.model.id.as_str())));
        let ids = |models: &[DiscoveredModel]| models.iter().map(|entry| entry.model.id.as_str().to_lowercase()).collect::<Vec<_>>();
        // Two entries of one id may differ in everything else, and then the first counts; without such, order is nothing.
        let distinct = listing.models.iter().map(|model| &model.id).chain(listing.profiles.iter().map(|profile| &profile.id));
        let mut lower = distinct.map(|id| id.to_lowercase()).collect::<Vec<_>>();
        let all = lower.len();
        lower.sort_unstable();
        lower.dedup();
        let arns = listing.profiles.iter().filter_map(|profile| profile.arn.as_deref()).collect::<HashSet<_>>();
        if lower.len() == all && arns.len() == listing.profiles.iter().filter(|profile| profile.arn.is_some()).count() {
            let mut turned = listing.clone();
            turned.models.reverse();
            turned.profiles.reverse();
            prop_assert_eq!(ids(&catalog_of(&turned, preference, &makers).models), ids(&found.models));
        }
        let kept = serde_json::to_string(&listing).unwrap();
        prop_assert_eq!(serde_json::from_str::<Listing>(&kept).unwrap(), listing);
    }
}
