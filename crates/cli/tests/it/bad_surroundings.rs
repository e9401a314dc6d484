//! A good request in a bad world: no configuration that can be read, no credentials, no service behind the address.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::program::{Outcome, Program};
use crate::requests::{NOVA, ask};

/// Failed with this kind and these words on standard error.
#[track_caller]
fn check(outcome: &Outcome, code: i32, kind: &str, words: &[&str]) -> Value {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    let error = outcome.only_error();
    assert_eq!(error["cause"]["kind"], kind, "{error}");
    for word in words {
        assert!(outcome.stderr.contains(word), "`{word}` is missing in {}", outcome.stderr);
    }
    error
}

#[test]
fn a_typing_mistake_in_the_configuration_is_told_with_its_place() {
    let endpoint = Endpoint::start();
    let outcome = endpoint
        .program(&["stream"])
        .file(".clawdia/clawdia.jsonc", "{\n  // mine\n  \"modles\": {}\n}\n")
        .run(ask(NOVA, "hi").to_string());
    let words = ["clawdia.jsonc at line 3, column 3", "unknown key `modles`", "did you mean `models`?"];
    check(&outcome, 2, "other", &words);
    assert!(endpoint.emulator.requests().is_empty());
}

#[test]
fn the_configuration_that_was_asked_for_must_be_there() {
    let outcome = Program::new(&["stream"])
        .env([("CLAWDIA_CONFIG_PATH", "/nowhere/clawdia.json5")])
        .run(ask(NOVA, "hi").to_string());
    check(&outcome, 2, "other", &["/nowhere/clawdia.json5", "CLAWDIA_CONFIG_PATH"]);
}

#[test]
fn ignored_configurations_are_named() {
    let endpoint = Endpoint::start();
    let outcome = endpoint
        .program(&["stream"])
        .file(".clawdia/clawdia.jsonc", "{}")
        .file(".clawdia/clawdia.json", "{}")
        .run(ask(NOVA, "hi").to_string());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("warning: "), "{outcome:?}");
    assert!(outcome.stderr.contains("clawdia.json`"), "{outcome:?}");
}

#[test]
fn no_credentials_are_told_with_where_they_could_come_from() {
    let endpoint = Endpoint::start();
    let outcome = Program::new(&["stream"])
        .env([("AWS_ENDPOINT_URL", endpoint.emulator.url()), ("AWS_REGION", "us-east-1")])
        .run(ask(NOVA, "hi").to_string());
    check(&outcome, 1, "auth", &["AWS_ACCESS_KEY_ID", "hint: "]);
    assert!(endpoint.emulator.requests().is_empty());
}

#[test]
fn refused_credentials_are_told_and_never_shown() {
    let endpoint = Endpoint::start();
    let outcome = endpoint
        .program(&["stream", "-vv"])
        .env([("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")])
        .run(ask(NOVA, "hi").to_string());
    check(&outcome, 1, "auth", &["hint: "]);
    assert!(!format!("{outcome:?}").contains("hunter2"), "{outcome:?}");
}

#[test]
fn the_wrong_region_is_told() {
    let endpoint = Endpoint::start();
    let outcome =
        endpoint.program(&["stream"]).env([("AWS_REGION", "eu-west-1")]).run(ask(NOVA, "hi").to_string());
    check(&outcome, 1, "auth", &["eu-west-1", "hint: "]);
}

#[test]
fn a_refused_connection_is_told_with_its_address() {
    // Free a moment ago, and nobody listens there now.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    let endpoint = Endpoint::start();
    let outcome = endpoint
        .program(&["stream"])
        .env([("AWS_ENDPOINT_URL", url.as_str())])
        .run(ask(NOVA, "hi").to_string());
    let error = check(&outcome, 1, "transport", &[url.as_str(), "refused", "hint: "]);
    assert_eq!(error["cause"]["status"], Value::Null);
}

#[test]
fn a_server_that_answers_html_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = [0; 1024];
            let _ = connection.read(&mut head);
            let body = "<html><body>Welcome to the intranet</body></html>";
            let _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let endpoint = Endpoint::start();
    let outcome = endpoint
        .program(&["stream"])
        .env([("AWS_ENDPOINT_URL", url.as_str())])
        .run(ask(NOVA, "hi").to_string());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let error = outcome.only_error();
    assert!(error["cause"]["message"].as_str().unwrap().contains("html"), "{error}");
    assert!(outcome.stderr.contains("hint: "), "{outcome:?}");
}

#[test]
fn a_proxy_page_with_an_error_status_is_told() {
    let endpoint = Endpoint::start();
    let page = || {
        clawdia_bedrock_emulator::Reply::http(407)
            .header("content-type", "text/html")
            .body("<html><body>Proxy login</body></html>")
    };
    for _ in 0..8 {
        endpoint.emulator.enqueue(page());
    }
    let outcome = endpoint.program(&["stream"]).run(ask(NOVA, "hi").to_string());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.only_error()["cause"]["status"], 407);
}
