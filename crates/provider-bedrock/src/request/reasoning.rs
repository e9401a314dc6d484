//! Reasoning of earlier turns, replayed or left out.
//!
//! Separate because it is one table: whose reasoning, signed or not, hidden or not, and what the model it is sent to takes.
//! Signed reasoning goes back byte for byte.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_models::{self as facts, ReplayText};
use clawdia_core::{Api, AssistantMessage, Diagnostic, ModelId, Thinking};

use crate::request::Target;
use crate::request::block::{Block, Reasoning, ReasoningText};
use crate::request::model_traits::ModelTraits;
use crate::request::remark::tell;

/// Whether a message was written by the model that is asked now: its reasoning means something only to that one.
pub(super) fn is_same_model(message: &AssistantMessage, target: &Target<'_>) -> bool {
    let model = target.model;
    if message.api.as_ref().is_some_and(|api| *api != Api::BEDROCK_CONVERSE_STREAM)
        || message.provider.as_ref().is_some_and(|provider| *provider != model.provider)
    {
        return false;
    }
    // A foundation model and its profiles are one model, whichever of them was called.
    let named = model.canonical_model_id.as_ref().map_or(target.invoked, |id| id.as_str());
    let is_asked = |written: &ModelId| {
        *written == model.id
            || matches!(
                (facts::find(written.as_str()), facts::find(named)),
                (Some(written), Some(asked)) if written.base_id == asked.base_id
            )
    };
    message.model.as_ref().is_none_or(is_asked) || message.response_model.as_ref().is_some_and(is_asked)
}

/// The block to replay for a thinking block of the same model; `None` leaves it out.
pub(super) fn replay<'a>(
    thinking: &'a Thinking,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Block<'a>> {
    // Some hosts store the name of a member where there is no signature.
    let signature = thinking
        .thinking_signature
        .as_deref()
        .filter(|signature| !signature.is_empty() && *signature != "reasoning_content");
    let text = thinking.thinking.as_str();
    let replay = traits.behaviour.replay;
    if thinking.redacted {
        let readable = signature.is_some_and(|payload| STANDARD.decode(payload).is_ok());
        if readable && replay.redacted {
            return signature.map(|payload| Block::ReasoningContent(Reasoning::RedactedContent(payload)));
        }
        dropped(diagnostics, "hidden reasoning that cannot be replayed was left out");
        return None;
    }
    let reasoning = |signature| {
        Some(Block::ReasoningContent(Reasoning::ReasoningText(ReasoningText { text, signature })))
    };
    match replay.text {
        ReplayText::Signed if signature.is_some() => reasoning(signature),
        _ if text.trim().is_empty() => None,
        // Reasoning is refused without its signature; what it said may still be read.
        ReplayText::Signed => {
            dropped(diagnostics, "reasoning without a signature was sent as plain text");
            Some(Block::Text(Cow::Borrowed(text)))
        }
        ReplayText::Unsigned => reasoning(None),
        _ => {
            dropped(diagnostics, "reasoning was left out, since the model does not take any back");
            None
        }
    }
}

/// Says once what became of reasoning.
pub(super) fn dropped(diagnostics: &mut Vec<Diagnostic>, message: &str) {
    tell(diagnostics, "bedrock_reasoning_dropped", message);
}
