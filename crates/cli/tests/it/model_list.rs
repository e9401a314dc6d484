//! `clawdia models list`: which models there are.

use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::{CLAUDE, NOVA};

const MINE: &str = r#"{
    models: { providers: { "amazon-bedrock": { models: [
        { id: "amazon.nova-lite-v1:0", name: "Mine", contextWindow: 1234, cost: { input: 0, output: 0 } },
        { id: "acme.unheard-of-v1:0" },
    ] } } },
    agents: { defaults: {
        model: { primary: "amazon-bedrock/amazon.nova-lite-v1:0", fallbacks: ["amazon-bedrock/us.amazon.nova-pro-v1:0"] },
        models: { "amazon-bedrock/us.amazon.nova-pro-v1:0": { alias: "pro" } },
    } },
}"#;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[track_caller]
fn find<'a>(listing: &'a Value, key: &str) -> &'a Value {
    let mut models = listing["models"].as_array().unwrap().iter();
    models.find(|model| model["key"] == key).unwrap_or_else(|| panic!("no {key} in {listing:#}"))
}

#[test]
fn a_machine_without_a_configuration_has_what_its_account_can_use() {
    let endpoint = Endpoint::start();
    let machine = Machine::new();
    let plain = endpoint.print(&machine, &["models", "list", "--plain"]);
    assert!(plain.lines().any(|line| line == NOVA) && plain.lines().any(|line| line == CLAUDE), "{plain}");
    let listing = json(&endpoint.print(&machine, &["models", "list", "--json"]));
    assert_eq!(listing["count"], plain.lines().count());
    let keys = listing["models"].as_array().unwrap().iter().map(|model| model["key"].as_str().unwrap());
    assert!(keys.eq(plain.lines()), "both are in the same order");
    let table = endpoint.print(&machine, &["models", "list"]);
    assert!(table.starts_with("MODEL "), "{table}");
    assert_eq!(table.lines().count(), plain.lines().count() + 1);
    assert!(!table.contains('\u{1b}'), "a pipe has no colours");
    for (line, key) in table.lines().skip(1).zip(plain.lines()) {
        assert!(line.starts_with(&format!("{key} ")) && line.contains("discovered"), "{line}");
    }
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 1, "one listing serves all");
}

#[test]
fn the_json_has_these_members_and_no_others() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(MINE);
    let listing = json(&endpoint.print(&machine, &["models", "list", "--json"]));
    let mut mine = find(&listing, "amazon-bedrock/amazon.nova-lite-v1:0").clone();
    mine["cost"] = json!({ "input": mine["cost"]["input"], "output": mine["cost"]["output"] });
    let members = mine.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(
        members,
        [
            "key",
            "name",
            "input",
            "contextWindow",
            "maxTokens",
            "cost",
            "source",
            "limitsFrom",
            "available",
            "tags"
        ]
    );
    assert_eq!(
        mine,
        json!({
            "key": "amazon-bedrock/amazon.nova-lite-v1:0", "name": "Mine", "input": "text+image",
            "contextWindow": 1234, "maxTokens": mine["maxTokens"], "cost": { "input": 0.0, "output": 0.0 },
            "source": "configured", "limitsFrom": "config", "available": true, "tags": ["default"],
        })
    );
    let unheard = find(&listing, "amazon-bedrock/acme.unheard-of-v1:0");
    let of = |name: &str| unheard[name].clone();
    assert_eq!(
        [of("contextWindow"), of("maxTokens"), of("cost"), of("limitsFrom"), of("available")],
        [Value::Null, Value::Null, Value::Null, json!("default"), json!(false)]
    );
    let pro = find(&listing, "amazon-bedrock/us.amazon.nova-pro-v1:0");
    assert_eq!((&pro["tags"], &pro["source"]), (&json!(["fallback#1", "alias:pro"]), &json!("discovered")));
    assert_eq!(pro["limitsFrom"], "facts");
    assert_eq!(
        listing["models"][0]["key"], "amazon-bedrock/amazon.nova-lite-v1:0",
        "what is written is first"
    );
}

#[test]
fn nobody_is_asked_offline_and_everybody_anew_when_refreshed() {
    let endpoint = Endpoint::start();
    let machine = Machine::new();
    let nothing = machine.run(&["models", "list", "--offline"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), "No models found.\n"), "{nothing:?}");
    let all = endpoint.print(&machine, &["models", "list", "--plain"]);
    endpoint.print(&machine, &["models", "list", "--plain"]);
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 1);
    assert_eq!(endpoint.print(&machine, &["models", "list", "--plain", "--offline"]), all);
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 1);
    endpoint.print(&machine, &["models", "list", "--plain", "--refresh"]);
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 2);
    machine.refuse(&["models", "list", "--offline", "--refresh"], 2, &["cannot be used with"]);
    machine.refuse(&["models", "list", "--plain", "--json"], 2, &["cannot be used with"]);
}

#[test]
fn an_older_list_is_shown_with_the_reason_when_the_service_fails() {
    let endpoint = Endpoint::start();
    let machine = Machine::new();
    let all = endpoint.print(&machine, &["models", "list", "--plain"]);
    endpoint.emulator.deny("bedrock:ListFoundationModels");
    let outcome = endpoint.run(&machine, &["models", "list", "--refresh", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.starts_with("warning: amazon-bedrock: "), "{outcome:?}");
    assert!(outcome.stderr.contains("bedrock:ListFoundationModels"), "{outcome:?}");
    let listing = json(&outcome.stdout);
    assert_eq!(listing["count"], all.lines().count());
    assert_eq!(listing["models"][0]["tags"], json!(["stale"]));
}

#[test]
fn a_service_that_cannot_be_asked_is_a_failure_only_when_there_is_nothing_to_show() {
    let endpoint = Endpoint::of(Emulator::builder().deny("bedrock:ListFoundationModels"));
    for (arguments, stdout) in [
        (&["models", "list"][..], ""),
        (&["models", "list", "--plain"], ""),
        (&["models", "list", "--json"], "{\n  \"count\": 0,\n  \"models\": []\n}\n"),
    ] {
        let outcome = endpoint.run(&Machine::new(), arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), stdout), "{outcome:?}");
        assert!(outcome.stderr.contains("bedrock:ListFoundationModels"), "{outcome:?}");
    }
    let outcome = endpoint.run(&Machine::with(MINE), &["models", "list", "--plain"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 3, "two are written, and the fallback is known");
    assert!(outcome.stderr.starts_with("warning: "), "{outcome:?}");
}

#[test]
fn where_there_are_no_credentials_it_says_what_to_do() {
    let outcome = Machine::new().run(&["models", "list"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "No models found.\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("no AWS credentials were found"), "{outcome:?}");
    assert!(outcome.stderr.contains("hint: `clawdia doctor`"), "{outcome:?}");
    let off = Machine::with("{ models: { bedrockDiscovery: { enabled: false } } }").run(&["models", "list"]);
    assert!(off.stderr.contains("`models.bedrockDiscovery.enabled` is false"), "{off:?}");
    let replace = Machine::with("{ models: { mode: 'replace' } }").run(&["models", "list"]);
    assert!(replace.stderr.contains("hint: `models.mode` is `replace`"), "{replace:?}");
    assert_eq!(off.code.max(replace.code), Some(0));
}

#[test]
fn one_provider_is_named_by_its_id() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(
        "{ models: { providers: { work: { api: 'bedrock-converse-stream', models: [{ id: 'x' }] } } } }",
    );
    let plain = endpoint.print(&machine, &["models", "list", "--plain", "--provider", "Work"]);
    assert!(plain.starts_with("work/x\n") && plain.lines().all(|line| line.starts_with("work/")), "{plain}");
    let both = endpoint.print(&machine, &["models", "list", "--plain"]);
    assert!(both.lines().any(|line| line.starts_with("amazon-bedrock/")), "{both}");
    machine.refuse(&["models", "list", "--provider", "Amazon Bedrock"], 2, &["use an id, not a label"]);
    machine.refuse(
        &["models", "list", "--provider", "amazon-bedrok"],
        2,
        &["did you mean `amazon-bedrock`?"],
    );
}

#[test]
fn an_arn_and_what_a_service_calls_its_models_are_shown_safely() {
    let builder = Emulator::builder()
        .list_models([json!({
            "modelId": "acme.model-1", "modelName": "Evil\u{1b}[31m\u{202e}name", "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"], "responseStreamingSupported": true,
            "inferenceTypesSupported": ["ON_DEMAND"], "modelLifecycle": { "status": "ACTIVE" },
        })])
        .list_profiles([])
        .application_profile("team", "us.amazon.nova-lite-v1:0");
    let endpoint = Endpoint::of(builder);
    let machine = Machine::new();
    let table = endpoint.run(&machine, &["models", "list"]).stdout;
    assert!(table.contains("Evilname"), "{table:?}");
    assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table:?}");
    let listing = json(&endpoint.print(&machine, &["models", "list", "--json"]));
    let named = find(&listing, "amazon-bedrock/acme.model-1");
    assert_eq!(named["name"], "Evil\u{1b}[31m\u{202e}name", "programs get what there is");
    assert!(table.contains("32K"), "what nobody knows has the default window: {table}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_table_fits_its_terminal() {
    use crate::terminal::Terminal;
    let endpoint = Endpoint::start();
    let machine = Machine::with(MINE);
    for columns in [200, 120, 80, 40, 20] {
        let program = machine.program(&["models", "list"]).env(endpoint.emulator.environment());
        let (screen, code) = Terminal::start_in(program, columns).read_to_end();
        assert_eq!(code, Some(0), "{screen}");
        // Colours and the sign of waiting take no room.
        let shown = screen.split("\u{1b}[").enumerate().map(|(index, piece)| match index {
            0 => piece,
            _ => piece.split_once(|end: char| end.is_ascii_alphabetic()).map_or("", |(_, text)| text),
        });
        let shown = shown.collect::<String>();
        let lines =
            shown.lines().map(|line| line.rsplit('\r').find(|text| !text.is_empty()).unwrap_or_default());
        for line in lines {
            assert!(line.chars().count() <= usize::from(columns), "{columns}: {line:?}");
        }
        if columns >= 120 {
            assert!(shown.contains(CLAUDE), "a ref is shown whole where there is room: {shown}");
        }
        if columns >= 80 {
            let count = shown.lines().filter(|line| line.contains("us.anthropic.")).count();
            assert!(shown.contains("MODEL ") && count > 3, "{columns} are enough for columns: {shown}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_takes_the_sign_of_waiting_away() {
    use crate::terminal::Terminal;
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&Gate::new()));
    let machine = Machine::new();
    let program = machine.program(&["models", "list"]).env(endpoint.emulator.environment());
    let mut terminal = Terminal::start(program);
    terminal.expect("Asking which models there are");
    terminal.interrupt();
    let (screen, code) = terminal.read_to_end();
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.ends_with("\r\u{1b}[2K"), "{screen:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_arn_costs_no_other_model_its_line() {
    use crate::terminal::Terminal;
    let endpoint = Endpoint::of(
        Emulator::builder().application_profile("a-team-with-a-name", "us.amazon.nova-lite-v1:0"),
    );
    let machine = Machine::new();
    let count = endpoint.print(&machine, &["models", "list", "--plain"]).lines().count();
    let program = machine.program(&["models", "list"]).env(endpoint.emulator.environment());
    let (screen, code) = Terminal::start_in(program, 80).read_to_end();
    assert_eq!(code, Some(0), "{screen}");
    let lines = screen.lines().filter(|line| !line.trim().is_empty()).count();
    // What all have in common and the titles; some refs and tags are too long for their column.
    assert!(count > 50 && lines < count + count / 3, "{count} models in {lines} lines: {screen}");
    assert!(screen.contains("amazon-bedrock/…, discovered"), "{screen}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_that_something_is_waited_for_and_nothing_afterwards() {
    use crate::terminal::Terminal;
    let endpoint = Endpoint::start();
    let gate = Gate::new();
    endpoint.emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let machine = Machine::new();
    let program = machine.program(&["models", "list", "--plain"]).env(endpoint.emulator.environment());
    let mut terminal = Terminal::start(program);
    terminal.expect("Asking which models there are");
    gate.open();
    let (screen, code) = terminal.read_to_end();
    assert_eq!(code, Some(0), "{screen}");
    let (_, after) = screen.rsplit_once("\u{1b}[2K").unwrap();
    assert!(after.contains(NOVA) && !after.contains("Asking"), "{after}");
}

#[test]
fn what_was_discovered_is_known_to_later_commands() {
    let endpoint = Endpoint::of(Emulator::builder().application_profile("team", "us.amazon.nova-lite-v1:0"));
    let machine = Machine::new();
    let listing = json(&endpoint.print(&machine, &["models", "list", "--json"]));
    let arn = listing["models"].as_array().unwrap().iter().find_map(|model| {
        model["key"].as_str().filter(|key| key.ends_with("application-inference-profile/team"))
    });
    let arn = arn.unwrap_or_else(|| panic!("{listing:#}"));
    assert_eq!(find(&listing, arn)["contextWindow"], 300_000, "an opaque ARN has the limits of its model");
    // No warning says that nobody knows it.
    endpoint.print(&machine, &["models", "set", arn]);
    let request = crate::requests::ask(arn, "hi").to_string();
    let outcome = machine.program(&["stream"]).env(endpoint.emulator.environment()).run(request);
    let done = outcome.last();
    assert!(done["message"]["usage"]["cost"]["total"].as_f64().unwrap() > 0.0, "and its prices: {done}");
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 1);
}

#[test]
fn a_configured_model_that_is_called_through_a_profile_can_be_called() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(
        "{ models: { providers: { 'amazon-bedrock': { models: [
            { id: 'anthropic.claude-opus-4-5-20251101-v1:0', name: 'Claude Opus 4.5 (Bedrock)' },
        ] } } } }",
    );
    let listing = json(&endpoint.print(&machine, &["models", "list", "--json"]));
    let opus = find(&listing, "amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1:0");
    assert_eq!((&opus["available"], &opus["source"]), (&json!(true), &json!("configured")), "{opus}");
    assert!(opus["cost"]["input"].as_f64().unwrap() > 0.0, "{opus}");
}
