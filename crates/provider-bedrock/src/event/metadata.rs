//! What the service says about an answer as a whole.
//!
//! Separate because it is kept as it came: only the tokens have types of ours, all else is handed on by the service's own
//! names, so that what is new there reaches the host.

use serde_json::{Map, Value};

/// What is said beside the content.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Metadata {
    /// The service's count of tokens, as it came.
    pub(crate) usage: Map<String, Value>,
    /// All else, in its order.
    pub(crate) rest: Map<String, Value>,
    /// Whether it was no JSON that can be kept.
    pub(crate) is_unreadable: bool,
}

impl Metadata {
    /// Takes in the payload of the event, or what stands beside the message in an answer in one piece.
    pub(crate) fn of(payload: Value) -> Self {
        let Value::Object(mut rest) = payload else { return Self::unreadable() };
        let usage = match rest.shift_remove("usage") {
            Some(Value::Object(usage)) => usage,
            _ => Map::new(),
        };
        // `p` is what the service pads its events with.
        rest.retain(|name, member| name != "p" && !member.is_null());
        Self { usage, rest, is_unreadable: false }
    }

    pub(crate) fn unreadable() -> Self {
        Self { is_unreadable: true, ..Self::default() }
    }
}
