//! Keys and tokens do not show, whatever is wrong and wherever it is.

use clawdia_config_schema::Config;

use crate::plugins::{linked, parse, refused};

/// Refuses a text; neither the error's text nor its debug form may show the secret.
#[track_caller]
fn check(text: &str) {
    let error = refused(text);
    let shown = format!("{error}\n{error:?}");
    assert!(!shown.contains("s3cr"), "{shown}");
    assert!(error.line().is_some(), "{shown}");
}

#[test]
fn a_secret_beside_a_mistake_is_hidden() {
    check("{ models: { providers: { x: { apiKey: 's3cr3t', modles: [] } } } }");
    check("{ models: { providers: { x: { headers: { 'x-auth': 's3cr3t' }, modles: [] } } } }");
    check("{ models: { providers: { x: { api: 'acme-chat', models: [{ headers: { a: 's3cr3t' } }] } } } }");
    check("{ models: { providers: { x: { api: 'acme-chat', params: { auth_token: 's3cr3t' }, a: 1 } } } }");
    check("{ models: { providers: { x: { baseUrl: 'https://me:s3cr3t@host/', modles: [] } } } }");
}

#[test]
fn a_secret_of_the_wrong_type_is_hidden() {
    check("{ models: { providers: { x: { apiKey: ['s3cr3t'] } } } }");
    check("{ models: { providers: { x: { headers: 's3cr3t' } } } }");
    check("{ models: { providers: { x: { headers: { a: { b: 's3cr3t' } } } } } }");
    check("{ models: { providers: { 'amazon-bedrock': { params: { authToken: 's3cr3t' } } } } }");
}

#[test]
fn a_secret_under_a_misspelt_key_is_hidden() {
    check("{ models: { providers: { x: { apiKye: 's3cr3t' } } } }");
    check("{ models: { providers: { x: { api_key: 's3cr3t' } } } }");
    check("{ models: { providers: { x: { header: { a: 's3cr3t' } } } } }");
    check("{ models: { providers: { x: { apiKey: 's3cr3t', apiKey: 's3cr3t' } } } }");
}

#[test]
fn a_secret_in_broken_syntax_is_hidden() {
    check("{ apiKey: 's3cr3t");
    check("{ apiKey: 's3cr3t\n }");
    check("{ apiKey: s3cr3t }");
    check("{ apiKey: 's3cr3t' baseUrl: '' }");
    check("{ apiKey 's3cr3t' }");
    check("{ headers: {\n  'x-foo': 's3cr3t' oops } }");
    check("{ headers: {\n  'x-foo': 's3cr3t\n } }");
    check("{ headers: {\n  'x-foo': s3cr3t } }");
    check("{ headers: { a: 'b',\n 'x-foo': 's3cr3t' }, oops oops }");
    check("{ apiKey: 's3cr\\\n s3cr3t oops\n }");
    check("{ a: [\n 'Authorization': 's3cr3t' ] }");
}

#[test]
fn an_invalid_header_value_is_hidden() {
    check("{ models: { providers: { x: { api: 'acme-chat', headers: { a: 's3cr3t\\n' } } } } }");
}

#[test]
fn the_debug_form_of_a_configuration_hides_sections_and_keys() {
    let text = "{ models: { providers: { x: { api: 'acme-chat', apiKey: 's3cr3t' } }, weather: { city: 's3cr3t' } } }";
    let shown = format!("{:?}", parse(text));
    assert!(!shown.contains("s3cr"), "{shown}");
}

#[test]
fn no_slip_of_one_character_shows_a_secret() {
    let text = r#"{
  models: {
    providers: {
      acme: {
        api: "acme-chat", apiKey: "s3cr-r3t", region: "x",
        headers: {
          "x-organization": 's3cr-r3t', // its owner
          b: "s3cr-r3t",
        },
        models: [{ id: "m", headers: { c: "s3cr-r3t" }, params: {} }],
      },
    },
  },
}"#;
    let check = |text: String| {
        if let Err(error) = Config::parse(&text, &linked()) {
            let shown = format!("{error}\n{error:?}");
            assert!(!shown.contains("s3cr") && !shown.contains("r3t"), "{text}\n\n{shown}");
        }
    };
    for at in 0..text.len() {
        check(format!("{}{}", &text[..at], &text[at + 1..]));
        for slip in ["{", "}", "[", "]", ",", ":", "'", "\"", "\n", " ", "\\", "/", "//", "/*", "x", "#"] {
            check(format!("{}{slip}{}", &text[..at], &text[at..]));
        }
    }
}

#[test]
fn what_no_excerpt_shows_is_not_shown_elsewhere() {
    use clawdia_config_schema::{check, edit::difference_hiding};
    use clawdia_core::Environment;
    for text in [
        "{ models: { mode: 5, // apiKey: 's3cr3t'\n} }",
        "{ models: { mode: 5, /* the token: s3cr3t */ } }",
        "{ models: { mode: 5, providers: { x: { api: 'acme-chat', apiKy: 's3cr3t' } } } }",
        "{ models: { mode: 5, providers: { x: { api: 'acme-chat', zzz: { a: ['s3cr3t'] } } } } }",
        "{ models: { mode: 5, providers: { x: { api: 'acme-chat', baseUrl: 'https://h/?api_key=s3cr3t&a=b' } } } }",
        "{ models: { mode: 5, providers: { x: { api: 'acme-chat', baseUrl: 'https://me:s3cr3t@h' } } } }",
        "{ models: { mode: 5, providers: { x: { api: 'acme-chat', models: [{ id: 'a', baseUrl: 'ftp://h?key=s3cr3t' }] } } } }",
    ] {
        let report = check(text, None, &linked(), &Environment::default());
        let difference = difference_hiding("f", text, &text.replace("mode: 5", "mode: 6"), &[&report]);
        assert!(difference.contains("mode: 6"), "{difference}");
        let shown = format!("{report}\n{}\n{difference}", report.shown().unwrap());
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}
