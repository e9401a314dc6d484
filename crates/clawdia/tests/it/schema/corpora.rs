//! Documents that are accepted and documents that are refused: by the schema alone, and by the host, which must agree.
//!
//! Each is a file that says in its first line why it is what it is; one that is refused says where in its second. Where
//! host and schema differ for a reason, the document is in a directory of its own: that is the list of the exceptions.

use std::fs;

use clawdia::config::Config;
use serde_json::Value;

use super::{VALIDATOR, plugins};

struct Case {
    name: String,
    text: String,
}

impl Case {
    /// All documents of a directory.
    fn all(directory: &str) -> Vec<Self> {
        let path = format!("{}/tests/it/data/{directory}", env!("CARGO_MANIFEST_DIR"));
        let mut cases = Vec::new();
        for entry in fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{directory}/{}", entry.file_name().to_string_lossy());
            cases.push(Self { name, text: fs::read_to_string(entry.path()).unwrap() });
        }
        cases.sort_by(|left, right| left.name.cmp(&right.name));
        assert!(!cases.is_empty(), "{path} has no documents");
        cases
    }

    /// What the schema has against it.
    fn by_schema(&self) -> Vec<String> {
        let value: Value = json5::from_str(&self.text).unwrap();
        let told = |error: jsonschema::ValidationError<'_>| format!("{} at {}", error, error.instance_path());
        VALIDATOR.iter_errors(&value).map(told).collect()
    }

    /// Where the host finds it wrong.
    fn by_host(&self) -> Option<String> {
        Config::parse(&self.text, &plugins()).err().map(|error| error.path().to_owned())
    }

    /// Whether it says it is wrong there, or at what there is in.
    fn is_at(&self, place: &str) -> bool {
        let said = self.text.lines().nth(1).and_then(|line| line.strip_prefix("// at"));
        let said = said.expect("the second line says where").trim_start();
        place == said || (!said.is_empty() && place.starts_with(said))
    }
}

/// Names all documents of a directory for which `is_so` does not hold, with the verdicts.
#[track_caller]
fn check(directory: &str, is_so: impl Fn(&Case, &[String], Option<&str>) -> bool) {
    let mut wrong = Vec::new();
    for case in Case::all(directory) {
        let (schema, host) = (case.by_schema(), case.by_host());
        if !is_so(&case, &schema, host.as_deref()) {
            wrong.push(format!("{}: host {host:?}, schema {schema:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} documents are judged otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn good_documents_are_accepted_by_both() {
    check("accept", |_, schema, host| schema.is_empty() && host.is_none());
}

#[test]
fn bad_documents_are_refused_by_both_and_the_host_says_where() {
    check("reject", |case, schema, host| !schema.is_empty() && host.is_some_and(|at| case.is_at(at)));
}

#[test]
fn only_the_host_can_refuse_these() {
    check("reject_without_schema", |case, schema, host| {
        schema.is_empty() && host.is_some_and(|at| case.is_at(at))
    });
}

#[test]
fn an_editor_should_warn_of_what_the_host_tolerates() {
    check("accept_without_schema", |_, schema, host| !schema.is_empty() && host.is_none());
}
