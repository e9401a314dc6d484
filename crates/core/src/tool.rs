//! What a model may ask to have run, and how free it is to ask.
//!
//! Separate from messages because tools belong to a request, not to its history.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tool the model may call.
///
/// ```
/// use clawdia_core::Tool;
/// let tool = Tool::new("add", "Adds two numbers.", serde_json::json!({
///     "type": "object",
///     "properties": { "a": { "type": "number" }, "b": { "type": "number" } },
///     "required": ["a", "b"],
/// }));
/// assert_eq!(tool.parameters["required"][1], "b");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it does, for the model.
    #[serde(default)]
    pub description: String,
    /// A JSON Schema of its arguments, an object; its key order is kept.
    #[serde(default = "any_object")]
    pub parameters: Value,
    /// Whether the model's arguments are to be held to the schema while it writes; absent means no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<Strictness>,
}

/// How much it matters that a tool's arguments fit its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// Hold the model to the schema where it and the schema allow it.
    Prefer,
    /// Hold the model to the schema, or fail the call before it is sent.
    Require,
}

fn any_object() -> Value {
    serde_json::json!({ "type": "object", "properties": {} })
}

impl Tool {
    /// Sets [`strict`](Self::strict).
    #[must_use]
    pub fn with_strict(mut self, strictness: Strictness) -> Self {
        self.strict = Some(strictness);
        self
    }

    /// Puts a tool together.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self { name: name.into(), description: description.into(), parameters, strict: None }
    }
}

/// How free the model is in calling tools. JSON: `"auto"`, `"any"`, `"none"` or `{"type":"tool","name":…}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ToolChoice {
    /// It decides.
    Auto,
    /// It must call one.
    Any,
    /// It must call none.
    None,
    /// It must call this one.
    Tool(String),
}

impl Serialize for ToolChoice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Any => serializer.serialize_str("any"),
            Self::None => serializer.serialize_str("none"),
            Self::Tool(name) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "tool")?;
                map.serialize_entry("name", name)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ToolChoiceVisitor)
    }
}

/// Written by hand, as derived untagged enums answer every mistake with "did not match any variant".
struct ToolChoiceVisitor;

impl<'de> Visitor<'de> for ToolChoiceVisitor {
    type Value = ToolChoice;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`auto`, `any`, `none` or {\"type\":\"tool\",\"name\":…}")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<ToolChoice, E> {
        match word {
            "auto" => Ok(ToolChoice::Auto),
            "any" => Ok(ToolChoice::Any),
            "none" => Ok(ToolChoice::None),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ToolChoice, A::Error> {
        let (mut kind, mut name) = (None::<String>, None::<String>);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => kind = Some(map.next_value()?),
                "name" => name = Some(map.next_value()?),
                other => return Err(de::Error::unknown_field(other, &["type", "name"])),
            }
        }
        match (kind.as_deref(), name) {
            (Some("tool"), Some(name)) => Ok(ToolChoice::Tool(name)),
            (Some("tool"), None) => Err(de::Error::missing_field("name")),
            (Some(word), None) => self.visit_str(word),
            (Some(_), Some(_)) => Err(de::Error::custom("`name` goes only with `\"type\":\"tool\"`")),
            (None, _) => Err(de::Error::missing_field("type")),
        }
    }
}
