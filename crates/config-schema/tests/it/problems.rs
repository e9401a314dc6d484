//! All problems of a document in one run, with their places.

use clawdia_config_schema::{Report, Severity, check};
use clawdia_core::Environment;
use serde_json::json;

use crate::plugins::linked;

fn report(text: &str) -> Report {
    check(text, None, &linked(), &Environment::default())
}

/// Checks the line, the column and the path of each problem, and what is said.
#[track_caller]
fn check_all(text: &str, expected: &[(usize, usize, &str, &str)]) {
    let report = report(text);
    let found = report.problems.iter().map(|problem| {
        (problem.line.unwrap(), problem.column.unwrap(), problem.path.as_str(), problem.message.as_str())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "\n{report}\n");
}

const MANY: &str = "{
  modles: {},
  models: {
    mode: 'merged',
    weather: { city: 7, days: [1, 'x', 300] },
    providers: {
      'amazon-bedrock': {
        auth: 'aws_sdk',
        region: null,
        baseUrl: 'bedrock.example',
        params: { serviceTeir: 'flex', authToken: -1 },
        models: [
          'nova',
          { id: 'x', contextWindow: 0, input: ['text', 'smell'], cost: { input: -1, output: 'free' } },
          { name: 'no id', maxTokens: '4k' },
          { id: 'x', cost: { tiers: [7, { output: -2 }] } },
        ],
      },
      Acme: { api: 'acme-chta' },
    },
  },
  agents: {
    defaults: {
      model: { primary: 'large', fallbacks: ['a/b', 'small', 'amazn/y'] },
      timeoutSeconds: 0,
      thinkingDefault: 'hihg',
    },
    entries: { coder: { tiemoutSeconds: 5, params: { nobody: 1 } } },
  },
}";

const ALL_OF_THEM: &[(usize, usize, &str, &str)] = &[
    (2, 3, "modles", "unknown key `modles`"),
    (4, 11, "models.mode", "`merged` is not one of `merge`, `replace`"),
    (5, 22, "models.weather.city", "expected text, found 7"),
    (5, 35, "models.weather.days[1]", "expected a whole number of 0 or more, found text"),
    (5, 40, "models.weather.days[2]", "expected a whole number of 0 or more, found 300"),
    (
        8,
        15,
        "models.providers.amazon-bedrock.auth",
        "`bedrock-converse-stream` has no authentication called `aws_sdk`",
    ),
    (9, 17, "models.providers.amazon-bedrock.region", "`null` says nothing here"),
    (10, 18, "models.providers.amazon-bedrock.baseUrl", "this is not an address"),
    (11, 19, "models.providers.amazon-bedrock.params.serviceTeir", "unknown key `serviceTeir`"),
    (
        11,
        51,
        "models.providers.amazon-bedrock.params.authToken",
        "expected a whole number of 0 or more, found a number",
    ),
    (13, 11, "models.providers.amazon-bedrock.models[0]", "expected an object, found text"),
    (
        14,
        37,
        "models.providers.amazon-bedrock.models[1].contextWindow",
        "`contextWindow` is 0, which would leave no room for any text",
    ),
    (
        14,
        56,
        "models.providers.amazon-bedrock.models[1].input[1]",
        "`smell` is not one of `text`, `image`, `video`, `audio`",
    ),
    (14, 81, "models.providers.amazon-bedrock.models[1].cost.input", "a price cannot be negative"),
    (14, 93, "models.providers.amazon-bedrock.models[1].cost.output", "expected a number, found text"),
    (15, 11, "models.providers.amazon-bedrock.models[2]", "`id` is missing"),
    (
        15,
        39,
        "models.providers.amazon-bedrock.models[2].maxTokens",
        "expected a whole number of 0 or more, found text",
    ),
    (16, 17, "models.providers.amazon-bedrock.models[3].id", "the model `x` is listed a second time"),
    (16, 38, "models.providers.amazon-bedrock.models[3].cost.tiers[0]", "expected an object, found 7"),
    (16, 51, "models.providers.amazon-bedrock.models[3].cost.tiers[1].output", "a price cannot be negative"),
    (19, 7, "models.providers.Acme", "the provider's name `Acme` is not in lower case"),
    (19, 20, "models.providers.Acme.api", "no linked crate speaks the protocol `acme-chta`"),
    (
        24,
        25,
        "agents.defaults.model.primary",
        "`large` is no model ref: there is no slash between provider and model",
    ),
    (
        24,
        46,
        "agents.defaults.model.fallbacks[0]",
        "no provider `a` is configured and no linked crate brings one",
    ),
    (
        24,
        53,
        "agents.defaults.model.fallbacks[1]",
        "`small` is no model ref: there is no slash between provider and model",
    ),
    (
        24,
        62,
        "agents.defaults.model.fallbacks[2]",
        "no provider `amazn` is configured and no linked crate brings one",
    ),
    (25, 23, "agents.defaults.timeoutSeconds", "a call that may take no time can never succeed"),
    (
        26,
        24,
        "agents.defaults.thinkingDefault",
        "`hihg` is not one of `off`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`",
    ),
    (28, 25, "agents.entries.coder.tiemoutSeconds", "unknown key `tiemoutSeconds`"),
];

#[test]
fn one_mistake_does_not_hide_another() {
    check_all(MANY, ALL_OF_THEM);
}

#[test]
fn every_second_key_is_told() {
    let report = report(
        "{ models: { mode: 'merge', mode: 'replace', weather: { city: 'a', city: 'b', city: 'c' } } }",
    );
    let places = report.problems.iter().map(|problem| (problem.path.as_str(), problem.column.unwrap()));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [("models.mode", 28), ("models.weather.city", 67), ("models.weather.city", 78)]
    );
}

#[test]
fn null_is_refused_where_it_says_nothing_and_nowhere_else() {
    let report = report(
        "{ '$schema': null, models: { weather: { city: 'x' }, providers: { 'amazon-bedrock': {
             apiKey: null, params: { serviceTier: null },
             models: [{ id: 'x', name: null, cost: { input: null }, thinkingLevelMap: { off: null } }] } } },
           agents: { defaults: { model: { primary: null }, thinkingDefault: null, params: { serviceTier: null } } } }",
    );
    let paths = report.problems.iter().map(|problem| {
        assert_eq!(problem.advice, "leave the key out instead");
        problem.path.rsplit_once("].").map_or(problem.path.as_str(), |(_, path)| path)
    });
    assert_eq!(
        paths.collect::<Vec<_>>(),
        [
            "$schema",
            "models.providers.amazon-bedrock.apiKey",
            "models.providers.amazon-bedrock.params.serviceTier",
            "name",
            "cost.input",
            "agents.defaults.model.primary",
            "agents.defaults.thinkingDefault",
        ]
    );
}

#[test]
fn a_key_does_not_travel_where_it_can_be_read() {
    let at = |members: &str| {
        let report =
            report(&format!("{{ models: {{ providers: {{ acme: {{ api: 'acme-chat', {members} }} }} }} }}"));
        report.problems.into_iter().map(|problem| (problem.severity, problem.path)).collect::<Vec<_>>()
    };
    let path = || "models.providers.acme.baseUrl".to_owned();
    let error = || vec![(Severity::Error, path())];
    assert_eq!(at("baseUrl: 'http://llm.example', apiKey: 'k'"), error());
    assert_eq!(at("baseUrl: 'http://llm.example', apiKey: { source: 'env', name: 'K' }"), error());
    assert_eq!(at("baseUrl: 'http://llm.example', headers: { Authorization: 'k' }"), error());
    assert_eq!(at("baseUrl: 'http://llm.example', headers: { 'x-api-key': 'k' }"), error());
    assert_eq!(at("baseUrl: 'http://me:pw@llm.example'"), error());
    assert_eq!(at("baseUrl: 'http://localhost@llm.example'"), error());
    assert_eq!(
        at("apiKey: 'k', models: [{ id: 'x', baseUrl: 'HTTP://10.0.0.1' }]"),
        [(Severity::Error, "models.providers.acme.models[0].baseUrl".to_owned())]
    );
    // Whatever a service calls its key, it is none of these.
    assert_eq!(at("baseUrl: 'http://llm.example', headers: { 'x-team': 'a' }"), error());
    assert_eq!(at("baseUrl: 'http://llm.example', headers: { 'X-Goog-Auth': 'a', accept: 'b' }"), error());
    assert_eq!(
        at(
            "baseUrl: 'http://llm.example', headers: { 'User-Agent': 'a', 'accept-language': 'b', 'X-Request-Id': 'c' }"
        ),
        [(Severity::Warning, path())]
    );
    for here in ["http://localhost:1", "http://127.0.0.2", "http://[::1]:8080/v1", "https://llm.example"] {
        assert_eq!(at(&format!("baseUrl: '{here}', apiKey: 'k'")), []);
    }
}

#[test]
fn a_crate_that_is_not_linked_is_named() {
    let none = clawdia_core::Plugins::new([], [], []).unwrap();
    let advice = |text: &str| {
        let report = check(text, None, &none, &Environment::default());
        report.problems[0].advice.clone()
    };
    assert_eq!(
        advice("{ models: { providers: { x: { api: 'bedrock-converse-stream' } } } }"),
        "`clawdia-provider-bedrock` does; add `use clawdia_provider_bedrock as _;` to the host"
    );
    assert_eq!(
        advice("{ models: { providers: { 'amazon-bedrock': {} } } }"),
        "`clawdia-provider-bedrock` does; add `use clawdia_provider_bedrock as _;` to the host"
    );
    assert_eq!(
        advice("{ models: { bedrockDiscovery: { enabled: true } } }"),
        "add `use clawdia_discovery as _;` to it"
    );
}

#[test]
fn where_only_listed_models_exist_others_are_told_with_the_nearest() {
    let report = report(
        "{ models: { mode: 'replace', providers: { 'amazon-bedrock': { models: [{ id: 'nova-lite' }] } } },
           agents: { defaults: { model: 'amazon-bedrock/nova-lite', models: {
             'amazon-bedrock/nova-lyte': {} } } } }",
    );
    assert_eq!(
        report.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "line 3, column 14 (agents.defaults.models.amazon-bedrock/nova-lyte): `amazon-bedrock/nova-lyte` is not listed, and \
          `models.mode` is `replace`; did you mean `amazon-bedrock/nova-lite`?"
        ]
    );
    assert!(report.is_valid());
}

#[test]
fn a_report_shows_each_problem_with_its_line_and_a_count() {
    let text = "{ models: {\n  mode: 'merged',\n  providers: { x: { api: 'acme-chat', apiKey: 's3cr3t', regoin: 'y' } } },\n\
                agents: { defaults: { model: 'nobody/z' } } }";
    let file = std::path::Path::new("/home/me/.clawdia/clawdia.jsonc");
    let report = check(text, Some(file), &linked(), &Environment::default());
    assert_eq!(
        report.to_string(),
        "error: `merged` is not one of `merge`, `replace`
 --> /home/me/.clawdia/clawdia.jsonc:2:9 (models.mode)
  |
2 |   mode: 'merged',
  |         ^^^^^^^^
  = did you mean `merge`?

error: unknown key `regoin`
 --> /home/me/.clawdia/clawdia.jsonc:3:57 (models.providers.x.regoin)
  |
3 |   providers: { x: { api: 'acme-chat', apiKey: '******', regoin: 'y' } } },
  |                                                         ^^^^^^
  = did you mean `region`?

warning: no provider `nobody` is configured and no linked crate brings one
 --> /home/me/.clawdia/clawdia.jsonc:4:23 (agents.defaults.model)
  |
4 | agents: { defaults: { model: 'nobody/z' } } }
  |                       ^^^^^
  = add it to `models.providers`

/home/me/.clawdia/clawdia.jsonc: 2 errors, 1 warning"
    );
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        json!({
            "valid": false,
            "file": "/home/me/.clawdia/clawdia.jsonc",
            "problems": [
                {
                    "severity": "error", "path": "models.mode", "line": 2, "column": 9,
                    "message": "`merged` is not one of `merge`, `replace`", "advice": "did you mean `merge`?",
                    "source": "  mode: 'merged',",
                },
                {
                    "severity": "error", "path": "models.providers.x.regoin", "line": 3, "column": 57,
                    "message": "unknown key `regoin`", "advice": "did you mean `region`?",
                    "source": "  providers: { x: { api: 'acme-chat', apiKey: '******', regoin: 'y' } } },",
                },
                {
                    "severity": "warning", "path": "agents.defaults.model", "line": 4, "column": 23,
                    "message": "no provider `nobody` is configured and no linked crate brings one",
                    "advice": "add it to `models.providers`",
                    "source": "agents: { defaults: { model: 'nobody/z' } } }",
                },
            ],
        })
    );
    assert!(check("{}", None, &linked(), &Environment::default()).to_string().ends_with("no problems"));
}

#[test]
fn no_line_of_a_report_shows_what_any_of_its_problems_suspects() {
    // Each of these is shown twice, once before anything is known of the misspelt key.
    for text in [
        "{ models: { mode: 'x', providers: { x: { api: 'acme-chat', apiKye: 's3cr3t' } } } }",
        "{ models: { mode: 'x', providers: { 'amazon-bedrock': { params: { authTokne: 's3cr3t' } } } } }",
        "{ models: { mode: 'x', providers: { x: { api: 7, zzz: { a: ['s3cr3t'] } } } } }",
        "{ models: { mode: 'x', zzz: 's3cr3t' } }",
    ] {
        let report = report(text);
        assert!(report.problems.len() > 1, "{report}");
        let shown = format!("{report}\n{report:?}\n{}", serde_json::to_string(&report).unwrap());
        assert!(!shown.contains("s3cr"), "{shown}");
    }
}

#[test]
fn an_error_counts_what_it_does_not_show() {
    let error = report("{ models: { mode: 'x', providers: [] }, agnts: {} }").into_config().unwrap_err();
    assert_eq!(error.problems().len(), 3);
    assert!(
        error.to_string().ends_with("\n(there are 2 more problems: `clawdia config validate` shows all)"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_is_told_with_what_to_write() {
    let advice = |text: &str| {
        let report = report(text);
        let [problem] = report.problems.as_slice() else { panic!("{report}") };
        problem.advice.clone()
    };
    assert_eq!(advice("{ models: { mode: 5 } }"), "write one of `merge`, `replace`");
    assert_eq!(
        advice("{ agents: { defaults: { thinkingDefault: [] } } }"),
        "write one of `off`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`"
    );
    assert_eq!(advice("{ agents: { defaults: { timeoutSeconds: 'long' } } }"), "write for example `600`");
    assert_eq!(
        advice("{ models: { weather: { city: 'x', days: 7 } } }"),
        "write a list, between `[` and `]`"
    );
    let model = advice("{ agents: { defaults: { model: 'large; small' } } }");
    assert!(model.starts_with("write it as `provider/model`"), "{model}");
    assert_eq!(
        advice("{ models: { providers: { 'amazon-bedrock': { params: { serviceTier: {} } } } } }"),
        "write one of `flex`, `priority`"
    );
    for text in [
        "{\"a\":}",
        "{a:1,,}",
        "{a:1 b:2}",
        "{a:01}",
        "{a:tru}",
        "{/}",
        "{a:[}",
        "{a:'",
        "",
        "{a:1}}",
        "{a:Infinit}",
    ] {
        let report = report(text);
        assert!(!report.problems.is_empty());
        for problem in &report.problems {
            assert!(
                !problem.advice.is_empty() && problem.line.is_some() && problem.column.is_some(),
                "{report}"
            );
        }
    }
}

#[test]
fn a_path_that_is_told_can_be_typed() {
    let report = report(
        "{ models: { providers: { 'my.proxy': { api: 'acme-chat', headers: { 'a b': 1, 'x.y': '\\n' }, modles: [] } } },
           agents: { entries: { '0': { modle: 1 }, 'a[0]': 1 } } }",
    );
    let value: serde_json::Value = report.shown().unwrap();
    let mut paths = Vec::new();
    for problem in &report.problems {
        let path: clawdia_config_schema::ConfigPath = problem.path.parse().unwrap();
        assert_eq!(path.to_string(), problem.path);
        let found = path.segments().iter().try_fold(&value, |value, segment| value.get(segment.as_key()));
        assert!(found.is_some(), "{path}");
        paths.push(problem.path.clone());
    }
    assert_eq!(
        paths,
        [
            "models.providers[\"my.proxy\"].headers[\"a b\"]",
            "models.providers[\"my.proxy\"].headers[\"x.y\"]",
            "models.providers[\"my.proxy\"].modles",
            "agents.entries[\"0\"].modle",
            "agents.entries[\"a[0]\"]",
        ]
    );
}

#[test]
fn a_broken_word_is_shown_from_its_start() {
    let report = report("{ models: tru, apiKey: 's3cr3t' }");
    assert!(
        report.to_string().contains("{ models: tru, apiKey: '******' }\n  |           ^^^\n"),
        "{report}"
    );
}
