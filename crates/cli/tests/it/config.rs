//! `clawdia config validate`, and what the configuration says of agents and names.

use clawdia_bedrock_emulator::Reply;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::program::Program;

const FILE: &str = ".clawdia/clawdia.json5";

#[test]
fn every_mistake_is_told_in_one_run() {
    let text = "{\n  modles: {},\n  agents: { defaults: { timeoutSeconds: 0 } },\n}";
    let outcome = Program::new(&["config", "validate"]).file(FILE, text).run("");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(2), ""), "{outcome:?}");
    for words in ["clawdia.json5:2:3 (modles)", "did you mean `models`?", "3:41", "2 errors"] {
        assert!(outcome.stdout.contains(words), "`{words}` is missing in {}", outcome.stdout);
    }
    let outcome = Program::new(&["config", "validate", "--json"]).file(FILE, text).run("");
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &report["valid"]), (Some(2), &Value::from(false)));
    let paths =
        report["problems"].as_array().unwrap().iter().map(|problem| problem["path"].as_str().unwrap());
    assert_eq!(paths.collect::<Vec<_>>(), ["modles", "agents.defaults.timeoutSeconds"]);
}

#[test]
fn a_configuration_without_errors_is_valid() {
    let outcome = Program::new(&["config", "validate", "--json"]).run("");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "{\"valid\":true,\"problems\":[]}\n"));
    let variable = [("CLAWDIA__MODELS__MDOE", "merge")];
    let outcome = Program::new(&["config", "validate"]).env(variable).run("");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stdout.contains("did you mean `CLAWDIA__MODELS__MODE`?"), "{outcome:?}");
}

const AGENTS: &str = "{ agents: {
    defaults: { models: { 'amazon-bedrock/us.amazon.nova-lite-v1:0': { alias: 'lite' } } },
    entries: { coder: { model: 'amazon-bedrock/us.amazon.nova-pro-v1:0' } },
} }";

#[test]
fn a_model_may_be_called_by_its_short_name() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::text("One."));
    let outcome = endpoint.program(&["chat", "--model", "lite", "hi"]).file(FILE, AGENTS).run("");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "One.\n"), "{outcome:?}");
    let request = r#"{ "model": "lite", "context": { "messages": [{ "role": "user", "content": "hi" }] } }"#;
    let outcome = endpoint.program(&["stream"]).file(FILE, AGENTS).run(request);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for request in endpoint.emulator.requests() {
        assert_eq!(request.model_id.as_deref(), Some("us.amazon.nova-lite-v1:0"));
    }
    let outcome = endpoint.program(&["chat", "--model", "lyte", "hi"]).file(FILE, AGENTS).run("");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `lite`?"), "{outcome:?}");
}

#[test]
fn an_agent_asks_its_own_model() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.program(&["chat", "--agent", "coder", "hi"]).file(FILE, AGENTS).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(endpoint.emulator.requests()[0].model_id.as_deref(), Some("us.amazon.nova-pro-v1:0"));
    let outcome = endpoint.program(&["chat", "--agent", "codr", "hi"]).file(FILE, AGENTS).run("");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `coder`?"), "{outcome:?}");
}
