//! A model in words and figures, for people and for programs.
//!
//! Separate from the table, which only arranges them: the same words stand in JSON.

use clawdia::config::schema::short_count;
use clawdia::core::{Cost, LimitsFrom};
use clawdia::{ListedModel, Model, ModelOrigin};
use serde::Serialize;

use crate::output::printable;

/// A model as `--json` shows it. The members and their order are a promise to scripts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonModel<'a> {
    /// The ref.
    key: String,
    name: String,
    /// Such as `text+image`.
    input: String,
    /// In tokens; `null` when not known.
    context_window: Option<u64>,
    /// In tokens; `null` when not known.
    max_tokens: Option<u64>,
    /// In dollars per million tokens; `null` when not known.
    cost: Option<&'a Cost>,
    source: ModelOrigin,
    limits_from: LimitsFrom,
    available: Option<bool>,
    tags: Vec<String>,
}

impl<'a> JsonModel<'a> {
    pub(super) fn of(listed: &'a ListedModel) -> Self {
        let model = &listed.model;
        Self {
            key: model.reference().to_string(),
            name: model.name.clone(),
            input: input(model),
            context_window: known(model.context_window),
            max_tokens: known(model.max_tokens),
            cost: listed.has_prices.then_some(&model.cost),
            source: listed.origin,
            limits_from: listed.limits_from,
            available: listed.available,
            tags: listed.tags.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The model's ref.
pub(super) fn key(model: &Model) -> String {
    printable(&model.reference().to_string())
}

/// What it can read.
pub(super) fn input(model: &Model) -> String {
    match model.input.as_slice() {
        [] => "-".to_owned(),
        input => input.iter().map(|modality| modality.as_str()).collect::<Vec<_>>().join("+"),
    }
}

/// A number of tokens, such as `200K`.
pub(super) fn tokens(count: u64) -> String {
    known(count).map_or_else(|| "-".to_owned(), short_count)
}

/// What a million tokens cost.
pub(super) fn price(listed: &ListedModel, rate: f64) -> String {
    if !listed.has_prices {
        return "-".to_owned();
    }
    let text = format!("{rate:.4}");
    format!("${}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Tags, and whether it cannot be called.
pub(super) fn tags(listed: &ListedModel) -> String {
    let not_there = (listed.available == Some(false)).then(|| "not available".to_owned());
    let tags = listed.tags.iter().map(|tag| printable(&tag.to_string())).chain(not_there);
    tags.collect::<Vec<_>>().join(", ")
}

fn known(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}
