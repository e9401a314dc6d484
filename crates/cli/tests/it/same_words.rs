//! What goes wrong when models are listed is told as when one is called, with the same next step.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use clawdia_bedrock_emulator::{Operation, Reply};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::NOVA;

const COMMANDS: [&[&str]; 2] =
    [&["models", "list", "--provider", "amazon-bedrock"], &["chat", "--model", NOVA, "hi"]];

/// Both commands fail with these words, and with none of the others.
#[track_caller]
fn check(endpoint: &Endpoint, variables: &[(&str, &str)], words: &[&str], others: &[&str]) {
    for command in COMMANDS {
        let program = Machine::new().program(command).env(endpoint.emulator.environment());
        let outcome = program.env(variables.iter().copied()).run("");
        // A table folds nothing here, and neither does an error; white space is evened out all the same.
        let told = outcome.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(told.contains(word), "`{word}` is missing in {told}");
        }
        for other in others.iter().chain(&[".;"]) {
            assert!(!told.contains(other), "`{other}` is in {told}");
        }
    }
}

/// Answers both commands with the same refusal.
fn refusing(reply: impl Fn() -> Reply) -> Endpoint {
    let endpoint = Endpoint::start();
    for operation in
        [Operation::ListFoundationModels, Operation::ListInferenceProfiles, Operation::ConverseStream]
    {
        endpoint.emulator.reply_always(operation, reply());
    }
    endpoint
}

#[test]
fn the_region_of_a_signature_is_named() {
    let hint = "the endpoint serves another region than eu-west-1";
    check(&Endpoint::start(), &[("AWS_REGION", "eu-west-1")], &[hint], &["clock"]);
}

#[test]
fn a_refused_token_blames_no_clock() {
    let hint = "check the Bedrock API key from AWS_BEARER_TOKEN_BEDROCK, and that it was made for us-east-1";
    check(&Endpoint::start(), &[("AWS_BEARER_TOKEN_BEDROCK", "stale")], &[hint], &["clock"]);
}

#[test]
fn expired_keys_of_the_environment_are_set_anew() {
    let endpoint = refusing(|| {
        Reply::http(403)
            .header("x-amzn-errortype", "ExpiredTokenException")
            .header("content-type", "application/json")
            .body(r#"{"message":"The security token included in the request is expired."}"#)
    });
    let hint = "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew";
    check(&endpoint, &[], &[hint], &["sso"]);
}

#[test]
fn a_page_for_people_is_none_of_bedrocks() {
    let endpoint = refusing(|| {
        Reply::http(503).header("content-type", "text/html").body("<html><body>Back soon</body></html>")
    });
    check(&endpoint, &[], &["Back soon", "something other than Bedrock answered; check `baseUrl`"], &[]);
}

#[test]
fn a_proxy_that_wants_another_password_is_asked_once_for_a_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://user:hidden@{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 1024]);
            let _ = write!(connection, "HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let variables = [("HTTPS_PROXY", proxy.as_str()), ("AWS_ENDPOINT_URL", "")];
    let words =
        ["the proxy's user and password are refused", "correct the user and the password in HTTPS_PROXY"];
    check(&Endpoint::start(), &variables, &words, &["hidden"]);
}
