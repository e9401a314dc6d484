//! The system prompt of a request.
//!
//! Separate because a prompt may say which part of it stays the same, and because some models take none.

use std::borrow::Cow;

use clawdia_core::{CACHE_BOUNDARY, Context, Diagnostic};

use crate::request::block::{Block, Role, SystemBlock, Turn};
use crate::request::model_traits::ModelTraits;

/// A system prompt, and how many of its blocks stay the same from call to call.
#[derive(Debug, Default)]
pub(super) struct SystemPrompt<'a> {
    pub(super) blocks: Vec<SystemBlock<'a>>,
    pub(super) stable: usize,
}

/// The context's prompt, cut at its cache boundary. A model without system prompts is told by the first user turn.
pub(super) fn prompt<'a>(
    context: &'a Context,
    traits: &ModelTraits,
    turns: &mut [Turn<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> SystemPrompt<'a> {
    let text = context.system_prompt.as_deref().unwrap_or_default();
    let (stable, dynamic) = match text.split_once(CACHE_BOUNDARY) {
        Some((stable, dynamic)) => (stable, without_boundaries(dynamic)),
        None => (text, Cow::Borrowed("")),
    };
    let given = |text: &str| !text.trim().is_empty();
    let mut prompt = SystemPrompt::default();
    if given(stable) {
        prompt.blocks.push(SystemBlock::Text(Cow::Borrowed(stable)));
        prompt.stable = 1;
    }
    if given(&dynamic) {
        prompt.blocks.push(SystemBlock::Text(dynamic));
    }
    if traits.capabilities().system_messages != Some(false) || prompt.blocks.is_empty() {
        return prompt;
    }
    if let Some(Turn { role: Role::User, content, volatile_from }) = turns.first_mut() {
        let told = prompt.blocks.into_iter().filter_map(|block| match block {
            SystemBlock::Text(text) => Some(Block::Text(text)),
            SystemBlock::CachePoint(_) => None,
        });
        let told = told.collect::<Vec<_>>();
        *volatile_from = volatile_from.map(|at| at + told.len());
        content.splice(0..0, told);
        let message = "the model takes no system prompt; the first user turn tells it";
        diagnostics.push(Diagnostic::new("bedrock_system_prompt_moved", message));
    }
    SystemPrompt::default()
}

/// A second boundary means nothing, and must not be shown to the model either.
fn without_boundaries(text: &str) -> Cow<'_, str> {
    if text.contains(CACHE_BOUNDARY) {
        Cow::Owned(text.replace(CACHE_BOUNDARY, ""))
    } else {
        Cow::Borrowed(text)
    }
}
