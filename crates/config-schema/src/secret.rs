//! Which values of a configuration nobody should see in an error.
//!
//! Separate and by name alone, because the excerpt in an error may show the line of a key that is misspelt, of a
//! section nobody knows, or of a document that cannot even be parsed.

use std::ops::Range;

/// Words that mark a key's value as secret, however the key is spelled around them.
const SECRET_ENDINGS: [&str; 11] = [
    "apikey",
    "accesskey",
    "accesskeyid",
    "secretkey",
    "privatekey",
    "token",
    "secret",
    "password",
    "passphrase",
    "credential",
    "credentials",
];

/// Whether the value of a key is a secret, or contains some.
pub(crate) fn is_secret(key: &str) -> bool {
    let letters = key.chars().filter(char::is_ascii_alphanumeric);
    let letters = letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    // Any header may carry a credential.
    matches!(letters.as_str(), "headers" | "authorization" | "cookie" | "bearer")
        || SECRET_ENDINGS.iter().any(|ending| letters.ends_with(ending))
}

/// Whether a header says nothing that would have to be kept from anybody. Any other may carry a credential: services name
/// theirs as they like.
pub(crate) fn is_harmless_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("accept-")
        || matches!(
            name.as_str(),
            "accept" | "cache-control" | "content-type" | "user-agent" | "x-request-id"
        )
}

/// Where everything stands in a line of broken JSON5 that is neither a key nor a mark nor a number. A slip of one
/// character can turn a secret into part of anything else, so here no key is trusted to say what its value is.
pub(crate) fn values_in(line: &str) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut after_colon = false;
    let mut at = 0;
    while let Some(character) = line[at..].chars().next() {
        let start = at;
        at += character.len_utf8();
        match character {
            '"' | '\'' => at = line[at..].find(character).map_or(line.len(), |length| at + length + 1),
            mark if is_mark(mark) => {
                after_colon = mark == ':' || (after_colon && mark.is_whitespace());
                continue;
            }
            _ => {
                at = line[at..]
                    .find(|next| is_mark(next) || next == '"' || next == '\'')
                    .map_or(line.len(), |length| at + length);
            }
        }
        let is_key = !after_colon && line[at..].trim_start().starts_with(':');
        if !is_key && !is_plain(&line[start..at]) {
            values.push(start..at);
        }
        after_colon = false;
    }
    values
}

fn is_mark(character: char) -> bool {
    character.is_whitespace() || "{}[],:/*".contains(character)
}

/// Whether a word is a number or one of JSON's own words.
fn is_plain(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
        || word.chars().all(|character| "+-.0123456789".contains(character))
}
