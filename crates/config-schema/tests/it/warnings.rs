//! What is odd in a document without being wrong.

use crate::plugins::parse;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let config = parse(text);
    let warnings = config.warnings().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(warnings, expected);
}

#[test]
fn a_default_model_of_an_unknown_provider_is_a_warning() {
    check(
        "{ agents: { defaults: {\n  model: 'amazn/x' } } }",
        &["line 2, column 3 (agents.defaults.model): no provider `amazn` is configured and no linked crate \
           brings one; did you mean `amazon-bedrock/x`?"],
    );
    check(
        "{ agents: { defaults: {\n  model: { primary: 'amazon-bedrock/x', fallbacks: [\n'a/b'] } } } }",
        &[
            "line 3, column 1 (agents.defaults.model.fallbacks[0]): no provider `a` is configured and no linked \
           crate brings one; add it to `models.providers`",
        ],
    );
}

#[test]
fn a_fallback_that_was_asked_already_is_a_warning() {
    check(
        "{ agents: { defaults: { model: { primary: 'amazon-bedrock/x',\n fallbacks: ['amazon-bedrock/x', 'amazon-bedrock/y', 'amazon-bedrock/y'] } } } }",
        &[
            "line 2, column 14 (agents.defaults.model.fallbacks[0]): `amazon-bedrock/x` was asked before, and is not \
             asked again; take it out",
            "line 2, column 54 (agents.defaults.model.fallbacks[2]): `amazon-bedrock/y` was asked before, and is not \
             asked again; take it out",
        ],
    );
}

#[test]
fn an_empty_file_is_an_empty_configuration() {
    check("", &["the configuration is empty; set something, or remove the file"]);
    check(
        " // nothing here yet\n/* or here */",
        &["the configuration is empty; set something, or remove the file"],
    );
    check("{}", &[]);
}
