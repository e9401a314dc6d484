//! Writing and checking generated files.

use std::fs;
use std::path::PathBuf;

use xtask::{Mode, ensure};

/// A path of this test's own below cargo's directory for them.
fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn a_missing_file_is_written_once() {
    let path = path("missing");
    assert!(ensure(Mode::Write, &path, "one\n").unwrap());
    assert!(!ensure(Mode::Write, &path, "one\n").unwrap());
    assert!(!ensure(Mode::Check, &path, "one\n").unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
    fs::remove_file(path).unwrap();
}

#[test]
fn a_stale_file_fails_the_check_and_is_left_alone() {
    let path = path("stale");
    fs::write(&path, "one\ntwo\n").unwrap();
    let error = ensure(Mode::Check, &path, "one\nthree\n").unwrap_err().to_string();
    assert!(error.contains("line 2: found `two`, wanted `three`"), "{error}");
    assert!(error.contains("cargo xtask codegen"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    fs::remove_file(path).unwrap();
}

#[test]
fn a_missing_file_fails_the_check() {
    let path = path("absent");
    assert!(ensure(Mode::Check, &path, "one\n").is_err());
    assert!(!path.exists());
}
