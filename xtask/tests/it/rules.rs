//! Every rule finds what it is for, and lets pass what it should.

use xtask::tidy::{Dependency, DependencyKind, Finding, Package, SourceFile, Tree};
use xtask::tidy::{manifests, packages, references, text};

fn file(path: &str, text: &str) -> Tree {
    tree(&[(path, text)])
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| SourceFile { path: (*path).into(), text: (*text).into() });
    Tree { files: files.collect(), ..Tree::default() }
}

/// Where a rule finds fault: `path:line`, or the path alone.
#[track_caller]
fn check(rule: fn(&Tree) -> Vec<Finding>, tree: &Tree, expected: &[&str]) {
    let found: Vec<String> = rule(tree)
        .iter()
        .map(|finding| match finding.line {
            Some(line) => format!("{}:{line}", finding.path),
            None => finding.path.clone(),
        })
        .collect();
    assert_eq!(found, expected);
}

fn package(directory: &str, dependencies: &[(&str, DependencyKind)]) -> Package {
    Package {
        name: format!("clawdia-{}", directory.rsplit('/').next().unwrap_or_default()),
        directory: directory.into(),
        description: Some("A crate".into()),
        license: Some("MIT OR Apache-2.0".into()),
        readme: Some("README.md".into()),
        rust_version: Some("1.90".into()),
        metadata: serde_json::json!({ "docs": { "rs": { "all-features": true } } }),
        dependencies: dependencies
            .iter()
            .map(|(name, kind)| Dependency { name: (*name).into(), kind: *kind })
            .collect(),
        ..Package::default()
    }
}

/// A tree of all our crates in which one has these dependencies.
fn arrows_of(directory: &str, dependencies: &[(&str, DependencyKind)]) -> Tree {
    let others = [
        "crates/core",
        "crates/config-schema",
        "crates/aws",
        "crates/bedrock-models",
        "crates/provider-bedrock",
        "crates/discovery",
        "crates/bedrock-emulator",
        "crates/clawdia",
        "examples/echo-provider",
    ];
    let others = others.iter().filter(|other| **other != directory).map(|other| package(other, &[]));
    Tree { members: others.chain([package(directory, dependencies)]).collect(), ..Tree::default() }
}

const NORMAL: DependencyKind = DependencyKind::Normal;
const DEVELOPMENT: DependencyKind = DependencyKind::Development;

#[test]
fn a_rust_file_without_module_docs_is_found() {
    check(text::module_docs, &file("crates/a/src/b.rs", "use x;\n"), &["crates/a/src/b.rs"]);
    check(text::module_docs, &file("crates/a/tests/it/b.rs", "/// An item.\n"), &["crates/a/tests/it/b.rs"]);
    check(text::module_docs, &file("crates/a/src/b.rs", ""), &["crates/a/src/b.rs"]);
    check(text::module_docs, &file("crates/a/src/b.rs", "\n//! What this is.\n"), &[]);
    check(text::module_docs, &file("crates/a/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"), &[]);
    check(text::module_docs, &file("README.md", "# A\n"), &[]);
}

#[test]
fn files_named_for_nothing_are_found() {
    check(text::file_names, &file("crates/a/src/utils.rs", ""), &["crates/a/src/utils.rs"]);
    check(text::file_names, &file("crates/a/src/common/retry.rs", ""), &["crates/a/src/common/retry.rs"]);
    check(text::file_names, &file("crates/a/src/types.rs", ""), &["crates/a/src/types.rs"]);
    check(text::file_names, &file("crates/a/src/utility_belt.rs", ""), &[]);
}

#[test]
fn blanks_tabs_and_missing_ends_are_found() {
    check(text::whitespace, &file("a.rs", "a \nb\n\tc\nd\r\n"), &["a.rs:1", "a.rs:3", "a.rs:4"]);
    check(text::whitespace, &file("a.md", "a"), &["a.md"]);
    check(text::whitespace, &file("a.toml", "a\n\nb\n"), &[]);
    check(text::whitespace, &file("Makefile", "\ta\n"), &[]);
}

#[test]
fn long_files_are_found_unless_they_are_generated() {
    check(text::file_length, &file("a.rs", &"x\n".repeat(601)), &["a.rs"]);
    check(text::file_length, &file("a.rs", &"x\n".repeat(600)), &[]);
    check(text::file_length, &file("a.rs", &format!("//! Made; do not edit.\n{}", "x\n".repeat(700))), &[]);
}

#[test]
fn reminders_without_an_issue_are_found() {
    let word = ["TO", "DO"].concat();
    check(text::numbered_reminders, &file("a.rs", &format!("// {word}: later\n")), &["a.rs:1"]);
    check(text::numbered_reminders, &file("a.md", &format!("x\n{word} (soon)\n")), &["a.md:2"]);
    check(text::numbered_reminders, &file("a.rs", &format!("// {word} (#12): later\n")), &[]);
    check(text::numbered_reminders, &file("a.rs", &format!("const {word}S: u8 = MY{word};\n")), &[]);
    check(text::numbered_reminders, &file("a.sh", &format!("# {}\n", ["FIX", "ME"].concat())), &["a.sh:1"]);
}

#[test]
fn paths_of_one_machine_are_found() {
    let path = ["/wo", "rk/main"].concat();
    check(text::no_private_paths, &file("a.md", &format!("see {path}\n")), &["a.md:1"]);
    check(
        text::no_private_paths,
        &file("a.py", &format!("x = '{}'\n", ["/ro", "ot/x"].concat())),
        &["a.py:1"],
    );
    check(text::no_private_paths, &file("a.md", "see /etc/hosts and network/work\n"), &[]);
}

#[test]
fn documents_that_are_not_there_are_found() {
    let rule = references::documents_exist;
    check(rule, &file("README.md", "See `DESIGN.md`.\n"), &["README.md:1"]);
    check(rule, &file("crates/a/src/b.rs", "//! As docs/b.md says.\n"), &["crates/a/src/b.rs:1"]);
    check(rule, &file("crates/a/src/b.rs", "//! As ../README.md says.\n"), &["crates/a/src/b.rs:1"]);
    check(rule, &tree(&[("docs/b.md", ""), ("README.md", "[b](docs/b.md), ./docs/b.md: b.md.\n")]), &[]);
    check(rule, &file("README.md", "https://example.com/other.md and *.md\n"), &[]);
}

#[test]
fn commands_that_are_not_there_are_found() {
    let rule = references::commands_exist;
    check(rule, &file("README.md", "Run `cargo xtask frobnicate`.\n"), &["README.md:1"]);
    check(rule, &file("README.md", "Run `cargo xtask codegen --check` or `cargo xtask --help`.\n"), &[]);
}

#[test]
fn crates_that_nobody_describes_are_found() {
    let members = vec![package("crates/a", &[]), package("examples/b", &[]), package("xtask", &[])];
    let mut tree =
        tree(&[("README.md", "`crates/a` and `examples/b`\n"), ("ARCHITECTURE.md", "`crates/a`\n")]);
    tree.members = members;
    check(references::crates_are_described, &tree, &["ARCHITECTURE.md"]);
    tree.files.clear();
    check(references::crates_are_described, &tree, &["README.md", "ARCHITECTURE.md"]);
}

#[test]
fn missing_licences_are_found() {
    let mut tree = tree(&[("LICENSE-MIT", "text\n"), ("crates/a/LICENSE-APACHE", "text\n")]);
    tree.members =
        vec![Package { license: Some("MIT".into()), ..package("crates/a", &[]) }, package("xtask", &[])];
    check(packages::licences, &tree, &["crates/a/LICENSE-MIT", "LICENSE-APACHE", "crates/a/Cargo.toml"]);
}

#[test]
fn packages_that_say_too_little_are_found() {
    let bare = |directory: &str| Package { directory: directory.into(), ..Package::default() };
    let tree_of = |package: Package| Tree { members: vec![package], ..file("crates/a/README.md", "# A\n") };
    let found = |tree: &Tree| packages::metadata(tree).len();
    assert_eq!(found(&tree_of(package("crates/a", &[]))), 0);
    assert_eq!(found(&tree_of(bare("crates/a"))), 3, "description, readme, docs.rs");
    assert_eq!(found(&tree_of(bare("crates/b"))), 4, "and the README itself");
    assert_eq!(found(&tree_of(bare("xtask"))), 1, "description");
}

#[test]
fn arrows_that_break_the_star_are_found() {
    for (directory, dependency) in [
        ("crates/core", "clawdia-bedrock-models"),
        ("crates/config-schema", "clawdia-discovery"),
        ("crates/bedrock-models", "clawdia-aws"),
        ("crates/provider-bedrock", "clawdia-discovery"),
        ("crates/discovery", "clawdia-config-schema"),
        ("crates/bedrock-emulator", "clawdia-provider-bedrock"),
        ("crates/bedrock-emulator", "clawdia-core"),
        ("examples/echo-provider", "clawdia-aws"),
    ] {
        let manifest = format!("{directory}/Cargo.toml");
        check(packages::arrows, &arrows_of(directory, &[(dependency, NORMAL)]), &[&manifest]);
    }
}

#[test]
fn arrows_of_the_star_pass() {
    for (directory, dependency, kind) in [
        ("crates/core", "serde", NORMAL),
        ("crates/bedrock-models", "clawdia-core", NORMAL),
        ("crates/provider-bedrock", "clawdia-aws", NORMAL),
        ("crates/provider-bedrock", "clawdia-bedrock-emulator", DEVELOPMENT),
        ("crates/bedrock-emulator", "clawdia-bedrock-models", NORMAL),
        ("crates/clawdia", "clawdia-provider-bedrock", NORMAL),
        ("examples/echo-provider", "clawdia-core", NORMAL),
        ("crates/core", "clawdia-core", DEVELOPMENT),
    ] {
        check(packages::arrows, &arrows_of(directory, &[(dependency, kind)]), &[]);
    }
}

#[test]
fn the_core_and_the_emulator_are_strict_in_tests_too() {
    let core = arrows_of("crates/core", &[("clawdia-bedrock-models", DEVELOPMENT)]);
    check(packages::arrows, &core, &["crates/core/Cargo.toml"]);
    let emulator = arrows_of("crates/bedrock-emulator", &[("clawdia-provider-bedrock", DEVELOPMENT)]);
    check(packages::arrows, &emulator, &["crates/bedrock-emulator/Cargo.toml"]);
}

#[test]
fn aws_crates_outside_their_place_are_found() {
    let of = |directory, kind| arrows_of(directory, &[("aws-sigv4", kind)]);
    check(packages::aws_crates, &of("crates/core", NORMAL), &["crates/core/Cargo.toml"]);
    check(packages::aws_crates, &of("crates/clawdia", DEVELOPMENT), &["crates/clawdia/Cargo.toml"]);
    check(
        packages::aws_crates,
        &of("crates/bedrock-emulator", NORMAL),
        &["crates/bedrock-emulator/Cargo.toml"],
    );
    check(packages::aws_crates, &of("crates/bedrock-emulator", DEVELOPMENT), &[]);
    check(packages::aws_crates, &of("crates/aws", NORMAL), &[]);
    check(packages::aws_crates, &of("crates/discovery", NORMAL), &[]);
}

#[test]
fn a_dependency_that_needs_a_newer_compiler_is_found() {
    let needs = |version: &str| {
        let foreign = Package { rust_version: Some(version.into()), ..Package::default() };
        Tree { members: vec![package("crates/a", &[])], packages: vec![foreign], ..Tree::default() }
    };
    check(packages::rust_version, &needs("1.90.1"), &["Cargo.toml"]);
    check(packages::rust_version, &needs("2.0"), &["Cargo.toml"]);
    check(packages::rust_version, &needs("1.90.0"), &[]);
    check(packages::rust_version, &needs("1.9"), &[]);
}

const GOOD_MANIFEST: &str = "[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
[lints]
workspace = true
[features]
odd = [\"b/c\"]
[dependencies]
b.workspace = true
c = { workspace = true, features = [
    \"x=y\",
] }
# d = \"1\"
[target.'cfg(unix)'.dev-dependencies]
e = { workspace = true }
";

#[test]
fn what_a_manifest_does_not_inherit_is_found() {
    let rule = manifests::inherited;
    let path = "crates/a/Cargo.toml";
    check(rule, &file(path, GOOD_MANIFEST), &[]);
    check(
        rule,
        &file(path, &GOOD_MANIFEST.replace("b.workspace = true", "b = \"1\"")),
        &["crates/a/Cargo.toml:13"],
    );
    let unix = GOOD_MANIFEST.replace("e = { workspace = true }", "e = { version = \"1\" }");
    check(rule, &file(path, &unix), &["crates/a/Cargo.toml:19"]);
    check(
        rule,
        &file(path, &GOOD_MANIFEST.replace("edition.workspace = true", "edition = \"2024\"")),
        &[path],
    );
    check(rule, &file(path, &GOOD_MANIFEST.replace("[lints]\nworkspace = true\n", "")), &[path]);
    // A crate's tests may turn on its own features, through a path that vanishes when it is published.
    let itself =
        |table: &str, value: &str| file(path, &format!("{GOOD_MANIFEST}[{table}]\na = {{ {value} }}\n"));
    check(rule, &itself("dev-dependencies", "path = \".\", features = [\"x\"]"), &[]);
    check(rule, &itself("dev-dependencies", "path = \".\", version = \"1\""), &["crates/a/Cargo.toml:21"]);
    check(rule, &itself("dev-dependencies", "path = \"../b\""), &["crates/a/Cargo.toml:21"]);
    check(rule, &itself("dependencies", "path = \".\""), &["crates/a/Cargo.toml:21"]);
    // The fuzz targets need a toolchain of their own, and so a workspace of their own.
    check(rule, &file("fuzz/Cargo.toml", "[workspace]\n[dependencies]\nb = \"1\"\n"), &[]);
    // The workspace's own manifest is where versions belong.
    check(rule, &file("Cargo.toml", "[workspace.dependencies]\nb = \"1\"\n"), &[]);
}

#[test]
fn workspace_dependencies_that_nobody_uses_are_found() {
    let workspace =
        "[workspace.dependencies]\nb = \"1\"\nc = \"1\"\n# A reason.\ne = { version = \"1\" }\nz = \"1\"\n";
    let tree = tree(&[("Cargo.toml", workspace), ("crates/a/Cargo.toml", GOOD_MANIFEST)]);
    check(manifests::used_workspace_dependencies, &tree, &["Cargo.toml:6"]);
}
