//! `clawdia emulator`: an endpoint from a shell.

use std::net::TcpListener;

use crate::program::Program;
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
