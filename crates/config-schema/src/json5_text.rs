//! From a text to the value it says, by the rules of JSON5.
//!
//! Separate because the parser calls itself for each bracket: whatever somebody may have written, in a file, a variable
//! or on a command line, comes through here, where its nesting is measured first.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::outline::Outline;

/// Why a text says nothing.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is nested too deeply, from this bracket on.
    TooDeep(usize),
    /// It is no JSON5.
    Syntax(json5::Error),
}

/// The value of a text.
pub(crate) fn value(text: &str) -> Result<Value, Unread> {
    value_of(text, &Outline::scan(text))
}

/// The value of a text whose outline is known.
pub(crate) fn value_of(text: &str, outline: &Outline) -> Result<Value, Unread> {
    match outline.too_deep {
        Some(start) => Err(Unread::TooDeep(start)),
        None => json5::from_str(text).map_err(Unread::Syntax),
    }
}

/// Whether a text is nothing but space and closed comments.
pub(crate) fn is_blank(text: &str, outline: &Outline) -> bool {
    // With an object behind it, such a text is a document.
    outline.nodes.is_empty() && json5::from_str::<IgnoredAny>(&format!("{text}\n{{}}")).is_ok()
}

/// The key that is written as `token`, which is one token and has no brackets but in quotes.
pub(crate) fn key(token: &str) -> Option<String> {
    let object = json5::from_str::<Map<String, Value>>(&format!("{{{token}:0}}")).ok()?;
    object.into_iter().next().map(|(key, _)| key)
}
