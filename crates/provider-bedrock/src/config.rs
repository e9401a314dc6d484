//! The `params` of a Bedrock provider as they are written, in a configuration or for one call.
//!
//! Separate from the settings they are resolved to: these types are the configuration's schema, and their comments are what
//! an editor shows. Members that only pass something on to the service bear the service's own names.

use std::collections::BTreeMap;

use clawdia_bedrock_models::LEAST_THINKING_BUDGET;
use clawdia_core::schemars::JsonSchema;
use clawdia_core::{CacheRetention, SectionError, Strictness, from_config};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The `params` of a Bedrock provider's configuration, of a single model's, and of a call (`StreamOptions::params`): the
/// later go before the earlier, member by member, and `null` takes a member back.
///
/// ```
/// use clawdia_provider_bedrock::{BedrockConfig, ProfilePreference};
/// let config: BedrockConfig = serde_json::from_str(r#"{"profilePreference": "none"}"#)?;
/// assert_eq!(config.profile_preference, ProfilePreference::None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars", extend("x-example" = { "serviceTier": "flex" }))]
#[non_exhaustive]
pub struct BedrockConfig {
    /// Which inference profile stands in for a foundation model that is served only through profiles.
    pub profile_preference: ProfilePreference,
    /// How long prompts are worth caching where a call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_retention: Option<CacheRetention>,
    /// What Claude shows of its thinking.
    pub thinking_display: ThinkingDisplay,
    /// Whether Claude models that are given a budget may think between the calls of a turn. On by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interleaved_thinking: Option<bool>,
    /// Tokens to think with, by level, for Claude models that are given a budget.
    pub thinking_budgets: ThinkingBudgets,
    /// Randomness, 0 to 1, where a call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1), extend("examples" = [0.2]))]
    pub temperature: Option<f64>,
    /// The share of likely tokens to choose from, 0 to 1, where a call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1), extend("examples" = [0.9]))]
    pub top_p: Option<f64>,
    /// The most tokens an answer may have, where a call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1), extend("examples" = [8192]))]
    pub max_tokens: Option<u64>,
    /// Texts at which the model stops, where a call names none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [["\n\nHuman:"]]))]
    pub stop_sequences: Vec<String>,
    /// Whether tools that do not say so themselves are strict: `prefer` where it is possible, `require` always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_tools: Option<Strictness>,
    /// How an answer is held to a schema that a call asks for.
    pub structured_output: StructuredOutput,
    /// Tools that the service runs itself, such as `nova_grounding`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [["nova_grounding"]]), extend("items" = { "type": "string", "examples": ["nova_grounding"] }))]
    pub system_tools: Vec<String>,
    /// A guardrail of Amazon Bedrock's that watches over prompts and answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-example" = { "guardrailIdentifier": "gr1234567890", "guardrailVersion": "1" }, "defaultSnippets" = [{ "label": "guardrail", "body": { "guardrailIdentifier": "$1", "guardrailVersion": "${2:DRAFT}" } }]))]
    pub guardrail: Option<GuardrailConfig>,
    /// The tier to be served in: `default`, `flex`, `priority` or `reserved`. The model's own where it has no other.
    #[serde(skip_serializing_if = "Option::is_none", alias = "service_tier")]
    #[schemars(extend("examples" = ["default", "flex", "priority", "reserved"], "x-aliases" = ["service_tier"]))]
    pub service_tier: Option<String>,
    /// How to be served.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-example" = { "latency": "optimized" }))]
    pub performance_config: Option<PerformanceConfig>,
    /// Marks that the service keeps with each request in its logs; a call's own go before these, one by one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-example" = { "team": "research" }))]
    pub request_metadata: BTreeMap<String, String>,
    /// What to fill in for the variables of a stored prompt, where the model is the ARN of one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-example" = { "city": "Bern" }))]
    pub prompt_variables: BTreeMap<String, String>,
    /// Members for the model itself, which the service hands on as they are. They go before those derived from other
    /// settings; lists named `anthropic_beta` are joined.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(extend("x-example" = { "top_k": 40 }))]
    pub additional_model_request_fields: Map<String, Value>,
    /// JSON Pointers to members of the model's own response; what is found is in the message's `providerMetadata`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [["/stop_sequence"]]))]
    pub additional_model_response_field_paths: Vec<String>,
    /// What to do with the beginning of an answer that the model may yet refuse.
    pub refusal_policy: RefusalPolicy,
    /// How often and how long a call is tried again before any content has arrived.
    pub retries: RetriesConfig,
}

/// How an answer is held to a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum StructuredOutput {
    /// By the service where the model can, else by a tool.
    #[default]
    Auto,
    /// By the service (`outputConfig`), or not at all.
    Native,
    /// By a tool with that schema, which the model has to call.
    Tool,
}

/// A guardrail of Amazon Bedrock's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "clawdia_core::schemars")]
pub struct GuardrailConfig {
    /// The guardrail's id or ARN.
    #[schemars(regex(pattern = r"\S"), extend("patternErrorMessage" = "Write the guardrail's id or ARN.", "examples" = ["gr1234567890"]))]
    pub guardrail_identifier: String,
    /// The guardrail's version: a number, or `DRAFT`.
    #[schemars(regex(pattern = r"^([1-9][0-9]{0,7}|DRAFT)$"), extend("patternErrorMessage" = "Write a number such as \"1\", or \"DRAFT\".", "examples" = ["1", "DRAFT"]))]
    pub guardrail_version: String,
    /// Whether the answer's metadata says what the guardrail found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<GuardrailTrace>,
    /// Whether a stream waits for the guardrail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_processing_mode: Option<StreamProcessingMode>,
    /// What of the conversation the guardrail looks at.
    #[serde(default)]
    pub scope: GuardrailScope,
}

/// Whether an answer says what a guardrail found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum GuardrailTrace {
    /// What it acted on.
    Enabled,
    /// Nothing; the default.
    Disabled,
    /// Everything it looked for.
    EnabledFull,
}

/// Whether a stream waits for its guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum StreamProcessingMode {
    /// Each piece is looked at before it is sent; the default.
    Sync,
    /// Pieces are sent at once, and what should not have been seen may be.
    Async,
}

/// What of a conversation a guardrail looks at. Texts marked `guardContent` are always looked at, and then only what is
/// marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum GuardrailScope {
    /// All of it, at each call.
    #[default]
    Conversation,
    /// What the user said last, texts and images.
    LastUserTurn,
}

/// How to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "clawdia_core::schemars")]
pub struct PerformanceConfig {
    /// `optimized` answers faster, where the model offers it, at another price and without prompt caching.
    pub latency: Latency,
}

/// How fast to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum Latency {
    /// As ever.
    Standard,
    /// Faster.
    Optimized,
}

/// What to do with the beginning of an answer that the model may yet refuse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum RefusalPolicy {
    /// It is handed out as it arrives.
    #[default]
    Stream,
    /// It is held back until the answer is complete, so that nothing of a refused answer is ever shown.
    Buffer,
}

/// How often and how long a call is tried again. Only before any content has arrived, and never sooner than the service
/// asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
pub struct RetriesConfig {
    /// How many times at most. Default 3; 0 never tries again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = 3))]
    pub max_retries: Option<u32>,
    /// Milliseconds that one wait may take, unless the service asks for more. Default 20000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = 20000))]
    pub max_delay_ms: Option<u64>,
    /// Milliseconds that all waits of a call may take together; a service that asks for more is not waited for. Default
    /// 60000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = 60000))]
    pub budget_ms: Option<u64>,
}

/// What Claude shows of its thinking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum ThinkingDisplay {
    /// A summary.
    #[default]
    Summarized,
    /// Nothing but its signature.
    Omitted,
}

/// Tokens to think with, by level; at least 1024 each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "clawdia_core::schemars")]
pub struct ThinkingBudgets {
    /// Tokens for the level `minimal`. Default 1024.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LEAST_THINKING_BUDGET), extend("default" = 1024))]
    pub minimal: Option<u64>,
    /// Tokens for the level `low`. Default 2048.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LEAST_THINKING_BUDGET), extend("default" = 2048))]
    pub low: Option<u64>,
    /// Tokens for the level `medium`. Default 8192.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LEAST_THINKING_BUDGET), extend("default" = 8192))]
    pub medium: Option<u64>,
    /// Tokens for the levels `high`, `xhigh` and `max`. Default 16384.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LEAST_THINKING_BUDGET), extend("default" = 16384))]
    pub high: Option<u64>,
}

/// Which inference profile stands in for a foundation model that is served only through profiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "clawdia_core::schemars")]
pub enum ProfilePreference {
    /// That of the region's own geography, the global one where there is none.
    #[default]
    Geo,
    /// The global one, that of the region's geography where there is none.
    Global,
    /// None: the id is called as it is written.
    None,
}

/// Says what is wrong with `params`, what no type can check included.
pub(crate) fn check_params(params: Value) -> Result<(), SectionError> {
    let config: BedrockConfig = from_config(params)?;
    config.check().map_err(|(path, message)| SectionError { path, message })
}

impl BedrockConfig {
    /// Checks what no type can.
    ///
    /// # Errors
    /// The path of the first flaw, and the rule.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        let ThinkingBudgets { minimal, low, medium, high } = self.thinking_budgets;
        let budgets = [("minimal", minimal), ("low", low), ("medium", medium), ("high", high)];
        for (level, budget) in budgets {
            if let Some(budget) = budget.filter(|budget| *budget < LEAST_THINKING_BUDGET) {
                let rule = format!("{budget} tokens are below the least, {LEAST_THINKING_BUDGET}");
                return Err((format!("thinkingBudgets.{level}"), rule));
            }
        }
        for (name, share) in [("temperature", self.temperature), ("topP", self.top_p)] {
            if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                return Err((name.to_owned(), "must be between 0 and 1".to_owned()));
            }
        }
        if self.max_tokens == Some(0) {
            return Err(("maxTokens".to_owned(), "must be at least 1".to_owned()));
        }
        self.guardrail.as_ref().map_or(Ok(()), GuardrailConfig::check)
    }
}

impl GuardrailConfig {
    /// Source: `GuardrailConfiguration` in the API reference.
    fn check(&self) -> Result<(), (String, String)> {
        let flaw = |member: &str, rule: &str| Err((format!("guardrail.{member}"), rule.to_owned()));
        if self.guardrail_identifier.trim().is_empty() {
            return flaw("guardrailIdentifier", "is blank; write the guardrail's id or ARN");
        }
        if !is_guardrail(self.guardrail_identifier.trim()) {
            let rule =
                "must be an id of small letters and digits, or an ARN that ends with `guardrail/` and the id";
            return flaw("guardrailIdentifier", rule);
        }
        let version = self.guardrail_version.as_str();
        let numbered = (1..=8).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_digit())
            && !version.starts_with('0');
        if numbered || version == "DRAFT" {
            Ok(())
        } else {
            flaw("guardrailVersion", "must be a number such as \"1\", or \"DRAFT\"")
        }
    }
}

/// Whether a text has the form of a guardrail's id or ARN. Source: as above.
fn is_guardrail(identifier: &str) -> bool {
    const CHARACTERS: usize = 2_048;
    let is_id = |id: &str| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_number = |account: &str| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = |region: &str| {
        (1..=20).contains(&region.len())
            && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if identifier.len() > CHARACTERS {
        return false;
    }
    match identifier.split(':').collect::<Vec<_>>()[..] {
        [id] => is_id(id),
        ["arn", partition, "bedrock", region, account, resource] => {
            (partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty()))
                && is_region(region)
                && is_number(account)
                && resource.strip_prefix("guardrail/").is_some_and(is_id)
        }
        _ => false,
    }
}
