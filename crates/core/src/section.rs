//! A part of the configuration that one crate owns.
//!
//! Separate from the document so that a crate can bring its own options: the document composes sections at fixed
//! places without knowing them.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::strict::Strict;

/// A typed part of the configuration at a fixed place.
///
/// ```
/// use clawdia_core::{Section, SectionPlugin};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// Settings of the weather service.
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Weather {
///     /// The city to report on.
///     city: String,
/// }
///
/// impl Section for Weather {
///     const POINTER: &'static str = "/models/weather";
/// }
///
/// const PLUGIN: SectionPlugin = SectionPlugin::of::<Weather>(env!("CARGO_PKG_NAME"));
/// assert!((PLUGIN.check)(serde_json::json!({ "city": 7 })).is_err());
/// ```
pub trait Section: DeserializeOwned + JsonSchema {
    /// Where it stands in the document, as a JSON pointer.
    const POINTER: &'static str;
}

/// The record by which a crate submits a [`Section`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SectionPlugin {
    /// Where it stands in the document, as a JSON pointer.
    pub pointer: &'static str,
    /// The crate that brings it.
    pub owner: &'static str,
    /// Its JSON Schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Says what is wrong with a value, with its path below the section.
    pub check: fn(Value) -> Result<(), SectionError>,
}

impl SectionPlugin {
    /// The record of `T`, brought by the crate `owner` (`env!("CARGO_PKG_NAME")`).
    pub const fn of<T: Section>(owner: &'static str) -> Self {
        Self { pointer: T::POINTER, owner, schema: schema_of::<T>, check: check_as::<T> }
    }
}

/// What is wrong with a part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{path}`: {message}")]
pub struct SectionError {
    /// Where, below the section; `.` for the whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

pub(crate) fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(crate) fn check_as<T: DeserializeOwned>(value: Value) -> Result<(), SectionError> {
    from_config::<T>(value).map(drop)
}

/// Reads a part of the configuration into its type: a section, or a provider's `params`.
///
/// An object must be written as an object; serde alone would also take a list of its members' values.
///
/// # Errors
/// What is wrong and where, below `value`.
///
/// ```
/// #[derive(Debug, serde::Deserialize)]
/// struct Params {
///     answers: Vec<u8>,
/// }
/// let error = clawdia_core::from_config::<Params>(serde_json::json!({ "answers": [42, "x"] })).unwrap_err();
/// assert_eq!(error.path, "answers[1]");
/// ```
pub fn from_config<T: DeserializeOwned>(value: Value) -> Result<T, SectionError> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| SectionError {
        path: error.path().to_string(),
        message: error.into_inner().to_string(),
    })
}
