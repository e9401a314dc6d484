//! What goes past the service to the model itself, and what comes back from it.
//!
//! Separate because these members have no form of the service's: what our settings derive for a family, and what a caller
//! adds, meet here. Source: `additionalModelRequestFields` and `additionalModelResponseFieldPaths` of the Converse
//! operation in the API reference.

use clawdia_core::{ProviderError, StreamOptions};
use serde_json::{Map, Value};

use crate::config::BedrockConfig;
use crate::request::model_traits::ModelTraits;
use crate::request::refusal::refuse;
use crate::request::thinking::ThinkingPlan;
use crate::transport::Operation;

/// The list of a request's beta features, in which callers' and ours stand together.
const BETAS: &str = "anthropic_beta";

/// The most paths a request may have.
const MOST_PATHS: usize = 10;

/// The members for the model: the caller's over the derived ones, member by member.
pub(super) fn request_fields(
    derived: Map<String, Value>,
    callers: &Map<String, Value>,
) -> Map<String, Value> {
    let mut fields = derived;
    merge(&mut fields, callers);
    fields
}

fn merge(fields: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match (fields.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            (Some(Value::Array(known)), Value::Array(added)) if name == BETAS => {
                let new = added.iter().filter(|beta| !known.contains(beta)).cloned().collect::<Vec<_>>();
                known.extend(new);
            }
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The members of the model's response to ask for: the caller's, and those our message has a place for.
///
/// # Errors
/// Kind invalidRequest for a caller's path that the service would refuse.
pub(super) fn response_paths<'a>(
    params: &'a BedrockConfig,
    options: &StreamOptions,
    traits: &ModelTraits,
    thinking: &ThinkingPlan,
    operation: Operation,
) -> Result<Vec<&'a str>, ProviderError> {
    let callers = &params.additional_model_response_field_paths;
    for (index, path) in callers.iter().enumerate() {
        let place = || format!("params.additionalModelResponseFieldPaths[{index}]");
        if !is_pointer(path) || path.chars().count() > 256 {
            return Err(refuse(
                &place(),
                format!(
                    "`{path}` is no JSON Pointer of at most 256 characters; write one such as `/stop_sequence`"
                ),
            ));
        }
    }
    if callers.len() > MOST_PATHS {
        let rule = format!("has {} entries and may have {MOST_PATHS}", callers.len());
        return Err(refuse("params.additionalModelResponseFieldPaths", rule));
    }
    let mut paths = callers.iter().map(String::as_str).collect::<Vec<_>>();
    if traits.capabilities().response_fields != Some(true) {
        return Ok(paths);
    }
    // In a stream the pointers are into the vendor's last event, whose stop sequence lies deeper.
    let stop_sequence = match operation {
        Operation::ConverseStream => "/delta/stop_sequence",
        Operation::Converse | Operation::CountTokens => "/stop_sequence",
    };
    let derived = [
        (!options.stop_sequences.is_empty(), stop_sequence),
        (traits.capabilities().stop_details == Some(true), "/stop_details"),
        (thinking.is_on, "/usage/output_tokens_details"),
    ];
    for (_, path) in derived.into_iter().filter(|(wanted, _)| *wanted) {
        if paths.len() < MOST_PATHS && !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// RFC 6901, but for the empty pointer, which the service refuses.
fn is_pointer(path: &str) -> bool {
    path.starts_with('/') && path.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}
