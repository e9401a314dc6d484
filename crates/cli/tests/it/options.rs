//! Options of the protocol, from the configuration to the request.

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::program::Program;
use crate::requests::{CLAUDE, ask};

/// What `clawdia stream` sends with this configuration of the agents.
fn sent(defaults: &Value) -> Value {
    let endpoint = Endpoint::start();
    let mut request = ask(CLAUDE, "hi");
    // Long enough to be worth caching.
    request["context"]["systemPrompt"] = json!("Be brief. ".repeat(2_000));
    request["options"] = json!({ "reasoning": "low" });
    let config = json!({ "agents": { "defaults": defaults } });
    let program = endpoint.program(&["stream"]).file(".clawdia/clawdia.json", config.to_string());
    let outcome = program.run(request.to_string());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    endpoint.emulator.requests()[0].json()
}

#[test]
fn options_of_agents_reach_the_request() {
    let without = sent(&json!({})).to_string();
    assert!(without.contains("cachePoint"), "{without}");
    let with = sent(&json!({ "params": { "cacheRetention": "none" } })).to_string();
    assert!(!with.contains("cachePoint"), "{with}");
}

#[test]
fn options_of_agents_reach_chat_too() {
    let endpoint = Endpoint::start();
    let system = "Be brief. ".repeat(2_000);
    let arguments = ["chat", "--model", CLAUDE, "--system", &system, "hi"];
    endpoint.program(&arguments).run("");
    let config = json!({ "agents": { "defaults": { "params": { "cacheRetention": "none" } } } });
    endpoint.program(&arguments).file(".clawdia/clawdia.json", config.to_string()).run("");
    let caches = endpoint
        .emulator
        .requests()
        .into_iter()
        .map(|request| request.json().to_string().contains("cachePoint"));
    assert_eq!(caches.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn an_option_that_nobody_has_is_told_with_its_place() {
    let config = "{\n  agents: { defaults: { params: {\n    cacheRetenton: 'none' } } } }";
    let outcome = Program::new(&["chat", "hi"]).file(".clawdia/clawdia.json5", config).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    for words in
        ["line 3, column 5", "agents.defaults.params.cacheRetenton", "did you mean `cacheRetention`?"]
    {
        assert!(outcome.stderr.contains(words), "`{words}` is missing in {}", outcome.stderr);
    }
}
