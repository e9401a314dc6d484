//! Finding the file and reading it.

use std::fs;
use std::path::Path;

use clawdia_config_schema::{Located, load, locate};
use clawdia_core::Environment;
use tempfile::TempDir;

use crate::plugins::linked;

fn directory(files: &[&str]) -> TempDir {
    let directory = TempDir::with_prefix("clawdia-config-").unwrap();
    for file in files {
        fs::write(directory.path().join(file), "{}").unwrap();
    }
    directory
}

fn locate_in(variables: &[(&str, &Path)]) -> Located {
    let variables = variables.iter().map(|(name, path)| (*name, path.to_str().unwrap()));
    locate(&variables.collect::<Environment>())
}

#[test]
fn the_first_name_wins_and_the_others_are_reported() {
    let directory = directory(&["clawdia.json", "clawdia.json5", "clawdia.jsonc", "other.json"]);
    let located = locate_in(&[("CLAWDIA_STATE_DIR", directory.path())]);
    assert_eq!(located.path, Some(directory.path().join("clawdia.jsonc")));
    let ignored = ["clawdia.json5", "clawdia.json"].map(|name| directory.path().join(name));
    assert_eq!(located.ignored, ignored);
    assert_eq!(located.state_dir, directory.path());
}

#[test]
fn a_later_name_is_taken_when_the_earlier_ones_are_absent() {
    let directory = directory(&["clawdia.json"]);
    let located = locate_in(&[("CLAWDIA_STATE_DIR", directory.path())]);
    assert_eq!(located.path, Some(directory.path().join("clawdia.json")));
    assert_eq!(located.ignored, Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_state_directory_is_in_the_home_directory_by_default() {
    let home = directory(&[]);
    let state_dir = home.path().join(".clawdia");
    fs::create_dir(&state_dir).unwrap();
    fs::write(state_dir.join("clawdia.json5"), "{}").unwrap();
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let located = locate_in(&[(variable, home.path())]);
    assert_eq!(located.path, Some(state_dir.join("clawdia.json5")));
    assert_eq!(located.state_dir, state_dir);
}

#[test]
fn a_named_file_goes_before_all_others_and_may_not_exist() {
    let directory = directory(&["clawdia.jsonc"]);
    let named = directory.path().join("mine.json5");
    let located = locate_in(&[("CLAWDIA_CONFIG_PATH", &named), ("CLAWDIA_STATE_DIR", directory.path())]);
    assert_eq!(located.path, Some(named.clone()));
    assert_eq!(located.ignored, Vec::<std::path::PathBuf>::new());
    assert_eq!(located.state_dir, directory.path());

    let error = load(&named, &linked(), &Environment::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "could not read the configuration {}: there is no such file; create it, or correct \
             `CLAWDIA_CONFIG_PATH` if that is what names it",
            named.display()
        )
    );
}

#[test]
fn a_leading_tilde_is_the_home_directory() {
    let home = directory(&[]);
    let environment: Environment = [
        ("HOME", home.path().to_str().unwrap()),
        ("USERPROFILE", home.path().to_str().unwrap()),
        ("CLAWDIA_CONFIG_PATH", "~/mine.jsonc"),
        ("CLAWDIA_STATE_DIR", "~"),
    ]
    .into_iter()
    .collect();
    let located = locate(&environment);
    assert_eq!(located.path, Some(home.path().join("mine.jsonc")));
    assert_eq!(located.state_dir, home.path());
}

#[test]
fn without_any_variable_there_is_no_file() {
    let home = directory(&[]);
    let located = locate_in(&[("HOME", home.path()), ("USERPROFILE", home.path())]);
    assert_eq!(located.path, None);
    assert_eq!(locate(&Environment::default()).state_dir, Path::new(".clawdia"));
}

#[test]
fn a_file_is_read_with_its_byte_order_mark_and_its_name_is_in_errors() {
    let directory = directory(&[]);
    let file = directory.path().join("clawdia.jsonc");
    fs::write(&file, "\u{feff}{ models: { mode: 'replace' } }").unwrap();
    load(&file, &linked(), &Environment::default()).unwrap();

    fs::write(&file, "\u{feff}{\r\n\t\"modle\": {}\r\n}").unwrap();
    let error = load(&file, &linked(), &Environment::default()).unwrap_err();
    assert_eq!(error.file(), Some(file.as_path()));
    assert_eq!(
        error.to_string(),
        format!(
            "could not read the configuration {} at line 2, column 2 (modle)\n  |\n2 |  \"modle\": {{}}\n  \
             |  ^^^^^^^\nunknown key `modle`; did you mean `models`?",
            file.display()
        )
    );
}

#[test]
fn other_encodings_are_named() {
    let directory = directory(&[]);
    let file = directory.path().join("clawdia.jsonc");
    let check = |bytes: &[u8], expected: &str| {
        fs::write(&file, bytes).unwrap();
        let error = load(&file, &linked(), &Environment::default()).unwrap_err();
        assert_eq!((error.message(), error.hint()), (expected, Some("save it as UTF-8")));
    };
    check(b"\xff\xfe{\x00}\x00", "the file is UTF-16");
    check(
        "{\n  \u{e9}: ".bytes().chain([0xE9]).collect::<Vec<_>>().as_slice(),
        "the file is not UTF-8: line 2, column 6 holds a byte that belongs to no character",
    );
}

#[test]
fn a_directory_is_no_file() {
    let directory = directory(&[]);
    let error = load(directory.path(), &linked(), &Environment::default()).unwrap_err();
    assert_eq!((error.message(), error.hint()), ("it is a directory", Some("name the file in it")));
}
