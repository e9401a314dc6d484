//! How hard a model thinks, in the words that requests carry.

/// An effort that a request may ask for, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// No thinking.
    None,
    /// As little as the model can.
    Minimal,
    /// Little.
    Low,
    /// In between.
    Medium,
    /// Much: the default of most models.
    High,
    /// More than high.
    Xhigh,
    /// No limit but the answer's.
    Max,
}

impl Effort {
    /// Every effort, rising.
    pub const ALL: &'static [Self] =
        &[Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max];

    /// The effort that a word on the wire means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|effort| effort.as_str() == word)
    }

    /// The user's word: like the wire's, but `off` for none.
    pub(crate) const fn level(self) -> &'static str {
        match self {
            Self::None => "off",
            other => other.as_str(),
        }
    }

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}

/// How one thinking level of the user's is said to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThinkingLevelMapping {
    /// The user's word: `off`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`.
    pub level: &'static str,
    /// The model's word; `None` when the model has no such level.
    pub value: Option<&'static str>,
}
