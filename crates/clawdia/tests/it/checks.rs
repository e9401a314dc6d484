//! What can be said of a configuration with the help of its providers.

use std::fs;

use clawdia::config::Severity;
use clawdia::{Environment, ErrorKind, Host, ModelRef};
use tempfile::TempDir;

use crate::plugins::host;

fn environment(directory: &TempDir) -> Environment {
    [("CLAWDIA_STATE_DIR", directory.path().to_str().unwrap())].into_iter().collect()
}

#[test]
fn a_price_of_zero_is_a_hint_where_the_provider_knows_better() {
    let directory = TempDir::new().unwrap();
    // As it is documented.
    let text = include_str!("data/provider.json5");
    fs::write(directory.path().join("clawdia.json5"), text).unwrap();
    let report = Host::check(environment(&directory)).unwrap();
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    assert_eq!(problem.severity, Severity::Hint);
    assert_eq!(problem.path, "models.providers.amazon-bedrock.models[0].cost");
    assert_eq!(problem.line, Some(14));
    let told = "a price of 0 makes every bill 0; known for a million tokens: `input` $";
    assert!(problem.message.starts_with(told), "{problem}");
    for rate in ["`output` $", "`cacheRead` $", "`cacheWrite` $"] {
        assert!(problem.message.contains(rate), "{problem}");
    }
    assert!(report.is_valid());
    // Nobody is told so when they only use it.
    assert!(Host::load(environment(&directory)).unwrap().warnings().is_empty());
}

#[test]
fn a_configuration_that_cannot_be_read_is_in_the_report() {
    let directory = TempDir::new().unwrap();
    assert!(Host::check(environment(&directory)).unwrap().problems.is_empty());
    fs::write(directory.path().join("clawdia.jsonc"), [0xFF, 0xFE]).unwrap();
    let report = Host::check(environment(&directory)).unwrap();
    assert_eq!(report.problems[0].message, "the file is UTF-16");
    assert!(!report.is_valid());
}

#[test]
fn variables_go_before_a_file_and_without_one() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().to_str().unwrap();
    let variables = [("CLAWDIA_STATE_DIR", path), ("CLAWDIA__AGENTS__DEFAULTS__MODEL", "amazon-bedrock/x")];
    let host = Host::load(variables.into_iter().collect()).unwrap();
    assert_eq!(host.default_model().unwrap().model, "x");
    fs::write(
        directory.path().join("clawdia.jsonc"),
        "{ agents: { defaults: { model: 'amazon-bedrock/y' } } }",
    )
    .unwrap();
    let host = Host::load(variables.into_iter().collect()).unwrap();
    assert_eq!(host.default_model().unwrap().model, "x");
}

#[test]
fn where_only_listed_models_exist_others_do_not() {
    let host = host("{ models: { mode: 'replace', providers: { acme: { models: [{ id: 'known' }] } } } }");
    let model = |text: &str| host.model(&text.parse::<ModelRef>().unwrap());
    assert_eq!(model("acme/known").unwrap().max_tokens, 100);
    let error = model("acme/other").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "the model `acme/other` is not listed, and `models.mode` is `replace`; add it to \
         `models.providers.acme.models`, or set the mode to `merge`"
    );
}
