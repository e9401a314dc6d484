//! Decides what the tables leave open: disputes go the cautious way, and what belongs to a model, not to one of
//! its profiles, is shared among its rows. Apart from reading and writing, since this is where judgement is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::source::{Claims, Cost, Effort, Inference, Row, Source};

/// What `generated.rs` says, apart from what the rows already say.
pub(super) struct Table {
    /// One per row, in the rows' order.
    pub(super) decisions: Vec<Decisions>,
    pub(super) profile_only: BTreeSet<String>,
}

pub(super) struct Decisions {
    pub(super) name: Option<String>,
    pub(super) reasoning: bool,
    pub(super) context_window: Option<u64>,
    pub(super) max_tokens: Option<u64>,
    pub(super) rates: Rates,
    pub(super) tiers: Vec<(u64, Rates)>,
    pub(super) service_tiers: Vec<(super::source::ServiceTier, Rates)>,
    pub(super) capabilities: BTreeMap<String, bool>,
    pub(super) prompt_cache_min_tokens: Option<u64>,
    pub(super) effort_ceiling: Option<Effort>,
    pub(super) thinking_levels: Map<String, Value>,
    pub(super) end_of_life: bool,
}

/// As in the crate: dollars per million tokens.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    pub(super) input: f64,
    pub(super) output: f64,
    pub(super) cache_read: f64,
    pub(super) cache_write: f64,
    pub(super) cache_write_1h: Option<f64>,
}

pub(super) fn resolve(
    rows: &[Row],
    inference: &Inference,
    names: &BTreeMap<String, String>,
) -> anyhow::Result<Table> {
    let mut siblings: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        siblings.entry(&row.base_id).or_default().push(row);
    }
    let known = |list: &str, id: &String| {
        ensure!(siblings.contains_key(id.as_str()), "`{list}` names `{id}`, which no row has as its base id");
        Ok(())
    };
    inference.profile_only.iter().try_for_each(|id| known("profileOnly", id))?;
    inference.end_of_life.iter().try_for_each(|id| known("endOfLife", id))?;
    names.keys().try_for_each(|id| known("names", id))?;

    let mut profile_only: BTreeSet<String> = inference.profile_only.iter().cloned().collect();
    for (base_id, siblings) in &siblings {
        if siblings.iter().all(|row| row.id != *base_id) {
            profile_only.insert((*base_id).to_owned());
        }
    }
    let decisions = rows
        .iter()
        .map(|row| {
            let family = siblings.get(row.base_id.as_str()).map(Vec::as_slice).unwrap_or_default();
            decide(row, family, inference, names).with_context(|| format!("cannot decide about `{}`", row.id))
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(Table { decisions, profile_only })
}

fn decide(
    row: &Row,
    siblings: &[&Row],
    inference: &Inference,
    names: &BTreeMap<String, String>,
) -> anyhow::Result<Decisions> {
    check(row)?;
    let rates = standard_rates(row, siblings)?;
    let mut capabilities = row.capabilities.clone();
    for flag in siblings.iter().flat_map(|row| row.capabilities.keys()) {
        if !capabilities.contains_key(flag)
            && let Some(value) = agreed(siblings.iter().filter_map(|row| row.capabilities.get(flag)))
        {
            capabilities.insert(flag.clone(), *value);
        }
    }
    let thinking_levels = if row.thinking_level_map.is_empty() {
        agreed(siblings.iter().map(|row| &row.thinking_level_map).filter(|map| !map.is_empty()))
            .cloned()
            .unwrap_or_default()
    } else {
        row.thinking_level_map.clone()
    };
    Ok(Decisions {
        name: name(row, siblings, names),
        reasoning: reasoning(row, siblings)?,
        context_window: smaller(row.context_window, row.disputed.get("contextWindow"))?,
        max_tokens: smaller(row.max_tokens, row.disputed.get("maxTokens"))?,
        rates,
        tiers: row.tiers.iter().map(|tier| (tier.input_tokens_above, scaled(tier.cost(), rates))).collect(),
        service_tiers: row
            .service_tier_cost
            .iter()
            .map(|(tier, cost)| (*tier, scaled(*cost, rates)))
            .collect(),
        capabilities,
        prompt_cache_min_tokens: row
            .prompt_cache_min_tokens
            .or_else(|| agreed(siblings.iter().filter_map(|row| row.prompt_cache_min_tokens))),
        effort_ceiling: row
            .effort_ceiling
            .or_else(|| agreed(siblings.iter().filter_map(|row| row.effort_ceiling))),
        thinking_levels,
        end_of_life: inference.end_of_life.contains(&row.base_id),
    })
}

/// Refuses rows that the generated code would make nonsense of.
fn check(row: &Row) -> anyhow::Result<()> {
    ensure!(row.id == row.id.to_ascii_lowercase(), "the id is not in lower case; the lookup needs it so");
    if let Some(geography) = &row.geography {
        ensure!(
            row.id == format!("{geography}.{}", row.base_id),
            "the id is not its geography and its base id"
        );
    }
    ensure!(row.tiers.is_sorted_by_key(|tier| tier.input_tokens_above), "tiers must rise");
    let undisputed = [
        ("contextWindow", row.context_window.is_some()),
        ("maxTokens", row.max_tokens.is_some()),
        ("reasoning", row.reasoning.is_some()),
        ("cost.input", row.cost.input.is_some()),
        ("cost.output", row.cost.output.is_some()),
        ("cost.cacheRead", row.cost.cache_read.is_some()),
        ("cost.cacheWrite", row.cost.cache_write.is_some()),
        ("cost.cacheWrite1h", row.cost.cache_write1h.is_some()),
    ];
    for field in row.disputed.keys() {
        match undisputed.iter().find(|(name, _)| name == field) {
            Some((_, true)) => bail!("`{field}` is disputed and has a value as well; keep the dispute only"),
            Some((_, false)) => {}
            None => bail!("no rule says how to settle a dispute about `{field}`; add one here"),
        }
    }
    Ok(())
}

/// pi-ai states the flag for every model; litellm only where somebody thought of it, and by copying. So pi-ai
/// decides, also for a profile that only litellm lists.
fn reasoning(row: &Row, siblings: &[&Row]) -> anyhow::Result<bool> {
    let stated = |row: &Row| -> Option<bool> {
        match row.disputed.get("reasoning") {
            Some(claims) => claims.pi_ai.as_bool(),
            None => row.reasoning.filter(|_| row.sources.contains(&Source::PiAi)),
        }
    };
    stated(row)
        .or_else(|| agreed(siblings.iter().filter_map(|row| stated(row))))
        .or(row.reasoning)
        .context("no table says whether it reasons")
}

fn name(row: &Row, siblings: &[&Row], names: &BTreeMap<String, String>) -> Option<String> {
    if row.name.is_some() {
        return row.name.clone();
    }
    let plain = names.get(&row.base_id).cloned().or_else(|| {
        siblings.iter().filter(|row| row.id == row.base_id).find_map(|row| row.name.clone()).or_else(|| {
            let (name, _) = siblings.iter().find_map(|row| row.name.as_ref())?.rsplit_once(" (")?;
            Some(name.to_owned())
        })
    })?;
    Some(match row.geography.as_deref() {
        None => plain,
        Some("global") => format!("{plain} (Global)"),
        Some("in") => format!("{plain} (India)"),
        Some("us-gov") => format!("{plain} (GovCloud)"),
        Some(other) => format!("{plain} ({})", other.to_ascii_uppercase()),
    })
}

/// A limit that is too small costs a little; one that is too large costs a refused request.
fn smaller(undisputed: Option<u64>, claims: Option<&Claims>) -> anyhow::Result<Option<u64>> {
    let Some(claims) = claims else {
        return Ok(undisputed);
    };
    let number = |value: &Value| value.as_u64().context("a disputed limit is not a whole number");
    Ok(Some(number(&claims.pi_ai)?.min(number(&claims.litellm)?)))
}

/// A bill that is lower than expected is the better surprise.
fn higher(undisputed: Option<f64>, claims: Option<&Claims>) -> anyhow::Result<Option<f64>> {
    let Some(claims) = claims else {
        return Ok(undisputed);
    };
    let number = |value: &Value| value.as_f64().context("a disputed price is not a number");
    Ok(Some(number(&claims.pi_ai)?.max(number(&claims.litellm)?)))
}

fn standard_rates(row: &Row, siblings: &[&Row]) -> anyhow::Result<Rates> {
    let cost = settled_cost(row)?;
    let input = cost.input.unwrap_or(0.0);
    let cache_read = cost.cache_read.unwrap_or(0.0);
    let cache_write = match cost.cache_write {
        Some(rate) => rate,
        None if cache_read == 0.0 => 0.0,
        // A model that reads from a cache and has no price for writing: as a sibling profile does it, else as
        // ordinary input, which is the most that anyone charges where writing has no price of its own.
        None => {
            let mut ratio = 1.0;
            for sibling in siblings {
                if let Cost { input: Some(input), cache_write: Some(write), .. } = settled_cost(sibling)?
                    && input > 0.0
                {
                    ratio = write / input;
                    break;
                }
            }
            input * ratio
        }
    };
    Ok(Rates {
        input,
        output: cost.output.unwrap_or(0.0),
        cache_read,
        cache_write,
        cache_write_1h: cost.cache_write1h,
    })
}

fn settled_cost(row: &Row) -> anyhow::Result<Cost> {
    let claims = |field: &str| row.disputed.get(field);
    Ok(Cost {
        input: higher(row.cost.input, claims("cost.input"))?,
        output: higher(row.cost.output, claims("cost.output"))?,
        cache_read: higher(row.cost.cache_read, claims("cost.cacheRead"))?,
        cache_write: higher(row.cost.cache_write, claims("cost.cacheWrite"))?,
        cache_write1h: higher(row.cost.cache_write1h, claims("cost.cacheWrite1h"))?,
    })
}

/// The rates of a tier; what it leaves out is the standard rate, scaled as the input is.
fn scaled(cost: Cost, standard: Rates) -> Rates {
    let input = cost.input.unwrap_or(standard.input);
    let factor = if standard.input > 0.0 { input / standard.input } else { 1.0 };
    Rates {
        input,
        output: cost.output.unwrap_or(standard.output * factor),
        cache_read: cost.cache_read.unwrap_or(standard.cache_read * factor),
        cache_write: cost.cache_write.unwrap_or(standard.cache_write * factor),
        cache_write_1h: cost.cache_write1h.or(standard.cache_write_1h.map(|rate| rate * factor)),
    }
}

/// The value that all agree on; `None` when there is none or they differ.
fn agreed<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values = values.into_iter();
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
