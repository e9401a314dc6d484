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
fn an_empty_file_is_an_empty_configuration() {
    check("", &["the configuration is empty; set something, or remove the file"]);
    check(
        " // nothing here yet\n/* or here */",
        &["the configuration is empty; set something, or remove the file"],
    );
    check("{}", &[]);
}
