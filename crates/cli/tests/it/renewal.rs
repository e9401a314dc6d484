//! Credentials that expire while the program runs, and are renewed where they come from.
//!
//! Separate because it takes a profile in a file that changes under the program, as `aws sso login` or a rotation changes
//! it.

use std::path::Path;

use clawdia_bedrock_emulator::{Credentials, Emulator};
use tempfile::TempDir;

use crate::endpoint::Endpoint;
use crate::program::Program;
use crate::requests::{NOVA, ask_as};

/// A temporary access key, the same text for its parts each time.
fn key(name: &str) -> Credentials {
    Credentials::new(name, format!("secret of {name}")).with_session_token(format!("token of {name}"))
}

/// An endpoint that knows one key, `ASIAFIRST`.
fn endpoint() -> Endpoint {
    Endpoint::of(Emulator::builder().credentials(key("ASIAFIRST")))
}

/// The key `ASIAFIRST` expires, and `ASIASECOND` is the one that is good.
fn rotate(endpoint: &Endpoint) {
    endpoint.emulator.expire_credentials("ASIAFIRST");
    endpoint.emulator.add_credentials(key("ASIASECOND"));
}

fn write_credentials(path: &Path, name: &str) {
    let content = format!(
        "[work]\naws_access_key_id = {name}\naws_secret_access_key = secret of {name}\naws_session_token = token of {name}\n"
    );
    std::fs::write(path, content).unwrap();
}

/// What a credential process prints.
#[cfg(unix)]
fn process_output(name: &str) -> String {
    let output = serde_json::json!({
        "Version": 1,
        "AccessKeyId": name,
        "SecretAccessKey": format!("secret of {name}"),
        "SessionToken": format!("token of {name}"),
    });
    output.to_string()
}

/// The program with a profile and nothing else that says who it is.
fn program(endpoint: &Endpoint, directory: &Path) -> Program {
    Program::new(&["stream", "--lines"]).env([
        ("AWS_ENDPOINT_URL", endpoint.emulator.url()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_PROFILE", "work"),
        ("AWS_SHARED_CREDENTIALS_FILE", directory.join("credentials").to_str().unwrap()),
        ("AWS_CONFIG_FILE", directory.join("config").to_str().unwrap()),
        // A credential process is started by the shell.
        ("PATH", "/usr/bin:/bin"),
    ])
}

/// The access keys that signed the requests so far.
fn signers(endpoint: &Endpoint) -> Vec<String> {
    let signer = |authorization: &str| {
        let (_, credential) = authorization.split_once("Credential=").unwrap();
        credential.split_once('/').unwrap().0.to_owned()
    };
    endpoint
        .emulator
        .requests()
        .iter()
        .map(|request| signer(request.header("authorization").unwrap()))
        .collect()
}

#[test]
fn keys_of_a_profile_that_change_are_used_without_a_refusal() {
    let endpoint = endpoint();
    let directory = TempDir::new().unwrap();
    let credentials = directory.path().join("credentials");
    write_credentials(&credentials, "ASIAFIRST");
    let mut running = program(&endpoint, directory.path()).start();
    running.write_line(&ask_as(1, NOVA, "hi").to_string());
    running.read_until("done");

    rotate(&endpoint);
    write_credentials(&credentials, "ASIASECOND");
    for id in 2..4 {
        running.write_line(&ask_as(id, NOVA, "hi").to_string());
        running.read_until("done");
    }
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(signers(&endpoint), ["ASIAFIRST", "ASIASECOND", "ASIASECOND"]);
}

#[cfg(unix)]
#[test]
fn a_credential_process_is_asked_again_when_its_keys_expired() {
    let endpoint = endpoint();
    let directory = TempDir::new().unwrap();
    let keys = directory.path().join("keys.json");
    let print = |name: &str| std::fs::write(&keys, process_output(name)).unwrap();
    print("ASIAFIRST");
    let config = format!("[profile work]\ncredential_process = cat \"{}\"\n", keys.display());
    std::fs::write(directory.path().join("config"), config).unwrap();
    let mut running = program(&endpoint, directory.path()).start();
    running.write_line(&ask_as(1, NOVA, "hi").to_string());
    running.read_until("done");

    rotate(&endpoint);
    print("ASIASECOND");
    for renewed in [true, false] {
        running.write_line(&ask_as(2, NOVA, "hi").to_string());
        let done = running.read_until("done");
        let told = done["message"]["diagnostics"].to_string();
        assert_eq!(told.contains("bedrock_credentials_refreshed"), renewed, "{done}");
    }
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(signers(&endpoint), ["ASIAFIRST", "ASIAFIRST", "ASIASECOND", "ASIASECOND"]);
}

#[cfg(unix)]
#[test]
fn two_hundred_requests_side_by_side_renew_expired_keys_once() {
    let endpoint = endpoint();
    let directory = TempDir::new().unwrap();
    let (keys, runs) = (directory.path().join("keys.json"), directory.path().join("runs"));
    let print = |name: &str| std::fs::write(&keys, process_output(name)).unwrap();
    print("ASIAFIRST");
    let script = format!("echo run >> '{}'; cat '{}'", runs.display(), keys.display());
    let path = directory.path().join("process.sh");
    std::fs::write(&path, script).unwrap();
    let config = format!("[profile work]\ncredential_process = sh \"{}\"\n", path.display());
    std::fs::write(directory.path().join("config"), config).unwrap();
    let mut running = program(&endpoint, directory.path()).start();
    running.write_line(&ask_as("first", NOVA, "hi").to_string());
    running.read_until("done");

    rotate(&endpoint);
    print("ASIASECOND");
    for id in 0..200 {
        running.write_line(&ask_as(id, NOVA, "hi").to_string());
    }
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.events().iter().filter(|event| event["type"] == "done").count(), 200);
    let started = std::fs::read_to_string(&runs).unwrap();
    assert_eq!(started.lines().count(), 2, "once for the first request and once for all the others");
    let refused = signers(&endpoint).iter().filter(|signer| *signer == "ASIAFIRST").count() - 1;
    assert_eq!(endpoint.emulator.requests().len(), 1 + 200 + refused, "each is refused at most once");
}

#[test]
fn keys_that_stay_expired_are_told_after_one_more_try_and_never_shown() {
    let endpoint = endpoint();
    let directory = TempDir::new().unwrap();
    write_credentials(&directory.path().join("credentials"), "ASIAFIRST");
    endpoint.emulator.expire_credentials("ASIAFIRST");
    let outcome = program(&endpoint, directory.path()).run(ask_as(1, NOVA, "hi").to_string() + "\n");
    let error = outcome.last();
    assert_eq!(error["cause"]["kind"], "auth", "{error}");
    assert!(error["cause"]["hint"].as_str().unwrap().contains("aws sso login --profile work"), "{error}");
    assert_eq!(signers(&endpoint), ["ASIAFIRST", "ASIAFIRST"]);
    for shown in [&outcome.stdout, &outcome.stderr] {
        assert!(!shown.contains("secret of") && !shown.contains("token of"), "{shown}");
    }
}
