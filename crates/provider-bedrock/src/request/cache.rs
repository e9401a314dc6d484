//! Where the prompt is marked for caching.
//!
//! Separate so that placement is one decision over the whole request.

use clawdia_bedrock_models::Family;
use clawdia_core::{CacheRetention, StreamOptions};

use crate::request::block::{Block, CachePoint, Role, SystemBlock, Turn};
use crate::request::model_traits::ModelTraits;

/// Marks the end of the system prompt and the end of the last user turn, on Claude models that cache.
///
/// Nova caches too, but only when asked to, and never for an hour.
pub(super) fn place(
    system: &mut Vec<SystemBlock<'_>>,
    turns: &mut [Turn<'_>],
    options: &StreamOptions,
    traits: &ModelTraits,
) {
    let retention = options.cache_retention.unwrap_or_default();
    let caches = traits.capabilities.prompt_caching == Some(true);
    let wanted = match traits.family {
        Family::Claude => caches && retention != CacheRetention::None,
        Family::Nova => {
            caches && matches!(options.cache_retention, Some(CacheRetention::Short | CacheRetention::Long))
        }
        _ => false,
    };
    if !wanted {
        return;
    }
    let one_hour = retention == CacheRetention::Long && traits.is_claude() && traits.caches_for_an_hour;
    if !system.is_empty() {
        system.push(SystemBlock::CachePoint(CachePoint::new(one_hour)));
    }
    if let Some(turn) = turns.last_mut()
        && turn.role == Role::User
        && turn.content.last().is_some_and(can_precede_a_point)
    {
        turn.content.push(Block::CachePoint(CachePoint::new(one_hour)));
    }
}

/// Right after a document that is no PDF, Claude refuses a point.
fn can_precede_a_point(block: &Block<'_>) -> bool {
    match block {
        Block::Document(document) => document.format == "pdf",
        Block::CachePoint(_) | Block::ReasoningContent(_) => false,
        _ => true,
    }
}
