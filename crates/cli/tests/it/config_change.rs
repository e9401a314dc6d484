//! `clawdia config set`, `unset` and `patch`: what they write, and when they write nothing.

use std::fs::Metadata;

use serde_json::{Value, json};

use crate::machine::Machine;

const ENABLED: [&str; 4] = ["config", "set", "models.bedrockDiscovery.enabled", "true"];
const REGION: [&str; 4] = ["config", "set", "models.bedrockDiscovery.region", "us-east-1"];

#[test]
fn the_first_settings_on_a_machine_make_a_file_for_people_and_editors() {
    let machine = Machine::new();
    let first = machine.print(&ENABLED);
    assert!(
        first.starts_with("Created ") && first.ends_with("Updated models.bedrockDiscovery.enabled.\n"),
        "{first}"
    );
    assert_eq!(machine.print(&REGION), "Updated models.bedrockDiscovery.region.\n");
    let text = machine.text();
    assert!(text.contains("\"$schema\": \"./clawdia.schema.json\""), "{text}");
    assert!(text.contains("// "), "{text}");
    assert!(text.contains("\"enabled\": true") && text.contains("\"region\": \"us-east-1\""), "{text}");
    assert_eq!(machine.print(&["config", "get", "models.bedrockDiscovery.enabled"]), "true\n");
    let schema = std::fs::read_to_string(machine.path().with_file_name("clawdia.schema.json")).unwrap();
    assert_eq!(schema, machine.print(&["config", "schema"]));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["allowComments"], true);
    assert_eq!(machine.run(&["config", "validate"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode_and_its_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |metadata: Metadata| metadata.permissions().mode() & 0o777;
    let machine = Machine::new();
    machine.print(&ENABLED);
    assert_eq!(mode(machine.path().metadata().unwrap()), 0o600);
    assert_eq!(mode(machine.path().parent().unwrap().metadata().unwrap()), 0o700);

    let machine = Machine::with("{}");
    let real = machine.path().with_file_name("real.jsonc");
    std::fs::rename(machine.path(), &real).unwrap();
    std::os::unix::fs::symlink("real.jsonc", machine.path()).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    machine.print(&REGION);
    assert!(machine.path().is_symlink());
    assert_eq!(mode(real.metadata().unwrap()), 0o640);
    assert!(std::fs::read_to_string(real).unwrap().contains("us-east-1"));
}

#[track_caller]
fn check_type(path: &str, typed: &str, expected: &Value) {
    let machine = Machine::new();
    machine.print(&["config", "set", path, typed]);
    let value: Value = serde_json::from_str(&machine.print(&["config", "get", path, "--json"])).unwrap();
    assert_eq!(value, *expected);
}

#[test]
fn the_schema_says_what_a_value_is() {
    check_type("models.bedrockDiscovery.region", "us-east-1", &json!("us-east-1"));
    check_type("models.bedrockDiscovery.enabled", "true", &json!(true));
    check_type("models.bedrockDiscovery.refreshInterval", "0x10", &json!(16));
    check_type("models.bedrockDiscovery.providerFilter", "[\"anthropic\"]", &json!(["anthropic"]));
    check_type("models.providers.amazon-bedrock.profile", "1", &json!("1"));
    check_type(
        "models.providers.amazon-bedrock.params.guardrail",
        "{ guardrailIdentifier: 'gr1', guardrailVersion: '1' }",
        &json!({ "guardrailIdentifier": "gr1", "guardrailVersion": "1" }),
    );
    check_type(
        "models.providers.amazon-bedrock.params",
        "{ guardrail: { guardrailIdentifier: 'gr1', guardrailVersion: 1 } }",
        &json!({ "guardrail": { "guardrailIdentifier": "gr1", "guardrailVersion": "1" } }),
    );
    check_type("models.bedrockDiscovery.region", " us-east-1 ", &json!("us-east-1"));
    check_type("models.providers.amazon-bedrock.models[0]", "{ id: '7' }", &json!({ "id": "7" }));

    let machine = Machine::with(
        "{ models: { providers: { 'amazon-bedrock': { params: { guardrail: { guardrailIdentifier: 'g', guardrailVersion: 'DRAFT' } } } } } }",
    );
    let version = "models.providers.amazon-bedrock.params.guardrail.guardrailVersion";
    machine.print(&["config", "set", version, "1"]);
    assert_eq!(machine.print(&["config", "get", version, "--json"]), "\"1\"\n");
    machine.refuse(&["config", "set", version, "1", "--strict-json"], 2, &["guardrailVersion"]);
    machine.refuse(&["config", "set", version, "one", "--strict-json"], 2, &["not valid JSON"]);
}

#[test]
fn comments_and_order_survive() {
    let text = "{\n  // Where we are.\n  models: { bedrockDiscovery: { region: 'us-east-1', /* and */ enabled: false } }, // end\n}\n";
    let machine = Machine::with(text);
    machine.print(&["config", "set", "models.bedrockDiscovery.region", "eu-west-1"]);
    assert_eq!(machine.text(), text.replace("us-east-1", "eu-west-1"));
    machine.print(&["config", "unset", "models.bedrockDiscovery.region"]);
    assert!(machine.text().contains("// Where we are.") && machine.text().contains("enabled: false"));
}

#[test]
fn what_is_said_already_is_not_written_again() {
    let machine = Machine::with("{ models: { bedrockDiscovery: { enabled: true, region: 'us-east-1' } } }");
    let modified = || machine.path().metadata().unwrap().modified().unwrap();
    let (text, before) = (machine.text(), modified());
    assert!(machine.print(&ENABLED).starts_with("No change"));
    assert!(machine.print(&REGION).starts_with("No change"));
    let line: Value = serde_json::from_str(&machine.print(&[&REGION[..], &["--json"]].concat())).unwrap();
    assert_eq!((&line["ok"], &line["changed"]), (&json!(true), &json!(false)));
    assert_eq!((machine.text(), modified()), (text, before));
}

#[test]
fn an_invalid_result_is_never_written() {
    let machine = Machine::with("{ /* mine */ models: { bedrockDiscovery: { enabled: true } } }");
    let set = |path: &'static str, value: &'static str| ["config", "set", path, value];
    machine.refuse(&set("models.bedrockDiscovery.refreshInterval", "abc"), 2, &["whole number"]);
    machine.refuse(&set("models.bedrockDiscovery.refreshInterval", "-1"), 2, &["refreshInterval"]);
    machine.refuse(&set("models.bedrockDiscovery.defaultMaxTokens", "0"), 2, &["at least 1"]);
    machine.refuse(
        &set("models.bedrockDiscovery.refreshIntervall", "1"),
        2,
        &["refreshIntervall", "did you mean `refreshInterval`?", "nothing was written"],
    );
    machine.refuse(&set("models.bedrockDiscovery.enabled.x", "1"), 2, &["which has no members"]);
    machine.refuse(&set("models..x", "1"), 2, &["character 8"]);
    machine.refuse(&set("__proto__.x", "1"), 2, &["not allowed as a key"]);
    machine.refuse(&["config", "patch", "--file", "/nowhere.json5"], 2, &["/nowhere.json5"]);

    let outcome = machine.run(&["config", "set", "models.mode", "merged", "--json"]);
    assert_eq!(outcome.code, Some(2));
    let line: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&line["ok"], &line["changed"]), (&json!(false), &json!(false)));
}

#[test]
fn a_configuration_that_is_wrong_already_can_be_mended() {
    let machine = Machine::with("{ models: { mode: 'merged' }, agnts: {}, modles: {} }");
    machine.refuse(&["config", "set", "models.mod", "x"], 2, &["unknown key `mod`"]);
    let outcome = machine.run(&["config", "set", "models.mode", "merge"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("agnts") && outcome.stderr.contains("modles"), "{outcome:?}");
    machine.print(&["config", "unset", "agnts"]);
    machine.print(&["config", "unset", "modles"]);
    assert_eq!(machine.run(&["config", "validate"]).code, Some(0));
    machine.write("{ models: { mode: ");
    machine.refuse(&REGION, 2, &["clawdia.jsonc:1:"]);
}

#[test]
fn a_dry_run_shows_what_would_change_without_secrets() {
    let machine = Machine::new();
    let set = [&REGION[..], &["--dry-run"]].concat();
    let shown = machine.print(&set);
    assert!(shown.contains("+      \"region\": \"us-east-1\","), "{shown}");
    assert!(!machine.path().exists());

    machine.write("{\n  models: { providers: { 'amazon-bedrock': { apiKey: 's3cr3t' } } },\n}\n");
    let before = machine.text();
    let shown = machine.print(&[&set[..], &["--json"]].concat());
    let line: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&line["changed"], &line["wouldChange"]), (&json!(false), &json!(true)));
    assert!(line["difference"].as_str().unwrap().contains("\n+"), "{line}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert_eq!(machine.text(), before);
    machine.refuse(&["config", "set", "models.mode", "merged", "--dry-run"], 2, &[]);
}

#[test]
fn entries_are_not_lost_without_a_word() {
    let machine = Machine::with(
        "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'a', maxTokens: 5 }, { id: 'b' }] } } } }",
    );
    let list = "models.providers.amazon-bedrock.models";
    let set = |value: &'static str, how: &[&'static str]| [&["config", "set", list, value], how].concat();
    machine.refuse(&set("[{ id: 'a' }]", &[]), 2, &["would lose `b`", "--merge", "--replace"]);
    machine.print(&set("[{ id: 'c' }, { id: 'a', name: 'A' }]", &["--merge"]));
    let shown: Value = serde_json::from_str(&machine.print(&["config", "get", list])).unwrap();
    assert_eq!(shown, json!([{ "id": "a", "maxTokens": 5, "name": "A" }, { "id": "b" }, { "id": "c" }]));
    machine.print(&set("[{ id: 'c' }]", &["--replace"]));
    let shown: Value = serde_json::from_str(&machine.print(&["config", "get", list])).unwrap();
    assert_eq!(shown, json!([{ "id": "c" }]));
    machine.refuse(&["config", "set", "models.providers", "{}"], 2, &["`amazon-bedrock`"]);
}

#[test]
fn expectations_are_checked_before_anything_is_changed() {
    let machine = Machine::with("{ models: { bedrockDiscovery: { region: 'us-east-1' } } }");
    let set = |how: &[&'static str]| {
        [&["config", "set", "models.bedrockDiscovery.region", "eu-west-1"], how].concat()
    };
    machine.refuse(&set(&["--expect-current-json", "\"us-west-2\""]), 1, &["nothing was changed"]);
    machine.refuse(&set(&["--expect-current-absent"]), 1, &["nothing was changed"]);
    machine.print(&set(&["--expect-current-json", "\"us-east-1\""]));
    assert_eq!(machine.print(&["config", "get", "models.bedrockDiscovery.region"]), "eu-west-1\n");
}

#[test]
fn unsetting_what_is_not_set_is_told() {
    let machine = Machine::with("{ models: { bedrockDiscovery: { providerFilter: ['a', 'b'] } } }");
    let unset = |path: &'static str| ["config", "unset", path];
    machine.refuse(&unset("models.bedrockDiscovery.region"), 1, &["not set", "nothing was changed"]);
    machine.refuse(&unset("models.bedrockDiscovery.refreshInterval"), 1, &["nothing was changed", "`3600`"]);
    assert_eq!(
        machine.print(&unset("models.bedrockDiscovery.providerFilter[0]")),
        "Removed models.bedrockDiscovery.providerFilter[0].\n"
    );
    assert!(machine.text().contains("providerFilter: ['b']"), "{}", machine.text());
}

#[test]
fn a_patch_changes_several_settings_at_once() {
    let machine = Machine::with(
        "{\n  // mine\n  models: { bedrockDiscovery: { enabled: true, region: 'us-east-1' } },\n}\n",
    );
    let patch = "{ models: { bedrockDiscovery: { region: null, refreshInterval: 60 } } }";
    let outcome = machine.program(&["config", "patch", "--stdin"]).run(patch);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "Updated 2 settings.\n"), "{outcome:?}");
    let text = machine.text();
    assert!(
        text.contains("// mine") && text.contains("refreshInterval: 60") && !text.contains("us-east-1"),
        "{text}"
    );

    let outcome =
        machine.program(&["config", "patch", "--file", "patch.json5"]).file("patch.json5", patch).run("");
    assert!(outcome.stdout.starts_with("No change"), "{outcome:?}");
    let long = "{ models: { bedrockDiscovery: { refreshInterval: 36893488147419103232 } } }";
    let outcome = machine.program(&["config", "patch", "--stdin"]).run(long);
    assert!(outcome.stderr.contains("too many digits"), "{outcome:?}");
    let outcome = machine.program(&["config", "patch", "--stdin"]).run("[]");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(machine.text(), text);
    machine.refuse(&["config", "patch"], 2, &["--file"]);
}

#[test]
fn a_patch_keeps_models_it_does_not_name_only_if_told_to() {
    let machine = Machine::with(
        "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'a' }], region: 'us-east-1' } } } }",
    );
    let patch = "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'b' }], region: null } } } }";
    let run =
        |how: &[&'static str]| machine.program(&[&["config", "patch", "--stdin"], how].concat()).run(patch);
    let outcome = run(&[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("would lose `a`"), "{outcome:?}");
    assert_eq!(run(&["--merge"]).code, Some(0));
    let provider: Value =
        serde_json::from_str(&machine.print(&["config", "get", "models.providers.amazon-bedrock"])).unwrap();
    assert_eq!(provider, json!({ "models": [{ "id": "a" }, { "id": "b" }] }));
    assert_eq!(run(&["--replace"]).code, Some(0));
    assert!(!machine.text().contains("'a'"));
}

#[test]
fn a_secret_that_was_shown_as_hidden_is_kept() {
    let machine = Machine::with("{ models: { providers: { 'amazon-bedrock': { apiKey: 's3cr3t' } } } }");
    let provider = machine.print(&["config", "get", "models.providers.amazon-bedrock"]);
    let mut changed: Value = serde_json::from_str(&provider).unwrap();
    assert_eq!(changed["apiKey"], "(hidden)");
    changed["region"] = json!("eu-west-1");
    machine.print(&["config", "set", "models.providers.amazon-bedrock", &changed.to_string()]);
    assert!(
        machine.text().contains("apiKey: 's3cr3t'") && machine.text().contains("eu-west-1"),
        "{}",
        machine.text()
    );
    let address = "models.providers.amazon-bedrock.baseUrl";
    machine.print(&["config", "set", address, "https://me:s3cr3t@host/?api_key=s3cr3t"]);
    let shown = machine.print(&["config", "get", address]);
    assert!(!shown.contains("s3cr3t"), "{shown}");
    machine.print(&["config", "set", address, &shown.replace("host", "other")]);
    assert!(machine.text().contains("https://me:s3cr3t@other/?api_key=s3cr3t"), "{}", machine.text());
    let other = ["config", "set", "models.providers.amazon-bedrock.headers", "{ x: '(hidden)' }"];
    machine.refuse(&other, 2, &["none is there to be kept"]);
}

/// How often each of two writers writes.
const ROUNDS: usize = 8;

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let machine = Machine::new();
    std::thread::scope(|scope| {
        for writer in ["one", "two"] {
            let machine = &machine;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let path = format!("models.providers.amazon-bedrock.headers.x-{writer}-{round}");
                    machine.print(&["config", "set", &path, "here"]);
                }
            });
        }
    });
    let headers = machine.print(&["config", "get", "models.providers.amazon-bedrock.headers"]);
    let headers: Value = serde_json::from_str(&headers).unwrap();
    assert_eq!(headers.as_object().unwrap().len(), 2 * ROUNDS);
    assert_eq!(machine.files(), ["clawdia.jsonc", "clawdia.jsonc.lock", "clawdia.schema.json"]);
}

#[test]
fn a_variable_that_goes_before_a_setting_is_told() {
    let machine = Machine::new();
    let variable = [("CLAWDIA__MODELS__BEDROCK_DISCOVERY__REGION", "us-west-2")];
    let outcome = machine.program(&REGION).env(variable).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("CLAWDIA__MODELS__BEDROCK_DISCOVERY__REGION goes before"), "{outcome:?}");
    assert!(machine.text().contains("us-east-1"));
}

const INTERVAL: &str = "models.bedrockDiscovery.refreshInterval";

#[test]
fn a_variable_neither_excuses_a_wrong_value_nor_refuses_a_right_one() {
    let machine = Machine::with("{}");
    let run = |arguments: &[&str], variable: (&'static str, &str)| {
        machine.program(arguments).env([variable]).run("")
    };
    let set = ["config", "set", INTERVAL, "--", "-5"];
    let outcome = run(&set, ("CLAWDIA__MODELS__BEDROCK_DISCOVERY__REFRESH_INTERVAL", "10"));
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains(INTERVAL), "{outcome:?}");
    assert_eq!(machine.text(), "{}");

    for wrong in [("CLAWDIA__MODELS__MODE", "mergd"), ("CLAWDIA__MODLES__MODE", "merge")] {
        for command in [&REGION[..], &["config", "unset", "models.bedrockDiscovery.region"]] {
            let outcome = run(command, wrong);
            assert_eq!(outcome.code, Some(0), "{outcome:?}");
            assert!(outcome.stderr.contains(wrong.0), "{outcome:?}");
        }
    }
}

#[test]
fn a_variable_that_is_not_set_here_keeps_nobody_from_editing() {
    let machine =
        Machine::with("{ models: { providers: { 'amazon-bedrock': { region: '${ELSEWHERE}' } } } }");
    let outcome = machine.run(&ENABLED);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("`ELSEWHERE` is not set"), "{outcome:?}");
    assert!(machine.text().contains("enabled") && machine.text().contains("'${ELSEWHERE}'"));
    machine.print(&["config", "set", "models.providers.amazon-bedrock.profile", "${OTHER}"]);
    assert_eq!(machine.run(&["config", "validate"]).code, Some(2));
}

#[test]
fn a_refused_change_leaves_nothing_behind() {
    let machine = Machine::new();
    machine.refuse(&["config", "set", "models.mode", "merged"], 2, &[]);
    machine.refuse(&["config", "unset", "models.mode"], 1, &[]);
    assert!(!machine.path().parent().unwrap().exists());
}

#[cfg(unix)]
#[test]
fn an_unchanged_file_is_untouched_also_where_nobody_may_write() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::with("{ models: { bedrockDiscovery: { enabled: true } } }");
    let directory = machine.path().parent().unwrap().to_owned();
    let allow = |mode| std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0o500);
    let outcome = machine.run(&ENABLED);
    allow(0o700);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(machine.files(), ["clawdia.jsonc"]);
}

#[test]
fn no_object_loses_members_without_a_word() {
    let machine = Machine::with(
        "{ models: { bedrockDiscovery: { enabled: true, region: 'us-east-1' } },
           agents: { defaults: { model: { primary: 'amazon-bedrock/x', fallbacks: ['amazon-bedrock/y'] },
             params: { serviceTier: 'flex' } } } }",
    );
    for (path, value, word) in [
        ("agents.defaults", "{}", "`agents.defaults` would lose `model`, `params`"),
        ("models", "{}", "would lose `bedrockDiscovery`"),
        ("agents.defaults.model", "amazon-bedrock/z", "would lose `fallbacks`"),
        ("agents.defaults.params", "{}", "would lose `serviceTier`"),
        ("models.bedrockDiscovery", "{ enabled: false }", "would lose `region`"),
    ] {
        machine.refuse(&["config", "set", path, value], 2, &[word, "--merge", "--replace"]);
    }
    machine.print(&["config", "set", "agents.defaults.model", "amazon-bedrock/z", "--merge"]);
    let fallback = machine.print(&["config", "get", "agents.defaults.model.fallbacks[0]"]);
    assert_eq!(fallback, "amazon-bedrock/y\n");
    machine.print(&["models", "set", "amazon-bedrock/w"]);
    let model: Value =
        serde_json::from_str(&machine.print(&["config", "get", "agents.defaults.model"])).unwrap();
    assert_eq!(model, json!({ "primary": "amazon-bedrock/w", "fallbacks": ["amazon-bedrock/y"] }));
    machine.print(&["config", "set", "agents.defaults.model", "amazon-bedrock/z", "--replace"]);
    machine.print(&["config", "set", "agents.defaults.model.fallbacks", "['amazon-bedrock/v']"]);
    let model: Value =
        serde_json::from_str(&machine.print(&["config", "get", "agents.defaults.model"])).unwrap();
    assert_eq!(model, json!({ "primary": "amazon-bedrock/z", "fallbacks": ["amazon-bedrock/v"] }));
}

#[test]
fn no_value_is_nested_too_deeply_for_an_answer() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let machine = Machine::with("{}");
    machine.refuse(&["config", "set", "models.mode", &deep], 2, &["nested too deeply"]);
    machine.refuse(&["config", "set", "models.providers", &deep], 2, &["nested too deeply"]);
    let outcome =
        machine.program(&["config", "validate"]).env([("CLAWDIA__MODELS__PROVIDERS", deep.as_str())]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
}

#[test]
fn lines_of_a_refused_result_are_not_told_as_lines_of_the_file() {
    let machine = Machine::with("{}");
    let set = ["config", "set", "models.bedrockDiscovery", "{ enabled: true, regoin: 'x' }"];
    machine.refuse(&set, 2, &["--> the changed clawdia.jsonc:"]);
}

#[test]
fn the_reason_why_a_result_cannot_be_read_is_told() {
    let machine = Machine::with("{}");
    let deep = format!("{}0{}", "{ a: ".repeat(99), " }".repeat(99));
    machine.refuse(
        &["config", "set", "models.providers", &deep],
        2,
        &["not be readable", "nested too deeply"],
    );
}

#[test]
fn files_that_are_in_the_way_are_told() {
    let machine = Machine::with("{}");
    std::fs::write(machine.path().with_extension("json5"), "{}").unwrap();
    for command in [&ENABLED[..], &["config", "get"], &["config", "validate"]] {
        let outcome = machine.run(command);
        assert!(outcome.stderr.contains("clawdia.json5` is ignored"), "{outcome:?}");
    }
    let path = machine.path().with_file_name("clawdia.schema.json").display().to_string();
    let outcome = machine.program(&ENABLED).env([("CLAWDIA_CONFIG_PATH", path.as_str())]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("its schema is written by that name"), "{outcome:?}");
}

#[test]
fn only_a_schema_that_is_there_is_told() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.path().with_file_name("clawdia.schema.json")).unwrap();
    let outcome = machine.run(&ENABLED);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("could not write the schema"), "{outcome:?}");
    assert!(!outcome.stdout.contains("its schema"), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn other_names_of_a_file_are_told() {
    let machine = Machine::with("{}");
    std::fs::hard_link(machine.path(), machine.path().with_file_name("other")).unwrap();
    let outcome = machine.run(&ENABLED);
    assert!(outcome.stderr.contains("one file of several names"), "{outcome:?}");
    assert!(!machine.run(&REGION).stderr.contains("several names"));
}
