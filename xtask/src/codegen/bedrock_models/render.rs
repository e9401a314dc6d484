//! Writes the decided table as Rust. The text is laid out here, not by rustfmt, so that one fact is one line.

use std::collections::BTreeMap;

use serde_json::Value;

use super::resolve::{Decisions, Rates, Table};
use super::source::{Effort, Modality, Row, ServiceTier, Source};

pub(super) fn render(table: &Table, rows: &[Row]) -> String {
    let mut text = String::from(
        "//! Made by `cargo xtask codegen` from `data/`; do not edit.\n\
         //!\n\
         //! Rust and not JSON, so that the table is in the binary's read-only part and needs no parsing.\n\
         #![expect(clippy::unreadable_literal, reason = \"prices are not easier to read with underscores\")]\n\
         \n\
         use crate::behaviour::Rule;\n\
         use crate::{\n    CachePlace, CacheRules, Capabilities, Dispute, Effort, Family, Geography, MediaLimits, Modality,\n    \
         ModelFacts, RateTier, Rates, Replay, ReplayText, ServiceTier, ServiceTierRates, Source, ThinkingDialect,\n    \
         ThinkingLevelMapping,\n};\n\
         \n\
         /// Every row, sorted by id.\n\
         pub(crate) static MODELS: &[ModelFacts] = &[\n",
    );
    for (row, decisions) in rows.iter().zip(&table.decisions) {
        render_row(&mut text, row, decisions);
    }
    text.push_str(
        "];\n\n/// Indexes into [`MODELS`], sorted by base id.\npub(crate) static BY_BASE_ID: &[u16] = &[\n",
    );
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| (&rows[*index].base_id, &rows[*index].id));
    for line in order.chunks(20) {
        let line: Vec<String> = line.iter().map(usize::to_string).collect();
        push(&mut text, &format!("    {},\n", line.join(", ")));
    }
    text.push_str(
        "];\n\n/// Base ids that can be called only through an inference profile, sorted.\n\
         pub(crate) static PROFILE_ONLY: &[&str] = &[\n",
    );
    for id in &table.profile_only {
        push(&mut text, &format!("    {id:?},\n"));
    }
    text.push_str("];\n");
    text
}

fn render_row(text: &mut String, row: &Row, decisions: &Decisions) {
    text.push_str("    ModelFacts {\n");
    let mut field = |name: &str, value: String| push(text, &format!("        {name}: {value},\n"));
    let geography = row.geography.as_ref().map(|prefix| format!("Geography::from_static({prefix:?})"));
    field("id", format!("{:?}", row.id));
    field("base_id", format!("{:?}", row.base_id));
    field("geography", option(geography));
    field("name", option(decisions.name.as_ref().map(|name| format!("{name:?}"))));
    field("reasoning", decisions.reasoning.to_string());
    field(
        "input",
        slice(row.input.iter().map(|modality| match modality {
            Modality::Text => "Modality::Text".to_owned(),
            Modality::Image => "Modality::Image".to_owned(),
        })),
    );
    field("context_window", option(decisions.context_window));
    field("max_tokens", option(decisions.max_tokens));
    field("rates", rates(decisions.rates));
    field(
        "tiers",
        slice(decisions.tiers.iter().map(|(above, tier)| {
            format!("RateTier {{ input_tokens_above: {above}, rates: {} }}", rates(*tier))
        })),
    );
    field(
        "service_tiers",
        slice(decisions.service_tiers.iter().map(|(tier, tier_rates)| {
            let tier = match tier {
                ServiceTier::Flex => "Flex",
                ServiceTier::Priority => "Priority",
            };
            format!("ServiceTierRates {{ tier: ServiceTier::{tier}, rates: {} }}", rates(*tier_rates))
        })),
    );
    field("capabilities", capabilities(&decisions.capabilities));
    field("prompt_cache_min_tokens", option(decisions.prompt_cache_min_tokens));
    field("effort_ceiling", option(decisions.effort_ceiling.map(effort)));
    field(
        "thinking_levels",
        slice(decisions.thinking_levels.iter().map(|(level, value)| {
            let value = option(value.as_str().map(|value| format!("{value:?}")));
            format!("ThinkingLevelMapping {{ level: {level:?}, value: {value} }}")
        })),
    );
    field("deprecation_date", option(row.deprecation_date.as_ref().map(|date| format!("{date:?}"))));
    field("end_of_life", decisions.end_of_life.to_string());
    field(
        "sources",
        slice(row.sources.iter().map(|source| match source {
            Source::PiAi => "Source::PiAi".to_owned(),
            Source::LiteLlm => "Source::LiteLlm".to_owned(),
        })),
    );
    field(
        "disputed",
        slice(row.disputed.iter().map(|(name, claims)| {
            let claim = |source: &str, value: &Value| format!("(Source::{source}, {:?})", value.to_string());
            let values = slice([claim("PiAi", &claims.pi_ai), claim("LiteLlm", &claims.litellm)]);
            format!("Dispute {{ field: {name:?}, values: {values} }}")
        })),
    );
    text.push_str("    },\n");
}

fn rates(rates: Rates) -> String {
    format!(
        "Rates {{ input: {:?}, output: {:?}, cache_read: {:?}, cache_write: {:?}, cache_write_1h: {} }}",
        tidy(rates.input),
        tidy(rates.output),
        tidy(rates.cache_read),
        tidy(rates.cache_write),
        option(rates.cache_write_1h.map(|rate| format!("{:?}", tidy(rate)))),
    )
}

pub(super) fn capabilities(flags: &BTreeMap<String, bool>) -> String {
    known_fields("Capabilities", flags.iter().map(|(flag, value)| (snake_case(flag), value)))
}

/// A literal of a struct whose fields are options and whose constant `UNKNOWN` has none of them.
pub(super) fn known_fields(
    name: &str,
    fields: impl IntoIterator<Item = (String, impl std::fmt::Display)>,
) -> String {
    let fields: Vec<String> =
        fields.into_iter().map(|(field, value)| format!("{field}: Some({value}), ")).collect();
    if fields.is_empty() {
        return format!("{name}::UNKNOWN");
    }
    format!("{name} {{ {}..{name}::UNKNOWN }}", fields.concat())
}

/// Rounds away what binary arithmetic adds: no price has more than six digits behind the point.
fn tidy(rate: f64) -> f64 {
    (rate * 1e6).round() / 1e6
}

pub(super) fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "Effort::None",
        Effort::Minimal => "Effort::Minimal",
        Effort::Low => "Effort::Low",
        Effort::Medium => "Effort::Medium",
        Effort::High => "Effort::High",
        Effort::Xhigh => "Effort::Xhigh",
        Effort::Max => "Effort::Max",
    }
}

pub(super) fn option(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

pub(super) fn slice(values: impl IntoIterator<Item = String>) -> String {
    format!("&[{}]", values.into_iter().collect::<Vec<_>>().join(", "))
}

/// `toolResultImages` as the crate's field is called.
pub(super) fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
}
