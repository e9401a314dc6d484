//! `clawdia config get`, `file` and `schema`: what is shown, and what is not.

use serde_json::{Value, json};

use crate::machine::Machine;

const TEXT: &str = r#"{
  models: {
    providers: {
      "amazon-bedrock": {
        apiKey: "s3cr3t",
        baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
        headers: { "x-team": "s3cr3t" },
      },
      "my.proxy": { api: "bedrock-converse-stream", region: "${REGION}" },
    },
    bedrockDiscovery: { enabled: true, region: "us-east-1" },
  },
}
"#;

#[test]
fn scalars_are_bare_and_the_rest_is_json() {
    let machine = Machine::with(&TEXT.replace("${REGION}", "eu-west-1"));
    let get = |path: &str| machine.print(&["config", "get", path]);
    assert_eq!(get("models.bedrockDiscovery.enabled"), "true\n");
    assert_eq!(get("models.bedrockDiscovery.region"), "us-east-1\n");
    assert_eq!(get("models.providers['my.proxy'].region"), "eu-west-1\n");
    assert_eq!(
        machine.print(&["config", "get", "models.bedrockDiscovery.region", "--json"]),
        "\"us-east-1\"\n"
    );
    let discovery: Value = serde_json::from_str(&get("models.bedrockDiscovery")).unwrap();
    assert_eq!(discovery, json!({ "enabled": true, "region": "us-east-1" }));
}

#[test]
fn secrets_are_never_shown() {
    let machine = Machine::with(&TEXT.replace("${REGION}", "eu-west-1"));
    assert_eq!(machine.print(&["config", "get", "models.providers.amazon-bedrock.apiKey"]), "(hidden)\n");
    for arguments in [
        &["config", "get"][..],
        &["config", "get", "--json"],
        &["config", "get", "--origin"],
        &["config", "get", "--origin", "--json"],
        &["config", "get", "models.providers.amazon-bedrock.headers"],
    ] {
        let shown = machine.print(arguments);
        assert!(shown.contains("(hidden)") && !shown.contains("s3cr3t"), "{shown}");
    }
}

#[test]
fn what_is_not_set_is_told_from_what_has_a_default() {
    let machine = Machine::new();
    machine.refuse(&["config", "get", "models.bedrockDiscovery.region"], 1, &["not set, and has no default"]);
    machine.refuse(
        &["config", "get", "models.bedrockDiscovery.refreshInterval"],
        1,
        &["its default is `3600`"],
    );
    machine.refuse(&["config", "get", "nonsense.here"], 1, &["no setting of that name"]);
    assert!(!machine.path().exists());
    let origin = machine.print(&["config", "get", "models.bedrockDiscovery.refreshInterval", "--origin"]);
    assert_eq!(origin, "3600  # the default\n");
}

#[test]
fn every_value_says_where_it_comes_from() {
    let machine = Machine::with(TEXT);
    let run = |arguments: &[&str]| {
        let variables =
            [("REGION", "eu-west-1"), ("CLAWDIA__MODELS__BEDROCK_DISCOVERY__REGION", "us-west-2")];
        let outcome = machine.program(arguments).env(variables).run("");
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        outcome.stdout
    };
    let all = run(&["config", "get", "--origin"]);
    let file = machine.path().display().to_string();
    for line in [
        format!("models.bedrockDiscovery.enabled = true  # line 11 of {file}"),
        "models.bedrockDiscovery.region = \"us-west-2\"  # the environment variable \
         CLAWDIA__MODELS__BEDROCK_DISCOVERY__REGION"
            .to_owned(),
        format!(
            "models.providers[\"my.proxy\"].region = \"eu-west-1\"  # line 9, with the environment variable REGION of {file}"
        ),
    ] {
        assert!(all.lines().any(|shown| shown == line), "`{line}` is missing in {all}");
    }
    assert_eq!(run(&["config", "get", "models.bedrockDiscovery.region"]), "us-west-2\n");
    let origin: Value = serde_json::from_str(&run(&[
        "config",
        "get",
        "models.bedrockDiscovery.enabled",
        "--origin",
        "--json",
    ]))
    .unwrap();
    assert_eq!((&origin["value"], &origin["origin"]["line"]), (&json!(true), &json!(11)));
}

#[test]
fn a_configuration_that_is_wrong_is_still_shown() {
    let machine = Machine::with("{ models: { mode: 'merged', bedrockDiscovery: { region: 'us-east-1' } } }");
    let outcome = machine.run(&["config", "get", "models.mode"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "merged\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("config validate"), "{outcome:?}");
    machine.write("{");
    machine.refuse(&["config", "get", "models.mode"], 2, &["clawdia.jsonc"]);
}

#[test]
fn the_file_is_named_whether_it_exists_or_not() {
    let machine = Machine::new();
    let here = format!("{}\n", machine.path().display());
    assert_eq!(machine.print(&["config", "file"]), here);
    let outcome =
        machine.program(&["config", "file"]).env([("CLAWDIA_CONFIG_PATH", "~/other.json5")]).run("");
    assert!(outcome.stdout.ends_with("/other.json5\n"), "{outcome:?}");
    assert!(!outcome.stdout.starts_with('~'), "{outcome:?}");
}

#[test]
fn the_schema_is_written_where_the_configuration_says_it_is() {
    let machine = Machine::with("{\n  // mine\n  models: {},\n}\n");
    let written = machine.print(&["config", "schema", "--write"]);
    assert!(written.contains("Updated $schema.") && written.contains("Wrote "), "{written}");
    assert!(machine.text().contains("// mine") && machine.text().contains("./clawdia.schema.json"));
    let again = machine.print(&["config", "schema", "--write"]);
    assert!(again.starts_with("No change: "), "{again}");

    let machine = Machine::new();
    machine.print(&["config", "schema", "--write"]);
    assert_eq!(machine.files(), ["clawdia.jsonc", "clawdia.jsonc.lock", "clawdia.schema.json"]);
}

#[test]
fn nothing_shows_what_only_a_mistake_or_a_variable_makes_secret() {
    let machine = Machine::with(
        r#"{ models: { mode: 5, providers: { "amazon-bedrock": {
             region: "${MY_SECRET_TOKEN}", apiKy: "s3cr3t",
             baseUrl: "https://h/${MY_TOKEN}?api_key=s3cr3t", // apiKey: "s3cr3t"
           } } } }"#,
    );
    let variables = [("MY_SECRET_TOKEN", "s3cr3t"), ("MY_TOKEN", "s3cr3t")];
    for arguments in [
        &["config", "get"][..],
        &["config", "get", "models.providers.amazon-bedrock.region"],
        &["config", "get", "--origin"],
        &["config", "get", "--origin", "--json"],
        &["config", "validate"],
        &["config", "set", "models.mode", "merge", "--dry-run"],
        &["config", "set", "models.mode", "merge", "--dry-run", "--json"],
    ] {
        let outcome = machine.program(arguments).env(variables).run("");
        assert!(!format!("{outcome:?}").contains("s3cr3t"), "{outcome:?}");
        assert!(outcome.code == Some(0) || arguments.contains(&"validate"), "{outcome:?}");
    }
}

#[test]
fn a_list_from_two_places_is_told_element_by_element() {
    let machine = Machine::with(
        "{ agents: { defaults: { model: { primary: 'amazon-bedrock/a', fallbacks: ['amazon-bedrock/b', 'amazon-bedrock/c'] } } } }",
    );
    let variable = [("CLAWDIA__AGENTS__DEFAULTS__MODEL__FALLBACKS__0", "amazon-bedrock/d")];
    let outcome =
        machine.program(&["config", "get", "agents.defaults.model", "--origin"]).env(variable).run("");
    let lines = outcome.stdout.lines().collect::<Vec<_>>();
    assert!(lines[1].contains("fallbacks[0]") && lines[1].ends_with("FALLBACKS__0"), "{outcome:?}");
    assert!(lines[2].contains("fallbacks[1]") && lines[2].contains("line 1"), "{outcome:?}");
    let set = ["config", "set", "agents.defaults.model.primary", "amazon-bedrock/e"];
    assert!(!machine.program(&set).env(variable).run("").stderr.contains("goes before"));
    let set = ["config", "set", "agents.defaults.model", "amazon-bedrock/e", "--merge"];
    let outcome = machine.program(&set).env(variable).run("");
    assert!(
        outcome.stderr.contains("FALLBACKS__0 goes before `agents.defaults.model.fallbacks[0]`"),
        "{outcome:?}"
    );
}
