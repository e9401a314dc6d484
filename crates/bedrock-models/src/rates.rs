//! Prices as plain numbers, apart from the table row so that tiers and service tiers can share the shape.

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Input that was not read from the cache. 0 where the input is not billed by the token (Pegasus).
    pub input: f64,
    /// Output, thinking included.
    pub output: f64,
    /// Input read from the cache; 0 without caching.
    pub cache_read: f64,
    /// Input written to the cache for five minutes; 0 without caching and where writing is free.
    pub cache_write: f64,
    /// Input written to the cache for an hour; `None` where that is not offered or not known.
    pub cache_write_1h: Option<f64>,
}

/// Prices that hold for the whole request once its input is long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateTier {
    /// The prices hold when input, cached tokens included, is longer than this many tokens.
    pub input_tokens_above: u64,
    /// The prices.
    pub rates: Rates,
}

/// A way of serving that Bedrock sells at another price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceTier {
    /// Cheaper and slower, for work that can wait.
    Flex,
    /// Dearer and faster.
    Priority,
}

impl ServiceTier {
    /// The service's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }
}

/// Prices of requests that ask for a service tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceTierRates {
    /// The tier asked for.
    pub tier: ServiceTier,
    /// Its prices. A rate that the tables leave out is the ordinary one, scaled as the tier's input rate is.
    pub rates: Rates,
}
