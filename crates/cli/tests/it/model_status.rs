//! `clawdia models status`: what agents use, and whether it can be called.

use clawdia_bedrock_emulator::{Emulator, ModelAccess, Operation, Reply};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::{CLAUDE, NOVA};

const CHOSEN: &str = r#"{ agents: { defaults: {
    model: {
        primary: "amazon-bedrock/us.amazon.nova-lite-v1:0",
        fallbacks: ["amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    },
    models: { "amazon-bedrock/us.amazon.nova-lite-v1:0": { alias: "nova" } },
} } }"#;

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn it_says_what_agents_use_and_as_whom_and_where_providers_call() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(CHOSEN);
    let text = endpoint.print(&machine, &["models"]);
    assert_eq!(endpoint.print(&machine, &["models", "status"]), text, "alone, it is the status");
    for word in [
        &format!("Default model  {NOVA}"),
        &format!("Fallback 1     {CLAUDE}"),
        &format!("nova = {NOVA}"),
        "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
        "us-east-1 (AWS_REGION)",
        endpoint.emulator.url(),
    ] {
        assert!(text.contains(word), "`{word}` is missing in {text}");
    }
    let status = json(&endpoint.print(&machine, &["models", "status", "--json"]));
    let members = status.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(members, ["default", "fallbacks", "aliases", "providers"]);
    assert_eq!(
        (&status["default"], &status["fallbacks"], &status["aliases"]),
        (&json!(NOVA), &json!([CLAUDE]), &json!({ "nova": NOVA }))
    );
    let provider = &status["providers"][0];
    assert_eq!(provider["id"], "amazon-bedrock");
    assert_eq!(provider["region"], json!({ "value": "us-east-1", "origin": "AWS_REGION" }));
    assert_eq!(provider["endpoint"]["value"], endpoint.emulator.url());
    assert_eq!((&provider["problem"], &provider["expiresAt"]), (&Value::Null, &Value::Null));
    assert_eq!(endpoint.emulator.requests().len(), 0, "nothing is called");
}

#[test]
fn without_a_default_model_it_says_how_to_choose_one() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.run(&Machine::new(), &["models"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("Default model  none\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("clawdia models set"), "{outcome:?}");
}

#[test]
fn a_check_tells_scripts_whether_credentials_are_there() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(CHOSEN);
    let check = ["models", "status", "--check"];
    assert_eq!(endpoint.run(&machine, &check).code, Some(0));
    assert_eq!(
        endpoint.run(&Machine::new(), &check).code,
        Some(0),
        "no default model is no matter of credentials"
    );
    let without = machine.run(&check);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.stdout.contains("problem"), "{without:?}");
    let wrong = Machine::with("{ modles: {} }");
    assert_eq!(endpoint.run(&wrong, &check).code, Some(1), "2 says that credentials end soon");
    assert_eq!(endpoint.run(&wrong, &["models"]).code, Some(2));
    assert_eq!(machine.run(&["models"]).code, Some(0));
}

#[test]
fn a_probe_really_calls_each_model() {
    let endpoint = Endpoint::of(
        Emulator::builder()
            .model_access("anthropic.claude-sonnet-4-5-20250929-v1:0", ModelAccess::NoAgreement),
    );
    let machine = Machine::with(CHOSEN);
    let outcome = endpoint.run(&machine, &["models", "status", "--probe", "--json"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let probes = &json(&outcome.stdout)["probes"];
    assert_eq!((&probes[0]["model"], &probes[0]["outcome"]), (&json!(NOVA), &json!("ok")));
    assert!(probes[0]["latencyMs"].is_u64() && probes[0]["cost"].as_f64().unwrap() > 0.0, "{probes}");
    assert_eq!((&probes[1]["model"], &probes[1]["outcome"]), (&json!(CLAUDE), &json!("modelAccess")));
    assert!(probes[1]["message"].is_string() && probes[1]["hint"].is_string(), "{probes}");
    let calls = endpoint.emulator.requests();
    let limits = calls.iter().filter_map(|call| call.json().pointer("/inferenceConfig/maxTokens").cloned());
    assert!(limits.eq([json!(8), json!(8)]));
}

#[test]
fn a_probe_without_models_has_nothing_to_say_yes_to() {
    let endpoint = Endpoint::start();
    assert_eq!(endpoint.run(&Machine::new(), &["models", "status", "--probe"]).code, Some(1));
    let machine = Machine::with(CHOSEN);
    let text = endpoint.print(&machine, &["models", "--probe"]);
    assert_eq!(text.lines().filter(|line| line.starts_with("ok ")).count(), 2, "{text}");
    endpoint.emulator.reply_always(Operation::ConverseStream, Reply::throttled());
    let outcome = endpoint.run(&machine, &["models", "--probe"]);
    assert!(outcome.stdout.lines().any(|line| line.starts_with("throttled ")), "{outcome:?}");
}

#[test]
fn credentials_that_are_not_there_are_null_and_half_a_pair_is_named_first() {
    const MISSING: &str = "AWS_SECRET_ACCESS_KEY is missing";
    let half = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")];
    let run = |arguments: &[&str]| Machine::with(CHOSEN).program(arguments).env(half).run("");
    let outcome = run(&["models", "status", "--json"]);
    let provider = &json(&outcome.stdout)["providers"][0];
    assert_eq!(provider["credentials"], Value::Null, "{provider:#}");
    assert!(provider["problem"]["hint"].as_str().unwrap().starts_with(MISSING), "{provider:#}");
    let doctor = json(&run(&["doctor", "--json"]).stdout);
    let mut steps = doctor["steps"].as_array().unwrap().iter();
    let credentials = steps.find(|step| step["name"] == "credentials").unwrap();
    assert!(credentials["remedy"].as_str().unwrap().starts_with(MISSING), "{credentials:#}");
    let list = run(&["models", "list", "--refresh"]);
    assert!(list.stderr.contains(&format!("no AWS credentials were found; {MISSING}")), "{list:?}");
}

#[test]
fn a_problem_is_told_once_and_in_lines() {
    let machine = Machine::with(CHOSEN);
    let outcome = machine.run(&["models", "status", "--probe"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.stdout.matches("tried, in this order").count(), 1, "{outcome:?}");
    assert!(outcome.stdout.lines().all(|line| line.len() < 250), "{outcome:?}");
    let unknown = Machine::with("{ agents: { defaults: { model: { primary: 'nobody/x' } } } }");
    let status = json(&unknown.run(&["models", "status", "--json"]).stdout);
    let mut providers = status["providers"].as_array().unwrap().iter();
    let nobody = providers.find(|provider| provider["id"] == "nobody").unwrap();
    assert!(nobody["problem"]["message"].as_str().unwrap().contains("nobody"), "{nobody:#}");
}
