//! This workspace keeps its own rules: one test for each, so that plain `cargo test` says which is broken.

use std::sync::LazyLock;

use xtask::tidy::{RULES, Tree};
use xtask::{Mode, codegen, root};

static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::read(&root()).expect("the workspace can be read"));

#[track_caller]
fn check(name: &str) {
    let rule = RULES.iter().find(|rule| rule.name == name).expect("there is such a rule");
    let findings: Vec<String> = (rule.check)(&TREE).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{name} is broken:\n{}", findings.join("\n"));
}

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

rules!(
    module_docs,
    file_names,
    whitespace,
    file_length,
    numbered_reminders,
    no_private_paths,
    documents_exist,
    commands_exist,
    crates_are_described,
    licences,
    metadata,
    arrows,
    aws_crates,
    rust_version,
    inherited_manifests,
    used_workspace_dependencies,
);

#[test]
fn every_rule_is_tested() {
    assert_eq!(RULES.iter().map(|rule| rule.name).collect::<Vec<_>>(), TESTED);
}

#[test]
fn generated_files_are_fresh() {
    codegen::run_from_data(&root(), Mode::Check).unwrap();
}

#[test]
fn the_tree_is_this_workspace() {
    assert!(TREE.text("xtask/src/lib.rs").is_some());
    assert!(TREE.members.iter().any(|member| member.directory == "crates/core"));
    assert!(TREE.packages.len() > TREE.members.len());
    assert!(TREE.files.iter().all(|file| !file.path.starts_with("target/")));
}
