//! Keys of providers: written, or where to find them.

use clawdia_config_schema::{SecretConfig, SecretReference};

use crate::plugins::{parse, refused};

fn text(key: &str) -> String {
    format!("{{ models: {{ providers: {{ acme: {{ api: 'acme-chat', apiKey: {key} }} }} }} }}")
}

#[track_caller]
fn accepted(key: &str, expected: &str) {
    let config = parse(&text(key));
    assert_eq!(config.warnings(), []);
    let key = config.models.providers["acme"].api_key.as_ref().unwrap();
    assert_eq!(key.to_string(), expected);
    assert!(!format!("{key:?}{config:?}").contains("s3cr3t"));
}

#[track_caller]
fn check(key: &str, path: &str, message: &str) {
    let error = refused(&text(key));
    assert_eq!(
        (error.path(), error.message()),
        (format!("models.providers.acme.apiKey{path}").as_str(), message)
    );
    assert!(!format!("{error}{error:?}").contains("s3cr3t"));
}

#[test]
fn a_key_is_written_or_found_elsewhere() {
    accepted("'s3cr3t'", "a text that is not shown");
    accepted("{ source: 'env', name: 'ACME_KEY' }", "the environment variable `ACME_KEY`");
    accepted("{ source: 'file', path: '~/.acme' }", "the file `~/.acme`");
    accepted("{ source: 'exec', command: ['pass', 's3cr3t'] }", "the command `pass`");
}

#[test]
fn a_command_is_a_list_or_a_text_that_is_split_at_spaces() {
    let config = parse(&text("{ source: 'exec', command: 'pass show  acme', timeoutSeconds: 3 }"));
    let Some(SecretConfig::Reference(SecretReference::Exec { command, timeout_seconds })) =
        &config.models.providers["acme"].api_key
    else {
        panic!("{config:?}")
    };
    assert_eq!(
        (command.as_slice(), *timeout_seconds),
        (["pass", "show", "acme"].map(str::to_owned).as_slice(), 3)
    );
    let config = parse(&text("{ source: 'exec', command: 'pass show \"acme\" | head -1' }"));
    assert_eq!(
        config.warnings()[0].advice,
        "write a list: the program and each argument, or [\"sh\", \"-c\", \"…\"]"
    );
}

#[test]
fn a_reference_must_be_whole() {
    check("7", "", "expected text or { source: \"env\", name: \"…\" }, found a number");
    check("' '", "", "`apiKey` is blank");
    check("{ name: 's3cr3t' }", "", "`source` is missing");
    check("{ source: 'env' }", "", "`name` is missing");
    check("{ source: 'vault', name: 's3cr3t' }", ".source", "this is not one of `env`, `file`, `exec`");
    check("{ source: 'env', nmae: 's3cr3t' }", ".nmae", "unknown key `nmae`");
    check("{ source: 'env', name: ' ' }", ".name", "the variable has no name");
    check("{ source: 'file', path: '' }", ".path", "the file has no name");
    check("{ source: 'exec', command: [] }", ".command", "the command is empty");
    check(
        "{ source: 'exec', command: 'x', timeoutSeconds: 0 }",
        ".timeoutSeconds",
        "a command that may take no time can never succeed",
    );
}
