//! Editing files: nothing is lost, whoever else writes and whenever a writer is killed.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clawdia_config_schema::edit::{
    EditFileError, EditFileOptions, EditableDocument, Expected, FileText, Fingerprint, Outcome, TEMPLATE,
    create_file, edit_file,
};
use tempfile::TempDir;

/// Tells a copy of this test program which file to count in, and under which key.
const FILE: &str = "CLAWDIA_TEST_COUNT_FILE";
const KEY: &str = "CLAWDIA_TEST_COUNT_KEY";

fn file_with(text: &str) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("clawdia.jsonc");
    fs::write(&path, text).unwrap();
    (directory, path)
}

fn replace_with(path: &Path, text: &str) -> Result<Outcome, EditFileError<Infallible>> {
    edit_file(path, &EditFileOptions::default(), |_| Ok(text.to_owned()))
}

/// The names in a directory, without the lock.
fn names(directory: &Path) -> Vec<String> {
    let names =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names = names.filter(|name| name != "clawdia.jsonc.lock").collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn an_edit_gets_the_old_text_and_puts_the_new_one_in_its_place() {
    let (directory, path) = file_with("{ a: 1 }");
    let outcome =
        edit_file(&path, &EditFileOptions::default(), |text| Ok::<_, Infallible>(text.replace('1', "2")));
    let outcome = outcome.unwrap();
    assert_eq!((outcome.path.as_path(), outcome.written, outcome.created), (path.as_path(), true, false));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 2 }");
    assert_eq!(names(directory.path()), ["clawdia.jsonc"]);
}

#[test]
fn an_edit_that_fails_changes_nothing() {
    let (_directory, path) = file_with("{ a: 1 }");
    let error = edit_file(&path, &EditFileOptions::default(), |_| Err::<String, _>("invalid")).unwrap_err();
    assert!(matches!(error, EditFileError::Edit("invalid")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 1 }");
}

#[test]
fn a_file_whose_text_stays_is_not_touched() {
    let (_directory, path) = file_with("{ a: 1 }");
    let before = fs::metadata(&path).unwrap();
    let outcome = replace_with(&path, "{ a: 1 }").unwrap();
    assert!(!outcome.written);
    let after = fs::metadata(&path).unwrap();
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(after.ino(), before.ino());
    }
}

#[test]
fn the_first_edit_creates_a_file_with_the_schema_in_its_first_line() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("state/deep/clawdia.jsonc");
    let outcome = edit_file(&path, &EditFileOptions::default(), |text| {
        assert_eq!(text, TEMPLATE);
        let mut document = EditableDocument::parse(text)?;
        let path = "models.bedrockDiscovery.region".parse().unwrap();
        document.set(&path, "us-east-1".into(), |_| false).unwrap();
        Ok::<_, clawdia_config_schema::ConfigError>(document.to_text())
    });
    assert!(outcome.unwrap().created);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\n  \"$schema\": \"./clawdia.schema.json\",\n"), "{text}");
    assert!(text.contains("// The configuration of Clawdia."), "{text}");
    assert!(text.ends_with("\n  \"models\": {\n    \"bedrockDiscovery\": {\n      \"region\": \"us-east-1\",\n    },\n  },\n}\n"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
    }
}

#[test]
fn an_edit_without_a_change_creates_no_file() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("clawdia.jsonc");
    assert!(!replace_with(&path, TEMPLATE).unwrap().written);
    assert_eq!(FileText::read(&path).unwrap(), None);
    let outcome = create_file(&path, &EditFileOptions::default()).unwrap();
    assert!(outcome.created && outcome.written);
    assert_eq!(FileText::read(&path).unwrap().unwrap().text, TEMPLATE);
    fs::write(&path, "{ a: 1 }").unwrap();
    assert!(!create_file(&path, &EditFileOptions::default()).unwrap().written);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 1 }");
}

#[test]
fn what_was_expected_is_checked() {
    let (directory, path) = file_with("{ a: 1 }");
    let expecting = |path: &Path, expected| {
        let options = EditFileOptions::default().with_expected(expected);
        edit_file(path, &options, |_| Ok::<_, Infallible>("{ a: 2 }".to_owned()))
    };
    let changed = |result: Result<Outcome, EditFileError<Infallible>>| match result.unwrap_err() {
        EditFileError::File(error) => {
            assert!(error.is_changed() && error.to_string().contains("changed meanwhile"), "{error}");
        }
        other => panic!("{other}"),
    };
    let read = FileText::read(&path).unwrap().unwrap().fingerprint;
    changed(expecting(&path, Expected::Absent));
    changed(expecting(&path, Expected::Unchanged(Fingerprint::of("{ a: 0 }"))));
    changed(expecting(&directory.path().join("other"), Expected::Unchanged(read)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 1 }");
    assert!(expecting(&path, Expected::Unchanged(read.to_string().parse().unwrap())).unwrap().written);
    assert!(expecting(&directory.path().join("new"), Expected::Absent).unwrap().created);
    for text in ["", "zz", &"é".repeat(64), &"0".repeat(63), &"0".repeat(66)] {
        assert!(text.parse::<Fingerprint>().is_err(), "{text}");
    }
}

#[test]
fn a_change_by_a_program_that_knows_no_lock_is_noticed() {
    let (_directory, path) = file_with("{ a: 1 }");
    let mut round = 0;
    let error = edit_file(&path, &EditFileOptions::default(), |_| {
        round += 1;
        fs::write(&path, format!("{{ a: 'by hand {round}' }}")).unwrap();
        Ok::<_, Infallible>("{ a: 2 }".to_owned())
    });
    assert!(error.unwrap_err().to_string().contains("it has changed meanwhile"));
    // Once before the file was locked, when there was time to begin anew, and once after.
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 'by hand 2' }");
}

#[test]
fn a_change_before_the_lock_is_taken_in() {
    let (_directory, path) = file_with("{ a: 1 }");
    let outcome = edit_file(&path, &EditFileOptions::default(), |text| {
        if text == "{ a: 1 }" {
            fs::write(&path, "{ a: 'by hand' }").unwrap();
        }
        Ok::<_, Infallible>(format!("{text} // mine"))
    });
    assert!(outcome.unwrap().written);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 'by hand' } // mine");
}

#[test]
fn what_writes_nothing_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("new/clawdia.jsonc");
    let refused = edit_file(&path, &EditFileOptions::default(), |_| Err::<String, _>("no"));
    assert!(matches!(refused, Err(EditFileError::Edit("no"))));
    assert!(!replace_with(&path, TEMPLATE).unwrap().written);
    assert!(!path.parent().unwrap().exists());
}

#[test]
fn whoever_waits_too_long_is_told_who_holds_the_lock() {
    let (_directory, path) = file_with("{ a: 1 }");
    let outcome = edit_file(&path, &EditFileOptions::default(), |text| {
        if text == "{ a: 1 }" {
            // What is asked again is asked under the lock.
            fs::write(&path, "{ a: 'by hand' }").unwrap();
            return Ok("{ a: 2 }".to_owned());
        }
        let hurried = EditFileOptions::default().with_wait(Duration::ZERO);
        let error = edit_file(&path, &hurried, |_| Ok::<_, Infallible>(String::new())).unwrap_err();
        assert!(error.to_string().contains("clawdia.jsonc.lock; try again"), "{error}");
        Ok::<_, Infallible>("{ a: 2 }".to_owned())
    });
    assert!(outcome.unwrap().written);
}

#[test]
fn what_is_no_text_file_is_refused() {
    let (directory, path) = file_with("");
    let error = replace_with(directory.path(), "{}").unwrap_err();
    assert!(error.to_string().ends_with("it is a directory; name the file in it"), "{error}");
    fs::write(&path, b"{ a: '\xff' }").unwrap();
    let error = replace_with(&path, "{}").unwrap_err();
    assert!(error.to_string().contains("not UTF-8: line 1, column 7"), "{error}");
    assert!(FileText::read(&path).is_err());
}

#[test]
fn what_a_killed_writer_left_is_removed_by_the_next_one() {
    let (directory, path) = file_with("{ a: 1 }");
    fs::write(directory.path().join(".clawdia.jsonc.0123456789abcdef.clawdia-new"), "{ half").unwrap();
    fs::write(directory.path().join(".clawdia.jsonc.swp"), "an editor's").unwrap();
    replace_with(&path, "{ a: 2 }").unwrap();
    assert_eq!(names(directory.path()), [".clawdia.jsonc.swp", "clawdia.jsonc"]);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_mode_is_kept() {
        let (_directory, path) = file_with("{ a: 1 }");
        for mode in [0o640, 0o600, 0o664] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            replace_with(&path, &format!("{{ a: {mode} }}")).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
        }
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let (_directory, path) = file_with("{ a: 1 }");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace_with(&path, "{ a: 2 }").unwrap_err();
        assert!(error.to_string().contains("it is read-only; allow yourself"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 1 }");
    }

    #[test]
    fn a_link_stays_a_link_and_its_file_is_written() {
        let (directory, path) = file_with("{ a: 1 }");
        let elsewhere = TempDir::new().unwrap();
        let (link, outer) = (elsewhere.path().join("link"), elsewhere.path().join("outer"));
        symlink(&path, &link).unwrap();
        symlink("link", &outer).unwrap();
        assert_eq!(replace_with(&outer, "{ a: 2 }").unwrap().path, path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "{ a: 2 }");
        assert!(link.is_symlink() && outer.is_symlink());
        assert_eq!(names(elsewhere.path()), ["link", "outer"]);

        let dangling = elsewhere.path().join("dangling");
        symlink(directory.path().join("new/clawdia.jsonc"), &dangling).unwrap();
        assert!(replace_with(&dangling, "{ a: 3 }").unwrap().created);
        assert_eq!(fs::read_to_string(directory.path().join("new/clawdia.jsonc")).unwrap(), "{ a: 3 }");
        assert!(dangling.is_symlink());

        symlink("circle", elsewhere.path().join("circle")).unwrap();
        let error = replace_with(&elsewhere.path().join("circle"), "{}").unwrap_err();
        assert!(error.to_string().contains("in a circle"), "{error}");
    }

    #[test]
    fn a_device_is_not_replaced() {
        let error = FileText::read(Path::new("/dev/null")).unwrap_err();
        assert!(error.to_string().contains("not an ordinary file"), "{error}");
    }
}

/// Adds one to the number at `key`, as a program that sets it would.
fn count(path: &Path, key: &str) {
    // Longer than any machine is that busy: whether a writer waits is not the question here.
    let patient = EditFileOptions::default().with_wait(Duration::from_mins(10));
    edit_file(path, &patient, |text| {
        let mut document = EditableDocument::parse(text).unwrap();
        let key = key.parse().unwrap();
        let number = document.get(&key).and_then(serde_json::Value::as_u64).unwrap_or_default();
        document.set(&key, (number + 1).into(), |_| false).unwrap();
        Ok::<_, Infallible>(document.to_text())
    })
    .unwrap();
}

fn number_at(path: &Path, key: &str) -> u64 {
    // Never half a file, and never none.
    let text = fs::read_to_string(path).unwrap();
    let document = EditableDocument::parse(&text).unwrap();
    document.get(&key.parse().unwrap()).and_then(serde_json::Value::as_u64).unwrap_or_default()
}

/// Starts a copy of this program that counts in a file until it is killed.
fn start_counting(path: &Path, key: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "edit_files::a_writer_counts_where_it_is_told"])
        .env(FILE, path)
        .env(KEY, key)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// By itself a small test; started by the others, the writer that they start and kill.
#[test]
fn a_writer_counts_where_it_is_told() {
    if let (Some(path), Ok(key)) = (std::env::var_os(FILE), std::env::var(KEY)) {
        loop {
            count(Path::new(&path), &key);
        }
    }
    let (_directory, path) = file_with("{ n: 1 } // kept");
    count(&path, "n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ n: 2 } // kept");
}

#[test]
fn two_writers_in_a_loop_lose_no_update() {
    const TIMES: u64 = 60;
    let (_directory, path) = file_with("{\n  // how often\n  n: 0,\n}\n");
    std::thread::scope(|scope| {
        let path = &path;
        let writers = ["a", "b"].map(|key| {
            scope.spawn(move || {
                for _ in 0..TIMES {
                    count(path, "n");
                    count(path, key);
                }
            })
        });
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            number_at(path, "n");
        }
    });
    let number = |key| number_at(&path, key);
    assert_eq!((number("n"), number("a"), number("b")), (TIMES * 2, TIMES, TIMES));
    assert!(fs::read_to_string(&path).unwrap().contains("// how often"));
}

#[test]
fn a_killed_writer_leaves_a_whole_file_and_no_lock() {
    let padding = "// many words\n".repeat(2_000);
    let (directory, path) = file_with(&format!("{{\n{padding}  n: 0,\n}}\n"));
    for _ in 0..5 {
        let mut writers = ["a", "b"].map(|key| start_counting(&path, key));
        // Which of the two gets on is up to the machine.
        let written = || number_at(&path, "a") + number_at(&path, "b");
        let enough = written() + 4;
        while written() < enough {
            assert!(writers.iter_mut().all(|writer| writer.try_wait().unwrap().is_none()));
        }
        for writer in &mut writers {
            writer.kill().unwrap();
            writer.wait().unwrap();
        }
        let before = number_at(&path, "n");
        count(&path, "n");
        assert_eq!(number_at(&path, "n"), before + 1);
    }
    assert_eq!(names(directory.path()), ["clawdia.jsonc"]);
    assert!(fs::read_to_string(&path).unwrap().contains(&padding));
}
