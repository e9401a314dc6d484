//! Each place that credentials come from, end to end: over its real exchange, through the built program.

use clawdia_bedrock_emulator::{CredentialSource, Operation};
use serde_json::json;

use crate::account::{
    BEARER, CHAT, DOCTOR, LIST, SECRET, STATUS, account, check_discreet, provider, run, step,
};
use crate::machine::Machine;
use crate::program::Outcome;
use crate::requests::NOVA;

/// What the program says of a place, and which exchange it takes.
struct Said {
    label: &'static str,
    detail: &'static str,
    region: &'static str,
    exchange: Option<Operation>,
    ends: bool,
}

#[track_caller]
fn check(source: CredentialSource, said: &Said) {
    let endpoint = account();
    let machine = Machine::new();
    let asked = |arguments: &[&str]| {
        let outcome = run(&endpoint, &machine, source, arguments);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {outcome:?}");
        outcome
    };
    let status = asked(&STATUS);
    let provider = provider(&status);
    let detail = provider["credentials"]["origin"].as_str().unwrap();
    assert_eq!(provider["credentials"]["value"], said.label, "{provider:#}");
    assert!(detail.contains(said.detail), "{provider:#}");
    assert_eq!(provider["expiresAt"].is_u64(), said.ends, "{provider:#}");
    assert_eq!(provider["region"], json!({ "value": "us-east-1", "origin": said.region }));
    assert_eq!(provider["problem"], json!(null));
    if let Some(exchange) = said.exchange {
        assert_eq!(endpoint.emulator.count(exchange), 1, "{exchange:?}");
    }
    let list = asked(&LIST);
    assert!(list.stdout.lines().any(|line| line == NOVA), "{list:?}");
    assert_eq!(list.stderr, "");
    let chat = asked(&CHAT);
    assert!(chat.stdout.contains("Are you there?"), "it quotes the prompt: {chat:?}");
    let doctor = asked(&DOCTOR);
    let credentials = step(&doctor, "credentials");
    assert!(credentials["detail"].as_str().unwrap().contains(said.detail), "{credentials:#}");
    assert_eq!(step(&doctor, "call")["outcome"], "ok");
    let loud: Vec<Outcome> =
        [&STATUS[..], &LIST, &CHAT, &DOCTOR].map(|arguments| asked(&[arguments, &["-vv"]].concat())).into();
    assert!(loud.iter().any(|outcome| outcome.stderr.contains("DEBUG")), "diagnostics are on");
    check_discreet(&endpoint, &[status, list, chat, doctor]);
    check_discreet(&endpoint, &loud);
}

#[test]
fn access_keys_of_the_environment() {
    let said = Said {
        label: "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
        detail: "access keys of the environment",
        region: "AWS_REGION",
        exchange: None,
        ends: false,
    };
    check(CredentialSource::AccessKeys, &said);
}

#[test]
fn access_keys_of_the_shared_files() {
    let said = Said {
        label: "default AWS SDK chain",
        detail: "keys of profile `default`",
        region: "AWS_REGION",
        exchange: None,
        ends: false,
    };
    check(CredentialSource::SharedFiles, &said);
}

#[test]
fn the_role_of_an_instance_with_its_region() {
    let said = Said {
        label: "default AWS SDK chain",
        detail: "instance role `clawdia-host` (IMDS)",
        region: "instance metadata",
        exchange: Some(Operation::InstanceRoleCredentials),
        ends: true,
    };
    check(CredentialSource::InstanceRole, &said);
}

#[test]
fn the_role_of_a_container() {
    let said = Said {
        label: "default AWS SDK chain",
        detail: "container role (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
        region: "AWS_REGION",
        exchange: Some(Operation::ContainerCredentials),
        ends: true,
    };
    check(CredentialSource::Container, &said);
}

#[test]
fn the_role_of_a_pod() {
    let said = Said {
        label: "default AWS SDK chain",
        detail: "container role (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
        region: "AWS_REGION",
        exchange: Some(Operation::ContainerCredentials),
        ends: true,
    };
    check(CredentialSource::PodIdentity, &said);
}

#[test]
fn a_web_identity() {
    let said = Said {
        label: "default AWS SDK chain",
        detail: "web identity for arn:aws:iam::123456789012:role/clawdia-assumed (AWS_WEB_IDENTITY_TOKEN_FILE)",
        region: "AWS_REGION",
        exchange: Some(Operation::AssumeRoleWithWebIdentity),
        ends: true,
    };
    check(CredentialSource::WebIdentity, &said);
}

#[test]
fn a_role_that_a_profile_assumes() {
    let said = Said {
        label: "AWS_PROFILE `assumed`",
        detail: "role arn:aws:iam::123456789012:role/clawdia-assumed, assumed with keys of profile `base`",
        region: "AWS_REGION",
        exchange: Some(Operation::AssumeRole),
        ends: true,
    };
    check(CredentialSource::AssumedRole, &said);
}

#[test]
fn a_login_through_sso() {
    let said = Said {
        label: "AWS_PROFILE `sso`",
        detail: "SSO role `Developer` in account 123456789012 (profile `sso`)",
        region: "AWS_REGION",
        exchange: Some(Operation::GetRoleCredentials),
        ends: true,
    };
    check(CredentialSource::SingleSignOn, &said);
}

/// The variables of a machine that has everything at once, by which of them goes first.
const ALL: [(&str, &str); 4] = [
    ("AWS_BEARER_TOKEN_BEDROCK", BEARER),
    ("AWS_ACCESS_KEY_ID", "AKIAIDENTITIES"),
    ("AWS_SECRET_ACCESS_KEY", SECRET),
    ("AWS_PROFILE", "sso"),
];

#[test]
fn a_bearer_token_goes_before_keys_and_these_before_a_profile_and_that_before_the_instance() {
    let endpoint = account();
    let machine = Machine::new();
    // Writes the profile's file.
    endpoint.emulator.surroundings(CredentialSource::SingleSignOn, machine.home()).unwrap();
    let instance = endpoint.emulator.surroundings(CredentialSource::InstanceRole, machine.home()).unwrap();
    let with = |from: usize, arguments: &[&str]| {
        let program = machine.program(arguments).without(&["AWS_EC2_METADATA_DISABLED"]);
        program.env(instance.clone()).env(ALL[from..].iter().copied()).run("")
    };
    for (from, label) in [
        (0, "AWS_BEARER_TOKEN_BEDROCK"),
        (1, "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY"),
        (3, "AWS_PROFILE `sso`"),
        (4, "default AWS SDK chain"),
    ] {
        let status = with(from, &STATUS);
        assert_eq!(provider(&status)["credentials"]["value"], label, "{status:?}");
        let before = endpoint.emulator.requests().len();
        let answers =
            [&LIST[..], &CHAT, &DOCTOR].map(|arguments| with(from, &[arguments, &["-vv"]].concat()));
        for answer in &answers {
            assert_eq!(answer.code, Some(0), "{label}: {answer:?}");
        }
        let requests = endpoint.emulator.requests();
        let call = requests[before..].iter().find(|request| request.operation == Operation::ConverseStream);
        let authorization = call.unwrap().header("authorization").unwrap();
        let expected = match from {
            0 => "Bearer bedrock-api-key-of-the-tests",
            1 => "Credential=AKIAIDENTITIES/",
            _ => "Credential=ASIA",
        };
        assert!(authorization.contains(expected), "{label}: {authorization}");
        if from < 4 {
            assert_eq!(endpoint.emulator.count(Operation::InstanceRoleCredentials), 0, "{label}");
        }
        check_discreet(&endpoint, &answers);
    }
    assert!(endpoint.emulator.count(Operation::InstanceRoleCredentials) > 0);
}

#[test]
fn a_profile_of_the_configuration_goes_before_the_keys_of_the_environment() {
    let endpoint = account();
    let machine = Machine::with("{ models: { providers: { 'amazon-bedrock': { profile: 'sso' } } } }");
    let outcome = machine
        .program(&STATUS)
        .env(endpoint.emulator.surroundings(CredentialSource::SingleSignOn, machine.home()).unwrap())
        .env(endpoint.emulator.environment())
        .without(&["AWS_PROFILE"])
        .run("");
    let credentials = provider(&outcome)["credentials"].clone();
    assert_eq!(credentials["value"], "profile `sso`", "{outcome:?}");
    assert!(credentials["origin"].as_str().unwrap().starts_with("SSO role `Developer`"), "{credentials}");
}

#[test]
fn a_misspelt_profile_is_told_with_those_there_are_and_never_becomes_the_instance() {
    let endpoint = account();
    let machine = Machine::new();
    endpoint.emulator.surroundings(CredentialSource::SingleSignOn, machine.home()).unwrap();
    let misspelt = |arguments: &[&str]| {
        let program = crate::account::program(&endpoint, &machine, CredentialSource::InstanceRole, arguments);
        program.env([("AWS_PROFILE", "ssso")]).run("")
    };
    let status = misspelt(&STATUS);
    let problem = provider(&status)["problem"].to_string();
    assert!(problem.contains("`ssso`") && problem.contains("`sso`"), "{status:?}");
    let (list, chat, doctor) = (misspelt(&LIST), misspelt(&CHAT), misspelt(&DOCTOR));
    assert_eq!(list.stdout, "", "{list:?}");
    assert_eq!((chat.code, chat.stdout.as_str()), (Some(1), ""), "{chat:?}");
    for outcome in [&list, &chat] {
        assert!(outcome.stderr.contains("`ssso`") && outcome.stderr.contains("`sso`"), "{outcome:?}");
    }
    let credentials = step(&doctor, "credentials");
    assert_eq!(credentials["outcome"], "notOk");
    assert!(credentials["detail"].as_str().unwrap().contains("`ssso`"), "{credentials}");
    assert_eq!(step(&doctor, "call")["outcome"], "skipped");
    for operation in [Operation::InstanceToken, Operation::InstanceRole, Operation::InstanceRoleCredentials] {
        assert_eq!(endpoint.emulator.count(operation), 0, "{operation:?}");
    }
}

#[test]
fn half_a_pair_of_keys_is_none_and_is_told_where_nothing_else_is_found() {
    for (name, value, missing) in [
        ("AWS_ACCESS_KEY_ID", "AKIAIDENTITIES", "AWS_SECRET_ACCESS_KEY is missing"),
        ("AWS_SECRET_ACCESS_KEY", SECRET, "AWS_ACCESS_KEY_ID is missing"),
    ] {
        let endpoint = account();
        let machine = Machine::new();
        let half = |arguments: &[&str]| machine.program(arguments).env([(name, value)]).run("");
        let outcomes = [&STATUS[..], &CHAT, &DOCTOR].map(half);
        for outcome in &outcomes {
            let text = outcome.stdout.clone() + &outcome.stderr;
            assert!(text.contains(missing), "{outcome:?}");
        }
        assert_eq!(step(&outcomes[2], "credentials")["outcome"], "notOk");
        check_discreet(&endpoint, &outcomes);
        // The next place is asked all the same.
        let program = crate::account::program(&endpoint, &machine, CredentialSource::InstanceRole, &STATUS);
        let status = program.env([(name, value)]).run("");
        assert_eq!(provider(&status)["credentials"]["value"], "default AWS SDK chain", "{status:?}");
    }
}

#[test]
fn a_blank_variable_is_not_set() {
    let endpoint = account();
    let machine = Machine::new();
    let blanks = [
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CA_BUNDLE",
        "HTTPS_PROXY",
        "AWS_EC2_METADATA_DISABLED",
    ];
    let blank = |arguments: &[&str]| {
        let program = crate::account::program(&endpoint, &machine, CredentialSource::InstanceRole, arguments);
        program.env(blanks.map(|name| (name, if name.len() % 2 == 0 { "" } else { " \t" }))).run("")
    };
    let status = blank(&STATUS);
    let provider = provider(&status);
    assert_eq!(provider["credentials"]["origin"], "instance role `clawdia-host` (IMDS)", "{status:?}");
    assert_eq!(provider["region"]["origin"], "instance metadata", "{status:?}");
    for arguments in [&LIST[..], &CHAT, &DOCTOR] {
        let outcome = blank(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
    }
}
