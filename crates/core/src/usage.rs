//! How many tokens a message took.
//!
//! Separate because providers, cost arithmetic and stored transcripts share it, and because its one convention
//! (`input` leaves out what the cache served) is what implementations most often get wrong.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use crate::charge::Charge;

/// Tokens of one message, and what they cost.
///
/// `input` counts only tokens that were neither read from nor written to the prompt cache; the prompt as a whole
/// is [`Usage::prompt_tokens`].
///
/// ```
/// use clawdia_core::Usage;
/// let usage = Usage { input: 10, cache_read: 90, output: 5, total_tokens: 105, ..Usage::default() };
/// assert_eq!(usage.prompt_tokens(), 100);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Usage {
    /// Input tokens outside the cache.
    pub input: u64,
    /// Output tokens, thinking included.
    pub output: u64,
    /// Input tokens read from the prompt cache.
    pub cache_read: u64,
    /// Input tokens written to the prompt cache.
    pub cache_write: u64,
    /// The part of `cache_write` that is kept for one hour; absent when the provider does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<u64>,
    /// The part of `output` that was thinking; absent when the provider does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// All tokens: what the provider reports, or the sum of the above where that is larger.
    pub total_tokens: u64,
    /// What these tokens cost.
    pub cost: Charge,
}

impl Usage {
    /// Size of the prompt in tokens, cached or not.
    pub fn prompt_tokens(&self) -> u64 {
        self.input.saturating_add(self.cache_read).saturating_add(self.cache_write)
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let either = |left: Option<u64>, right: Option<u64>| match (left, right) {
            (None, None) => None,
            (left, right) => Some(left.unwrap_or(0).saturating_add(right.unwrap_or(0))),
        };
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            cache_write_1h: either(self.cache_write_1h, other.cache_write_1h),
            reasoning: either(self.reasoning, other.reasoning),
            total_tokens: self.total_tokens.saturating_add(other.total_tokens),
            cost: self.cost + other.cost,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
