//! What a message cost: exact amounts of money.
//!
//! Separate from [`Cost`](crate::Cost), which holds rates. Amounts are whole numbers of 10⁻¹² dollars, so that a
//! sum over any number of messages is exact; floating point appears only at the edges, in rates and in JSON.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// How many of an [`Amount`]'s units make a dollar.
const UNITS_PER_DOLLAR: f64 = 1e12;

/// How many of an [`Amount`]'s units one token costs at a rate of one dollar per million tokens.
const UNITS_PER_TOKEN_AT_ONE: f64 = 1e6;

/// A non-negative sum of money in US dollars, exact to 10⁻¹² dollars.
///
/// Adding saturates at about 18 million dollars. JSON shows it as a number of dollars, [`Display`](fmt::Display)
/// as `$0.0123`.
///
/// ```
/// use clawdia_core::Amount;
/// let total: Amount = std::iter::repeat_n(Amount::of_tokens(1, 0.3), 1_000_000).sum();
/// assert_eq!(total, Amount::from_dollars(0.3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The price of `tokens` at a rate in dollars per million tokens. A rate that is negative or no number costs nothing.
    pub fn of_tokens(tokens: u64, rate: f64) -> Self {
        Self(tokens.saturating_mul(to_units(rate * UNITS_PER_TOKEN_AT_ONE)))
    }

    /// An amount given in dollars, rounded to the nearest unit; negative or no number is zero.
    pub fn from_dollars(dollars: f64) -> Self {
        Self(to_units(dollars * UNITS_PER_DOLLAR))
    }

    /// The amount in dollars.
    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 units the last digits are fractions of a micro-dollar"
    )]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / UNITS_PER_DOLLAR
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-integer cast saturates, takes NaN to zero, and negatives are cut off before"
)]
fn to_units(units: f64) -> u64 {
    units.max(0.0).round() as u64
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "${:.4}", self.dollars())
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_dollars)
    }
}

/// What one message, or a sum of messages, cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Charge {
    /// For uncached input.
    pub input: Amount,
    /// For output.
    pub output: Amount,
    /// For input read from the prompt cache.
    pub cache_read: Amount,
    /// For input written to the prompt cache, five-minute and one-hour writes together.
    pub cache_write: Amount,
    /// All of it.
    pub total: Amount,
}

impl Charge {
    /// Puts a charge together; the total is the sum of its parts.
    pub fn from_parts(input: Amount, output: Amount, cache_read: Amount, cache_write: Amount) -> Self {
        Self { input, output, cache_read, cache_write, total: input + output + cache_read + cache_write }
    }
}

impl Add for Charge {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input: self.input + other.input,
            output: self.output + other.output,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
            total: self.total + other.total,
        }
    }
}

impl AddAssign for Charge {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Charge {
    fn sum<I: Iterator<Item = Self>>(charges: I) -> Self {
        charges.fold(Self::default(), Add::add)
    }
}
