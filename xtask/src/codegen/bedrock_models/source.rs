//! The shape of the data files. Strict, so that a misspelt key is an error and not a lost fact; the order of the
//! fields is the order in the files.
//!
//! The closed sets repeat those of `clawdia-bedrock-models`, which cannot be a dependency: it does not build while its
//! generated half is missing or broken. A word that only one side knows does not compile there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Models {
    provenance: Map<String, Value>,
    pub(super) models: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Inference {
    provenance: Map<String, Value>,
    pub(super) profile_only: Vec<String>,
    pub(super) end_of_life: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    provenance: Map<String, Value>,
    pub(super) names: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Behaviours {
    provenance: Map<String, Value>,
    pub(super) unlisted: Vec<String>,
    pub(super) rules: Vec<Rule>,
}

/// What some models have in common. Rules overrule earlier ones, so their order is a fact too.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) family: Option<Family>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<String>,
    pub(super) source: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) capabilities: BTreeMap<String, bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thinking: Option<ThinkingDialect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) efforts: Option<Vec<Effort>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effort_ceiling: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replay: Option<Replay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache: Option<CacheRules>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) media: BTreeMap<MediaLimit, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) least_max_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Family {
    Claude,
    Nova,
    Titan,
    Llama,
    Mistral,
    DeepSeek,
    Qwen,
    GptOss,
    Gpt,
    Grok,
    Kimi,
    Glm,
    MiniMax,
    Nemotron,
    Gemma,
    Palmyra,
    Pegasus,
    Command,
    Jamba,
    Jurassic,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ThinkingDialect {
    None,
    ClaudeBudget,
    ClaudeAdaptive,
    OpenAiFlatEffort,
    OpenAiNestedEffort,
    NovaReasoningConfig,
    ReasoningConfigWord,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    pub(super) text: ReplayText,
    pub(super) redacted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReplayText {
    Never,
    Signed,
    Unsigned,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CacheRules {
    pub(super) places: Vec<CachePlace>,
    pub(super) after_plain_documents: bool,
    pub(super) one_hour: bool,
    pub(super) opt_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CachePlace {
    Tools,
    System,
    Messages,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum MediaLimit {
    Images,
    ImageBytes,
    ImageSide,
    ImageSideAmongMany,
    Documents,
    DocumentBytes,
    Videos,
    VideoBytes,
}

/// One model id. A field that the tables dispute stands in `disputed` alone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) base_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) geography: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reasoning: Option<bool>,
    pub(super) input: Vec<Modality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context_window: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_tokens: Option<u64>,
    pub(super) cost: Cost,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tiers: Vec<Tier>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) service_tier_cost: BTreeMap<ServiceTier, Cost>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) capabilities: BTreeMap<String, bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prompt_cache_min_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effort_ceiling: Option<Effort>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) thinking_level_map: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deprecation_date: Option<String>,
    pub(super) sources: Vec<Source>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) disputed: BTreeMap<String, Claims>,
}

/// What each table says about a disputed field.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    #[serde(rename = "pi-ai")]
    pub(super) pi_ai: Value,
    pub(super) litellm: Value,
}

/// Dollars per million tokens.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cost {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_read: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write1h: Option<f64>,
}

// Not a flattened `Cost`: serde cannot both flatten and refuse unknown keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tier {
    pub(super) input_tokens_above: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_read: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write1h: Option<f64>,
}

impl Tier {
    pub(super) fn cost(&self) -> Cost {
        Cost {
            input: self.input,
            output: self.output,
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            cache_write1h: self.cache_write1h,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Modality {
    Text,
    Image,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ServiceTier {
    Flex,
    Priority,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Source {
    #[serde(rename = "pi-ai")]
    PiAi,
    #[serde(rename = "litellm")]
    LiteLlm,
}
