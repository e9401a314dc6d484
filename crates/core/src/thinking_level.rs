//! How hard a model is asked to think.
//!
//! Separate because each provider maps these levels to its own words and budgets.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much thinking to ask for. Levels a model does not know are mapped to the nearest it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThinkingLevel {
    /// No thinking, where the model can do without.
    Off,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// A fair amount.
    Medium,
    /// A lot.
    High,
    /// More than a lot, on models that offer it.
    #[serde(rename = "xhigh")]
    XHigh,
    /// As much as the model can.
    Max,
}

impl ThinkingLevel {
    /// All levels, from none to most.
    pub const ALL: [Self; 7] =
        [Self::Off, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max];

    /// The level's word on the wire and in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }
}

impl fmt::Display for ThinkingLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ThinkingLevel {
    type Err = ParseThinkingLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| ParseThinkingLevelError { text: text.to_owned() })
    }
}

/// A text that is no [`ThinkingLevel`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no thinking level; use one of off, minimal, low, medium, high, xhigh, max")]
pub struct ParseThinkingLevelError {
    text: String,
}
