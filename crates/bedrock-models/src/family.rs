//! Which family a model belongs to, decided by vendor and name in one table. Nothing else in the workspace may
//! guess a family from a piece of an id.

use crate::{Arn, Geography};

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
    if let Some(resolved) = crate::find(id) {
        return of_base_id(resolved.base_id);
    }
    let id = id.trim();
    let id = match Arn::parse(id) {
        Ok(arn) => match arn.model_id() {
            Some(id) => id,
            None => return Family::Other,
        },
        Err(_) => id,
    };
    match split_geography(id) {
        Some((_, base_id)) => of_base_id(base_id),
        None => of_base_id(id),
    }
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

fn of_base_id(base_id: &str) -> Family {
    let Some((vendor, name)) = base_id.split_once('.') else {
        return Family::Other;
    };
    FAMILIES
        .iter()
        .find(|(known, start, _)| {
            known.eq_ignore_ascii_case(vendor)
                && name.len() >= start.len()
                && name.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
        })
        .map_or(Family::Other, |&(_, _, family)| family)
}
