//! How a model is named: `provider/model`, and the two identifiers in it.
//!
//! Separate because everything that configures, lists or calls a model speaks in refs, and the rule for
//! splitting them (at the *first* slash, since ARNs contain slashes) must exist once.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::string_newtype::string_newtype;

string_newtype! {
    /// A configured provider, such as `amazon-bedrock`: the key of an entry in `models.providers`.
    ///
    /// ```
    /// use clawdia_core::ProviderId;
    /// const BEDROCK: ProviderId = ProviderId::from_static("amazon-bedrock");
    /// assert_eq!(BEDROCK.as_str(), "amazon-bedrock");
    /// ```
    ProviderId
}

string_newtype! {
    /// A model in the words of its provider: for Bedrock a foundation model id, an inference profile id or an ARN.
    ///
    /// ```
    /// use clawdia_core::ModelId;
    /// let id = ModelId::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    /// assert!(id.as_str().starts_with("us."));
    /// ```
    ModelId
}

/// A model of a provider, written `provider/model`.
///
/// The text is split at its first slash; the provider is lower-cased, the model is kept as it is.
///
/// ```
/// use clawdia_core::ModelRef;
/// let model_ref: ModelRef =
///     "amazon-bedrock/arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0".parse()?;
/// assert_eq!(model_ref.provider, "amazon-bedrock");
/// assert!(model_ref.model.as_str().ends_with("inference-profile/us.amazon.nova-lite-v1:0"));
/// # Ok::<(), clawdia_core::ParseModelRefError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelRef {
    /// Whose model it is.
    pub provider: ProviderId,
    /// Which of the provider's models.
    pub model: ModelId,
}

impl ModelRef {
    /// Puts a ref together from its parts.
    pub fn new(provider: impl Into<ProviderId>, model: impl Into<ModelId>) -> Self {
        Self { provider: provider.into(), model: model.into() }
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.provider, self.model)
    }
}

impl FromStr for ModelRef {
    type Err = ParseModelRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| ParseModelRefError { text: text.to_owned(), reason };
        let (provider, model) = text.trim().split_once('/').ok_or_else(|| refuse(ModelRefFlaw::NoSlash))?;
        let (provider, model) = (provider.trim(), model.trim());
        if provider.is_empty() {
            return Err(refuse(ModelRefFlaw::NoProvider));
        }
        if model.is_empty() {
            return Err(refuse(ModelRefFlaw::NoModel));
        }
        if text.chars().any(char::is_control) {
            return Err(refuse(ModelRefFlaw::ControlCharacter));
        }
        Ok(Self::new(provider.to_lowercase(), model))
    }
}

impl Serialize for ModelRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ModelRef {
    fn schema_name() -> Cow<'static, str> {
        "ModelRef".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[^/\x00-\x1f\x7f-\x9f]*[^/\s\x00-\x1f\x7f-\x9f][^/\x00-\x1f\x7f-\x9f]*/[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        })
    }
}

/// A text that is no [`ModelRef`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no model ref: {reason}; write it as `provider/model`, for example `amazon-bedrock/us.amazon.nova-lite-v1:0`"
)]
pub struct ParseModelRefError {
    text: String,
    reason: ModelRefFlaw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum ModelRefFlaw {
    #[error("there is no slash between provider and model")]
    NoSlash,
    #[error("there is no provider before the slash")]
    NoProvider,
    #[error("there is no model after the slash")]
    NoModel,
    #[error("it contains a control character")]
    ControlCharacter,
}
