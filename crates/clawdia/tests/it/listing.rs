//! Which models there are, and who says so.

use clawdia::core::{Coverage, Discovery, Freshness, LimitsFrom};
use clawdia::{ErrorKind, Host, HostError, ListOptions, Listing, ModelOrigin, ModelTag, ProviderError};

use crate::sources::{found, host, script, section};

async fn list(host: &Host) -> Listing {
    host.list(&ListOptions::default()).await.unwrap()
}

/// Refs, who says so, and whether they can be called.
fn rows(listing: &Listing) -> Vec<(String, ModelOrigin, Option<bool>)> {
    let row = |listed: &clawdia::ListedModel| {
        (listed.model.reference().to_string(), listed.origin, listed.available)
    };
    listing.models.iter().map(row).collect()
}

fn refused() -> ProviderError {
    ProviderError::new(ErrorKind::Permission, "you may not")
        .with_attempt("list models")
        .with_hint("allow `acme:List`")
}

#[tokio::test]
async fn what_is_written_comes_first_then_what_was_found_then_what_agents_name() {
    let host = host(
        r#"{
            models: { providers: { acme: { models: [{ id: "mine" }, { id: "b" }] } } },
            agents: { defaults: { model: "acme/known", models: { "acme/nobody-knows": {} } } },
        }"#,
        &[("acme", Ok(Discovery::of(vec![found("z"), found("b"), found("a")])))],
    );
    let expected = [
        ("acme/mine", ModelOrigin::Configured, Some(false)),
        ("acme/b", ModelOrigin::Configured, Some(true)),
        ("acme/z", ModelOrigin::Discovered, Some(true)),
        ("acme/a", ModelOrigin::Discovered, Some(true)),
        ("acme/known", ModelOrigin::BuiltIn, Some(false)),
    ];
    let listing = list(&host).await;
    assert_eq!(rows(&listing), expected.map(|(id, origin, can)| (id.to_owned(), origin, can)));
    assert!(listing.warnings().is_empty() && !listing.has_failed());
}

#[tokio::test]
async fn what_is_written_goes_before_what_was_found_field_by_field() {
    let host = host(
        r#"{ models: { providers: { acme: { models: [
            { id: "a", contextWindow: 7 }, { id: "b", name: "Mine" }, { id: "known", maxTokens: 9 }, { id: "c" },
        ] } } } }"#,
        &[("acme", Ok(Discovery::of(vec![found("a"), found("b"), found("known")])))],
    );
    let listing = list(&host).await;
    let rows = listing.models.iter().map(|listed| {
        let model = &listed.model;
        (model.name.as_str(), model.context_window, model.max_tokens, listed.limits_from)
    });
    let expected = [
        ("Found a", 7, 50, LimitsFrom::Config),
        ("Mine", 500, 50, LimitsFrom::Default),
        // What the provider knows goes before what the source only assumes.
        ("Found known", 1_000, 9, LimitsFrom::Config),
        ("c", 0, 0, LimitsFrom::Default),
    ];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
    assert_eq!(listing.models[2].model.cost.input.to_bits(), 3.0_f64.to_bits());
}

#[tokio::test]
async fn limits_that_the_service_says_go_before_those_that_its_provider_knows() {
    let mut said = found("known");
    said.limits_from = LimitsFrom::Discovered;
    let host = host("{}", &[("acme", Ok(Discovery::of(vec![said])))]);
    let listing = list(&host).await;
    assert_eq!(listing.models[0].model.context_window, 500);
    assert_eq!(listing.models[0].limits_from, LimitsFrom::Discovered);
}

#[tokio::test]
async fn only_what_is_written_exists_where_the_mode_is_replace() {
    let host = host(
        r#"{
            models: { mode: "replace", providers: { acme: { models: [{ id: "mine" }] } } },
            agents: { defaults: { models: { "acme/mine": { alias: "m" } } } },
        }"#,
        &[("acme", Ok(Discovery::of(vec![found("a")])))],
    );
    let listing = list(&host).await;
    assert_eq!(rows(&listing), [("acme/mine".to_owned(), ModelOrigin::Configured, None)]);
    host.recall().await;
    assert!(script(&host).take_asked().is_empty(), "nobody is asked");
}

#[tokio::test]
async fn tags_say_what_agents_do_with_a_model_and_what_becomes_of_it() {
    let mut old = found("old");
    (old.is_legacy, old.legacy_until) = (true, Some("2026-12-31".to_owned()));
    let mut discovery = Discovery::of(vec![old, found("b")]);
    discovery.stale = Some("the service did not answer".to_owned());
    discovery.notices.push("profiles are missing".to_owned());
    let host = host(
        r#"{ agents: {
            defaults: {
                model: { primary: "acme/old", fallbacks: ["acme/x", "acme/b"] },
                models: { "acme/b": { alias: "short" } },
            },
            entries: { other: { model: "acme/b" } },
        } }"#,
        &[("acme", Ok(discovery))],
    );
    let tags = |listing: &Listing, index: usize| {
        listing.models[index].tags.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let listing = list(&host).await;
    assert_eq!(tags(&listing, 0), ["default", "stale", "legacy until 2026-12-31"]);
    assert_eq!(tags(&listing, 1), ["fallback#2", "alias:short", "stale"]);
    assert_eq!(
        listing.warnings(),
        [
            "acme: the list of models is an older one: the service did not answer",
            "acme: profiles are missing"
        ]
    );
    let other = list(&host.for_agent("other").unwrap()).await;
    assert_eq!(other.models[1].tags[0], ModelTag::Default);
}

#[tokio::test]
async fn one_source_that_fails_costs_only_its_own_models() {
    let config = r#"{ models: { providers: { second: { api: "scripted" }, third: { api: "broken" } } } }"#;
    let one = host(config, &[("acme", Err(refused())), ("second", Ok(Discovery::of(vec![found("a")])))]);
    let listing = list(&one).await;
    assert_eq!(rows(&listing), [("second/a".to_owned(), ModelOrigin::Discovered, Some(true))]);
    assert_eq!(listing.warnings(), ["acme: could not list models: you may not; allow `acme:List`"]);
    assert!(!listing.has_failed());
    let all = host(config, &[("acme", Err(refused())), ("second", Err(refused()))]);
    assert!(list(&all).await.has_failed());
    // One that was not asked has neither failed nor succeeded.
    let some = host(config, &[("acme", Err(refused()))]);
    assert!(list(&some).await.has_failed());
    let none = host(config, &[]);
    let listing = list(&none).await;
    assert!(!listing.has_failed());
    assert_eq!(listing.inquiries[0].skipped(), Some("it is off"));
}

#[tokio::test]
async fn a_provider_is_asked_as_it_is_configured_and_only_if_it_is_wanted() {
    let host = host(
        r#"{
            models: { mode: "merge", providers: { second: { api: "scripted", region: "eu-west-1", apiKey: "k" } } },
            agents: { defaults: { params: { tier: "flex" } } },
        }"#,
        &[],
    );
    let options = ListOptions::default().with_provider("second").with_freshness(Freshness::Refreshed);
    host.list(&options).await.unwrap();
    host.list(&options).await.unwrap();
    let asked = ("second".to_owned(), Freshness::Refreshed);
    assert_eq!(script(&host).take_asked(), [asked.clone(), asked]);
    {
        let script = script(&host);
        let opened = script.opened.lock().unwrap();
        let [opened] = opened.as_slice() else { panic!("a source is opened once: {opened:?}") };
        assert_eq!(opened.provider.region.as_deref(), Some("eu-west-1"));
        assert_eq!(opened.provider.api_key.as_ref().unwrap().expose(), "k");
        assert_eq!(opened.provider.params["tier"], "flex", "what agents say is folded in");
    }
    assert_eq!(section(&host), Some("merge".into()));
    list(&host).await;
    let both = script(&host).take_asked().into_iter().map(|(provider, _)| provider).collect::<Vec<_>>();
    assert_eq!(both, ["acme", "second"], "a provider that a crate brings is asked without being configured");
    let error = host.list(&ListOptions::default().with_provider("secnd")).await.unwrap_err();
    assert!(matches!(error, HostError::UnknownProvider { .. }));
    assert!(error.to_string().contains("did you mean `second`?"), "{error}");
}

#[tokio::test]
async fn a_model_that_is_called_through_a_listed_one_can_be_called() {
    let mut profile = found("us.base");
    profile.stands_for = Some("base".into());
    let host = host(
        r#"{ models: { providers: { acme: { models: [{ id: "base" }, { id: "arn:x" }] } } } }"#,
        &[("acme", Ok(Discovery::of(vec![profile])))],
    );
    let listing = list(&host).await;
    let available = listing.models.iter().map(|listed| listed.available).collect::<Vec<_>>();
    assert_eq!(available, [Some(true), None, Some(true)]);
    // It is described, and will be called, as what it is called through.
    let described = host.model(&"acme/base".parse().unwrap()).unwrap();
    assert_eq!(described, listing.models[0].model);
    assert_eq!((described.id.as_str(), described.context_window), ("base", 500));
    assert_eq!(described.invoked_id.unwrap().as_str(), "us.base");
    assert_eq!(listing.models[2].model.invoked_id, None);
}

#[tokio::test]
async fn what_stands_in_for_a_model_elsewhere_is_nothing_here() {
    let mut profile = found("us.base");
    profile.stands_for = Some("base".into());
    let mut discovery = Discovery::of(vec![profile]);
    discovery.coverage = Coverage::Elsewhere;
    let host = host(
        r#"{ models: { providers: { acme: { models: [{ id: "base" }] } } } }"#,
        &[("acme", Ok(discovery))],
    );
    let listing = list(&host).await;
    assert_eq!(listing.models[0].model.invoked_id, None);
    assert_eq!(host.model(&"acme/base".parse().unwrap()).unwrap().invoked_id, None);
}

#[tokio::test]
async fn the_region_of_a_list_is_that_of_calls_where_nobody_names_another() {
    let host = host(r#"{ models: { mode: "merge" } }"#, &[]);
    list(&host).await;
    let script = script(&host);
    let opened = script.opened.lock().unwrap();
    let fallback = opened[0].provider.fallback_region.clone().unwrap();
    assert_eq!(
        (fallback.region.as_str(), fallback.place.as_str()),
        ("region-of-merge", "models.mode.region")
    );
}

#[tokio::test]
async fn what_was_found_is_known_from_then_on() {
    let mut opaque = found("arn:opaque");
    opaque.model.canonical_model_id = Some("known".into());
    let host = host("{}", &[("acme", Ok(Discovery::of(vec![opaque, found("solo")])))]);
    let reference = "acme/arn:opaque".parse().unwrap();
    assert!(!host.knows(&reference));
    assert_eq!(host.model(&reference).unwrap().canonical_model_id, None);
    host.recall().await;
    host.recall().await;
    assert_eq!(script(&host).take_asked(), [("acme".to_owned(), Freshness::Offline)]);
    assert!(host.knows(&reference));
    let model = host.model(&reference).unwrap();
    assert_eq!((model.canonical_model_id.unwrap(), model.provider), ("known".into(), "acme".into()));
    assert_eq!(host.resolve("Solo").unwrap().to_string(), "acme/solo");
    let error = host.resolve("sola").unwrap_err();
    assert!(error.to_string().contains("did you mean `solo`?"), "{error}");
}

#[tokio::test]
async fn a_call_of_a_model_that_its_provider_does_not_know_looks_at_what_was_found() {
    use clawdia::{Context, Message, StreamOptions};
    let mut dear = found("dear");
    dear.model.cost.input = 1.0;
    let host = host("{}", &[("acme", Ok(Discovery::of(vec![dear])))]);
    let context = Context::new([Message::user("hello")]);
    for (model, asked) in [("acme/known", 0), ("acme/dear", 1), ("acme/dear", 0)] {
        // The scripted provider answers once; what matters is what was looked at.
        let _ = host.complete(&model.parse().unwrap(), &context, &StreamOptions::default()).await;
        assert_eq!(script(&host).take_asked().len(), asked, "{model}");
    }
}

#[tokio::test]
async fn a_key_that_has_to_be_looked_up_is_not_for_a_description() {
    let host = host(
        r#"{ models: { providers: { acme: { apiKey: { source: "file", path: "/nowhere/key" } } } } }"#,
        &[("acme", Ok(Discovery::of(vec![found("a")])))],
    );
    host.recall().await;
    assert!(script(&host).take_asked().is_empty());
    let listing = list(&host).await;
    assert!(listing.has_failed());
    assert!(listing.warnings()[0].contains("/nowhere/key"), "{:?}", listing.warnings());
}
