//! Rules about packages: what they must say about themselves, and which may depend on which. The arrows between
//! crates are the architecture; this file is where they are enforced.

use super::{Dependency, DependencyKind, Finding, Package, Tree};

/// The licence texts are there, every package names both, and every crate that is published brings them along.
pub fn licences(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut text_in = |path: &str, advice: &str| {
        if tree.text(path).is_none_or(|text| text.trim().is_empty()) {
            findings.push(Finding::in_file(path, advice));
        }
    };
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        text_in(name, "is missing");
        for member in tree.members.iter().filter(|member| member.directory.starts_with("crates/")) {
            let advice = format!("is missing; link it: `ln -s ../../{name} {}/`", member.directory);
            text_in(&format!("{}/{name}", member.directory), &advice);
        }
    }
    for member in &tree.members {
        if member.license.as_deref() != Some("MIT OR Apache-2.0") {
            findings.push(about(member, "needs `license.workspace = true`"));
        }
    }
    findings
}

/// Every crate has a README, a description, and documentation with all its features.
pub fn metadata(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &tree.members {
        if member.description.as_deref().is_none_or(|text| text.trim().is_empty()) {
            findings.push(about(member, "has no description"));
        }
        if !member.directory.starts_with("crates/") {
            continue;
        }
        if tree.text(&format!("{}/README.md", member.directory)).is_none_or(|text| text.trim().is_empty()) {
            findings.push(about(member, "has no README.md"));
        }
        if member.readme.is_none() {
            findings.push(about(member, "does not name its README in the manifest"));
        }
        if member.metadata.pointer("/docs/rs").is_none() {
            findings.push(about(member, "has no `[package.metadata.docs.rs]`"));
        }
    }
    findings
}

/// The crates form a star: nothing points from the middle outwards, or from one ray to another.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    let is_ours = |name: &str| tree.members.iter().any(|member| member.name == name);
    let is_plugin = |name: &str| tree.members.iter().any(|member| member.name == name && plugin(member));
    let mut findings = Vec::new();
    for member in &tree.members {
        for dependency in member.dependencies.iter().filter(|dependency| is_ours(&dependency.name)) {
            let name = dependency.name.as_str();
            let linked = dependency.kind != DependencyKind::Development;
            // A crate may ask for more of its own features in its tests.
            if name == member.name && !linked {
                continue;
            }
            let reason = match member.directory.as_str() {
                "crates/core" => Some("the core depends on no crate of ours"),
                "crates/config-schema" if linked && is_plugin(name) => {
                    Some("the configuration knows no plugin; plugins bring their sections along")
                }
                "crates/bedrock-models" if linked && name != "clawdia-core" => {
                    Some("the facts depend on the vocabulary alone")
                }
                "crates/bedrock-emulator" if name != "clawdia-bedrock-models" => Some(
                    "the emulator judges the other crates, so it shares their facts and none of their code",
                ),
                _ if plugin(member) && linked && is_plugin(name) => Some("no plugin depends on another"),
                _ if plugin(member) && linked && name == "clawdia-config-schema" => {
                    Some("no plugin depends on the configuration document")
                }
                "examples/echo-provider" if name != "clawdia-core" => {
                    Some("a provider of a stranger's needs the core alone")
                }
                _ => None,
            };
            if let Some(reason) = reason {
                findings.push(about(member, format!("depends on `{name}`: {reason}")));
            }
        }
    }
    findings
}

/// Only the crates that talk to AWS depend on its crates.
pub fn aws_crates(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &tree.members {
        let allowed = |dependency: &Dependency| match member.directory.as_str() {
            "crates/aws" | "crates/provider-bedrock" | "crates/discovery" => true,
            "crates/bedrock-emulator" => dependency.kind == DependencyKind::Development,
            _ => false,
        };
        for dependency in &member.dependencies {
            if dependency.name.starts_with("aws-") && !allowed(dependency) {
                let message =
                    format!("depends on `{}`: only the crates that talk to AWS may", dependency.name);
                findings.push(about(member, message));
            }
        }
    }
    findings
}

/// The workspace promises no older compiler than its dependencies need.
pub fn rust_version(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &tree.members {
        if member.rust_version.is_none() {
            findings.push(about(member, "needs `rust-version.workspace = true`"));
        }
    }
    let promised = tree.members.iter().filter_map(|member| member.rust_version.as_deref()).map(version).min();
    for package in &tree.packages {
        if let (Some(needed), Some(promised)) = (package.rust_version.as_deref(), &promised)
            && version(needed) > *promised
        {
            let message = format!("raise `rust-version` to {needed}, which `{}` needs", package.name);
            findings.push(Finding::in_file("Cargo.toml", message));
        }
    }
    findings
}

/// `1.94.1` as numbers; missing ones count as 0.
fn version(text: &str) -> [u64; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

fn plugin(package: &Package) -> bool {
    package.directory.starts_with("crates/provider-") || package.directory == "crates/discovery"
}

fn about(member: &Package, message: impl AsRef<str>) -> Finding {
    Finding::in_file(&format!("{}/Cargo.toml", member.directory), message.as_ref())
}
