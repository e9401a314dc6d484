//! Hosts of agents: which model they use, how it is asked, and what people may call it.

use clawdia::{Host, Model, ModelRef, StreamOptions, ThinkingLevel};

use crate::plugins::host;

fn agents() -> Host {
    host(
        r#"{
            models: { providers: {
                acme: { models: [{ id: "Large" }, { id: "small" }] },
                second: { api: "scripted", models: [{ id: "small" }, { id: "tiny" }] },
            } },
            agents: {
                defaults: {
                    model: "acme/Large",
                    models: { "acme/some/odd:name": { alias: "Odd" } },
                    thinkingDefault: "low",
                    timeoutSeconds: 60,
                },
                entries: {
                    coder: { model: "second/tiny", thinkingDefault: "high", models: { "acme/Large": { alias: "big" } } },
                },
            },
        }"#,
    )
}

fn thinking(host: &Host) -> Model {
    let mut model = host.model(&"acme/Large".parse().unwrap()).unwrap();
    model.reasoning = true;
    model
}

#[test]
fn a_host_of_an_agent_uses_its_model_and_shares_providers() {
    let host = agents();
    let coder = host.for_agent("coder").unwrap();
    assert_eq!(coder.default_model().unwrap().to_string(), "second/tiny");
    assert_eq!(coder.agent().id.as_deref(), Some("coder"));
    assert_eq!(host.default_model().unwrap().to_string(), "acme/Large");
    let id = "acme".into();
    assert!(std::sync::Arc::ptr_eq(&host.provider(&id).unwrap(), &coder.provider(&id).unwrap()));
    let error = host.for_agent("codr").unwrap_err();
    assert_eq!(error.to_string(), "no agent `codr` is configured; did you mean `coder`?");
}

#[test]
fn thinking_and_time_are_the_agents_unless_a_call_says_otherwise() {
    let host = agents();
    let coder = host.for_agent("coder").unwrap();
    let model = thinking(&host);
    let options = StreamOptions::default();
    assert_eq!(host.options(&model, &options).reasoning, Some(ThinkingLevel::Low));
    assert_eq!(coder.options(&model, &options).reasoning, Some(ThinkingLevel::High));
    assert_eq!(coder.options(&model, &options).timeouts.total_ms, Some(60_000));
    let mut options = StreamOptions::default().with_reasoning(ThinkingLevel::Off);
    options.timeouts.total_ms = Some(0);
    let options = coder.options(&model, &options);
    assert_eq!((options.reasoning, options.timeouts.total_ms), (Some(ThinkingLevel::Off), Some(0)));
}

#[test]
fn a_model_that_cannot_think_is_not_asked_to() {
    let host = agents();
    let model = host.model(&"acme/Large".parse().unwrap()).unwrap();
    assert_eq!(host.options(&model, &StreamOptions::default()).reasoning, None);
}

#[track_caller]
fn check(host: &Host, name: &str, expected: &str) {
    assert_eq!(host.resolve(name).unwrap(), expected.parse::<ModelRef>().unwrap());
}

#[test]
fn a_model_is_found_by_what_people_call_it() {
    let host = agents();
    check(&host, "acme/Large", "acme/Large");
    check(&host, " ACME/large ", "acme/Large");
    check(&host, "acme/not/listed", "acme/not/listed");
    check(&host, "Odd", "acme/some/odd:name");
    check(&host, "odd", "acme/some/odd:name");
    check(&host, "tiny", "second/tiny");
    check(&host, "LARGE", "acme/Large");
    // Listed nowhere, but known to the provider of the default model.
    check(&host, "known", "acme/known");
    check(&host.for_agent("coder").unwrap(), "big", "acme/Large");
    check(&host.for_agent("coder").unwrap(), "Odd", "acme/some/odd:name");
}

#[test]
fn a_name_that_means_no_model_is_told_with_the_nearest() {
    let refused = |name: &str| agents().resolve(name).unwrap_err().to_string();
    assert_eq!(
        refused("small"),
        "no model is called `small` alone; write one of `acme/small`, `second/small`"
    );
    assert_eq!(refused("odt"), "no model is called `odt`; did you mean `Odd`?");
    assert_eq!(
        refused("zzzzzz"),
        "no model is called `zzzzzz`; write it as `provider/model`, or give one a short name with `alias` in \
         `agents.defaults.models`"
    );
    assert!(refused("").starts_with("no model is called ``"));
}
