//! What the program says about itself, and about arguments it does not know.

use crate::program::Program;

#[test]
fn help_and_version_need_nothing_of_their_surroundings() {
    let surroundings = [("CLAWDIA_CONFIG_PATH", "/nowhere"), ("AWS_PROFILE", "missing")];
    let version = Program::new(&["--version"]).env(surroundings).run("");
    assert_eq!(
        (version.code, version.stdout.as_str()),
        (Some(0), concat!("clawdia ", env!("CARGO_PKG_VERSION"), "\n"))
    );
    let help = Program::new(&["--help"]).env(surroundings).run("");
    assert_eq!(help.code, Some(0));
    for command in ["demo", "chat", "stream", "count", "config", "models", "emulator"] {
        assert!(help.stdout.contains(command), "{}", help.stdout);
        assert_eq!(Program::new(&[command, "--help"]).run("").code, Some(0));
    }
}

#[test]
fn the_request_in_the_help_is_one() {
    let help = Program::new(&["stream", "--help"]).run("").stdout;
    let request = &help[help.find("  {\n").unwrap()..=help.rfind("\n  }\n").unwrap() + 3];
    let request = clawdia::core::wire::Request::from_json(request).unwrap();
    assert_eq!(request.context.tools.len(), 1);
}

#[test]
fn the_help_and_the_manual_name_all_options_of_a_request() {
    let help = Program::new(&["stream", "--help"]).run("").stdout;
    let manual = include_str!("../../README.md");
    // An unknown one is refused with a list of those that are known.
    let request = r#"{"model": "a/b", "context": {"messages": []}, "options": {"nonsense": 1}}"#;
    let error = clawdia::core::wire::Request::from_json(request).unwrap_err().to_string();
    let known = error.split_once("expected").unwrap().1.split('`').skip(1).step_by(2).collect::<Vec<_>>();
    assert!(known.contains(&"outputSchema"), "{error}");
    for option in known {
        assert!(help.contains(option), "`{option}` is missing in the help");
        assert!(manual.contains(&format!("`{option}`")), "`{option}` is missing in the manual");
    }
}

#[test]
fn wrong_arguments_are_told_with_status_two() {
    for arguments in [
        &["chta"][..],
        &["chat", "--thinking", "enormous"],
        &["chat", "--model", "no-slash"],
        &["chat", "--param", "tier", "hi"],
        &[],
    ] {
        let outcome = Program::new(arguments).run("");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
    assert!(Program::new(&["chta"]).run("").stderr.contains("chat"));
}

#[test]
fn diagnostics_are_written_only_when_asked_for() {
    let run = |arguments: &[&str]| Program::new(arguments).run("").stderr;
    assert!(!run(&["chat", "--model", "amazon-bedrock/x"]).contains("DEBUG"));
    assert!(run(&["-v", "chat", "--model", "amazon-bedrock/x"]).contains("DEBUG clawdia"));
    let outcome = Program::new(&["demo"]).env([("CLAWDIA_LOG", "clawdia=noise")]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("could not read `clawdia=noise`"), "{outcome:?}");
}
