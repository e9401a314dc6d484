//! Looking a model up by the name a person gave it, for ids that say nothing: the ARN of an application inference
//! profile whose configured name is `Claude Opus 4.7`.

use crate::{Arn, ModelFacts, Resolved};

/// Finds the model whose name stands in a text, however it is punctuated.
///
/// `Claude Opus 4.7`, `opus-4.7`, `our Opus_4_7 (prod)`, `opus4.7` all mean the same model. The longest name wins, so
/// `Opus 4.7` is never taken for `Opus 4`. What is found is the model, not one of its profiles. `None` when no name
/// stands in the text, when several do and none is longer than the others, and for an ARN, which is no name.
///
/// ```
/// use clawdia_bedrock_models::find_by_name;
///
/// assert_eq!(find_by_name("team-a opus_4_7").unwrap().base_id, "anthropic.claude-opus-4-7");
/// assert!(find_by_name("my favourite model").is_none());
/// ```
pub fn find_by_name(text: &str) -> Option<Resolved> {
    if Arn::parse(text.trim()).is_ok() {
        return None;
    }
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
        // A name of one word is any word, `Command`, unless nothing else is said.
        let vendor = facts.base_id.split_once('.').map_or("", |(vendor, _)| vendor);
        if length == 1 && !text.iter().all(|word| word.eq_ignore_ascii_case(name) || word == vendor) {
            return None;
        }
        (length > 0).then_some(Self { base_id: facts.base_id, name, length })
    }
}

/// How many words of the text are the name; 0 when it does not stand there.
///
/// A number right behind the name would make it another version.
fn match_length(text: &[String], name: &str) -> usize {
    let stands = |sought: &Vec<&str>| {
        !sought.is_empty()
            && text.windows(sought.len()).enumerate().any(|(start, window)| {
                let next = text.get(start + sought.len());
                window.iter().zip(sought).all(|(word, sought)| word.eq_ignore_ascii_case(sought))
                    && !next.is_some_and(|word| is_version(word))
            })
    };
    spoken_forms(name).iter().filter(|sought| stands(sought)).map(Vec::len).max().unwrap_or(0)
}

/// The ways in which people shorten a name: the family's name is left out where the line has one of its own
/// (`Opus 4.7`), the number of an older Claude goes to the end as it does for newer ones (`Sonnet 3.7`), and what
/// all open models are called is left out (`Llama 3.1 8B`).
fn spoken_forms(name: &str) -> Vec<Vec<&str>> {
    let mut full: Vec<&str> = words(name).collect();
    if full.len() > 2 && full.last().is_some_and(|last| last.eq_ignore_ascii_case("instruct")) {
        full.pop();
    }
    let is_claude = full.first().is_some_and(|family| family.eq_ignore_ascii_case("claude"));
    match full.as_slice() {
        [_, line, rest @ ..] if is_claude && !is_version(line) && !rest.is_empty() => {
            vec![full[1..].to_vec()]
        }
        [_, number @ ..] if is_claude => {
            let digits = number.iter().take_while(|word| is_version(word)).count();
            let (digits, line) = number.split_at(digits);
            let turned = match line {
                [line, rest @ ..] if !digits.is_empty() => [&[*line], digits, rest].concat(),
                _ => Vec::new(),
            };
            vec![full, turned]
        }
        _ => vec![full],
    }
}

/// Whether a word continues a version number; a date or a throughput does not.
fn is_version(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The runs of letters and of digits in a text: `Opus4.7` has the same three as `opus 4 7`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric()).flat_map(|run| {
        let bytes = run.as_bytes();
        bytes
            .chunk_by(|left, right| left.is_ascii_digit() == right.is_ascii_digit())
            .scan(0, |start, chunk| {
                let word = *start..*start + chunk.len();
                *start = word.end;
                Some(word)
            })
            .filter_map(|word| run.get(word))
    })
}
