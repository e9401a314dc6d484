//! A conversation turned into the body of a Converse request.
//!
//! Separate and pure: the same context, options and model give the same bytes in every process, since every object is
//! written in a fixed order and a schema keeps its author's. What the service or the model would refuse is repaired, or
//! refused here with the message and the rule; what is changed is a diagnostic. Source: the Converse operation of the
//! Bedrock Runtime API reference.

mod block;
mod cache;
mod content;
mod conversation;
mod estimate;
mod image;
mod inference;
mod media;
mod model_traits;
mod reasoning;
mod refusal;
mod remark;
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

use crate::request::block::{SystemBlock, Turn};
use crate::request::cache::Cacheable;
use crate::request::inference::InferenceConfig;
use crate::request::model_traits::ModelTraits;
use crate::request::refusal::refuse;
use crate::request::tool_names::ToolNames;
use crate::request::tools::ToolConfig;
use crate::settings::BedrockConfig;
use crate::transport::Operation;

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
    /// Whether tools that only prefer to be strict are not, since the service refused as many.
    pub(crate) relaxed: bool,
}

/// A body, how to send it, and what was changed on the way to it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) has_tools: bool,
    /// Whether some tools are strict that need not be.
    pub(crate) can_relax: bool,
    /// The host's names of tools that are sent under others, by the sent ones.
    pub(crate) renamed_tools: HashMap<String, String>,
    pub(crate) body: Bytes,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The body's members, in the order they are written. Tools stand first in what a model reads, but the order of members
/// carries no meaning; this is the API reference's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<SystemBlock<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    additional_model_request_fields: Map<String, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    request_metadata: &'a BTreeMap<String, String>,
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
    inference::check(options)?;
    check_metadata(&options.request_metadata)?;
    let traits = ModelTraits::of(target)?;
    let names = ToolNames::of(&context.tools, traits.capabilities().hyphenated_tool_names != Some(false));
    let mut diagnostics = Vec::new();

    let tools = tools::tool_config(target, context, options, &names, &traits, &mut diagnostics)?;
    let mut messages =
        conversation::turns(target, context, &traits, tools.is_some().then_some(&names), &mut diagnostics)?;
    conversation::check_end(&messages, &traits, tools.is_some())?;
    let prompt = context.estimated_tokens();
    let thinking = thinking::plan(target, options, &traits, prompt, &messages, &mut diagnostics);
    let tools = tools.map(|tools| tools.fitting(&thinking, &traits, &mut diagnostics));
    let inference_config = inference::config(target, options, &traits, prompt, &thinking, &mut diagnostics);
    let mut system = system::prompt(context, &traits, &mut messages, &mut diagnostics);
    let mut tools = tools;
    let cacheable = Cacheable {
        tools: tools.as_mut(),
        system: &mut system.blocks,
        stable_system: system.stable,
        turns: &mut messages,
    };
    cache::place(cacheable, target, options, &traits, prompt, &mut diagnostics);

    let has_tools = tools.is_some();
    let can_relax = tools.as_ref().is_some_and(ToolConfig::can_relax);
    let operation = if has_tools && traits.capabilities().streaming_tools == Some(false) {
        Operation::Converse
    } else {
        Operation::ConverseStream
    };
    let body = Body {
        messages,
        system: system.blocks,
        inference_config,
        tool_config: tools,
        additional_model_request_fields: thinking.fields,
        request_metadata: &options.request_metadata,
    };
    let body = serde_json::to_vec(&body).expect("the body holds text, finite numbers and string-keyed maps");
    Ok(Request {
        operation,
        has_tools,
        can_relax,
        body: body.into(),
        renamed_tools: names.into_renamed(),
        diagnostics,
    })
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
