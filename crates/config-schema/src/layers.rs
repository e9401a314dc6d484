//! Options that stand in several places of the document and hold together.
//!
//! Separate because what a plugin can check is only what comes out, while a person must be told the place that is wrong.

use clawdia_core::{ProviderPlugin, merge_params};
use serde_json::{Map, Value};

use crate::findings::Findings;
use crate::path::Path;
use crate::reading;
use crate::salvage::{self, Mistakes};

/// Options of one provider, from several places, each over those before it.
#[derive(Clone)]
pub(crate) struct Layers {
    plugin: &'static ProviderPlugin,
    /// Where they stand in the document, lowest first.
    places: Vec<Path>,
    merged: Map<String, Value>,
    /// Whether something is missing below the highest layer, which was told there.
    lacks: bool,
}

/// Which members may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// None.
    None,
    /// Whole options: nobody may ever use such a provider.
    Options,
    /// Any, since they may stand in a further place.
    Any,
}

impl Layers {
    /// Begins with the options at `place` as they are written.
    pub(crate) fn new(plugin: &'static ProviderPlugin, place: Path, params: &Map<String, Value>) -> Self {
        Self { plugin, places: vec![place], merged: params.clone(), lacks: false }
    }

    /// Adds the options at `place`, which go before those so far.
    pub(crate) fn then(mut self, place: Path, params: &Map<String, Value>) -> Self {
        merge_params(&mut self.merged, params);
        self.places.push(place);
        self
    }

    /// Checks what comes out by the plugin's own type.
    pub(crate) fn check(&mut self, findings: &mut Findings<'_>) {
        let missing = if self.lacks { Missing::Any } else { Missing::None };
        self.lacks |= self.check_but(findings, missing);
    }

    /// As [`check`](Self::check), but for members that are missing, since they may stand in a further place.
    pub(crate) fn check_what_is_there(&self, findings: &mut Findings<'_>) {
        self.check_but(findings, Missing::Any);
    }

    /// As [`check`](Self::check), but for whole options that are missing: nobody may ever use such a provider.
    pub(crate) fn check_what_is_said(&self, findings: &mut Findings<'_>) {
        self.check_but(findings, Missing::Options);
    }

    /// Says whether something is missing.
    fn check_but(&self, findings: &mut Findings<'_>, missing: Missing) -> bool {
        let mut mistakes = InLayers { layers: self, findings, missing, lacks: false, filled: Vec::new() };
        salvage::read(Value::Object(self.merged.clone()), &self.plugin.check_params, &mut mistakes);
        mistakes.lacks
    }
}

/// Tells mistakes in options, each at the highest of the places that has what is wrong.
struct InLayers<'a, 'b> {
    layers: &'a Layers,
    findings: &'a mut Findings<'b>,
    missing: Missing,
    lacks: bool,
    /// What was missing, and stands for something else now.
    filled: Vec<Path>,
}

impl InLayers<'_, '_> {
    /// The place in the document that is wrong about `path`: in the highest of the places that has it, or as much of the
    /// way to it as there is.
    fn place_of(&self, path: &Path) -> Path {
        let places = &self.layers.places;
        let document = self.findings.document;
        let ways = (0..=path.steps().len()).rev().map(|length| {
            path.steps()[..length].iter().fold(Path::default(), |way, step| way.then(step.clone()))
        });
        let candidates = ways.flat_map(|way| places.iter().rev().map(move |place| place.join(&way)));
        let mut there = candidates.filter(|place| document.value_at(place).is_some());
        there.next().unwrap_or_else(|| places[0].join(path))
    }
}

impl Mistakes for InLayers<'_, '_> {
    fn tell(&mut self, path: &Path, message: &str) {
        if let Some(key) = salvage::missing_in(message) {
            self.filled.push(path.key(key));
            self.lacks = true;
            match self.missing {
                Missing::None => {}
                Missing::Options if !path.steps().is_empty() => {}
                Missing::Options | Missing::Any => return,
            }
        } else if self.filled.iter().any(|filled| path.steps().starts_with(filled.steps())) {
            // Nobody wrote this.
            return;
        }
        let document = self.findings.document;
        let path = self.place_of(path);
        let findings = &*self.findings;
        let what_to_write = |path: &Path| findings.what_to_write(path);
        let problem = reading::problem(document, &path, message, &|_| Vec::new(), &what_to_write);
        self.findings.push(&path, problem);
        if !reading::is_harmless(&path, message, &|_| Vec::new()) {
            self.findings.suspect(&path);
        }
    }

    // No other rule looks at options.
    fn doubt(&mut self, path: &Path) {
        self.filled.push(path.clone());
    }

    // A list among options is never put together from two places, and nothing of it is looked up later.
    fn leave_out(&mut self, _: &Path) {}
}
