//! The model an agent uses, and what to fall back on.
//!
//! Separate because it may be written in two ways, as a text or as an object.

use std::borrow::Cow;
use std::fmt;

use clawdia_core::ModelRef;
use clawdia_core::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A model, and the models to try when it fails.
///
/// Written as `"provider/model"` or as `{ primary: "provider/model", fallbacks: ["provider/other"] }`.
///
/// ```
/// use clawdia_config_schema::ModelChoice;
/// let choice: ModelChoice = serde_json::from_str(r#""acme/large""#)?;
/// assert_eq!(choice.primary.unwrap().model, "large");
/// assert!(choice.fallbacks.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelChoice {
    /// The model to use.
    pub primary: Option<ModelRef>,
    /// The models to try, in this order, when the primary one fails.
    pub fallbacks: Vec<ModelRef>,
}

impl ModelChoice {
    /// A model without fallbacks.
    pub fn new(primary: ModelRef) -> Self {
        Self { primary: Some(primary), fallbacks: Vec::new() }
    }
}

/// The choice as it is written at length.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct AtLength {
    primary: Option<ModelRef>,
    fallbacks: Vec<ModelRef>,
}

impl<'de> Deserialize<'de> for ModelChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ModelChoiceVisitor)
    }
}

impl JsonSchema for ModelChoice {
    fn schema_name() -> Cow<'static, str> {
        "ModelChoice".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// One schema for both ways of writing, so that an editor marks a mistake within the object and not all of it.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<ModelRef>();
        schema.insert("type".to_owned(), serde_json::json!(["string", "object"]));
        let model = generator.subschema_for::<ModelRef>();
        let described = |text: &str| {
            let mut schema = model.clone();
            schema.insert("description".to_owned(), text.into());
            schema
        };
        let object = json_schema!({
            "properties": {
                "primary": described("The model to use."),
                "fallbacks": {
                    "description": "The models to try, in this order, when the primary one fails.",
                    "type": "array",
                    "items": model,
                    "uniqueItems": true,
                },
            },
            "additionalProperties": false,
        });
        for (keyword, value) in object.as_object().into_iter().flatten() {
            schema.insert(keyword.clone(), value.clone());
        }
        schema
    }
}

/// Written by hand: a derived untagged enum reads into a buffer first and loses the place of a mistake.
struct ModelChoiceVisitor;

impl<'de> Visitor<'de> for ModelChoiceVisitor {
    type Value = ModelChoice;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"provider/model\" or { primary: \"provider/model\" }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ModelChoice, E> {
        text.parse().map(ModelChoice::new).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ModelChoice, A::Error> {
        let AtLength { primary, fallbacks } = AtLength::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ModelChoice { primary, fallbacks })
    }
}
