//! An account in which every place gives credentials, and programs that have one of them.
//!
//! Separate from [`Endpoint`], whose programs have keys in their environment and need none of this.

use clawdia_bedrock_emulator::{CredentialSource, Credentials, Emulator};
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::program::{Outcome, Program};
use crate::requests::NOVA;

pub(crate) const SECRET: &str = "secret-of-the-access-key";
pub(crate) const BEARER: &str = "bedrock-api-key-of-the-tests";

/// Headers that hold secrets.
const SECRET_HEADERS: [&str; 4] =
    ["authorization", "x-amz-security-token", "x-aws-ec2-metadata-token", "x-amz-sso_bearer_token"];

/// An endpoint that also serves what gives credentials.
pub(crate) fn account() -> Endpoint {
    Endpoint::of(
        Emulator::builder()
            .credentials(Credentials::new("AKIAIDENTITIES", SECRET))
            .bearer_token(BEARER)
            .instance_role("clawdia-host")
            .container_role("clawdia-task")
            .role("clawdia-assumed")
            .sso_role("Developer"),
    )
}

/// A program on a machine whose credentials come from there, and from nowhere else.
pub(crate) fn program(
    endpoint: &Endpoint,
    machine: &Machine,
    source: CredentialSource,
    arguments: &[&str],
) -> Program {
    let variables = endpoint.emulator.surroundings(source, machine.home()).unwrap();
    // Whether an instance is asked is for the surroundings to say.
    machine.program(arguments).without(&["AWS_EC2_METADATA_DISABLED"]).env(variables)
}

/// Runs such a program.
pub(crate) fn run(
    endpoint: &Endpoint,
    machine: &Machine,
    source: CredentialSource,
    arguments: &[&str],
) -> Outcome {
    program(endpoint, machine, source, arguments).run("")
}

/// The only provider of `clawdia models status --json`.
#[track_caller]
pub(crate) fn provider(outcome: &Outcome) -> Value {
    let status = serde_json::from_str::<Value>(&outcome.stdout);
    status.unwrap_or_else(|error| panic!("{error} in {outcome:?}"))["providers"][0].clone()
}

/// A step of `clawdia doctor --json`.
#[track_caller]
pub(crate) fn step(outcome: &Outcome, name: &str) -> Value {
    let report = serde_json::from_str::<Value>(&outcome.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error} in {outcome:?}"));
    let mut steps = report["steps"].as_array().unwrap().iter();
    steps.find(|step| step["name"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}")).clone()
}

pub(crate) const STATUS: [&str; 3] = ["models", "status", "--json"];
pub(crate) const LIST: [&str; 3] = ["models", "list", "--plain"];
pub(crate) const CHAT: [&str; 4] = ["chat", "--model", NOVA, "Are you there?"];
pub(crate) const DOCTOR: [&str; 4] = ["doctor", "--json", "--model", NOVA];

/// That nothing which opens a door was printed: no key, no token and no signature that the endpoint was ever shown.
#[track_caller]
pub(crate) fn check_discreet(endpoint: &Endpoint, outcomes: &[Outcome]) {
    let emulator = &endpoint.emulator;
    let mut secrets = vec![SECRET.to_owned(), BEARER.to_owned(), emulator.web_identity_token()];
    secrets.extend(emulator.container_token());
    for request in emulator.requests() {
        for header in SECRET_HEADERS.iter().filter_map(|name| request.header(name)) {
            let (_, secret) = header.rsplit_once("Signature=").unwrap_or(("", header));
            secrets.push(secret.trim_start_matches("Bearer ").to_owned());
        }
    }
    for outcome in outcomes {
        for secret in &secrets {
            let is_shown = outcome.stdout.contains(secret) || outcome.stderr.contains(secret);
            assert!(!is_shown, "`{secret}` is shown in {outcome:?}");
        }
    }
}
