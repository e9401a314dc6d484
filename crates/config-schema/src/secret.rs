//! Which values of a configuration nobody should see in an error.
//!
//! Separate and by name alone, because the excerpt in an error may show the line of a key that is misspelt, of a
//! section nobody knows, or of a document that cannot even be parsed.

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
    let letters = letters_of(key);
    // Any header may carry a credential.
    matches!(letters.as_str(), "headers" | "authorization" | "cookie" | "bearer")
        || SECRET_ENDINGS.iter().any(|ending| letters.ends_with(ending))
}

/// Whether a line of a text that is no JSON5 may show a secret.
pub(crate) fn may_show_secret(line: &str) -> bool {
    let letters = letters_of(line);
    ["headers", "authorization", "cookie", "bearer"].iter().any(|word| letters.contains(word))
        || SECRET_ENDINGS.iter().any(|word| letters.contains(word))
}

fn letters_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
