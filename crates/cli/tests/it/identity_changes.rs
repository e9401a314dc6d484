//! Credentials that change under a running program: logins, rotations, ends of time; and several identities at once.
//!
//! Separate from `renewal`, which is about keys in files: here the exchange that gave them is asked again.

use clawdia_bedrock_emulator::{CredentialSource, Credentials, Emulator, Operation};
use serde_json::Value;

use crate::account::{self, CHAT, DOCTOR, LIST, STATUS, account, check_discreet, provider, step};
use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::program::Running;
use crate::requests::{NOVA, ask_as};

const LINES: [&str; 2] = ["stream", "--lines"];

/// Asks, and gives the last event of the answer.
fn ask(running: &mut Running, model: &str) -> Value {
    running.write_line(&ask_as("question", model, "hi").to_string());
    loop {
        let event = running.read_event();
        if event["type"] == "done" || event["type"] == "error" {
            return event;
        }
    }
}

/// The access keys that signed the calls of models so far.
fn signers(endpoint: &Endpoint) -> Vec<String> {
    let signer = |authorization: &str| {
        let (_, credential) = authorization.split_once("Credential=").unwrap();
        credential.split_once('/').unwrap().0.to_owned()
    };
    let requests = endpoint.emulator.requests();
    let calls = requests.iter().filter(|request| request.operation == Operation::ConverseStream);
    calls.map(|request| signer(request.header("authorization").unwrap())).collect()
}

#[test]
fn an_expired_login_says_what_to_run_and_works_once_that_was_run() {
    let endpoint = account();
    let machine = Machine::new();
    let source = CredentialSource::SingleSignOn;
    let mut running = account::program(&endpoint, &machine, source, &LINES).start();
    endpoint.emulator.end_sso_session();
    let error = ask(&mut running, NOVA);
    assert_eq!(error["cause"]["kind"], "auth", "{error}");
    let hint = error["cause"]["hint"].as_str().unwrap();
    assert!(hint.contains("aws sso login --sso-session emulated"), "{hint}");

    // So say the other commands, which are programs of their own.
    let run = |arguments: &[&str]| account::run(&endpoint, &machine, source, arguments);
    let outcomes = [&STATUS[..], &LIST, &CHAT, &DOCTOR].map(run);
    for outcome in &outcomes {
        let text = outcome.stdout.clone() + &outcome.stderr;
        assert!(text.contains("aws sso login --sso-session emulated"), "{outcome:?}");
    }
    assert_eq!(step(&outcomes[3], "credentials")["outcome"], "notOk");
    assert_eq!(step(&outcomes[3], "connection")["outcome"], "skipped");
    check_discreet(&endpoint, &outcomes);

    // Somebody does it, which writes the login's file anew.
    endpoint.emulator.sso_login();
    endpoint.emulator.surroundings(source, machine.home()).unwrap();
    let done = ask(&mut running, NOVA);
    assert_eq!(done["type"], "done", "{done}");
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(1), "the worst of all requests");
    check_discreet(&endpoint, &[outcome]);
}

#[test]
fn a_login_that_can_be_renewed_is_renewed_without_a_word() {
    let endpoint = account();
    let machine = Machine::new();
    endpoint.emulator.expire_sso_token();
    let chat = account::run(&endpoint, &machine, CredentialSource::SingleSignOn, &CHAT);
    assert_eq!((chat.code, chat.stderr.as_str()), (Some(0), ""), "{chat:?}");
    assert_eq!(endpoint.emulator.count(Operation::CreateToken), 1);
}

/// Credentials whose time has ended are replaced within one process, and the one call that met the refusal says so.
#[track_caller]
fn check_expired(source: CredentialSource, exchange: Operation) {
    let endpoint = account();
    let machine = Machine::new();
    let mut running = account::program(&endpoint, &machine, source, &LINES).start();
    assert_eq!(ask(&mut running, NOVA)["type"], "done");
    assert_eq!(ask(&mut running, NOVA)["type"], "done");
    assert_eq!(endpoint.emulator.count(exchange), 1, "{exchange:?} serves both");
    endpoint.emulator.expire_issued(source);
    for renewed in [true, false] {
        let done = ask(&mut running, NOVA);
        assert_eq!(done["type"], "done", "{done}");
        let told = done["message"]["diagnostics"].to_string();
        assert_eq!(told.contains("bedrock_credentials_refreshed"), renewed, "{done}");
    }
    assert_eq!(endpoint.emulator.count(exchange), 2, "{exchange:?}");
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let signers = signers(&endpoint);
    assert_eq!(signers.len(), 5, "one was refused: {signers:?}");
    assert!(signers[..3].iter().all(|signer| *signer == signers[0]), "{signers:?}");
    assert!(signers[3..].iter().all(|signer| *signer == signers[3]), "{signers:?}");
    assert_ne!(signers[0], signers[3]);
    check_discreet(&endpoint, &[outcome]);
}

#[test]
fn expired_credentials_of_an_instance_are_replaced() {
    check_expired(CredentialSource::InstanceRole, Operation::InstanceRoleCredentials);
}

#[test]
fn expired_credentials_of_a_container_are_replaced() {
    check_expired(CredentialSource::Container, Operation::ContainerCredentials);
}

#[test]
fn expired_credentials_of_a_pod_are_replaced() {
    check_expired(CredentialSource::PodIdentity, Operation::ContainerCredentials);
}

#[test]
fn expired_credentials_of_a_web_identity_are_replaced() {
    check_expired(CredentialSource::WebIdentity, Operation::AssumeRoleWithWebIdentity);
}

#[test]
fn expired_credentials_of_an_assumed_role_are_replaced() {
    check_expired(CredentialSource::AssumedRole, Operation::AssumeRole);
}

#[test]
fn expired_credentials_of_a_login_are_replaced() {
    check_expired(CredentialSource::SingleSignOn, Operation::GetRoleCredentials);
}

#[test]
fn a_web_identity_whose_token_was_renewed_is_read_anew() {
    let endpoint = account();
    let machine = Machine::new();
    let source = CredentialSource::WebIdentity;
    let mut running = account::program(&endpoint, &machine, source, &LINES).start();
    assert_eq!(ask(&mut running, NOVA)["type"], "done");
    endpoint.emulator.expire_issued(source);
    endpoint.emulator.expire_web_identity_tokens();
    let error = ask(&mut running, NOVA);
    assert_eq!(error["type"], "error", "{error}");
    endpoint.emulator.renew_web_identity_token();
    endpoint.emulator.surroundings(source, machine.home()).unwrap();
    let done = ask(&mut running, NOVA);
    assert_eq!(done["type"], "done", "{done}");
}

#[test]
fn a_pod_whose_token_was_renewed_is_let_in() {
    let endpoint = account();
    let machine = Machine::new();
    let source = CredentialSource::PodIdentity;
    let mut running = account::program(&endpoint, &machine, source, &LINES)
        .file("pod-identity-token", "of yesterday")
        .start();
    let error = ask(&mut running, NOVA);
    assert!(
        error["cause"]["hint"].as_str().unwrap().contains("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
        "{error}"
    );
    endpoint.emulator.surroundings(source, machine.home()).unwrap();
    let done = ask(&mut running, NOVA);
    assert_eq!(done["type"], "done", "{done}");
}

#[test]
fn keys_of_a_file_that_are_rotated_are_used_by_the_next_call() {
    let endpoint = account();
    let machine = Machine::new();
    let source = CredentialSource::SharedFiles;
    let mut running = account::program(&endpoint, &machine, source, &LINES).start();
    assert_eq!(ask(&mut running, NOVA)["type"], "done");
    endpoint.emulator.add_credentials(Credentials::new("AKIAROTATED", "another-secret"));
    endpoint.emulator.expire_credentials("AKIAIDENTITIES");
    endpoint.emulator.surroundings(source, machine.home()).unwrap();
    assert_eq!(ask(&mut running, NOVA)["type"], "done");
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(signers(&endpoint), ["AKIAIDENTITIES", "AKIAROTATED"]);
}

#[test]
fn two_accounts_in_two_regions_are_called_by_one_process() {
    let here = Endpoint::of(Emulator::builder().credentials(Credentials::new("AKIAHERE", "secret-here")));
    let there = Endpoint::of(
        Emulator::builder()
            .credentials(Credentials::new("AKIATHERE", "secret-there"))
            .region("eu-west-1")
            .account("999988887777"),
    );
    let machine = Machine::with(
        "{ models: { providers: {
            'amazon-bedrock': { profile: 'here' },
            europe: { api: 'bedrock-converse-stream', profile: 'there' },
        } } }",
    );
    let config = format!(
        "[profile here]\nregion = us-east-1\nendpoint_url = {}\n\
         [profile there]\nregion = eu-west-1\nendpoint_url = {}\n",
        here.emulator.url(),
        there.emulator.url()
    );
    let credentials = "[here]\naws_access_key_id = AKIAHERE\naws_secret_access_key = secret-here\n\
                       [there]\naws_access_key_id = AKIATHERE\naws_secret_access_key = secret-there\n";
    let program = |arguments: &[&str]| {
        machine.program(arguments).file(".aws/config", &config).file(".aws/credentials", credentials)
    };
    let status = program(&STATUS).run("");
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    for (index, profile, region) in [(0, "here", "us-east-1"), (1, "there", "eu-west-1")] {
        let provider = &status["providers"][index];
        assert_eq!(provider["credentials"]["value"], format!("profile `{profile}`"), "{provider:#}");
        assert_eq!(provider["region"]["value"], region, "{provider:#}");
        assert_eq!(provider["endpoint"]["origin"], format!("profile `{profile}`"), "{provider:#}");
    }
    let list = program(&LIST).run("");
    assert_eq!((list.code, list.stderr.as_str()), (Some(0), ""), "{list:?}");
    let europe = "europe/eu.amazon.nova-lite-v1:0";
    for model in [NOVA, europe] {
        assert!(list.stdout.lines().any(|line| line == model), "{model} in {list:?}");
    }
    let mut running = program(&LINES).start();
    for model in [NOVA, europe, NOVA] {
        let done = ask(&mut running, model);
        assert_eq!(done["type"], "done", "{done}");
    }
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(signers(&here), ["AKIAHERE", "AKIAHERE"]);
    assert_eq!(signers(&there), ["AKIATHERE"]);
    let doctor = program(&["doctor", "--json", "--model", europe]).run("");
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert_eq!(step(&doctor, "region")["detail"], "eu-west-1 (profile `there`)");
    assert_eq!(provider(&program(&STATUS).run(""))["problem"], Value::Null);
}
