//! Signatures on thinking, and thinking that only its author can read.
//!
//! A client has to return both byte for byte. The real ones are opaque; these are keyed hashes,
//! so that a single changed byte is found out for certain and no client can make its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::digest;

/// What a signature of the newest models is bound to: everything before the thinking block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(Vec<u8>);

/// How a returned signature turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This text, after this conversation.
    Genuine,
    /// This text, but after another conversation.
    Moved,
    /// Not ours, or not for this text.
    Forged,
}

/// The key of one emulator.
pub(crate) struct Seal {
    key: [u8; digest::LENGTH],
}

impl Seal {
    /// A key of its own, so that signatures of another emulator are foreign.
    pub(crate) fn new() -> Self {
        let mut key = [0; digest::LENGTH];
        fastrand::fill(&mut key);
        Self { key }
    }

    /// Signs a text that was thought after a conversation.
    pub(crate) fn signature(&self, text: &str, prefix: &Prefix) -> String {
        let (thought, bound) = self.macs(text, prefix);
        STANDARD.encode([thought, bound].concat())
    }

    /// Checks a signature that a client returned.
    pub(crate) fn verify(&self, text: &str, prefix: &Prefix, signature: &str) -> Verdict {
        let Ok(bytes) = STANDARD.decode(signature) else {
            return Verdict::Forged;
        };
        let (thought, bound) = self.macs(text, prefix);
        match bytes.split_at_checked(digest::LENGTH) {
            Some((ours, rest)) if digest::equal(ours, &thought) => {
                if digest::equal(rest, &bound) {
                    Verdict::Genuine
                } else if rest.len() == digest::LENGTH {
                    Verdict::Moved
                } else {
                    Verdict::Forged
                }
            }
            _ => Verdict::Forged,
        }
    }

    /// Makes a text unreadable.
    pub(crate) fn redact(&self, text: &str) -> Vec<u8> {
        let mask = digest::mac_of_parts(&self.key, &[b"mask"]);
        let hidden: Vec<u8> = text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        let stamp = digest::mac_of_parts(&self.key, &[b"redacted", &hidden]);
        [stamp.as_slice(), &hidden].concat()
    }

    /// Whether a redacted block is one of ours, unaltered.
    pub(crate) fn is_redacted(&self, blob: &[u8]) -> bool {
        blob.split_at_checked(digest::LENGTH).is_some_and(|(stamp, hidden)| {
            digest::equal(stamp, &digest::mac_of_parts(&self.key, &[b"redacted", hidden]))
        })
    }

    fn macs(&self, text: &str, prefix: &Prefix) -> ([u8; digest::LENGTH], [u8; digest::LENGTH]) {
        let thought = digest::mac_of_parts(&self.key, &[b"thought", text.as_bytes()]);
        let bound = digest::mac_of_parts(&self.key, &[b"bound", text.as_bytes(), &prefix.0]);
        (thought, bound)
    }
}

impl Prefix {
    /// What stands before a block: system prompt, tools, the earlier messages, and the blocks
    /// before it in its own message. For a block yet to be made, pass all messages and no blocks.
    pub(crate) fn of(body: &Value, messages: &[Value], blocks: &[Value]) -> Self {
        let mut bytes = Vec::new();
        for part in [&body["system"], &body["toolConfig"]["tools"]] {
            write(part, &mut bytes);
            bytes.push(b'\n');
        }
        for message in messages {
            write(message, &mut bytes);
        }
        bytes.push(b'\n');
        for block in blocks {
            write(block, &mut bytes);
        }
        Self(digest::sha256(&bytes).to_vec())
    }
}

// The order of keys and the place of cache points say nothing about what a conversation means.
fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            bytes.push(b'{');
            for (name, member) in sorted {
                bytes.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
                bytes.push(b':');
                write(member, bytes);
                bytes.push(b',');
            }
            bytes.push(b'}');
        }
        Value::Array(items) => {
            bytes.push(b'[');
            for item in items.iter().filter(|item| item.get("cachePoint").is_none()) {
                write(item, bytes);
                bytes.push(b',');
            }
            bytes.push(b']');
        }
        scalar => bytes.extend_from_slice(scalar.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_signature_holds_for_its_text_and_its_conversation_only() {
        let seal = Seal::new();
        let here = Prefix::of(&json!({}), &[json!({"role": "user"})], &[]);
        let there = Prefix::of(&json!({}), &[json!({"role": "assistant"})], &[]);
        let signature = seal.signature("hm", &here);
        assert_eq!(seal.verify("hm", &here, &signature), Verdict::Genuine);
        assert_eq!(seal.verify("hm", &there, &signature), Verdict::Moved);
        assert_eq!(seal.verify("hm.", &here, &signature), Verdict::Forged);
        assert_eq!(seal.verify("hm", &here, &signature[..signature.len() - 4]), Verdict::Forged);
        assert_eq!(Seal::new().verify("hm", &here, &signature), Verdict::Forged);
    }

    #[test]
    fn a_prefix_ignores_cache_points_and_key_order() {
        let plain = json!({"system": [{"text": "x"}], "toolConfig": {"tools": [{"a": 1, "b": 2}]}});
        let marked = json!({
            "toolConfig": {"tools": [{"b": 2, "a": 1}, {"cachePoint": {"type": "default"}}]},
            "system": [{"text": "x"}, {"cachePoint": {"type": "default"}}],
        });
        assert_eq!(Prefix::of(&plain, &[], &[]), Prefix::of(&marked, &[], &[]));
    }

    #[test]
    fn a_redacted_block_is_recognised_until_a_byte_changes() {
        let seal = Seal::new();
        let mut blob = seal.redact("secret thought");
        assert!(seal.is_redacted(&blob));
        *blob.last_mut().unwrap() ^= 1;
        assert!(!seal.is_redacted(&blob));
        assert!(!seal.is_redacted(b"short"));
    }
}
