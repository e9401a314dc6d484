//! `clawdia emulator`: an endpoint from a shell.

use std::net::TcpListener;

use crate::program::{Program, Running};
use crate::requests::NOVA;

#[test]
fn its_output_points_a_client_at_it() {
    let mut running = Program::new(&["emulator", "--port", "0"]).start();
    let address = running.read_line();
    let url = address.trim().rsplit_once(' ').unwrap().1.to_owned();
    let mut exports = Vec::new();
    // The last variable is the secret key.
    while !exports.iter().any(|line: &String| line.contains("SECRET")) {
        exports.push(running.read_line());
    }
    let variable = |name: &str| {
        let prefix = format!("export {name}=");
        let line = exports.iter().find(|line| line.starts_with(&prefix)).unwrap();
        line[prefix.len()..].trim().to_owned()
    };
    assert_eq!(variable("AWS_ENDPOINT_URL"), url);
    let names = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let variables = names.map(|name| (name, variable(name)));
    let outcome = Program::new(&["chat", "--model", NOVA, "hi"]).env(variables).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("hi"), "{outcome:?}");
}

#[test]
fn it_plays_every_source_of_credentials() {
    for source in ["keys", "files", "instance", "container", "pod", "web-identity", "role", "sso"] {
        let arguments = ["emulator", "--credentials", source, "--role", "host", "--region", "eu-west-1"];
        let (_running, variables, unset) = serving(&arguments);
        let has = |name: &str| variables.iter().any(|(set, _)| set == name);
        assert!(has("AWS_ENDPOINT_URL"));
        assert_eq!(has("AWS_ACCESS_KEY_ID"), source == "keys");
        assert_eq!(unset.contains("AWS_ACCESS_KEY_ID"), source != "keys");
        // Nothing of the person's own is found first, and no home is taken from a shell but for a login.
        assert!(has("AWS_CONFIG_FILE") && has("AWS_SHARED_CREDENTIALS_FILE"), "{source}: {variables:?}");
        assert_eq!(has("HOME"), source == "sso", "{source}");
        for name in ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_USE_FIPS_ENDPOINT"]
        {
            assert!(unset.contains(name), "{source}: {unset}");
        }
        assert!(!variables.iter().any(|(set, _)| unset.split(' ').any(|name| name == set)));
        for (name, value) in &variables {
            if name.ends_with("_FILE") && value != "/dev/null" {
                assert!(std::fs::metadata(value).unwrap().len() > 0, "{name}");
            }
        }
    }
}

#[test]
fn what_an_account_lacks_is_said_on_the_command_line() {
    let model = "amazon.nova-lite-v1:0";
    let arguments = ["emulator", "--no-access", model, "--deny", "bedrock:CountTokens"];
    let (_running, variables, _) = serving(&arguments);
    let outcome = Program::new(&["chat", "--model", NOVA, "hi"]).env(variables).run("");
    assert!(outcome.stderr.contains("access to the model"), "{outcome:?}");
    let outcome = Program::new(&["emulator", "--application-profile", "team"]).run("");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("team=amazon.nova-lite-v1:0"), "{outcome:?}");
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_what_was_meant() {
    for (arguments, told) in [
        (["--deny", "bedrock:ListFoundationModel"], "did you mean bedrock:ListFoundationModels?"),
        (["--no-access", "amazon.nova-lite-v1"], "did you mean amazon.nova-lite-v1:0?"),
        (["--application-profile", "t=amazon.nova-lite"], "did you mean amazon.nova-lite-v1:0?"),
        (["--region", "bogus"], "for example us-east-1"),
        (["--account", "abc"], "12 digits"),
        (["--page-size", "0"], "zero"),
    ] {
        let outcome = Program::new(&["emulator", arguments[0], arguments[1]]).run("");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(told), "{outcome:?}");
    }
    let (_running, variables, _) = serving(&["emulator", "--deny", "BEDROCK:invoke*"]);
    let outcome = Program::new(&["chat", "--model", NOVA, "hi"]).env(variables).run("");
    assert!(outcome.stderr.contains("bedrock:InvokeModelWithResponseStream"), "{outcome:?}");
}

#[test]
fn files_go_where_they_are_wanted() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("made");
    let arguments = ["emulator", "--credentials", "sso", "--home", directory.to_str().unwrap()];
    let (running, _, _) = serving(&arguments);
    assert!(directory.join(".aws/config").exists());
    drop(running);
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let outcome =
        Program::new(&["emulator", "--credentials", "sso", "--home", file.to_str().unwrap()]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("hint: choose another directory with --home"), "{outcome:?}");
}

/// An emulator, what it says to export, and what to unset.
fn serving(arguments: &[&str]) -> (Running, Vec<(String, String)>, String) {
    let mut running = Program::new(arguments).start();
    let (mut variables, mut unset) = (Vec::new(), String::new());
    loop {
        let line = running.read_line();
        let line = line.trim_end();
        assert!(!line.is_empty(), "it ended before all was said");
        if line.starts_with("# Ctrl-C") {
            return (running, variables, unset);
        }
        if let Some(names) = line.strip_prefix("unset ") {
            names.clone_into(&mut unset);
        } else if let Some((name, value)) = line.strip_prefix("export ").and_then(|set| set.split_once('=')) {
            variables.push((name.to_owned(), value.trim_matches('\'').to_owned()));
        }
    }
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let outcome = Program::new(&["emulator", "--port", &port]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.starts_with(&format!("error: could not listen on 127.0.0.1:{port}")),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("hint: choose another port"), "{outcome:?}");
}
