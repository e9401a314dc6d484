//! Looking a model up by the name a person gave it, for ids that say nothing: the ARN of an application inference
//! profile whose configured name is `Claude Opus 4.7`.

use crate::{ModelFacts, Resolved};

/// Finds the model whose name stands in a text, however it is punctuated.
///
/// `Claude Opus 4.7`, `opus-4.7`, `our Opus_4_7 (prod)` all mean the same model. The longest name wins, so
/// `Opus 4.7` is never taken for `Opus 4`. What is found is the model, not one of its profiles. `None` when no name
/// stands in the text, or when several do and none is longer than the others.
///
/// ```
/// use clawdia_bedrock_models::find_by_name;
///
/// assert_eq!(find_by_name("team-a opus_4_7").unwrap().base_id, "anthropic.claude-opus-4-7");
/// assert!(find_by_name("my favourite model").is_none());
/// ```
pub fn find_by_name(text: &str) -> Option<Resolved> {
    let words: Vec<String> = words(text).map(str::to_ascii_lowercase).collect();
    let mut best: Option<Match> = None;
    let mut ambiguous = false;
    for facts in crate::all() {
        let Some(found) = Match::of(&words, facts) else {
            continue;
        };
        match &best {
            Some(best) if found.length < best.length || found.base_id == best.base_id => {}
            // gpt-oss has two ids under one name.
            Some(best) if found.length == best.length && found.name == best.name => {}
            Some(best) if found.length == best.length => ambiguous = true,
            _ => (best, ambiguous) = (Some(found), false),
        }
    }
    crate::find(best.filter(|_| !ambiguous)?.base_id)
}

/// A model whose name stands in a text.
struct Match {
    base_id: &'static str,
    name: &'static str,
    /// How many words of the text are the name.
    length: usize,
}

impl Match {
    fn of(text: &[String], facts: &'static ModelFacts) -> Option<Self> {
        // A profile's name ends in its geography, in brackets.
        let name = match facts.geography {
            Some(_) => facts.name?.rsplit_once(" (")?.0,
            None => facts.name?,
        };
        let length = match_length(text, name);
        (length > 0).then_some(Self { base_id: facts.base_id, name, length })
    }
}

/// How many words of the text are the name; 0 when it does not stand there.
///
/// Vendors' family names may be left out where a model line has a name of its own (`opus-4.7`). A number right
/// behind the name would make it another version.
fn match_length(text: &[String], name: &str) -> usize {
    let full: Vec<&str> = words(name).collect();
    let short = match full.as_slice() {
        [family, line, rest @ ..]
            if family.eq_ignore_ascii_case("claude")
                && line.bytes().all(|byte| byte.is_ascii_alphabetic())
                && !rest.is_empty() =>
        {
            &full[1..]
        }
        all => all,
    };
    let stands = |sought: &[&str]| {
        !sought.is_empty()
            && text.windows(sought.len()).enumerate().any(|(start, window)| {
                let next = text.get(start + sought.len());
                window.iter().zip(sought).all(|(word, sought)| word.eq_ignore_ascii_case(sought))
                    && !next.is_some_and(|word| is_version(word))
            })
    };
    if stands(short) { short.len() } else { 0 }
}

/// Whether a word continues a version number; a date or a throughput does not.
fn is_version(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The runs of letters and of digits in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}
