//! Signatures on thinking, and thinking that only its author can read.
//!
//! A client has to return both byte for byte. The real ones are opaque; these are keyed hashes,
//! so that a single changed byte is found out for certain and no client can make its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::digest;

/// What a signature of the newest models is bound to: everything before the thinking block.
///
/// A chain of hashes, one link per block, so that a long history is gone through once however
/// many thinking blocks it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix([u8; digest::LENGTH]);

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
        STANDARD.encode([self.thought(text), self.bound(text, prefix)].concat())
    }

    /// Whether a signature that a client returned is ours and for this text.
    pub(crate) fn is_for_text(&self, text: &str, signature: &str) -> bool {
        read(signature).is_some_and(|(thought, _)| digest::equal(&thought, &self.thought(text)))
    }

    /// Whether a signature is for a text that was thought after this conversation.
    pub(crate) fn is_for_prefix(&self, text: &str, prefix: &Prefix, signature: &str) -> bool {
        read(signature).is_some_and(|(_, bound)| digest::equal(&bound, &self.bound(text, prefix)))
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

    fn thought(&self, text: &str) -> [u8; digest::LENGTH] {
        digest::mac_of_parts(&self.key, &[b"thought", text.as_bytes()])
    }

    fn bound(&self, text: &str, prefix: &Prefix) -> [u8; digest::LENGTH] {
        digest::mac_of_parts(&self.key, &[b"bound", text.as_bytes(), &prefix.0])
    }
}

impl Prefix {
    /// What stands before the first message: tools and system prompt.
    pub(crate) fn start(body: &Value) -> Self {
        let mut bytes = Vec::new();
        for part in [&body["system"], &body["toolConfig"]["tools"]] {
            write(part, &mut bytes);
            bytes.push(b'\n');
        }
        Self(digest::sha256(&bytes))
    }

    /// What stands before the block after this one.
    #[must_use]
    pub(crate) fn then(self, role: &str, block: &Value) -> Self {
        if block.get("cachePoint").is_some() {
            return self;
        }
        let mut bytes = [self.0.as_slice(), role.as_bytes(), b"\n"].concat();
        write(block, &mut bytes);
        Self(digest::sha256(&bytes))
    }
}

// The two halves of a signature.
fn read(signature: &str) -> Option<([u8; digest::LENGTH], [u8; digest::LENGTH])> {
    let bytes = STANDARD.decode(signature).ok()?;
    let (thought, bound) = bytes.split_at_checked(digest::LENGTH)?;
    Some((thought.try_into().ok()?, bound.try_into().ok()?))
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
        let here = Prefix::start(&json!({})).then("user", &json!({"text": "a"}));
        let there = Prefix::start(&json!({})).then("user", &json!({"text": "b"}));
        let signature = seal.signature("hm", &here);
        assert!(seal.is_for_text("hm", &signature) && seal.is_for_prefix("hm", &here, &signature));
        assert!(!seal.is_for_prefix("hm", &there, &signature));
        assert!(!seal.is_for_text("hm.", &signature));
        assert!(!seal.is_for_text("hm", &signature[..signature.len() - 4]));
        assert!(!Seal::new().is_for_text("hm", &signature));
    }

    #[test]
    fn a_prefix_ignores_cache_points_and_key_order() {
        let plain = json!({"system": [{"text": "x"}], "toolConfig": {"tools": [{"a": 1, "b": 2}]}});
        let marked = json!({
            "toolConfig": {"tools": [{"b": 2, "a": 1}, {"cachePoint": {"type": "default"}}]},
            "system": [{"text": "x"}, {"cachePoint": {"type": "default"}}],
        });
        let point = json!({"cachePoint": {"type": "default"}});
        assert_eq!(Prefix::start(&plain), Prefix::start(&marked).then("user", &point));
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
