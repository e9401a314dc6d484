//! A provider's key that is found elsewhere: commands work with each kind of reference.

use clawdia_bedrock_emulator::Emulator;

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::NOVA;

/// Asks, and sets a model, with a configuration whose `apiKey` is this.
#[track_caller]
fn check(key: &str) {
    let endpoint = Endpoint::of(Emulator::builder().bearer_token("s3cr3t-token"));
    let text = format!("{{ models: {{ providers: {{ 'amazon-bedrock': {{ apiKey: {key} }} }} }} }}");
    let machine = Machine::with(&text);
    std::fs::write(machine.path().with_file_name("key"), "s3cr3t-token\n").unwrap();
    let run = |arguments: &[&str]| {
        let environment = endpoint.emulator.environment();
        let program = machine.program(arguments).env([("PATH", "/usr/bin:/bin"), ("KEY", "s3cr3t-token")]);
        // Nothing but the key may let anybody in.
        program.env(environment.into_iter().filter(|(name, _)| !name.contains("KEY"))).run("")
    };
    let outcome = run(&["chat", "--model", NOVA, "hi"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let requests = endpoint.emulator.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer s3cr3t-token"));
    let outcome = run(&["models", "set", NOVA]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(run(&["config", "validate"]).code, Some(0));
}

#[test]
fn a_key_may_be_in_a_variable() {
    check("{ source: 'env', name: 'KEY' }");
}

#[test]
fn a_key_may_be_in_a_file() {
    check("{ source: 'file', path: 'key' }");
}

#[cfg(unix)]
#[test]
fn a_key_may_be_what_a_command_writes() {
    check("{ source: 'exec', command: ['sh', '-c', 'echo $KEY'] }");
}

#[test]
fn a_key_may_be_written() {
    check("'s3cr3t-token'");
}
