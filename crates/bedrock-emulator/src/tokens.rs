//! How many tokens things come to, estimated.
//!
//! Real tokenizers differ by model and are not public; what clients need is a count that is
//! stable, grows with the text and is the same for the same prefix.

use serde_json::Value;

/// What an image costs when its size cannot be read from it.
pub(crate) const IMAGE: u64 = 1_500;
/// How many characters go into a token of ordinary text.
const CHARACTERS_PER_TOKEN: usize = 4;

/// The tokens of a text.
pub(crate) fn of_text(text: &str) -> u64 {
    of_characters(text.chars().count())
}

/// The tokens of so many characters; not zero, unless there are none.
pub(crate) fn of_characters(characters: usize) -> u64 {
    characters.div_ceil(CHARACTERS_PER_TOKEN) as u64
}

/// The tokens of a part of a request: its words, without the bytes of its images and files.
pub(crate) fn of_value(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(number) => of_text(&number.to_string()),
        Value::String(text) => of_text(text),
        Value::Array(items) => items.iter().map(of_value).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| match (name.as_str(), member) {
                ("image" | "video" | "audio", Value::Object(_)) => IMAGE,
                // A file in base64: four characters carry three bytes.
                ("bytes", Value::String(encoded)) => (encoded.len() as u64 * 3 / 4) / 4,
                _ => of_text(name) + of_value(member),
            })
            .sum(),
    }
}
