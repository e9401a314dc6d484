//! Options that stand in several places of the document and hold together.
//!
//! Separate because what a plugin can check is only what comes out, while a person must be told the place that is wrong.

use clawdia_core::{ProviderPlugin, SectionError, merge_params};
use serde_json::{Map, Value};

use crate::document::Document;
use crate::error::ConfigError;
use crate::path::Path;
use crate::reading;

/// Options of one provider, from several places, each over those before it.
#[derive(Clone)]
pub(crate) struct Layers<'a> {
    document: &'a Document,
    plugin: &'a ProviderPlugin,
    /// Where they stand, lowest first.
    places: Vec<Path>,
    merged: Map<String, Value>,
}

impl<'a> Layers<'a> {
    /// Begins with the options at `place` as they are written.
    pub(crate) fn new(
        document: &'a Document,
        plugin: &'a ProviderPlugin,
        place: Path,
        params: &Map<String, Value>,
    ) -> Self {
        Self { document, plugin, places: vec![place], merged: params.clone() }
    }

    /// Adds the options at `place`, which go before those so far.
    pub(crate) fn then(mut self, place: Path, params: &Map<String, Value>) -> Self {
        merge_params(&mut self.merged, params);
        self.places.push(place);
        self
    }

    /// Checks what comes out by the plugin's own type.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_but(|_| false)
    }

    /// As [`check`](Self::check), but for members that are missing, since they may stand in a further place.
    pub(crate) fn check_what_is_there(&self) -> Result<(), ConfigError> {
        self.check_but(is_missing)
    }

    /// As [`check`](Self::check), but for whole options that are missing: nobody may ever use such a provider.
    pub(crate) fn check_what_is_said(&self) -> Result<(), ConfigError> {
        self.check_but(|flaw| is_missing(flaw) && flaw.path == ".")
    }

    fn check_but(&self, is_fine: impl Fn(&SectionError) -> bool) -> Result<(), ConfigError> {
        match (self.plugin.check_params)(Value::Object(self.merged.clone())) {
            Err(flaw) if !is_fine(&flaw) => Err(self.error(&flaw)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Tells a flaw at the highest of the places that has what is flawed.
    fn error(&self, flaw: &SectionError) -> ConfigError {
        let has_it =
            |place: &&Path| self.document.value_at(&self.document.resolve(place, &flaw.path)).is_some();
        let place = self.places.iter().rev().find(has_it).unwrap_or(&self.places[0]);
        reading::error(self.document, place, flaw, &|_| Vec::new())
    }
}

/// Whether a member is missing. Of several flaws a type reports this one last, once all members were read.
fn is_missing(flaw: &SectionError) -> bool {
    flaw.message.starts_with("missing field ")
}
