//! What the environment says: variables in texts, variables that go before the document, and where values come from.

use clawdia_config_schema::{
    Config, ModelsMode, Origin, Report, SecretConfig, Severity, check, check_edited,
};
use clawdia_core::{Environment, ThinkingLevel};

use crate::plugins::{Weather, linked};

fn report(text: &str, variables: &[(&str, &str)]) -> Report {
    let environment: Environment = variables.iter().copied().collect();
    check(text, None, &linked(), &environment)
}

#[track_caller]
fn read(text: &str, variables: &[(&str, &str)]) -> Config {
    report(text, variables).into_config().unwrap_or_else(|error| panic!("{error}"))
}

/// Checks the only problem: the variable or the path, and what is said.
#[track_caller]
fn refused(text: &str, variables: &[(&str, &str)], place: &str, message: &str, advice: &str) {
    let report = report(text, variables);
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    let found = problem.variable.as_deref().unwrap_or(&problem.path);
    assert_eq!((found, problem.message.as_str(), problem.advice.as_str()), (place, message, advice));
    assert_eq!(problem.line.is_some(), problem.variable.is_none());
}

#[test]
fn variables_stand_in_texts() {
    let config = read(
        "{ models: { weather: { city: '${CITY}-${CITY} $${CITY}' },
             providers: { x: { api: '${API}', apiKey: '${KEY}' } } } }",
        &[("CITY", "Bern"), ("API", "acme-chat"), ("KEY", "s3cr3t")],
    )
    .section::<Weather>();
    assert_eq!(config.unwrap().unwrap().city, "Bern-Bern ${CITY}");
}

#[test]
fn a_variable_in_a_key_is_not_expanded() {
    let report = report(
        "{ models: { providers: { x: { api: 'acme-chat', headers: { '${H}': 'a' } } } } }",
        &[("H", "h")],
    );
    assert_eq!(report.problems[0].path, "models.providers.x.headers.${H}");
}

#[test]
fn a_variable_that_is_not_set_is_told_at_its_place() {
    refused(
        "{ models: { weather: {\n  city: '${CITY}' } } }",
        &[("CITY", " ")],
        "models.weather.city",
        "the environment variable `CITY` is blank",
        "set it, or write `$${` for the characters themselves",
    );
    refused(
        "{ models: { weather: { city: '${CITY}' } } }",
        &[],
        "models.weather.city",
        "the environment variable `CITY` is not set",
        "set it, or write `$${` for the characters themselves",
    );
    refused(
        "{ models: { weather: { city: '${not a name}' } } }",
        &[],
        "models.weather.city",
        "`${` is not followed by the name of an environment variable and `}`",
        "write `$${` for the characters themselves",
    );
}

#[test]
fn what_a_secret_variable_holds_does_not_show() {
    for text in [
        "{ models: { providers: { x: { api: '${MY_TOKEN}' } } } }",
        "{ agents: { defaults: { model: '${MY_TOKEN}' } } }",
        "{ agents: { defaults: { model: 'zzz/${MY_TOKEN}' } } }",
        "{ models: { mode: '${MY_TOKEN}' } }",
        "{ models: { providers: { x: { api: 'acme-chat', headers: { a: '${PLAIN}\\n' }, auth: '${PLAIN}' } } } }",
    ] {
        let report = report(text, &[("MY_TOKEN", "s3cr3t"), ("PLAIN", "s3cr3t")]);
        assert!(!report.problems.is_empty());
        let shown = format!("{report}{:?}", report.problems);
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    let one_in_another = [("A_TOKEN", "s3cr"), ("MY_TOKEN", "s3cr3t")];
    let report_of = report("{ '$schema': '${A_TOKEN}', models: { mode: '${MY_TOKEN}' } }", &one_in_another);
    assert!(!report_of.to_string().contains("3t"), "{report_of}");
    let report = report(
        "{}",
        &[("CLAWDIA__MODELS__PROVIDERS__X__API_KEY", "s3cr3t"), ("CLAWDIA__MODELS__MODE", "s3cr3t")],
    );
    assert_eq!(report.problems.len(), 2);
    assert!(!report.to_string().contains("s3cr3t"), "{report}");
}

#[test]
fn variables_go_before_the_document_by_its_own_paths() {
    let text = "{ models: { mode: 'merge', providers: { 'amazon-bedrock': { region: 'x', models: [{ id: 'a' }] } } } }";
    let config = read(
        text,
        &[
            ("CLAWDIA_CONFIG_PATH", "/not/this"),
            ("CLAWDIA__MODELS__MODE", "replace"),
            ("CLAWDIA__MODELS__WEATHER__CITY", "7"),
            ("CLAWDIA__MODELS__WEATHER__DAYS", "[1, 2]"),
            ("CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__REGION", "us-east-1"),
            ("CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__MODELS__0__MAX_TOKENS", "4096"),
            ("CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__MODELS__1", "{ id: 'b' }"),
            ("CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__PARAMS__SERVICE_TIER", "flex"),
            ("CLAWDIA__MODELS__PROVIDERS__MY_OWN__API", "acme-chat"),
            ("CLAWDIA__MODELS__PROVIDERS__MY_OWN__HEADERS__X_TEAM", "17"),
            ("CLAWDIA__MODELS__PROVIDERS__MY_OWN__TIMEOUTS__IDLE_MS", "5"),
            ("CLAWDIA__AGENTS__DEFAULTS__MODEL", "amazon-bedrock/a"),
            ("CLAWDIA__AGENTS__DEFAULTS__THINKING_DEFAULT", "high"),
            ("CLAWDIA__AGENTS__ENTRIES__CODER__TIMEOUT_SECONDS", "60"),
            ("CLAWDIA__AGENTS__DEFAULTS__TIMEOUT_SECONDS", "  "),
        ],
    );
    assert_eq!(config.models.mode, ModelsMode::Replace);
    let weather = config.section::<Weather>().unwrap().unwrap();
    assert_eq!((weather.city.as_str(), weather.days.as_slice()), ("7", [1, 2].as_slice()));
    let bedrock = &config.models.providers["amazon-bedrock"];
    assert_eq!(bedrock.region.as_deref(), Some("us-east-1"));
    assert_eq!((bedrock.models[0].max_tokens, bedrock.models[1].id.as_str()), (Some(4096), "b"));
    assert_eq!(bedrock.params["serviceTier"], "flex");
    let own = &config.models.providers["my-own"];
    assert_eq!((own.headers["x-team"].as_str(), own.timeouts.idle_ms), ("17", Some(5)));
    assert_eq!(config.agents.defaults.model.as_ref().unwrap().primary.as_ref().unwrap().model, "a");
    assert_eq!(config.agents.defaults.thinking_default, Some(ThinkingLevel::High));
    assert_eq!(config.agents.entries["coder"].timeout_seconds, Some(60));
    assert_eq!(config.agents.defaults.timeout_seconds, None);

    let origins = config.origins();
    assert_eq!(
        origins.of(&"models.mode".parse().unwrap()),
        Origin::Environment { variable: "CLAWDIA__MODELS__MODE".to_owned() }
    );
    assert_eq!(
        origins.of(&"models.providers.amazon-bedrock.models[0].id".parse().unwrap()),
        Origin::File { line: 1, variables: Vec::new() }
    );
    assert_eq!(origins.of(&"models.providers.my-own.region".parse().unwrap()), Origin::Default);
}

#[test]
fn a_key_may_come_from_a_variable() {
    let config = read(
        "{ models: { providers: { x: { api: 'acme-chat' } } } }",
        &[("CLAWDIA__MODELS__PROVIDERS__X__API_KEY", "12345")],
    );
    let Some(SecretConfig::Text(key)) = &config.models.providers["x"].api_key else { panic!("{config:?}") };
    assert_eq!(key.expose(), "12345");
    let config =
        read("{ models: { providers: { x: { api: 'acme-chat', apiKey: '${K}' } } } }", &[("K", "k")]);
    let Some(SecretConfig::Text(key)) = &config.models.providers["x"].api_key else { panic!("{config:?}") };
    assert_eq!(key.expose(), "k");
}

#[test]
fn a_variable_that_leads_nowhere_is_told_with_the_nearest() {
    refused(
        "{}",
        &[("CLAWDIA__MODELS__WAETHER__CITY", "Bern")],
        "CLAWDIA__MODELS__WAETHER__CITY",
        "nothing in `models` is called `WAETHER`",
        "did you mean `CLAWDIA__MODELS__WEATHER__CITY`?",
    );
    refused(
        "{}",
        &[("CLAWDIA__MODLES__MODE", "merge")],
        "CLAWDIA__MODLES__MODE",
        "nothing in the configuration is called `MODLES`",
        "did you mean `CLAWDIA__MODELS__MODE`?",
    );
    refused(
        "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'x' }] } } } }",
        &[("CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__MODELS__7__NAME", "X")],
        "CLAWDIA__MODELS__PROVIDERS__AMAZON_BEDROCK__MODELS__7__NAME",
        "nothing in `models.providers.amazon-bedrock.models` is called `7`",
        "known there are `0`, `1`",
    );
    refused(
        "{}",
        &[("CLAWDIA__MODELS__MODE__X", "merge")],
        "CLAWDIA__MODELS__MODE__X",
        "nothing in `models.mode` is called `X`",
        "remove the variable",
    );
}

#[test]
fn what_a_variable_says_is_checked_like_what_a_document_says() {
    refused(
        "{ models: { mode: 'merge' } }",
        &[("CLAWDIA__MODELS__MODE", "mergd")],
        "CLAWDIA__MODELS__MODE",
        "`mergd` is not one of `merge`, `replace`",
        "did you mean `merge`?",
    );
    refused(
        "{}",
        &[("CLAWDIA__AGENTS__DEFAULTS__TIMEOUT_SECONDS", "0")],
        "CLAWDIA__AGENTS__DEFAULTS__TIMEOUT_SECONDS",
        "a call that may take no time can never succeed",
        "write at least 1, or leave the key out for no limit",
    );
    let report = report("{}", &[("CLAWDIA__AGENTS__DEFAULTS__TIMEOUT_SECONDS", "soon")]);
    assert_eq!(
        report.problems[0].to_string(),
        "environment variable CLAWDIA__AGENTS__DEFAULTS__TIMEOUT_SECONDS: expected a whole number of 0 or more, found text; write for example `600`"
    );
}

#[test]
fn each_value_knows_its_line_or_variable() {
    let config = read(
        "{\n  models: {\n    weather: {\n      city: '${CITY}',\n    },\n  },\n}",
        &[("CITY", "Bern"), ("CLAWDIA__MODELS__MODE", "replace")],
    );
    let origins = config.origins();
    let shown = origins.iter().map(|(path, origin)| format!("{path}: {origin}")).collect::<Vec<_>>();
    assert_eq!(
        shown,
        [
            ": line 1",
            "models: line 2",
            "models.weather: line 3",
            "models.weather.city: line 4, with the environment variable CITY",
            "models.mode: the environment variable CLAWDIA__MODELS__MODE",
        ]
    );
    assert_eq!(origins.of(&"agents.defaults.model".parse().unwrap()), Origin::Default);
    assert_eq!(
        serde_json::to_string(&origins.of(&"models".parse().unwrap())).unwrap(),
        r#"{"from":"file","line":2}"#
    );
}

#[test]
fn a_mistake_that_a_variable_covers_is_told_and_refuses_nothing() {
    let report = report("{ models: { mode: 'merged' } }", &[("CLAWDIA__MODELS__MODE", "merge")]);
    assert!(report.is_valid(), "{report}");
    let [problem] = report.problems.as_slice() else { panic!("{report}") };
    assert_eq!(
        (problem.severity, problem.path.as_str(), problem.line),
        (Severity::Warning, "models.mode", Some(1))
    );
}

#[test]
fn a_text_is_written_for_other_environments_than_this_one() {
    let edited = |text: &str, variables: &[(&str, &str)]| {
        let environment: Environment = variables.iter().copied().collect();
        check_edited(text, None, &linked(), &environment)
    };
    assert!(
        edited("{}", &[("CLAWDIA__MODELS__MODE", "mergd"), ("CLAWDIA__NOTHING", "1")]).problems.is_empty()
    );
    assert!(!edited("{ models: { mode: 'mergd' } }", &[("CLAWDIA__MODELS__MODE", "merge")]).is_valid());
    for text in [
        "{ models: { mode: '${UNSET}' } }",
        "{ models: { weather: { city: 'x', days: ['${UNSET}'] } } }",
        "{ models: { providers: { x: { api: '${UNSET}' } } } }",
        "{ models: { providers: { x: { api: 'acme-chat', baseUrl: 'https://${UNSET}' } } } }",
        "{ agents: { defaults: { model: '${UNSET}' } } }",
        "{ agents: { defaults: { timeoutSeconds: '${UNSET}' } } }",
    ] {
        let report = edited(text, &[]);
        let [problem] = report.problems.as_slice() else { panic!("{report}") };
        assert_eq!(problem.severity, Severity::Warning, "{report}");
        assert!(problem.message.contains("`UNSET` is not set"), "{report}");
        assert!(!check(text, None, &linked(), &Environment::default()).is_valid());
    }
    assert!(!edited("{ models: { mode: '${not a name}' } }", &[]).is_valid());
}

#[test]
fn no_nesting_is_too_deep_for_a_variable() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for variable in
        ["CLAWDIA__MODELS__PROVIDERS", "CLAWDIA__MODELS__MODE", "CLAWDIA__AGENTS__DEFAULTS__PARAMS"]
    {
        assert!(!report("{}", &[(variable, &deep)]).is_valid());
    }
}

#[test]
fn elements_are_set_by_number() {
    let names = (0..12).map(|index| format!("CLAWDIA__MODELS__WEATHER__DAYS__{index}")).collect::<Vec<_>>();
    let variables = names.iter().map(|name| (name.as_str(), "7")).collect::<Vec<_>>();
    let config = read("{ models: { weather: { city: 'x' } } }", &variables);
    assert_eq!(config.section::<Weather>().unwrap().unwrap().days, [7; 12]);
}

#[test]
fn a_choice_that_is_a_text_has_room_for_its_other_members() {
    let text = "{ agents: { defaults: { model: 'amazon-bedrock/a' } } }";
    let model = |name: &str, value: &str| read(text, &[(name, value)]).agents.defaults.model.unwrap();
    let choice = model("CLAWDIA__AGENTS__DEFAULTS__MODEL__FALLBACKS__0", "amazon-bedrock/b");
    assert_eq!(
        (choice.primary.unwrap().model, choice.fallbacks.as_ref().unwrap()[0].model.as_str()),
        ("a".into(), "b")
    );
    let choice = model("CLAWDIA__AGENTS__DEFAULTS__MODEL__PRIMARY", "amazon-bedrock/b");
    assert_eq!(choice.primary.unwrap().model, "b");
}

#[test]
fn a_name_that_two_keys_have_is_refused() {
    refused(
        "{ models: { providers: { 'x-y': { api: 'acme-chat' }, x_y: { api: 'acme-chat' } } } }",
        &[("CLAWDIA__MODELS__PROVIDERS__X_Y__REGION", "x")],
        "CLAWDIA__MODELS__PROVIDERS__X_Y__REGION",
        "`X_Y` may mean `models.providers.x-y` or `models.providers.x_y`",
        "say it in the document, or rename one of them",
    );
}

#[test]
fn a_secret_of_a_few_letters_does_not_garble_what_is_told() {
    let report = report("{ models: { mode: '${MY_TOKEN}' } }", &[("MY_TOKEN", "e")]);
    assert_eq!(report.problems[0].message, "`*` is not one of `merge`, `replace`");
}

#[test]
fn a_text_with_a_secret_in_it_is_shown_as_it_is_written() {
    let text = "{ models: { weather: { city: '${CITY}' }, providers: { x: { api: 'acme-chat', region: '${MY_SECRET_TOKEN}',
                  baseUrl: 'https://h/${TOK}?v=${MY_TOKEN}', apiKey: '${CITY}' } } } }";
    let config = read(
        text,
        &[("CITY", "Bern"), ("MY_SECRET_TOKEN", "s3cr3t"), ("TOK", "t0k"), ("MY_TOKEN", "s3cr3t")],
    );
    let shown = config.shown();
    assert_eq!(shown["models"]["weather"]["city"], "Bern");
    let provider = &shown["models"]["providers"]["x"];
    assert_eq!(provider["region"], "${MY_SECRET_TOKEN}");
    assert_eq!(provider["baseUrl"], "https://h/${TOK}?v=${MY_TOKEN}");
    assert_eq!(provider["apiKey"], "(hidden)");
}

#[test]
fn the_elements_of_a_list_have_origins_of_their_own() {
    let config = read(
        "{ agents: { defaults: {\n model: 'amazon-bedrock/a' } } }",
        &[("CLAWDIA__AGENTS__DEFAULTS__MODEL__FALLBACKS__0", "amazon-bedrock/b")],
    );
    let origins = config.origins();
    let of = |path: &str| origins.of(&path.parse().unwrap()).to_string();
    assert_eq!(of("agents.defaults.model.primary"), "line 2");
    assert!(of("agents.defaults.model.fallbacks[0]").contains("FALLBACKS__0"));
    let overrides = origins.overrides().map(|(path, _)| path.to_string()).collect::<Vec<_>>();
    assert_eq!(overrides, ["agents.defaults.model.fallbacks[0]"]);
}

#[test]
fn a_variable_alone_is_a_number_where_no_text_may_stand() {
    let text = "{ models: { weather: { city: '${N}', days: ['${N}'] } }, agents: { defaults: { timeoutSeconds: ' ${ N } ' } } }";
    let config = read(text, &[("N", "7")]);
    let weather = config.section::<Weather>().unwrap().unwrap();
    assert_eq!((weather.city.as_str(), weather.days.as_slice()), ("7", [7].as_slice()));
    assert_eq!(config.agents.defaults.timeout_seconds, Some(7));
    assert!(!report("{ agents: { defaults: { timeoutSeconds: '${N}' } } }", &[("N", "soon")]).is_valid());
    assert!(!report("{ agents: { defaults: { timeoutSeconds: '1${N}' } } }", &[("N", "7")]).is_valid());
}
