//! `clawdia config edit`, with scripts in the place of editors.

#![cfg(unix)]

use crate::machine::Machine;
use crate::program::Outcome;

const TEXT: &str = "{ models: { bedrockDiscovery: { region: 'us-east-1' } } } // mine\n";

fn edit(machine: &Machine, editor: &str) -> Outcome {
    machine.program(&["config", "edit"]).env([("EDITOR", editor)]).run("")
}

#[test]
fn what_is_valid_is_taken_over() {
    let machine = Machine::with(TEXT);
    let outcome = edit(&machine, "sed -i s/us-east-1/eu-west-1/");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(machine.text(), TEXT.replace("us-east-1", "eu-west-1"));
    assert_eq!(machine.files(), ["clawdia.jsonc", "clawdia.jsonc.lock"]);
}

#[test]
fn what_is_wrong_is_told_and_set_aside() {
    let machine = Machine::with(TEXT);
    let outcome = edit(&machine, "sed -i s/region/regoin/");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("did you mean `region`?"), "{outcome:?}");
    assert_eq!(machine.text(), TEXT);
    let aside = machine.files().into_iter().find(|name| name.contains(".edit-")).unwrap();
    assert!(outcome.stderr.contains(&aside), "{outcome:?}");
}

#[test]
fn an_editor_that_changes_nothing_or_fails_changes_nothing() {
    let machine = Machine::with(TEXT);
    let outcome = edit(&machine, "true");
    assert!(outcome.stdout.starts_with("No change"), "{outcome:?}");
    assert_eq!(edit(&machine, "exit 3;").code, Some(1));
    assert_eq!(edit(&machine, "/nowhere/editor").code, Some(1));
    assert_eq!(machine.text(), TEXT);
    assert_eq!(machine.files(), ["clawdia.jsonc"]);
}

#[test]
fn a_change_by_someone_else_meanwhile_is_not_lost() {
    let machine = Machine::with(TEXT);
    let other = format!("echo '{{}}' > {}; sed -i s/us-east-1/eu-west-1/", machine.path().display());
    let outcome = edit(&machine, &other);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("changed meanwhile"), "{outcome:?}");
    assert_eq!(machine.text(), "{}\n");
    assert!(machine.files().iter().any(|name| name.contains(".edit-")));
}

#[test]
fn on_a_new_machine_the_file_is_made_first() {
    let machine = Machine::new();
    let outcome = edit(&machine, "grep -q schema");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(machine.text().contains("clawdia.schema.json"));
}

#[test]
fn what_was_edited_is_kept_when_the_editor_fails() {
    let machine = Machine::with(TEXT);
    let outcome = edit(&machine, "sed -i s/us-east-1/eu-west-1/ \"$1\"; exit 3;");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let aside = machine.files().into_iter().find(|name| name.contains(".edit-")).unwrap();
    assert!(outcome.stderr.contains(&aside), "{outcome:?}");
    assert_eq!(machine.text(), TEXT);
}
