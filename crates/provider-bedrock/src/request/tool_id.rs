//! Ids of tool calls, made acceptable.
//!
//! Separate because ids of other providers come in any length and alphabet, results must follow their calls, and cutting
//! ids short makes different ones collide.

use std::collections::{HashMap, HashSet};

/// Which ids a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToolIdRule {
    /// 1 to 64 of `a-zA-Z0-9_-`. The service itself takes `.` and `:` too, Claude and older services do not.
    Service,
    /// Mistral's: nine letters and digits.
    NineAlphanumerics,
}

/// Longest id the service takes.
const LENGTH: usize = 64;

const ALPHANUMERICS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Maps the ids of a conversation to ids the model takes, no two the same. An id depends only on itself and on how often it
/// came before, so that a longer conversation keeps those of a shorter one.
#[derive(Debug)]
pub(super) struct ToolIds {
    rule: ToolIdRule,
    issued: HashSet<String>,
    /// How many ids were made of each.
    seen: HashMap<String, u64>,
}

impl ToolIds {
    pub(super) fn new(rule: ToolIdRule) -> Self {
        Self { rule, issued: HashSet::new(), seen: HashMap::new() }
    }

    /// The id for the next call with this id.
    pub(super) fn next(&mut self, id: &str) -> String {
        let salt = self.seen.entry(id.to_owned()).or_default();
        let mut candidate =
            if *salt == 0 && self.rule.allows(id) { id.to_owned() } else { self.rule.derive(id, *salt) };
        *salt += 1;
        while !self.issued.insert(candidate.clone()) {
            candidate = self.rule.derive(id, *salt);
            *salt += 1;
        }
        candidate
    }
}

impl ToolIdRule {
    pub(super) fn allows(self, id: &str) -> bool {
        match self {
            Self::Service => (1..=LENGTH).contains(&id.len()) && id.chars().all(is_allowed),
            Self::NineAlphanumerics => id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        }
    }

    /// An acceptable id out of a hash of another.
    fn derive(self, id: &str, salt: u64) -> String {
        let mut hash = fnv1a(id.as_bytes()) ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        match self {
            Self::Service => {
                let readable =
                    id.chars().map(|character| if is_allowed(character) { character } else { '_' });
                // Room for `_` and sixteen hexadecimal digits.
                let stem: String = readable.take(LENGTH - 17).collect();
                format!("{stem}_{hash:016x}")
            }
            Self::NineAlphanumerics => {
                let mut derived = String::with_capacity(9);
                for _ in 0..9 {
                    // The remainder is below 62, so the cast keeps it.
                    let digit = usize::try_from(hash % 62).unwrap_or(0);
                    derived.push(char::from(ALPHANUMERICS[digit]));
                    hash /= 62;
                }
                derived
            }
        }
    }
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// A hash that is the same in every process and version, unlike the standard library's. Not for security.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ids_stay() {
        assert_eq!(ToolIds::new(ToolIdRule::Service).next("tooluse_a-1"), "tooluse_a-1");
        assert_eq!(ToolIds::new(ToolIdRule::NineAlphanumerics).next("AbC123xyZ"), "AbC123xyZ");
    }

    #[test]
    fn foreign_ids_become_valid_and_stay_apart() {
        for rule in [ToolIdRule::Service, ToolIdRule::NineAlphanumerics] {
            let mut ids = ToolIds::new(rule);
            let long = format!("call_{}", "x".repeat(400));
            let foreign = [
                "",
                "call|fc+/=",
                "call_fc___",
                "functions.read:0",
                "functions.read:1",
                &long,
                &format!("{long}y"),
                "é",
            ];
            let given = foreign.map(|id| ids.next(id));
            for (index, id) in given.iter().enumerate() {
                assert!(rule.allows(id), "{id}");
                assert!(!given[..index].contains(id), "{id}");
            }
        }
    }

    #[test]
    fn a_repeated_id_gets_a_name_of_its_own() {
        let mut ids = ToolIds::new(ToolIdRule::Service);
        let given = ["a", "a", "a"].map(|id| ids.next(id));
        assert_eq!(given[0], "a");
        assert!(given[1] != given[2] && given[1] != "a" && ToolIdRule::Service.allows(&given[1]));
    }
}
