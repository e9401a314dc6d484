//! How a ref becomes the description of a model.

use clawdia::ModelRef;

use crate::plugins::{connected, host};

fn reference(text: &str) -> ModelRef {
    text.parse().unwrap()
}

#[test]
fn configuration_goes_before_what_the_provider_knows_field_by_field() {
    let host = host(
        r#"{ models: { providers: { acme: { models: [
            { id: "known", contextWindow: 2000, cost: { input: 0 } },
        ] } } } }"#,
    );
    let model = host.model(&reference("acme/known")).unwrap();
    assert_eq!((model.context_window, model.max_tokens), (2_000, 100));
    assert_eq!(model.name, "Known");
    assert_eq!(model.cost.input.to_bits(), 0, "an explicit zero is a price");
}

#[test]
fn a_model_that_is_listed_nowhere_is_described_by_its_name() {
    let host = host("{}");
    let model = host.model(&reference("acme/some/new:model")).unwrap();
    assert_eq!(model.id, "some/new:model");
    assert_eq!(model.provider, "acme");
    assert_eq!(model.api, "scripted");
    assert_eq!(model.context_window, 0);
}

#[test]
fn a_provider_of_another_name_is_found_by_its_protocol() {
    let host = host(r#"{ models: { providers: { second: { api: "scripted" } } } }"#);
    let model = host.model(&reference("Second/known")).unwrap();
    assert_eq!(model.provider, "second");
    assert_eq!(model.max_tokens, 100);
}

#[test]
fn models_are_those_the_configuration_lists() {
    let host = host(
        r#"{ models: { providers: {
            zoo: { api: "scripted", models: [{ id: "z" }] },
            acme: { models: [{ id: "known" }, { id: "other", name: "Other" }] },
        } } }"#,
    );
    let listed = host.models();
    let references = listed.iter().map(|model| model.reference().to_string()).collect::<Vec<_>>();
    assert_eq!(references, ["acme/known", "acme/other", "zoo/z"]);
    assert_eq!(listed[1].name, "Other");
}

#[test]
fn the_default_model_is_the_configured_one() {
    let configured = host(r#"{ agents: { defaults: { model: { primary: "acme/known" } } } }"#);
    assert_eq!(configured.default_model(), Some(&reference("acme/known")));
    assert_eq!(host("{}").default_model(), None);
}

#[test]
fn nothing_is_connected_before_it_is_needed_and_nothing_twice() {
    let host = host(r#"{ models: { providers: { second: { api: "scripted", models: [{ id: "x" }] } } } }"#);
    assert_eq!(connected(&host), 0);
    host.model(&reference("acme/known")).unwrap();
    host.clone().model(&reference("acme/other")).unwrap();
    host.provider(&"acme".into()).unwrap();
    assert_eq!(connected(&host), 1);
    host.models();
    assert_eq!(connected(&host), 2);
}
