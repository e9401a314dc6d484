//! The model an agent uses, and what to fall back on.
//!
//! Separate because it may be written in two ways, as a text or as an object.

use std::borrow::Cow;
use std::fmt;

use clawdia_core::ModelRef;
use clawdia_core::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::json;

/// A model, and the models to try when it fails.
///
/// Written as `"provider/model"` or as `{ primary: "provider/model", fallbacks: ["provider/other"] }`.
///
/// ```
/// use clawdia_config_schema::ModelChoice;
/// let choice: ModelChoice = serde_json::from_str(r#""acme/large""#)?;
/// assert_eq!(choice.primary.unwrap().model, "large");
/// assert_eq!(choice.fallbacks, Some(Vec::new()), "a model that is chosen alone has none");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelChoice {
    /// The model to use.
    pub primary: Option<ModelRef>,
    /// The models to try, in this order, when the primary one fails. `None` where that is not said: an object without
    /// either key leaves what holds otherwise.
    pub fallbacks: Option<Vec<ModelRef>>,
}

/// The member that a choice says which is written as a text.
pub(crate) const MEANT_BY_TEXT: &str = "primary";

impl ModelChoice {
    /// A model without fallbacks.
    pub fn new(primary: ModelRef) -> Self {
        Self { primary: Some(primary), fallbacks: Some(Vec::new()) }
    }
}

/// The choice as it is written at length.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
struct AtLength {
    /// The model to use.
    primary: Option<ModelRef>,
    /// The models to try, in this order, when the primary one fails.
    fallbacks: Option<Vec<ModelRef>>,
}

/// One schema for both forms: an editor then marks the key that is wrong, not the whole value.
impl JsonSchema for ModelChoice {
    fn schema_name() -> Cow<'static, str> {
        "ModelChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = AtLength::json_schema(generator);
        schema.insert("type".to_owned(), json!(["object", "string"]));
        for (keyword, value) in ModelRef::json_schema(generator).as_object().into_iter().flatten() {
            if keyword != "type" {
                schema.insert(keyword.clone(), value.clone());
            }
        }
        schema
    }
}

impl<'de> Deserialize<'de> for ModelChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ModelChoiceVisitor)
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
