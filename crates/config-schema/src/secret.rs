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

/// A secret in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InAddress {
    /// Where it stands, in characters.
    pub(crate) range: Range<usize>,
    /// The name it has behind the `?`; none is what stands before the `@`.
    pub(crate) name: Option<String>,
}

/// The secrets of all addresses in a text: the name and the password before the host, and what is called a key behind it.
pub(crate) fn in_addresses(text: &[char]) -> Vec<InAddress> {
    let mut found = Vec::new();
    let marks = text.windows(3).enumerate().filter(|(_, window)| *window == [':', '/', '/']);
    for start in marks.map(|(at, _)| at + 3) {
        let ends = |character: &char| matches!(character, '"' | '\'' | ' ');
        let end = text[start..].iter().position(ends).map_or(text.len(), |length| start + length);
        let path = text[start..end].iter().position(|character| *character == '/');
        let authority = start..path.map_or(end, |length| start + length);
        if let Some(length) = text[authority].iter().rposition(|character| *character == '@') {
            found.push(InAddress { range: start..start + length, name: None });
        }
        let Some(query) = text[start..end].iter().position(|character| matches!(character, '?' | '#')) else {
            continue;
        };
        let mut at = start + query + 1;
        for pair in text[at..end].split(|character| matches!(character, '&' | ';' | '?' | '#')) {
            if let Some(length) = pair.iter().position(|character| *character == '=') {
                let name = pair[..length].iter().collect::<String>();
                if is_secret(&name)
                    || matches!(name.to_ascii_lowercase().as_str(), "key" | "sig" | "signature")
                {
                    found.push(InAddress { range: at + length + 1..at + pair.len(), name: Some(name) });
                }
            }
            at += pair.len() + 1;
        }
    }
    found
}

/// The text with stars in place of the secrets in its addresses.
pub(crate) fn without_addresses(mut text: Vec<char>) -> Vec<char> {
    for InAddress { range, .. } in in_addresses(&text) {
        text[range].fill('*');
    }
    text
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
        if !is_key && !is_plain(&line[start..at]) && !is_slip(&line[start..at]) {
            values.push(start..at);
        }
        after_colon = false;
    }
    values
}

fn is_mark(character: char) -> bool {
    character.is_whitespace() || "{}[],:/*".contains(character)
}

/// Whether a word is as short as one of JSON's own, which it may be in all but a letter.
fn is_slip(word: &str) -> bool {
    word.len() <= "false".len() && word.chars().all(|character| character.is_ascii_alphabetic())
}

/// Whether a word is a number or one of JSON's own words.
fn is_plain(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
        || word.chars().all(|character| "+-.0123456789".contains(character))
}
