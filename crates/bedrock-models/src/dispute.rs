//! Where public tables disagree. Kept in the open so that nobody takes a choice for a fact.

/// A public table of Bedrock models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The model catalogue of the npm package pi-ai.
    PiAi,
    /// LiteLLM's price map.
    LiteLlm,
}

impl Source {
    /// The table's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PiAi => "pi-ai",
            Self::LiteLlm => "litellm",
        }
    }
}

/// One field of a row on which the tables disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// The field in the words of `data/models.json`: `contextWindow`, `maxTokens`, `reasoning`, `cost.input`, …
    pub field: &'static str,
    /// What each table says, as JSON text.
    pub values: &'static [(Source, &'static str)],
}
