//! "Did you mean …?"
//!
//! Separate because keys, words of closed sets and protocols are all suggested by the same rule of nearness.

use std::fmt::Write as _;

/// The candidate nearest to `word`, if one is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter_map(|(distance, candidate)| distance.map(|distance| (distance, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say next: the nearest candidate, or all of them.
pub(crate) fn hint(word: &str, candidates: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match candidates {
        [] => None,
        [only] => Some(format!("the only one known here is `{only}`")),
        many => Some(format!("known here are {}", listed(many))),
    }
}

/// The names in backticks, with commas between them.
pub(crate) fn listed(names: &[&str]) -> String {
    let mut text = String::new();
    for (position, name) in names.iter().enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{comma}`{name}`");
    }
    text
}

/// How far apart two words are, if they are near: a third of the letters may be mistaken, or the beginnings agree.
fn distance(word: &str, candidate: &str) -> Option<usize> {
    let edits = strsim::damerau_levenshtein(word, candidate);
    let longest = word.chars().count().max(candidate.chars().count());
    let near = edits <= longest / 3 || strsim::jaro_winkler(word, candidate) > 0.85;
    (near && !word.is_empty()).then_some(edits)
}

/// Case and punctuation are what people get wrong first.
pub(crate) fn plain(word: &str) -> String {
    word.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        let candidates = ["baseUrl", "api", "auth", "apiKey", "models", "bedrockDiscovery"];
        assert_eq!(nearest(word, candidates), expected);
    }

    #[test]
    fn slips_of_the_pen_are_recognized() {
        check("modles", Some("models"));
        check("base_url", Some("baseUrl"));
        check("APIKEY", Some("apiKey"));
        check("bedrockDiscovry", Some("bedrockDiscovery"));
    }

    #[test]
    fn other_words_are_not() {
        check("temperature", None);
        check("", None);
        check("-", None);
    }
}
