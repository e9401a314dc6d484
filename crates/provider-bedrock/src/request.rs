//! A conversation turned into the body of a Converse request.
//!
//! Separate and pure: the same context, options and model give the same bytes in every process, since every object is
//! written in a fixed order and a schema keeps its author's. What the service or the model would refuse is repaired, or
//! refused here with the message and the rule; what is changed is a diagnostic. Source: the Converse operation of the
//! Bedrock Runtime API reference.

mod answered;
mod arguments;
mod block;
mod cache;
mod content;
mod conversation;
mod estimate;
mod guardrail;
mod image;
mod inference;
mod media;
mod model_fields;
mod model_traits;
mod output;
mod reasoning;
mod refusal;
mod remark;
mod service;
mod strict_schema;
mod system;
mod thinking;
mod tool_id;
mod tool_names;
mod tools;

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use clawdia_core::{CacheRetention, Context, Diagnostic, Model, ProviderError, StreamOptions};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::{BedrockConfig, Latency, PerformanceConfig};
use crate::learned::Lesson;
use crate::request::block::{SystemBlock, Turn};
use crate::request::cache::Cacheable;
use crate::request::guardrail::Guardrail;
use crate::request::inference::InferenceConfig;
use crate::request::model_traits::ModelTraits;
use crate::request::output::OutputConfig;
use crate::request::refusal::refuse;
use crate::request::remark::tell;
use crate::request::service::ServiceTier;
use crate::request::tool_names::ToolNames;
use crate::request::tools::ToolConfig;
use crate::transport::Operation;

pub(crate) use service::known_tier;

/// What a request is built for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The model that was asked for.
    pub(crate) model: &'a Model,
    /// The id that is called for it.
    pub(crate) invoked: &'a str,
    /// The region it is called in.
    pub(crate) region: &'a str,
    /// The options that hold for it.
    pub(crate) params: &'a BedrockConfig,
    /// How long prompts are worth caching where nothing says.
    pub(crate) default_retention: CacheRetention,
    /// What the service taught us about it.
    pub(crate) lessons: &'a [Lesson],
}

impl Target<'_> {
    /// Whether a lesson was learned. Nothing is computed where none was.
    fn knows(&self, lesson: impl FnOnce() -> Lesson) -> bool {
        !self.lessons.is_empty() && self.lessons.contains(&lesson())
    }

    /// Capabilities as they turned out to be; the last lesson counts.
    fn learned_capabilities(&self) -> BTreeMap<String, bool> {
        let capability = |lesson: &Lesson| match lesson {
            Lesson::Capability(name, value) => Some(((*name).to_owned(), *value)),
            _ => None,
        };
        self.lessons.iter().filter_map(capability).collect()
    }

    /// The least of the limits that the service named.
    fn learned_limit(&self) -> Option<u64> {
        let limit = |lesson: &Lesson| match lesson {
            Lesson::MostTokens(limit) => Some(*limit),
            _ => None,
        };
        self.lessons.iter().filter_map(limit).min()
    }
}

/// A body, how to send it, and what was changed on the way to it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) body: Bytes,
    /// The host's names of tools that are sent under others, by the sent ones.
    pub(crate) renamed_tools: HashMap<String, String>,
    /// The tool whose arguments are the answer's text.
    pub(crate) output_tool: Option<String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The body's members, in the order they are written. Tools stand first in what a model reads, but the order of members
/// carries no meaning; this is the API reference's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<SystemBlock<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guardrail_config: Option<Guardrail<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    additional_model_request_fields: Map<String, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    prompt_variables: BTreeMap<&'a str, Variable<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_model_response_field_paths: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    request_metadata: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    performance_config: Option<PerformanceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<ServiceTier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
}

/// What is filled in for a variable of a stored prompt.
#[derive(Serialize)]
struct Variable<'a> {
    text: &'a str,
}

/// The body of CountTokens: what of a request is part of the prompt.
#[derive(Serialize)]
struct CountBody<'r, 'a> {
    input: CountInput<'r, 'a>,
}

#[derive(Serialize)]
struct CountInput<'r, 'a> {
    converse: CountConverse<'r, 'a>,
}

/// The members of a request that are counted.
pub(crate) const COUNTED: &[&str] = &["messages", "system", "toolConfig", "additionalModelRequestFields"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountConverse<'r, 'a> {
    messages: &'r [Turn<'a>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    system: &'r [SystemBlock<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<&'r ToolConfig<'a>>,
    #[serde(skip_serializing_if = "map_is_empty")]
    additional_model_request_fields: &'r Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn map_is_empty(map: &&Map<String, Value>) -> bool {
    map.is_empty()
}

/// Builds the request.
///
/// # Errors
/// Kind invalidRequest when no valid request can be made of the context; the text names the message and the rule.
pub(crate) fn build(
    target: &Target<'_>,
    context: &Context,
    options: &StreamOptions,
) -> Result<Request, ProviderError> {
    prepare(target, context, options, |parts| Request {
        operation: parts.operation,
        body: to_json(&parts.body),
        renamed_tools: parts.names.renamed(),
        output_tool: parts.output_tool,
        diagnostics: parts.diagnostics,
    })
}

/// Builds the body that asks how many tokens the prompt of such a request has.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_count(
    target: &Target<'_>,
    context: &Context,
    options: &StreamOptions,
) -> Result<Bytes, ProviderError> {
    prepare(target, context, options, |Parts { body, .. }| {
        let converse = CountConverse {
            messages: &body.messages,
            system: &body.system,
            tool_config: body.tool_config.as_ref(),
            additional_model_request_fields: &body.additional_model_request_fields,
        };
        to_json(&CountBody { input: CountInput { converse } })
    })
}

fn to_json(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("the body holds text, finite numbers and string-keyed maps").into()
}

/// A request before it is written.
struct Parts<'a> {
    operation: Operation,
    body: Body<'a>,
    names: &'a ToolNames<'a>,
    output_tool: Option<String>,
    diagnostics: Vec<Diagnostic>,
}

/// Puts a request together and hands it on; it borrows from what it is made of.
fn prepare<T>(
    target: &Target<'_>,
    context: &Context,
    options: &StreamOptions,
    then: impl FnOnce(Parts<'_>) -> T,
) -> Result<T, ProviderError> {
    inference::check(options)?;
    check_metadata(&options.request_metadata)?;
    let traits = ModelTraits::of(target)?;
    let names = ToolNames::of(&context.tools, traits.capabilities().hyphenated_tool_names != Some(false));
    let mut diagnostics = Vec::new();

    let output = output::plan(target, context, options, &names, &traits, &mut diagnostics)?;
    let mut tools =
        tools::tool_config(target, context, options, output.tool(), &names, &traits, &mut diagnostics)?;
    // A stored prompt brings its own, and without any here the history tells of calls as text.
    let has_other_tools = traits.is_stored_prompt && tools.take().is_some();
    let mut messages =
        conversation::turns(target, context, &traits, tools.is_some().then_some(&names), &mut diagnostics)?;
    conversation::check_end(&messages, &traits, tools.is_some())?;
    let operation = if tools.is_some() && traits.capabilities().streaming_tools == Some(false) {
        Operation::Converse
    } else {
        Operation::ConverseStream
    };
    let prompt = context.estimated_tokens();
    let demands_tools = tools.as_ref().is_some_and(ToolConfig::demands_call);
    let thinking =
        thinking::plan(target, options, &traits, prompt, &messages, demands_tools, &mut diagnostics);
    let mut tools = tools.map(|tools| tools.fitting(&thinking, &traits, &mut diagnostics));
    let inference_config = inference::config(target, options, &traits, prompt, &thinking, &mut diagnostics);
    let mut system = system::prompt(context, &traits, &mut messages, &mut diagnostics);
    let performance = service::performance(target, &traits, &mut diagnostics);
    let cacheable = Cacheable {
        tools: tools.as_mut(),
        system: &mut system.blocks,
        stable_system: system.stable,
        turns: &mut messages,
        optimized: performance.is_some_and(|config| config.latency == Latency::Optimized),
    };
    cache::place(cacheable, target, options, &traits, prompt, &mut diagnostics);
    if let Some(guardrail) = &target.params.guardrail {
        guardrail::mark(&mut messages, guardrail, &mut diagnostics);
    }
    let response_paths = model_fields::response_paths(target.params, options, &traits, &thinking, operation)?;
    let mut body = Body {
        messages,
        system: system.blocks,
        inference_config,
        tool_config: tools,
        guardrail_config: target.params.guardrail.as_ref().map(|config| Guardrail::of(config, operation)),
        additional_model_request_fields: model_fields::request_fields(
            thinking.fields,
            &target.params.additional_model_request_fields,
        ),
        prompt_variables: BTreeMap::new(),
        additional_model_response_field_paths: response_paths,
        request_metadata: &options.request_metadata,
        performance_config: performance,
        service_tier: service::tier(target, &traits, &mut diagnostics),
        output_config: None,
    };
    let output_tool = output.tool().map(|tool| tool.name.clone());
    body.output_config = output.into_config();
    if traits.is_stored_prompt {
        leave_to_the_prompt(&mut body, target, has_other_tools, &mut diagnostics);
    } else if !target.params.prompt_variables.is_empty() {
        let message = format!("`{}` is no stored prompt and has no variables", target.model.id);
        tell(&mut diagnostics, "bedrock_prompt_variables_dropped", message);
    }
    Ok(then(Parts { operation, body, names: &names, output_tool, diagnostics }))
}

/// Takes out what a stored prompt brings itself, and fills in its variables. Source: `modelId` of the Converse operation in
/// the API reference.
fn leave_to_the_prompt<'a>(
    body: &mut Body<'a>,
    target: &Target<'a>,
    has_other_tools: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut dropped = Vec::new();
    if !std::mem::take(&mut body.system).is_empty() {
        dropped.push("system prompt");
    }
    if has_other_tools {
        dropped.push("tools");
    }
    if !std::mem::take(&mut body.inference_config).is_empty() {
        dropped.push("inference settings");
    }
    if !std::mem::take(&mut body.additional_model_request_fields).is_empty() {
        dropped.push("fields for the model");
    }
    if !dropped.is_empty() {
        let message = format!("a stored prompt brings its own; left out were the {}", dropped.join(", "));
        tell(diagnostics, "bedrock_left_to_prompt", message);
    }
    let variables = target.params.prompt_variables.iter();
    body.prompt_variables = variables.map(|(name, text)| (name.as_str(), Variable { text })).collect();
}

/// The service's limits: 1 to 16 pairs, keys of 1 to 256 and values of 0 to 256 characters out of a fixed set.
fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), ProviderError> {
    const PAIRS: usize = 16;
    const CHARACTERS: usize = 256;
    let allowed = |text: &str| {
        text.chars().all(|character| {
            character.is_ascii_alphanumeric()
                || character.is_ascii_whitespace()
                || ":_@$#=/+,-.".contains(character)
        })
    };
    if metadata.len() > PAIRS {
        return Err(refuse(
            "options.requestMetadata",
            format!("has {} entries and may have {PAIRS}", metadata.len()),
        ));
    }
    for (key, value) in metadata {
        let place = format!("options.requestMetadata.{key}");
        if key.is_empty() || key.chars().count() > CHARACTERS || value.chars().count() > CHARACTERS {
            return Err(refuse(
                &place,
                format!("keys have 1 to {CHARACTERS} characters, values up to {CHARACTERS}"),
            ));
        }
        if key.starts_with("aws:") {
            return Err(refuse(&place, "keys that begin with `aws:` are AWS's own"));
        }
        if !allowed(key) || !allowed(value) {
            return Err(refuse(&place, "only letters, digits, blanks and `:_@$#=/+,-.` are allowed"));
        }
    }
    Ok(())
}
