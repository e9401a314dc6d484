//! `clawdia config schema --with-models`: models that editors propose.

use clawdia_bedrock_emulator::Operation;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::{CLAUDE, NOVA};

/// What an editor proposes as the default model, with what it shows beside.
#[track_caller]
fn proposed(schema: &str) -> Vec<(String, String)> {
    fn lists(value: &Value, found: &mut Vec<Vec<(String, String)>>) {
        if let (Some(Value::Array(names)), Some(Value::Array(details))) =
            (value.get("enum"), value.get("enumDetails"))
        {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            found.push(names.iter().map(text).zip(details.iter().map(text)).collect());
        }
        match value {
            Value::Object(members) => members.values().for_each(|value| lists(value, found)),
            Value::Array(values) => values.iter().for_each(|value| lists(value, found)),
            _ => {}
        }
    }
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut found = Vec::new();
    lists(&schema["properties"]["agents"]["properties"]["defaults"], &mut found);
    found.into_iter().find(|list| list.iter().any(|(name, _)| name.contains('/'))).unwrap_or_default()
}

#[test]
fn editors_propose_what_this_machine_can_use_with_window_and_price() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(
        "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'acme.gone-v1:0' }] } } } }",
    );
    let proposed = proposed(&endpoint.print(&machine, &["config", "schema", "--with-models"]));
    let detail =
        |model: &str| proposed.iter().find(|(name, _)| name == model).map(|(_, detail)| detail.as_str());
    assert_eq!(detail(NOVA), Some("300K · $0.06/$0.24"));
    assert_eq!(detail(CLAUDE), Some("200K · $3.3/$16.5"));
    assert_eq!(detail("amazon-bedrock/acme.gone-v1:0"), None, "what cannot be called is not proposed");
    let keys = |schema: &str| schema.matches(CLAUDE).count();
    assert_eq!(keys(&machine.print(&["config", "schema"])), 0, "otherwise the schema is the same everywhere");
}

#[test]
fn they_are_written_where_editors_look() {
    let endpoint = Endpoint::start();
    let machine = Machine::new();
    endpoint.print(&machine, &["config", "schema", "--with-models", "--write"]);
    let written = std::fs::read_to_string(machine.path().with_file_name("clawdia.schema.json")).unwrap();
    assert!(!proposed(&written).is_empty());
    // What a change of the configuration does must not take them away again.
    endpoint.print(&machine, &["models", "set", NOVA]);
    let kept = std::fs::read_to_string(machine.path().with_file_name("clawdia.schema.json")).unwrap();
    assert_eq!(kept, written);
}

#[test]
fn those_of_an_earlier_time_do_when_the_service_cannot_be_asked() {
    let endpoint = Endpoint::start();
    let machine = Machine::with("{ models: { bedrockDiscovery: { refreshInterval: 1 } } }");
    let now = proposed(&endpoint.print(&machine, &["config", "schema", "--with-models"]));
    endpoint.emulator.deny("bedrock:ListFoundationModels");
    endpoint.emulator.deny("bedrock:ListInferenceProfiles");
    let outcome = endpoint.run(&machine, &["config", "schema", "--with-models"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(proposed(&outcome.stdout), now);
    assert_eq!(endpoint.emulator.count(Operation::ConverseStream), 0);
    let wrong = Machine::with("{ modles: {} }");
    let outcome = endpoint.run(&wrong, &["config", "schema", "--with-models"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("warning: no models are proposed"), "{outcome:?}");
}
