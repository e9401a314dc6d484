//! JSON text from JavaScript that no Rust string can hold.
//!
//! Separate from the readers that use it: `JSON.stringify` escapes a lone half of a surrogate pair, for example where a
//! string was cut inside an emoji, and strict readers then refuse the whole document.

use std::borrow::Cow;

/// Drops escapes of surrogate halves that have no partner; everything else stays byte for byte.
///
/// ```
/// use clawdia_core::without_lone_surrogates;
/// assert_eq!(without_lone_surrogates(r#""a\ud83d b""#), r#""a b""#);
/// assert_eq!(without_lone_surrogates(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
/// ```
pub fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut kept = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += offset;
        match surrogate(bytes, at) {
            // An escaped backslash must not lend its second half to a following `u`.
            None => at += 2,
            Some(Surrogate::High) if surrogate(bytes, at + 6) == Some(Surrogate::Low) => at += 12,
            Some(_) => {
                kept.push_str(&json[copied..at]);
                at += 6;
                copied = at;
            }
        }
        if at >= bytes.len() {
            break;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    kept.push_str(&json[copied..]);
    Cow::Owned(kept)
}

#[derive(PartialEq)]
enum Surrogate {
    High,
    Low,
}

/// The kind of surrogate that is escaped as `\uXXXX` at `at`, if any.
fn surrogate(bytes: &[u8], at: usize) -> Option<Surrogate> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) || !digits[0].eq_ignore_ascii_case(&b'd') {
        return None;
    }
    match digits[1].to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Surrogate::High),
        b'c' | b'd' | b'e' | b'f' => Some(Surrogate::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(without_lone_surrogates(json), expected);
    }

    #[test]
    fn lone_halves_are_dropped_wherever_they_stand() {
        check(r#""\ud83d""#, r#""""#);
        check(r#""\uDE00x\uD83D\uD83D\uDE00""#, r#""x\uD83D\uDE00""#);
        check(r#""\ud83d\n""#, r#""\n""#);
    }

    #[test]
    fn escaped_backslashes_are_no_escapes() {
        check(r#""C:\\ud83d""#, r#""C:\\ud83d""#);
        check(r#""\\\ud83d""#, r#""\\""#);
    }

    #[test]
    fn text_cut_short_is_left_to_the_reader() {
        check(r#""\ud8"#, r#""\ud8"#);
        check("\"\\", "\"\\");
        check("é\\", "é\\");
    }
}
