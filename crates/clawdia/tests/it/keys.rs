//! Keys that are looked up when a provider is connected, and not before.

use std::sync::{Arc, Mutex};

use clawdia::config::check;
use clawdia::core::testing::Scripted;
use clawdia::core::{Provider, ProviderConfig, ProviderPlugin};
use clawdia::{Environment, ErrorKind, Host, HostContext, HostError, Plugins, ProviderError};
use tempfile::TempDir;

/// The keys that providers were connected with.
#[derive(Default)]
struct Keys(Mutex<Vec<String>>);

#[expect(clippy::unnecessary_wraps, reason = "the signature is the plugin record's")]
fn connect(config: &ProviderConfig, context: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    let key = config.api_key.as_ref().map(|key| key.expose().to_owned()).unwrap_or_default();
    context.slot(Keys::default).0.lock().unwrap().push(key);
    Ok(Arc::new(Scripted::new(config.id.clone().unwrap())))
}

static KEYED: ProviderPlugin = ProviderPlugin::new("keyed", "keyed-crate", connect);

fn host(key: &str, variables: &[(&str, &str)]) -> Host {
    host_of(&KEYED, key, variables)
}

fn host_of(plugin: &'static ProviderPlugin, key: &str, variables: &[(&str, &str)]) -> Host {
    let plugins = Plugins::new([plugin], [], []).unwrap();
    let environment: Environment = variables.iter().copied().collect();
    let text = format!(
        "{{ models: {{ providers: {{ x: {{ api: 'keyed', apiKey: {key}, models: [{{ id: 'm' }}] }} }} }} }}"
    );
    let config = check(&text, None, &plugins, &environment).into_config().unwrap();
    Host::new(config, plugins, HostContext::new(environment))
}

fn keys(host: &Host) -> Vec<String> {
    host.context().slot(Keys::default).0.lock().unwrap().clone()
}

#[track_caller]
fn check_key(key: &str, variables: &[(&str, &str)], expected: &str) {
    let host = host(key, variables);
    host.provider(&"x".into()).unwrap();
    host.provider(&"x".into()).unwrap();
    assert_eq!(keys(&host), [expected]);
}

#[track_caller]
fn check_refused(key: &str, attempt: &str, message: &str) {
    let host = host(key, &[("PATH", "/usr/bin:/bin"), ("OTHER", "s3cr3t")]);
    let error = host.provider(&"x".into()).unwrap_err();
    let HostError::Connect { source, .. } = &error else { panic!("{error}") };
    assert_eq!(source.kind(), ErrorKind::Auth);
    assert_eq!((source.attempt(), source.message()), (Some(attempt), message));
    assert!(source.hint().is_some());
    assert!(!format!("{error:?}{source}").contains("s3cr3t"));
    assert!(keys(&host).is_empty());
}

#[test]
fn a_key_is_written_or_in_a_variable() {
    check_key("'k'", &[], "k");
    check_key("{ source: 'env', name: 'K' }", &[("K", " k\n")], "k");
    check_refused(
        "{ source: 'env', name: 'K' }",
        "take the provider's key from the environment variable `K`",
        "it is not set",
    );
}

#[test]
fn a_key_is_in_a_file() {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("key"), "k\n").unwrap();
    let home = directory.path().to_str().unwrap();
    check_key("{ source: 'file', path: '~/key' }", &[("HOME", home)], "k");
    check_key(&format!("{{ source: 'file', path: '{home}/key' }}"), &[], "k");
    std::fs::write(directory.path().join("blank"), " \n").unwrap();
    check_refused(
        &format!("{{ source: 'file', path: '{home}/blank' }}"),
        &format!("take the provider's key from the file `{home}/blank`"),
        "there is nothing in it",
    );
}

#[test]
fn the_path_of_a_file_begins_where_the_configuration_is() {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("key"), "token").unwrap();
    let text = "{ models: { providers: { 'amazon-bedrock': { apiKey: { source: 'file', path: 'key' } } } } }";
    std::fs::write(directory.path().join("clawdia.jsonc"), text).unwrap();
    let environment = [("CLAWDIA_STATE_DIR", directory.path().to_str().unwrap())].into_iter().collect();
    Host::load(environment).unwrap().provider(&"amazon-bedrock".into()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_key_is_what_a_command_writes() {
    let path = ("PATH", "/usr/bin:/bin");
    check_key("{ source: 'exec', command: 'echo k' }", &[path], "k");
    check_key(
        "{ source: 'exec', command: ['sh', '-c', 'echo \"$K\" | tr a-z A-Z'] }",
        &[path, ("K", "k")],
        "K",
    );
    // No shell reads it.
    check_key("{ source: 'exec', command: ['echo', '$K', '|'] }", &[path, ("K", "k")], "$K |");
    check_refused(
        "{ source: 'exec', command: ['sh', '-c', 'echo s3cr3t; exit 3'] }",
        "take the provider's key from the command `sh`",
        "it failed with exit status: 3",
    );
    check_refused(
        "{ source: 'exec', command: 'no-such-program-here' }",
        "take the provider's key from the command `no-such-program-here`",
        "there is no such program",
    );
}

#[cfg(unix)]
#[test]
fn a_command_that_takes_too_long_is_ended() {
    // It reads what nobody writes, for ever.
    let directory = TempDir::new().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    check_refused(
        &format!("{{ source: 'exec', command: ['cat', '{}'], timeoutSeconds: 1 }}", pipe.display()),
        "take the provider's key from the command `cat`",
        "it took more than 1 s",
    );
}

#[cfg(unix)]
#[test]
fn a_command_that_has_said_all_and_does_not_end_is_ended() {
    let directory = TempDir::new().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    check_refused(
        &format!(
            "{{ source: 'exec', command: ['sh', '-c', 'echo k; exec 1>&-; read x < {}'], timeoutSeconds: 1 }}",
            pipe.display()
        ),
        "take the provider's key from the command `sh`",
        "it took more than 1 s",
    );
}

#[cfg(unix)]
#[test]
fn a_key_is_one_line_that_is_not_too_long() {
    check_refused(
        "{ source: 'exec', command: ['sh', '-c', 'echo k; echo s3cr3t'] }",
        "take the provider's key from the command `sh`",
        "there are several lines in it, and a key is one",
    );
    check_refused(
        "{ source: 'exec', command: ['sh', '-c', 'yes s3cr3t | head -c 65537'] }",
        "take the provider's key from the command `sh`",
        "there is more in it than the 65536 bytes that a key may have",
    );
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("key");
    std::fs::write(&file, "k".repeat(65_537)).unwrap();
    check_refused(
        &format!("{{ source: 'file', path: '{}' }}", file.display()),
        &format!("take the provider's key from the file `{}`", file.display()),
        "there is more in it than the 65536 bytes that a key may have",
    );
}

#[test]
fn a_description_needs_no_key() {
    let host = host("{ source: 'env', name: 'K' }", &[]);
    assert_eq!(host.models().len(), 1);
    host.model(&"x/m".parse().unwrap()).unwrap();
    assert_eq!(
        keys(&host),
        [""],
        "what describes models is connected without a key, and not with a false one"
    );
    assert_eq!(host.provider(&"x".into()).unwrap_err().kind(), ErrorKind::Auth);
}

fn connect_with_a_key(
    config: &ProviderConfig,
    context: &HostContext,
) -> Result<Arc<dyn Provider>, ProviderError> {
    match &config.api_key {
        Some(_) => connect(config, context),
        None => Err(ProviderError::new(ErrorKind::Auth, "a key is needed")),
    }
}

static STRICT: ProviderPlugin = ProviderPlugin::new("keyed", "keyed-crate", connect_with_a_key);

#[test]
fn a_plugin_that_connects_with_a_key_only_is_given_it() {
    let host = host_of(&STRICT, "{ source: 'env', name: 'K' }", &[("K", "k")]);
    host.model(&"x/m".parse().unwrap()).unwrap();
    assert_eq!(keys(&host), ["k"]);
}
