//! Ids of tool calls, made acceptable.
//!
//! Separate because ids of other providers come in any length and alphabet, results must follow their calls, and cutting
//! ids short makes different ones collide.

use std::collections::HashMap;

/// Longest id the service takes.
const LENGTH: usize = 64;

/// Maps the ids of a conversation to ids the service takes: `[a-zA-Z0-9_.:-]{1,64}`, no two the same.
#[derive(Debug, Default)]
pub(super) struct ToolIds {
    given: HashMap<String, usize>,
}

impl ToolIds {
    /// The id for the next call with this id. The same conversation gives the same ids.
    pub(super) fn next(&mut self, id: &str) -> String {
        let count = self.given.entry(id.to_owned()).or_insert(0);
        *count += 1;
        if *count == 1 && is_valid(id) {
            return id.to_owned();
        }
        let readable = id.chars().map(|character| if is_allowed(character) { character } else { '_' });
        // Room for `_`, sixteen hexadecimal digits and a repeat count.
        let stem: String = readable.take(LENGTH - 24).collect();
        let hash = fnv1a(id.as_bytes());
        if *count == 1 { format!("{stem}_{hash:016x}") } else { format!("{stem}_{hash:016x}_{count}") }
    }
}

pub(super) fn is_valid(id: &str) -> bool {
    (1..=LENGTH).contains(&id.len()) && id.chars().all(is_allowed)
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | ':' | '-')
}

/// A hash that is the same in every process and version, unlike the standard library's. Not for security.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ids_stay() {
        assert_eq!(ToolIds::default().next("tooluse_a.b:c-1"), "tooluse_a.b:c-1");
    }

    #[test]
    fn foreign_ids_become_valid_and_stay_apart() {
        let mut ids = ToolIds::default();
        let long = format!("call_{}", "x".repeat(400));
        let given = ["", "call|fc+/=", "call_fc___", &long, &format!("{long}y"), "é"].map(|id| ids.next(id));
        for (index, id) in given.iter().enumerate() {
            assert!(is_valid(id), "{id}");
            assert!(!given[..index].contains(id), "{id}");
        }
    }

    #[test]
    fn a_repeated_id_gets_a_name_of_its_own() {
        let mut ids = ToolIds::default();
        let (first, second) = (ids.next("a"), ids.next("a"));
        assert_ne!(first, second);
        assert!(is_valid(&second));
    }
}
