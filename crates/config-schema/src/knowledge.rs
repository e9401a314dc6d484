//! What only a provider can say of a configuration: whether it knows better.
//!
//! Separate from the rules, which need no provider; a host that has some asks them.

use std::fmt::Write as _;

use clawdia_core::{Model, ModelConfig, ModelRef};

use crate::config::Config;
use crate::document::Part;
use crate::path::Path;
use crate::problem::{Problem, Severity};
use crate::report::Report;

impl Report {
    /// Adds hints that take knowledge of models. `describe` says what the model's provider knows without the
    /// configuration.
    pub fn ask(&mut self, describe: &dyn Fn(&ModelRef) -> Option<Model>) {
        let Some(config) = &self.config else { return };
        let hints = price_hints(config, describe);
        self.extend(hints);
    }
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
    let rates = [
        ("input", row.cost.input, known.cost.input),
        ("output", row.cost.output, known.cost.output),
        ("cacheRead", row.cost.cache_read, known.cost.cache_read),
        ("cacheWrite", row.cost.cache_write, known.cost.cache_write),
    ];
    let mut told = String::new();
    for (key, _, known) in
        rates.into_iter().filter(|(_, written, known)| *written == Some(0.0) && *known > 0.0)
    {
        let comma = if told.is_empty() { "" } else { ", " };
        // Writing to a `String` cannot fail.
        let _ = write!(told, "{comma}`{key}` ${known}");
    }
    (!told.is_empty()).then(|| format!("a price of 0 makes every bill 0; known for a million tokens: {told}"))
}
