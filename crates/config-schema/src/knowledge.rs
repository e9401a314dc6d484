//! What only a provider can say of a configuration: whether it knows better.
//!
//! Separate from the rules, which need no provider; a host that has some asks them.

use std::fmt::Write as _;

use clawdia_core::{Model, ModelConfig, ModelRef, Plugins};

use crate::agent_rules;
use crate::config::Config;
use crate::document::Part;
use crate::known_models::{self, KnownModels};
use crate::models::ModelsMode;
use crate::path::Path;
use crate::problem::{Problem, Severity};
use crate::report::Report;

impl Report {
    /// Adds hints that take knowledge of models. `describe` says what the model's provider knows without the
    /// configuration.
    pub fn ask(&mut self, plugins: &Plugins, describe: &dyn Fn(&ModelRef) -> Option<Model>) {
        let Some(config) = &self.config else { return };
        let mut hints = price_hints(config, describe);
        hints.extend(model_hints(config, plugins, describe));
        self.extend(hints);
    }
}

/// What to say of a model that is listed nowhere, and of which linked crates could know; nothing if it is as it should be.
/// `is_known` is whether its provider describes it.
///
/// ```
/// use clawdia_config_schema::{Config, remark_on};
/// use clawdia_core::Plugins;
/// let plugins = Plugins::new([], [], [])?;
/// let known = Config::parse("{}", &plugins)?.known_models(&plugins);
/// assert_eq!(remark_on(&"acme/large".parse()?, &known, false), None, "nobody knows models of `acme`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn remark_on(
    reference: &ModelRef,
    known: &KnownModels,
    is_known: bool,
) -> Option<(String, Option<String>)> {
    let ModelRef { provider, model, .. } = reference;
    if !known.speaks_of(reference) {
        return None;
    }
    if is_known {
        let spelled = known.spelling(reference)?;
        return Some((
            format!("`{reference}` is not how the model is spelled"),
            Some(format!("write `{spelled}`")),
        ));
    }
    let near = known.nearest(reference).map(|near| format!("did you mean `{near}`?"));
    Some((format!("nobody knows a model `{model}` of `{provider}`"), near))
}

/// Models that agents use and that are spelled in another way, or that nobody knows.
fn model_hints(
    config: &Config,
    plugins: &Plugins,
    describe: &dyn Fn(&ModelRef) -> Option<Model>,
) -> Vec<Problem> {
    let Some(document) = config.document() else { return Vec::new() };
    // Where only listed models exist, that was said already.
    if config.models.mode == ModelsMode::Replace {
        return Vec::new();
    }
    let listed = known_models::listed(&config.models);
    let known = config.known_models(plugins);
    let mut hints = Vec::new();
    // Nothing was left out of a configuration that is right.
    let element = |list: &Path, index: usize| list.index(index);
    for (path, reference) in agent_rules::used_references(document, &element, &config.agents) {
        if listed.contains(&reference.to_string()) {
            continue;
        }
        let is_known = describe(&reference).is_some();
        let Some((message, advice)) = remark_on(&reference, &known, is_known) else { continue };
        // Without anything near it, it may well be a model that is new or one's own.
        let severity = if is_known || advice.is_none() { Severity::Hint } else { Severity::Warning };
        let advice = advice.unwrap_or_else(|| "calls will show whether it exists".to_owned());
        let hint = document.problem(&path, Part::Key, message, advice).with_severity(severity);
        hints.push(document.without_secrets(hint));
    }
    hints
}

/// A price of zero that is written goes before the price that is known, and every bill is zero then.
fn price_hints(config: &Config, describe: &dyn Fn(&ModelRef) -> Option<Model>) -> Vec<Problem> {
    let Some(document) = config.document() else { return Vec::new() };
    let mut hints = Vec::new();
    for (id, provider) in &config.models.providers {
        let rows = Path::of(&["models", "providers"]).key(id.as_str()).key("models");
        for (index, row) in provider.models.iter().enumerate() {
            let Some(known) = describe(&ModelRef::new(id.clone(), row.id.clone())) else { continue };
            let Some(message) = price_hint(row, &known) else { continue };
            let path = rows.index(index).key("cost");
            let hint = document
                .problem(&path, Part::Key, message, "leave out what you do not know better")
                .with_severity(Severity::Hint);
            hints.push(document.without_secrets(hint));
        }
    }
    hints
}

fn price_hint(row: &ModelConfig, known: &Model) -> Option<String> {
    let cost = &row.cost;
    let rates = [
        ("input", cost.input, Some(known.cost.input)),
        ("output", cost.output, Some(known.cost.output)),
        ("cacheRead", cost.cache_read, Some(known.cost.cache_read)),
        ("cacheWrite", cost.cache_write, Some(known.cost.cache_write)),
        ("cacheWrite1h", cost.cache_write_1h, known.cost.cache_write_1h),
    ];
    let mut rates = rates.map(|(key, written, known)| (key.to_owned(), written, known)).to_vec();
    for (index, tier) in cost.tiers.iter().flatten().enumerate() {
        let key = |key: &str| format!("tiers[{index}].{key}");
        rates.push((key("input"), Some(tier.input), Some(known.cost.input)));
        rates.push((key("output"), Some(tier.output), Some(known.cost.output)));
    }
    for (name, tier) in cost.service_tiers.iter().flatten() {
        let key = |key: &str| format!("serviceTiers.{name}.{key}");
        rates.push((key("input"), tier.input, Some(known.cost.input)));
        rates.push((key("output"), tier.output, Some(known.cost.output)));
    }
    let mut told = String::new();
    let is_nothing = |(_, written, known): &(String, Option<f64>, Option<f64>)| {
        *written == Some(0.0) && known.is_some_and(|known| known > 0.0)
    };
    for (key, _, known) in rates.into_iter().filter(is_nothing) {
        let comma = if told.is_empty() { "" } else { ", " };
        // Writing to a `String` cannot fail.
        let _ = write!(told, "{comma}`{key}` ${}", known.unwrap_or_default());
    }
    (!told.is_empty()).then(|| format!("a price of 0 makes every bill 0; known for a million tokens: {told}"))
}
