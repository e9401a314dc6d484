//! Names of tools, made acceptable and found again.
//!
//! Separate because a name must be the same in the tools, in the history and in the choice, and because the model's calls
//! must reach the host under the names the host gave.

use std::borrow::Cow;
use std::collections::HashMap;

use clawdia_core::Tool;

/// Longest name the service takes.
const LENGTH: usize = 64;

/// Whether the service takes a name, whatever the model.
pub(super) fn is_name(name: &str) -> bool {
    (1..=LENGTH).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// The names of a request's tools, by the host's names.
#[derive(Debug, Default)]
pub(super) struct ToolNames<'a> {
    hyphens: bool,
    renamed: HashMap<&'a str, String>,
}

impl<'a> ToolNames<'a> {
    /// Names for `tools`. The service takes `[a-zA-Z0-9_-]{1,64}`; some models fail on hyphens.
    pub(super) fn of(tools: &'a [Tool], hyphens: bool) -> Self {
        let mut names = Self { hyphens, renamed: HashMap::new() };
        // In an order that is not the caller's, so that another order gives the same names.
        let mut sorted = tools.iter().collect::<Vec<_>>();
        sorted.sort_by(|left, right| left.name.cmp(&right.name));
        for tool in sorted {
            if !names.is_acceptable(&tool.name) && !names.renamed.contains_key(tool.name.as_str()) {
                let base = names.acceptable(&tool.name);
                let taken = |name: &str| {
                    tools.iter().any(|other| other.name == name)
                        || names.renamed.values().any(|other| other == name)
                };
                let unique = (2..=tools.len() + 1)
                    .map(|number| format!("{}_{number}", &base[..base.len().min(LENGTH - 8)]))
                    .find(|name| !taken(name));
                let name = if taken(&base) { unique.unwrap_or_else(|| base.clone()) } else { base };
                names.renamed.insert(&tool.name, name);
            }
        }
        names
    }

    /// The name to send for the host's name, also for a tool that is no longer offered.
    pub(super) fn sent<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.renamed.get(name) {
            Some(renamed) => Cow::Owned(renamed.clone()),
            None if self.is_acceptable(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.acceptable(name)),
        }
    }

    /// Sent names and the host's names for them, where they differ.
    pub(super) fn renamed(&self) -> HashMap<String, String> {
        self.renamed.iter().map(|(name, sent)| (sent.clone(), (*name).to_owned())).collect()
    }

    fn is_acceptable(&self, name: &str) -> bool {
        (1..=LENGTH).contains(&name.len()) && name.chars().all(|character| self.is_allowed(character))
    }

    fn acceptable(&self, name: &str) -> String {
        let allowed = |character| if self.is_allowed(character) { character } else { '_' };
        let name: String = name.chars().take(LENGTH).map(allowed).collect();
        if name.is_empty() { "tool".to_owned() } else { name }
    }

    fn is_allowed(&self, character: char) -> bool {
        character.is_ascii_alphanumeric() || character == '_' || (character == '-' && self.hyphens)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tools(names: &[&str]) -> Vec<Tool> {
        names.iter().map(|name| Tool::new(*name, "", json!({}))).collect()
    }

    #[test]
    fn good_names_stay() {
        let tools = tools(&["read-file", "a_b"]);
        let names = ToolNames::of(&tools, true);
        assert_eq!(names.sent("read-file"), "read-file");
        assert!(names.renamed().is_empty());
    }

    #[test]
    fn other_names_become_acceptable_and_stay_apart() {
        let long = "x".repeat(80);
        let tools = tools(&["fs.read", "fs_read", "fs/read", &long, ""]);
        let names = ToolNames::of(&tools, false);
        let sent = tools.iter().map(|tool| names.sent(&tool.name).into_owned()).collect::<Vec<_>>();
        assert_eq!(sent[..3], ["fs_read_2", "fs_read", "fs_read_3"]);
        assert!(sent.iter().all(|name| names.is_acceptable(name)), "{sent:?}");
        assert_eq!(names.renamed()["fs_read_2"], "fs.read");
    }

    #[test]
    fn hyphens_go_where_the_model_fails_on_them() {
        let tools = tools(&["read-file"]);
        assert_eq!(ToolNames::of(&tools, false).sent("read-file"), "read_file");
        assert_eq!(ToolNames::of(&tools, false).sent("gone-tool"), "gone_tool");
    }
}
