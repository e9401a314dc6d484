//! Which family a model belongs to, decided by vendor and name in one table. Nothing else in the workspace may
//! guess a family from a piece of an id.

use crate::{Arn, Geography, ModelFacts};

/// Models that share a request dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Anthropic's Claude.
    Claude,
    /// Amazon Nova.
    Nova,
    /// Amazon Titan.
    Titan,
    /// Meta's Llama.
    Llama,
    /// Mistral's models, Pixtral and Voxtral included.
    Mistral,
    /// DeepSeek.
    DeepSeek,
    /// Alibaba's Qwen.
    Qwen,
    /// OpenAI's open-weight gpt-oss.
    GptOss,
    /// OpenAI's GPT-5 and later.
    Gpt,
    /// xAI's Grok.
    Grok,
    /// Moonshot's Kimi.
    Kimi,
    /// Z.ai's GLM.
    Glm,
    /// MiniMax.
    MiniMax,
    /// NVIDIA's Nemotron.
    Nemotron,
    /// Google's Gemma.
    Gemma,
    /// Writer's Palmyra.
    Palmyra,
    /// TwelveLabs' Pegasus, which watches video.
    Pegasus,
    /// Cohere's Command.
    Command,
    /// AI21's Jamba.
    Jamba,
    /// AI21's Jurassic-2.
    Jurassic,
    /// Anything else.
    Other,
}

/// Vendor, beginning of the name, family; the first row that fits counts.
const FAMILIES: &[(&str, &str, Family)] = &[
    ("ai21", "jamba", Family::Jamba),
    ("ai21", "j2", Family::Jurassic),
    ("amazon", "nova", Family::Nova),
    ("amazon", "titan", Family::Titan),
    ("anthropic", "claude", Family::Claude),
    ("cohere", "command", Family::Command),
    ("deepseek", "", Family::DeepSeek),
    ("google", "gemma", Family::Gemma),
    ("meta", "llama", Family::Llama),
    ("minimax", "", Family::MiniMax),
    ("mistral", "", Family::Mistral),
    ("moonshot", "kimi", Family::Kimi),
    ("moonshotai", "kimi", Family::Kimi),
    ("nvidia", "nemotron", Family::Nemotron),
    ("openai", "gpt-oss", Family::GptOss),
    ("openai", "gpt", Family::Gpt),
    ("qwen", "", Family::Qwen),
    ("twelvelabs", "pegasus", Family::Pegasus),
    ("writer", "palmyra", Family::Palmyra),
    ("xai", "grok", Family::Grok),
    ("zai", "glm", Family::Glm),
];

/// The family of a model, also of one that the table does not list yet.
///
/// Takes the same forms as [`find`](crate::find). An opaque ARN is [`Family::Other`]: ask the service for the
/// model behind it and look that one up.
///
/// ```
/// use clawdia_bedrock_models::{Family, family};
///
/// assert_eq!(family("us.anthropic.claude-opus-9-v1:0"), Family::Claude);
/// assert_eq!(family("openai.gpt-oss-120b-1:0"), Family::GptOss);
/// ```
pub fn family(id: &str) -> Family {
    Identity::of(id).family
}

/// What an id says about its model.
pub(crate) struct Identity<'a> {
    pub(crate) facts: Option<&'static ModelFacts>,
    pub(crate) family: Family,
    /// What follows the vendor in the id without geography; empty when the id says nothing.
    pub(crate) name: &'a str,
}

impl<'a> Identity<'a> {
    pub(crate) fn of(id: &'a str) -> Self {
        if let Some(resolved) = crate::find(id) {
            return Self { facts: Some(resolved.facts), ..Self::of_base_id(resolved.base_id) };
        }
        let id = id.trim();
        let id = match Arn::parse(id) {
            Ok(arn) => arn.model_id().unwrap_or_default(),
            Err(_) => id,
        };
        Self::of_base_id(split_geography(id).map_or(id, |(_, base_id)| base_id))
    }

    fn of_base_id(base_id: &'a str) -> Self {
        let (vendor, name) = base_id.split_once('.').unwrap_or_default();
        let family = FAMILIES
            .iter()
            .find(|(known, start, _)| known.eq_ignore_ascii_case(vendor) && starts(name, start))
            .map_or(Family::Other, |&(_, _, family)| family);
        Self { facts: None, family, name }
    }
}

/// Beginnings of names that are words of their own in any company: they count only where the vendor is named too.
const EVERYDAY_WORDS: &[&str] = &["command", "j2", "titan"];

/// The family whose name stands in a text that people wrote, as one of its words; [`Family::Other`] when none
/// does, when several do, and for an ARN, whose letters are chance.
pub(crate) fn family_by_name(text: &str) -> Family {
    if Arn::parse(text.trim()).is_ok() {
        return Family::Other;
    }
    let mut found = Family::Other;
    for place in beginnings_of_words(text) {
        let named = FAMILIES.iter().find(|(vendor, start, _)| {
            let word = if start.is_empty() { vendor } else { start };
            word_stands_at(text, place, word)
                && (!EVERYDAY_WORDS.contains(start)
                    || beginnings_of_words(text).any(|place| word_stands_at(text, place, vendor)))
        });
        match named {
            Some(&(_, _, family)) if found == Family::Other || found == family => found = family,
            Some(_) => return Family::Other,
            None => {}
        }
    }
    found
}

fn beginnings_of_words(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices()
        .map(|(place, _)| place)
        .filter(|place| !text[..*place].ends_with(|character: char| character.is_alphanumeric()))
}

/// Whether a word, and not only the beginning of one, stands at a place; a version may be glued to it, and what is
/// hyphenated may be joined by a blank or an underscore.
fn word_stands_at(text: &str, place: usize, word: &str) -> bool {
    let rest = &text[place..];
    let stands = rest.len() >= word.len()
        && rest.bytes().zip(word.bytes()).all(|(byte, sought)| match sought {
            b'-' => matches!(byte, b'-' | b'_' | b' '),
            _ => byte.eq_ignore_ascii_case(&sought),
        });
    stands && !rest[word.len()..].starts_with(char::is_alphabetic)
}

fn starts(text: &str, start: &str) -> bool {
    text.len() >= start.len() && text.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
}

/// Splits `us.vendor.model` after its geography; `None` when the first part is a vendor or no prefix.
pub(crate) fn split_geography(id: &str) -> Option<(Geography, &str)> {
    let (prefix, rest) = id.split_once('.')?;
    if !rest.contains('.') || is_vendor(prefix) {
        return None;
    }
    Some((Geography::parse(prefix)?, rest))
}

fn is_vendor(text: &str) -> bool {
    FAMILIES.iter().any(|(vendor, _, _)| vendor.eq_ignore_ascii_case(text))
}
