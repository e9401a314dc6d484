//! Finding words in texts, whatever their case.
//!
//! Apart because places have to be found in the text as it is, and lower-casing moves them.

use std::ops::Range;

/// Where a word or phrase stands in a text, from left to right.
pub(super) fn places(text: &str, word: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (start, character) in text.char_indices() {
        if start >= from
            && !before.is_some_and(char::is_alphanumeric)
            && let Some(length) = starts(&text[start..], word)
        {
            places.push(start..start + length);
            from = start + length;
        }
        before = Some(character);
    }
    places
}

/// A text in which a word is replaced, and the first spelling of it that was; `None` if it is not there.
pub(super) fn replaced(text: &str, word: &str, by: &str) -> Option<(String, String)> {
    let places = places(text, word);
    let first = text[places.first()?.clone()].to_owned();
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for place in places {
        result.push_str(&text[end..place.start]);
        result.push_str(by);
        end = place.end;
    }
    result.push_str(&text[end..]);
    Some((result, first))
}

// How long the word is at the start of a text; `None` if it is not there, or goes on.
fn starts(text: &str, word: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    for wanted in word.chars() {
        let (_, found) = characters.next()?;
        if !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    match characters.next() {
        None => (!word.is_empty()).then_some(text.len()),
        Some((length, next)) => (length > 0 && !next.is_alphanumeric()).then_some(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        assert_eq!(places("Cat, cats, CAT.", "cat"), [0..3, 11..14]);
        assert_eq!(places("concat", "cat"), []);
        assert_eq!(places("ÄRGER macht ärger", "Ärger"), [0..6, 13..19]);
        assert_eq!(places("red hot, red hot", "Red Hot"), [0..7, 9..16]);
        assert_eq!(places("anything", ""), []);
        assert_eq!(places("", "x"), []);
    }

    #[test]
    fn replacing_keeps_what_is_around() {
        let replaced = replaced("In Rome, not rome2: ROME!", "Rome", "{ROME}").unwrap();
        assert_eq!(replaced, ("In {ROME}, not rome2: {ROME}!".to_owned(), "Rome".to_owned()));
    }
}
