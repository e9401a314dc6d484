//! How a host finds its configuration, and what it says about it.

use std::fs;
use std::path::Path;

use clawdia::{Environment, Host, HostError};
use tempfile::TempDir;

fn environment(directory: &Path) -> Environment {
    [("CLAWDIA_STATE_DIR", directory.display().to_string())].into_iter().collect()
}

#[test]
fn without_a_configuration_a_host_has_what_is_linked() {
    let directory = TempDir::new().unwrap();
    let host = Host::load(environment(directory.path())).unwrap();
    assert_eq!(host.config_path(), None);
    assert!(host.warnings().is_empty());
    assert!(host.models().is_empty());
    assert_eq!(host.context().state_dir(), Some(directory.path()));
}

#[test]
fn the_first_file_wins_and_the_ignored_ones_are_named() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, model: &str| {
        let text = format!(r#"{{ agents: {{ defaults: {{ model: "{model}" }} }} }}"#);
        fs::write(directory.path().join(name), text).unwrap();
    };
    write("clawdia.json5", "acme/json5");
    write("clawdia.json", "acme/json");
    let host = Host::load(environment(directory.path())).unwrap();
    assert_eq!(host.default_model().unwrap().model, "json5");
    assert_eq!(host.config_path(), Some(directory.path().join("clawdia.json5").as_path()));
    let expected = format!(
        "`{}` is ignored, since `{}` goes before it",
        directory.path().join("clawdia.json").display(),
        directory.path().join("clawdia.json5").display(),
    );
    assert!(host.warnings().contains(&expected), "{:?}", host.warnings());
}

#[test]
fn a_broken_configuration_is_an_error_with_its_place() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("clawdia.jsonc");
    fs::write(&path, "{\n  modles: {},\n}").unwrap();
    let error = Host::load(environment(directory.path())).unwrap_err();
    let HostError::Config(error) = &error else { panic!("{error}") };
    assert_eq!((error.line(), error.column()), (Some(2), Some(3)));
    assert!(error.to_string().contains("models"), "{error}");
}

#[test]
fn a_host_shows_nothing_secret() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("clawdia.jsonc");
    let text = r#"{ agents: { defaults: { model: "acme/x" } } }"#;
    fs::write(&path, text).unwrap();
    let variables = [("CLAWDIA_CONFIG_PATH", path.to_str().unwrap()), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
    let host = Host::load(variables.into_iter().collect()).unwrap();
    assert!(!format!("{host:?} {:?}", host.context()).contains("hunter2"));
}
