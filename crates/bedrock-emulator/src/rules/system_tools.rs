//! Rules about the tools that the service runs itself.
//!
//! Apart from the rules on tools, which these calls and results take no part in.

use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Request, present};

/// The tools that the service has.
const KNOWN: &[&str] = &["nova_code_interpreter", "nova_grounding"];

pub(super) fn are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    if request.system_tools().next().is_some() && !request.model.has(Quirk::SystemTools) {
        return Err(Refusal::unsupported_field("toolConfig.tools.systemTool"));
    }
    Ok(())
}

pub(super) fn are_known(request: &Request<'_>) -> Result<(), Refusal> {
    let unknown = request.system_tools().find(|(_, name)| !KNOWN.contains(name));
    unknown.map_or(Ok(()), |(index, name)| {
        Err(Refusal::validation(format!(
            "The value '{name}' at toolConfig.tools.{index}.systemTool.name is not a system tool. Provide the name of \
             a system tool and try again."
        )))
    })
}

pub(super) fn are_used_by_the_assistant(request: &Request<'_>) -> Result<(), Refusal> {
    for kind in ["toolUse", "toolResult"] {
        let foreign = request.blocks().find(|block| {
            block.role == "user" && block.get(kind).is_some_and(|tool| present(tool, "type").is_some())
        });
        if let Some(block) = foreign {
            return Err(Refusal::validation(format!(
                "The type field of the {kind} at {} is only supported in assistant messages.",
                block.path()
            )));
        }
    }
    Ok(())
}
