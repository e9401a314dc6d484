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

/// What is wrong with a configuration: where, and what.
#[track_caller]
fn check_problems(text: &str, expected: &[(&str, &str)]) {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("clawdia.jsonc"), text).unwrap();
    let report = Host::check(environment(&directory)).unwrap();
    let found = report.problems.iter().map(|problem| (problem.path.as_str(), problem.message.as_str()));
    assert_eq!(found.collect::<Vec<_>>(), expected, "{report}");
}

#[test]
fn what_is_missing_is_told_and_not_what_stands_in_for_it() {
    let guardrail = "{ guardrail: { scope: 'conversation' } }";
    let missing = |place: &str| {
        [
            (format!("{place}.guardrail"), "`guardrailIdentifier` is missing"),
            (format!("{place}.guardrail"), "`guardrailVersion` is missing"),
        ]
    };
    for (text, place) in [
        (
            format!(
                "{{ agents: {{ defaults: {{ models: {{ 'amazon-bedrock/x': {{ params: {guardrail} }} }} }} }} }}"
            ),
            "agents.defaults.models.amazon-bedrock/x.params",
        ),
        (
            format!("{{ models: {{ providers: {{ 'amazon-bedrock': {{ params: {guardrail} }} }} }} }}"),
            "models.providers.amazon-bedrock.params",
        ),
    ] {
        let missing = missing(place);
        check_problems(&text, &missing.each_ref().map(|(path, message)| (path.as_str(), *message)));
    }
}

#[test]
fn a_price_of_zero_is_told_wherever_it_stands() {
    let directory = TempDir::new().unwrap();
    let text = "{ models: { providers: { 'amazon-bedrock': { models: [{
        id: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        cost: {
            cacheWrite1h: 0,
            tiers: [{ inputTokensAbove: 1, input: 0, output: 3 }],
            serviceTiers: { flex: { output: 0 } },
        },
    }] } } } }";
    fs::write(directory.path().join("clawdia.jsonc"), text).unwrap();
    let report = Host::check(environment(&directory)).unwrap();
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    for rate in ["`cacheWrite1h` $", "`tiers[0].input` $", "`serviceTiers.flex.output` $"] {
        assert!(problem.message.contains(rate), "{problem}");
    }
    assert!(!problem.message.contains("`tiers[0].output`"), "{problem}");
}

#[test]
fn a_misspelt_capability_is_told_with_the_nearest() {
    let directory = TempDir::new().unwrap();
    let text = "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'x', capabilities: { promtCaching: true } }] } } } }";
    fs::write(directory.path().join("clawdia.jsonc"), text).unwrap();
    let report = Host::check(environment(&directory)).unwrap();
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    assert_eq!(problem.path, "models.providers.amazon-bedrock.models[0].capabilities.promtCaching");
    assert_eq!(problem.message, "models of `bedrock-converse-stream` have no capability `promtCaching`");
    assert_eq!(problem.advice, "did you mean `promptCaching`?");
}
