//! The guardrail of a request, and what of the conversation it looks at.
//!
//! Separate because it is there to protect: no repair ever leaves it out, and what it is shown is decided here alone.
//! Without any `guardContent` it looks at the whole conversation at every call; with some, only at that. Source:
//! `GuardrailStreamConfiguration` and `GuardrailConverseContentBlock` in the API reference.

use clawdia_core::Diagnostic;
use serde::Serialize;

use crate::config::{GuardrailConfig, GuardrailScope, GuardrailTrace, StreamProcessingMode};
use crate::request::block::{Block, GuardBlock, Role, Turn};
use crate::request::content::PLACEHOLDER;
use crate::transport::Operation;

/// The `guardrailConfig` of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Guardrail<'a> {
    #[serde(rename = "guardrailIdentifier")]
    identifier: &'a str,
    #[serde(rename = "guardrailVersion")]
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<GuardrailTrace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_processing_mode: Option<StreamProcessingMode>,
}

impl<'a> Guardrail<'a> {
    pub(super) fn of(config: &'a GuardrailConfig, operation: Operation) -> Self {
        Self {
            identifier: config.guardrail_identifier.trim(),
            version: &config.guardrail_version,
            trace: config.trace,
            // An answer in one piece has no such mode, and the service refuses the member there.
            stream_processing_mode: config
                .stream_processing_mode
                .filter(|_| operation == Operation::ConverseStream),
        }
    }
}

/// Marks what the guardrail is to look at.
pub(super) fn mark(turns: &mut [Turn<'_>], config: &GuardrailConfig, diagnostics: &mut Vec<Diagnostic>) {
    if config.scope != GuardrailScope::LastUserTurn {
        return;
    }
    let says_something = |turn: &&mut Turn<'_>| {
        turn.role == Role::User
            && turn.content.iter().any(|block| matches!(block, Block::Text(_) | Block::Image(_)))
    };
    let Some(turn) = turns.iter_mut().rev().find(says_something) else { return };
    let mut unseen = 0_u32;
    for block in &mut turn.content {
        // Taken out and put back: a block cannot become another in place.
        let taken = std::mem::replace(block, Block::text(PLACEHOLDER));
        *block = match taken {
            Block::Text(text) => Block::GuardContent(GuardBlock::text(text, &[])),
            Block::Image(image) if matches!(image.format, "png" | "jpeg") => {
                Block::GuardContent(GuardBlock::Image(image))
            }
            other => {
                let is_media = matches!(other, Block::Image(_) | Block::Document(_) | Block::Video(_));
                unseen += u32::from(is_media);
                other
            }
        };
    }
    if unseen > 0 {
        let message = "a guardrail looks at texts and at images of the types png and jpeg; the rest of what the \
                       user said last is not looked at";
        diagnostics.push(Diagnostic::new("bedrock_guardrail_unseen", message).with("blocks", unseen));
    }
    // A document wants a text beside it, and marked text does not count as one for certain. It stands right before the
    // document: tool results come first in a turn.
    if let Some(at) = turn.content.iter().position(|block| matches!(block, Block::Document(_))) {
        turn.content.insert(at, Block::text(PLACEHOLDER));
        turn.volatile_from = turn.volatile_from.map(|from| if at < from { from + 1 } else { from });
    }
}
