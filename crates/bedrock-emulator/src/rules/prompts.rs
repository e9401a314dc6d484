//! Rules about prompts that are named instead of a model.

use crate::refusal::Refusal;
use crate::request::{Request, present};

/// What such a prompt decides itself.
const DECIDED: &[&str] = &["additionalModelRequestFields", "inferenceConfig", "system", "toolConfig"];

pub(super) fn are_not_overridden(request: &Request<'_>) -> Result<(), Refusal> {
    let stated = DECIDED.iter().find(|field| present(request.body, field).is_some());
    match stated {
        Some(field) if request.prompt.is_some() => Err(Refusal::validation(format!(
            "The {field} field can't be overridden when you use a prompt from Prompt management. Remove {field} and \
             try again."
        ))),
        _ => Ok(()),
    }
}

pub(super) fn variables_are_filled(request: &Request<'_>) -> Result<(), Refusal> {
    let unfilled = request.prompt.and_then(|prompt| prompt.unfilled(request.body));
    unfilled.map_or(Ok(()), |name| {
        Err(Refusal::validation(format!(
            "The prompt variable {name} has no value. Add {name} to the promptVariables field and try again."
        )))
    })
}
