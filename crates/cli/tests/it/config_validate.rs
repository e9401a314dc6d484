//! `clawdia config validate`: all problems in one run, for people and for programs.

use serde_json::Value;

use crate::machine::Machine;

const TEXT: &str = r#"{
  modles: {},
  models: {
    mode: "merged",
    providers: { "amazon-bedrock": { apiKey: "s3cr3t", regoin: "us-east-1" } },
    bedrockDiscovery: { refreshInterval: "soon" },
  },
}
"#;

#[test]
fn every_problem_is_told_with_its_line_its_path_and_what_to_do() {
    let machine = Machine::with(TEXT);
    let outcome = machine.run(&["config", "validate"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let shown = outcome.stdout;
    for words in [
        "clawdia.jsonc:2:3 (modles)",
        "did you mean `models`?",
        "clawdia.jsonc:4:11 (models.mode)",
        "mode: \"merged\"",
        "(models.providers.amazon-bedrock.regoin)",
        "did you mean `region`?",
        "(models.bedrockDiscovery.refreshInterval)",
        "4 errors",
    ] {
        assert!(shown.contains(words), "`{words}` is missing in {shown}");
    }
    assert!(!shown.contains("s3cr3t"), "{shown}");
}

#[test]
fn programs_get_the_same_as_json() {
    let machine = Machine::with(TEXT);
    let outcome = machine.run(&["config", "validate", "--json"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["valid"], false);
    let errors =
        report["problems"].as_array().unwrap().iter().filter(|problem| problem["severity"] == "error");
    let errors = errors.collect::<Vec<_>>();
    assert_eq!(errors.len(), 4, "{report}");
    for error in errors {
        for member in ["path", "line", "column", "message", "source"] {
            assert!(!error[member].is_null(), "`{member}` is missing in {error}");
        }
    }
    assert!(!outcome.stdout.contains("s3cr3t"));
}

#[test]
fn any_file_can_be_checked() {
    let machine = Machine::with(TEXT);
    let check = |file: &str, text: &str| {
        machine.program(&["config", "validate", "other.jsonc"]).file(file, text).run("")
    };
    let outcome = check("other.jsonc", "{ models: {} }");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("other.jsonc: no problems"), "{outcome:?}");
    assert_eq!(check("other.jsonc", "{ models: [] }").code, Some(2));
    assert_eq!(machine.run(&["config", "validate", "missing.jsonc"]).code, Some(2));
    assert_eq!(Machine::new().run(&["config", "validate"]).code, Some(0));
}

#[test]
fn whatever_is_wrong_is_told_with_its_place_and_what_to_do() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../clawdia/tests/it/data");
    let mut documents = 0;
    for directory in ["reject", "reject_without_schema"] {
        for entry in std::fs::read_dir(format!("{data}/{directory}")).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let report = clawdia::Host::check_text(&text, &path, clawdia::Environment::default()).unwrap();
            assert!(!report.is_valid(), "{report}");
            for problem in &report.problems {
                let is_whole =
                    problem.line.is_some() && problem.column.is_some() && !problem.advice.is_empty();
                assert!(is_whole, "{report}");
                // What to do is no part of what is wrong.
                assert!(!problem.message.contains("; "), "{report}");
            }
            documents += 1;
        }
    }
    assert!(documents > 100);
}
