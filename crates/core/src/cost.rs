//! What a model charges: rates in US dollars per million tokens.
//!
//! Separate from [`Charge`], which is an amount: mixing the two up
//! is the classic mistake of cost tables.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::charge::{Amount, Charge};
use crate::usage::Usage;

/// Rates of a model, all in US dollars per million tokens.
///
/// ```
/// use clawdia_core::{Cost, Usage};
/// let cost = Cost { input: 3.0, output: 15.0, ..Cost::default() };
/// let charge = cost.of(&Usage { input: 1_000, output: 200, ..Usage::default() }, None);
/// assert_eq!(charge.total.to_string(), "$0.0060");
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Cost {
    /// Input tokens that were neither read from nor written to a cache.
    pub input: f64,
    /// Output tokens, thinking included.
    pub output: f64,
    /// Input tokens read from the prompt cache.
    pub cache_read: f64,
    /// Input tokens written to the prompt cache for five minutes.
    pub cache_write: f64,
    /// Input tokens written to the prompt cache for one hour; twice the input rate where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<f64>,
    /// Rates for long prompts. The tier with the highest threshold below the prompt's size applies to all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<CostTier>,
    /// Rates of service tiers such as `flex` and `priority`, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_tiers: BTreeMap<String, ServiceTierCost>,
}

/// Rates that apply when a prompt is longer than a threshold, in US dollars per million tokens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CostTier {
    /// The tier applies when input, cache reads and cache writes together have more tokens than this.
    pub input_tokens_above: u64,
    /// US dollars per million input tokens outside the cache, 0 or more.
    #[schemars(range(min = 0))]
    pub input: f64,
    /// US dollars per million output tokens, thinking included, 0 or more.
    #[schemars(range(min = 0))]
    pub output: f64,
    /// US dollars per million input tokens read from the cache, 0 or more.
    #[schemars(range(min = 0))]
    pub cache_read: f64,
    /// US dollars per million input tokens written to the cache for five minutes, 0 or more.
    #[schemars(range(min = 0))]
    pub cache_write: f64,
    /// US dollars per million input tokens written to the cache for one hour, 0 or more. Default is twice `input`.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<f64>,
}

/// Rates of one service tier, in US dollars per million tokens; what is absent costs as without the tier.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServiceTierCost {
    /// US dollars per million input tokens outside the cache, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// US dollars per million output tokens, thinking included, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// US dollars per million input tokens read from the cache, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// US dollars per million input tokens written to the cache for five minutes, 0 or more.
    #[schemars(range(min = 0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
}

/// The five rates that apply to one message, after tiers.
#[derive(Debug, Clone, Copy)]
struct Rates {
    input: f64,
    output: f64,
    cache_read: f64,
    cache_write: f64,
    cache_write_1h: f64,
}

impl Cost {
    /// What `usage` costs at these rates, served in `service_tier` (absent: the standard tier).
    pub fn of(&self, usage: &Usage, service_tier: Option<&str>) -> Charge {
        let rates = self.rates_for(usage, service_tier);
        let long_writes = usage.cache_write_1h.unwrap_or(0).min(usage.cache_write);
        let short_writes = usage.cache_write - long_writes;
        Charge::from_parts(
            Amount::of_tokens(usage.input, rates.input),
            Amount::of_tokens(usage.output, rates.output),
            Amount::of_tokens(usage.cache_read, rates.cache_read),
            Amount::of_tokens(short_writes, rates.cache_write)
                + Amount::of_tokens(long_writes, rates.cache_write_1h),
        )
    }

    fn rates_for(&self, usage: &Usage, service_tier: Option<&str>) -> Rates {
        let prompt = usage.prompt_tokens();
        let tier = self
            .tiers
            .iter()
            .filter(|tier| tier.input_tokens_above < prompt)
            .max_by_key(|tier| tier.input_tokens_above);
        let mut rates = match tier {
            Some(tier) => Rates {
                input: tier.input,
                output: tier.output,
                cache_read: tier.cache_read,
                cache_write: tier.cache_write,
                cache_write_1h: tier.cache_write_1h.unwrap_or(2.0 * tier.input),
            },
            None => Rates {
                input: self.input,
                output: self.output,
                cache_read: self.cache_read,
                cache_write: self.cache_write,
                cache_write_1h: self.cache_write_1h.unwrap_or(2.0 * self.input),
            },
        };
        if let Some(service) = service_tier.and_then(|name| self.service_tiers.get(name)) {
            // A service tier's rate is stated against the standard rate; a long prompt keeps that proportion.
            let scale = |rate: f64, standard: f64, tiered: Option<f64>| match tiered {
                Some(tiered) if standard > 0.0 => rate * (tiered / standard),
                Some(tiered) => tiered,
                None => rate,
            };
            rates.input = scale(rates.input, self.input, service.input);
            rates.output = scale(rates.output, self.output, service.output);
            rates.cache_read = scale(rates.cache_read, self.cache_read, service.cache_read);
            rates.cache_write = scale(rates.cache_write, self.cache_write, service.cache_write);
            rates.cache_write_1h = scale(rates.cache_write_1h, self.cache_write, service.cache_write);
        }
        rates
    }
}
