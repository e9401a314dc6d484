//! The section `models.bedrockDiscovery` of a configuration.
//!
//! Separate from what acts on it: a configuration is checked before anything is asked of a service.

use clawdia_core::schemars::JsonSchema;
use clawdia_core::{Section, SectionPlugin};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// Finding out which models of Amazon Bedrock an account can use.
///
/// ```
/// use clawdia_discovery::BedrockDiscoveryConfig;
/// let config: BedrockDiscoveryConfig = serde_json::from_str(r#"{"region": "us-east-1"}"#)?;
/// assert_eq!((config.enabled, config.refresh_interval), (None, 3600));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars", extend("x-example" = { "enabled": true, "region": "us-east-1" }))]
#[non_exhaustive]
pub struct BedrockDiscoveryConfig {
    /// Whether to look for models. By default that is done whenever there are AWS credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The region to look in. Default is that of the provider.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "not_blank")]
    #[schemars(regex(pattern = r"\S"), extend("x-proposals" = "regions", "x-example" = "us-east-1"))]
    pub region: Option<String>,
    /// Whose models to take, by the names that Amazon Bedrock gives their makers. Default is everyone's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [["anthropic", "amazon"]]), extend("items" = { "type": "string", "examples": MAKERS }))]
    pub provider_filter: Vec<String>,
    /// How many seconds what was found is good for; 0 asks every time.
    pub refresh_interval: u64,
    /// How many tokens a model may read and write together of which nothing is known.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub default_context_window: u64,
    /// How many tokens an answer may have of a model of which nothing is known.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub default_max_tokens: u64,
}

/// The makers whose models Amazon Bedrock has, for editors to propose. A new one can be written, too.
const MAKERS: [&str; 17] = [
    "ai21",
    "amazon",
    "anthropic",
    "cohere",
    "deepseek",
    "google",
    "luma",
    "meta",
    "minimax",
    "mistral",
    "moonshot",
    "nvidia",
    "openai",
    "qwen",
    "stability",
    "twelvelabs",
    "writer",
];

impl Default for BedrockDiscoveryConfig {
    fn default() -> Self {
        Self {
            enabled: None,
            region: None,
            provider_filter: Vec::new(),
            refresh_interval: 3_600,
            default_context_window: 32_000,
            default_max_tokens: 4_096,
        }
    }
}

impl Section for BedrockDiscoveryConfig {
    const POINTER: &'static str = "/models/bedrockDiscovery";
}

const PLUGIN: SectionPlugin = SectionPlugin::of::<BedrockDiscoveryConfig>(env!("CARGO_PKG_NAME"));
clawdia_core::register!(PLUGIN);

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        0 => Err(D::Error::invalid_value(Unexpected::Unsigned(0), &"a whole number of at least 1")),
        number => Ok(number),
    }
}

fn not_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match &text {
        Some(text) if text.trim().is_empty() => {
            Err(D::Error::custom("a region cannot be blank; leave the key out for the provider's"))
        }
        Some(_) | None => Ok(text),
    }
}
