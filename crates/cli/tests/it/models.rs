//! `clawdia models`: choosing a model, short names and fallbacks.

use serde_json::{Value, json};

use crate::machine::Machine;
use crate::requests::NOVA;

const PRO: &str = "amazon-bedrock/us.amazon.nova-pro-v1:0";

#[test]
fn a_model_is_chosen_by_its_ref_or_its_short_name() {
    let machine = Machine::new();
    let outcome = machine.run(&["models", "set", NOVA]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(machine.print(&["config", "get", "agents.defaults.model.primary"]), format!("{NOVA}\n"));
    machine.print(&["models", "aliases", "add", "pro", PRO]);
    assert_eq!(machine.print(&["models", "set", "Pro"]), "Updated agents.defaults.model.primary.\n");
    assert_eq!(machine.print(&["config", "get", "agents.defaults.model.primary"]), format!("{PRO}\n"));
    assert!(machine.print(&["models", "set", "pro"]).starts_with("No change"));

    let machine = Machine::with(&format!("{{ agents: {{ defaults: {{ model: '{PRO}' }} }} }}"));
    machine.print(&["models", "set", NOVA]);
    assert_eq!(machine.text(), format!("{{ agents: {{ defaults: {{ model: '{NOVA}' }} }} }}"));
}

#[test]
fn a_model_without_a_provider_is_refused_and_an_unknown_one_is_doubted() {
    let machine = Machine::new();
    machine.refuse(&["models", "set", "nope/x"], 2, &["nope"]);
    machine.refuse(&["models", "set", "amazon-bedrok/x"], 2, &["did you mean `amazon-bedrock`?"]);
    machine.refuse(&["models", "fallbacks", "add", "nope/x"], 2, &["nope"]);
    assert!(!machine.path().exists());
    let outcome = machine.run(&["models", "set", "amazon-bedrock/acme.new-v1:0"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("warning: nobody knows a model `acme.new-v1:0`"), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "it is said once: {outcome:?}");
    assert!(machine.text().contains("amazon-bedrock/acme.new-v1:0"));
}

#[test]
fn short_names_come_and_go() {
    let machine = Machine::with("{\n  // mine\n}\n");
    assert_eq!(machine.print(&["models", "aliases", "list"]), "");
    machine.print(&["models", "aliases", "add", "nova", NOVA]);
    machine.print(&["models", "aliases", "add", "pro", PRO]);
    assert_eq!(machine.print(&["models", "aliases", "list"]), format!("nova\t{NOVA}\npro\t{PRO}\n"));
    let all: Value = serde_json::from_str(&machine.print(&["models", "aliases", "list", "--json"])).unwrap();
    assert_eq!(all, json!({ "nova": NOVA, "pro": PRO }));
    machine.refuse(&["models", "aliases", "add", "pro", NOVA], 2, &["short name"]);
    machine.refuse(&["models", "aliases", "add", "a/b", NOVA], 2, &["no slash"]);
    machine.refuse(&["models", "aliases", "remove", "large"], 1, &["nothing was changed", "`nova`, `pro`"]);
    machine.print(&["models", "aliases", "remove", "nova"]);
    assert_eq!(machine.print(&["models", "aliases", "list"]), format!("pro\t{PRO}\n"));
    assert!(machine.text().contains("// mine") && !machine.text().contains(NOVA), "{}", machine.text());
}

#[test]
fn fallbacks_keep_their_order() {
    let machine = Machine::with(&format!("{{ agents: {{ defaults: {{ model: '{NOVA}' }} }} }}"));
    machine.refuse(&["models", "fallbacks", "add", NOVA], 2, &["is the model itself"]);
    machine.print(&["models", "fallbacks", "add", PRO]);
    machine.print(&["models", "fallbacks", "add", "amazon-bedrock/us.amazon.nova-micro-v1:0"]);
    assert!(machine.print(&["models", "fallbacks", "add", PRO]).starts_with("No change"));
    let shown = machine.print(&["models", "fallbacks", "list"]);
    assert_eq!(shown, format!("{PRO}\namazon-bedrock/us.amazon.nova-micro-v1:0\n"));
    assert_eq!(machine.print(&["config", "get", "agents.defaults.model.primary"]), format!("{NOVA}\n"));
    machine.print(&["models", "fallbacks", "remove", PRO]);
    machine.refuse(&["models", "fallbacks", "remove", PRO], 1, &["nothing was changed"]);
    machine.print(&["models", "fallbacks", "clear"]);
    assert_eq!(machine.print(&["models", "fallbacks", "list"]), "");
    assert!(machine.print(&["models", "fallbacks", "clear"]).starts_with("No change"));
}

#[test]
fn capitals_of_a_known_model_are_corrected() {
    let machine = Machine::new();
    let outcome = machine.run(&["models", "set", "amazon-bedrock/US.amazon.Nova-Lite-v1:0"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(machine.print(&["config", "get", "agents.defaults.model.primary"]), format!("{NOVA}\n"));
}

/// What `models set` says of a ref, `config validate` says of a configuration that has it.
#[track_caller]
fn check_remark(reference: &str, words: &[&str]) {
    let set = Machine::new().run(&["models", "set", reference]);
    let text = format!("{{ agents: {{ defaults: {{ model: '{reference}' }} }} }}");
    let validate = Machine::with(&text).run(&["config", "validate"]);
    assert_eq!(validate.code, Some(0), "{validate:?}");
    for word in words {
        assert!(set.stderr.contains(word), "`{word}` is missing in {}", set.stderr);
        assert!(validate.stdout.contains(word), "`{word}` is missing in {}", validate.stdout);
    }
}

#[test]
fn a_model_that_nobody_knows_is_told_with_the_nearest() {
    let opus = "`amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1:0`";
    check_remark(
        "amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1",
        &["is not how the model is spelled", opus],
    );
    check_remark("amazon-bedrock/anthropic.claude-opus-4-5-20251102-v1:0", &["nobody knows", opus]);
    check_remark("anthropic/claude-opus-4-5", &["no provider `anthropic` is configured", opus]);
    check_remark("amazon-bedrock/acme.new-v1:0", &["nobody knows a model `acme.new-v1:0`"]);
}
