//! The description of a model: what it is called, can read, may write and costs.
//!
//! Separate from any connection: a description is data that configuration, facts tables and discovery produce and
//! that a [`Provider`](crate::Provider) is handed with each call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::Api;
use crate::cost::Cost;
use crate::headers::Headers;
use crate::modality::Modality;
use crate::model_ref::{ModelId, ModelRef, ProviderId};
use crate::thinking_level::ThinkingLevel;

/// A model, described.
///
/// ```
/// use clawdia_core::{Api, Model};
/// let model = Model::new("amazon-bedrock", "us.amazon.nova-lite-v1:0", Api::BEDROCK_CONVERSE_STREAM);
/// assert_eq!(model.reference().to_string(), "amazon-bedrock/us.amazon.nova-lite-v1:0");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Model {
    /// What the provider calls it.
    pub id: ModelId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The protocol it is reached by.
    pub api: Api,
    /// The configured provider that serves it.
    pub provider: ProviderId,
    /// Where to reach it, if not where its provider is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Whether it can think before it answers.
    #[serde(default)]
    pub reasoning: bool,
    /// What it can read.
    #[serde(default = "text_only")]
    pub input: Vec<Modality>,
    /// What it charges.
    #[serde(default)]
    pub cost: Cost,
    /// Tokens that prompt and answer may have together; 0 when not known.
    #[serde(default)]
    pub context_window: u64,
    /// Tokens that an answer may have; 0 when not known.
    #[serde(default)]
    pub max_tokens: u64,
    /// HTTP headers to send with each request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Headers,
    /// The provider's word for each thinking level; `null` marks a level the model does not have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub thinking_level_map: BTreeMap<ThinkingLevel, Option<String>>,
    /// The id whose capabilities, limits and prices are meant, where `id` does not say: behind an opaque ARN, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical_model_id: Option<ModelId>,
    /// The id to call where that is not `id`: that of an inference profile which is known to stand in for the model, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoked_id: Option<ModelId>,
    /// Capabilities that are known better than the provider knows them, by the provider's names for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capabilities: BTreeMap<String, bool>,
    /// Compatibility switches, kept for the provider that understands them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<Value>,
    /// Limits on input media, kept for the caller that applies them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_limits: Option<Value>,
    /// Sampling parameters the model knows, kept for the provider that understands them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling_params: Option<Value>,
}

fn text_only() -> Vec<Modality> {
    vec![Modality::Text]
}

impl Model {
    /// Describes a model of which only the name is known: text in, text out, no limits and no prices.
    pub fn new(provider: impl Into<ProviderId>, id: impl Into<ModelId>, api: impl Into<Api>) -> Self {
        let id = id.into();
        Self {
            name: id.as_str().to_owned(),
            id,
            api: api.into(),
            provider: provider.into(),
            base_url: None,
            reasoning: false,
            input: text_only(),
            cost: Cost::default(),
            context_window: 0,
            max_tokens: 0,
            headers: Headers::default(),
            thinking_level_map: BTreeMap::new(),
            canonical_model_id: None,
            invoked_id: None,
            capabilities: BTreeMap::new(),
            compat: None,
            input_limits: None,
            sampling_params: None,
        }
    }

    /// The model's ref, `provider/model`.
    pub fn reference(&self) -> ModelRef {
        ModelRef::new(self.provider.clone(), self.id.clone())
    }

    /// Whether the model can read this kind of content.
    pub fn accepts(&self, modality: Modality) -> bool {
        self.input.contains(&modality)
    }
}
