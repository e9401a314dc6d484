//! Machines that have no credentials, or no way to where they would be of use: each is told clearly, and soon.

use std::net::TcpListener;

use clawdia_bedrock_emulator::{CredentialSource, Gate, Operation, Reply};

use crate::account::{self, CHAT, DOCTOR, LIST, SECRET, STATUS, account, check_discreet, provider, step};
use crate::machine::Machine;
use crate::program::Outcome;

/// Runs every command on a machine without credentials, which each says with these words.
#[track_caller]
fn check(variables: &[(&str, &str)], words: &[&str]) {
    let machine = Machine::new();
    let run = |arguments: &[&str]| {
        let program = machine.program(arguments).without(&["AWS_EC2_METADATA_DISABLED"]);
        program.env(variables.iter().copied()).run("")
    };
    let [status, list, chat, doctor] = [&STATUS[..], &LIST, &CHAT, &DOCTOR].map(run);
    let problem = provider(&status)["problem"].clone();
    let credentials = step(&doctor, "credentials");
    for word in words {
        assert!(problem["message"].as_str().unwrap().contains(word), "`{word}` in {status:?}");
        assert!(credentials["detail"].as_str().unwrap().contains(word), "`{word}` in {credentials:#}");
        assert!(chat.stderr.contains(word), "`{word}` in {chat:?}");
    }
    // A list is no place for what was tried; doctor has it.
    assert!(list.stderr.contains("no AWS credentials were found"), "{list:?}");
    assert!(problem["hint"].as_str().unwrap().contains("AWS_PROFILE"), "{problem:#}");
    assert!(credentials["remedy"].as_str().unwrap().contains("AWS_PROFILE"), "{credentials:#}");
    assert!(chat.stderr.contains("AWS_PROFILE"), "{chat:?}");
    assert_eq!((list.code, list.stdout.as_str()), (Some(0), ""), "{list:?}");
    assert_eq!((chat.code, chat.stdout.as_str()), (Some(1), ""), "{chat:?}");
    assert_eq!((status.code, doctor.code), (Some(0), Some(1)));
    assert_eq!(step(&doctor, "call")["outcome"], "skipped");
}

#[test]
fn an_instance_metadata_service_that_is_not_to_be_asked() {
    check(&[("AWS_EC2_METADATA_DISABLED", "TRUE")], &["AWS_EC2_METADATA_DISABLED"]);
}

#[test]
fn an_address_at_which_nobody_listens() {
    // Bound and closed again.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    check(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address)], &["instance metadata", &address]);
}

#[test]
fn an_address_at_which_nobody_answers() {
    // The system takes connections, and no program ever reads what is sent.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    check(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address)], &["instance metadata", &address]);
}

#[test]
fn an_instance_without_a_role() {
    let endpoint = account();
    endpoint.emulator.set_instance_role(None);
    check(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.emulator.url())], &["instance metadata", "role"]);
}

#[test]
fn an_instance_that_is_slow_is_given_up_and_the_program_ends() {
    let endpoint = account();
    endpoint.emulator.reply_always(Operation::InstanceToken, Reply::answer().after(&Gate::new()));
    check(
        &[
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.emulator.url()),
            ("AWS_METADATA_SERVICE_TIMEOUT", "0.05"),
            ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1"),
        ],
        &["instance metadata"],
    );
}

/// Runs every command behind a proxy that cannot be used.
fn behind(proxy: &str) -> [Outcome; 4] {
    let machine = Machine::new();
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIAIDENTITIES"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "us-east-1"),
        ("HTTPS_PROXY", proxy),
    ];
    [&STATUS[..], &LIST, &CHAT, &DOCTOR].map(|arguments| machine.program(arguments).env(keys).run(""))
}

#[test]
fn a_proxy_of_a_kind_that_is_not_supported_is_named_without_its_password() {
    let [status, list, chat, doctor] = behind("socks5://me:hush-hush@127.0.0.1:1080");
    // Nothing was sent: what is wrong is how this machine is set up.
    assert_eq!((list.code, chat.code), (Some(1), Some(2)), "{list:?} {chat:?}");
    for outcome in [&list, &chat] {
        assert!(outcome.stderr.contains("HTTPS_PROXY"), "{outcome:?}");
        assert!(outcome.stderr.contains("only http and https proxies are supported"), "{outcome:?}");
    }
    let report: serde_json::Value = serde_json::from_str(&doctor.stdout).unwrap();
    let failed = report["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "notOk").unwrap();
    assert!(failed["detail"].as_str().unwrap().contains("HTTPS_PROXY"), "{failed:#}");
    assert_eq!(step(&doctor, "call")["outcome"], "skipped");
    for outcome in [&status, &list, &chat, &doctor] {
        let text = outcome.stdout.clone() + &outcome.stderr;
        assert!(!text.contains("hush-hush") && !text.contains(SECRET), "{outcome:?}");
    }
}

#[test]
fn a_proxy_at_which_nobody_listens_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let [_, list, chat, doctor] = behind(&format!("http://127.0.0.1:{port}"));
    for outcome in [&list, &chat] {
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(outcome.stderr.contains(&port.to_string()), "{outcome:?}");
    }
    let connection = step(&doctor, "connection");
    assert_eq!(connection["outcome"], "notOk", "{connection:#}");
    assert!(connection["remedy"].as_str().unwrap().contains("HTTPS_PROXY"), "{connection:#}");
}

#[test]
fn a_role_that_may_not_be_assumed_names_the_permission() {
    let endpoint = account();
    endpoint.emulator.deny("sts:AssumeRole");
    let machine = Machine::new();
    let run =
        |arguments: &[&str]| account::run(&endpoint, &machine, CredentialSource::AssumedRole, arguments);
    let [status, list, chat, doctor] = [&STATUS[..], &LIST, &CHAT, &DOCTOR].map(run);
    assert!(provider(&status)["problem"]["hint"].as_str().unwrap().contains("sts:AssumeRole"), "{status:?}");
    assert!(step(&doctor, "credentials")["remedy"].as_str().unwrap().contains("sts:AssumeRole"));
    for outcome in [&list, &chat] {
        assert!(outcome.stderr.contains("sts:AssumeRole"), "{outcome:?}");
    }
    check_discreet(&endpoint, &[status, list, chat, doctor]);
}
