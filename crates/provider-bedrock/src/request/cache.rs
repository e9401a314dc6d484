//! Where the prompt is marked for caching: one plan over the whole request.
//!
//! Separate because the rules span its parts: at most four marks over tools, system prompt and messages; content before
//! each in the same place; none after reasoning, none right after a document that is no PDF; lifetimes that never grow in
//! the order in which the model reads. Marks of the caller count first, ours fill what is left.

use clawdia_bedrock_models::{CachePlace, CacheRules};
use clawdia_core::{CacheRetention, Diagnostic, StreamOptions};

use crate::request::Target;
use crate::request::block::{Block, CachePoint, Lifetime, Role, SystemBlock, Turn};
use crate::request::model_traits::ModelTraits;
use crate::request::remark::tell;
use crate::request::tools::ToolConfig;

/// The most marks a request may have.
const MOST: usize = CacheRules::MAX_POINTS;

/// The parts of a request that can be marked.
#[derive(Debug)]
pub(super) struct Cacheable<'r, 'a> {
    pub(super) tools: Option<&'r mut ToolConfig<'a>>,
    /// The system prompt.
    pub(super) system: &'r mut Vec<SystemBlock<'a>>,
    /// How many blocks of it stay the same from call to call.
    pub(super) stable_system: usize,
    pub(super) turns: &'r mut [Turn<'a>],
    /// Whether it is served optimised for latency, where the service refuses marks (`system.0.cache_control: Extra inputs
    /// are not permitted`).
    pub(super) optimized: bool,
}

/// Marks a request whose prompt has about `prompt` tokens. Ours go, as far as four allow, to the end of the last user turn, the end of the system prompt (of the
/// tools where there is none), and the end of the user turn before: that is where the last request's mark stood, and the
/// service looks back only about twenty blocks from a mark to find what it has cached.
pub(super) fn place(
    mut request: Cacheable<'_, '_>,
    target: &Target<'_>,
    options: &StreamOptions,
    traits: &ModelTraits,
    prompt: u64,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let asked = options.cache_retention.or(target.params.cache_retention);
    let unwanted = asked.unwrap_or(target.default_retention) == CacheRetention::None;
    let off = unwanted || request.optimized;
    let callers = normalise(request.turns, traits);
    let Some(rules) = rules(asked, traits, callers > 0).filter(|_| !off) else {
        if callers > 0 {
            remove_points(request.turns, usize::MAX);
            let reason = "cache points were left out: the model has none, or caching is off for this call";
            diagnostics.push(Diagnostic::new("bedrock_cache_points_dropped", reason).with("count", callers));
        } else if asked.is_some() && !unwanted {
            let reason = if request.optimized {
                "inference that is optimised for latency takes no cache points"
            } else {
                "the model takes no cache points"
            };
            tell(diagnostics, "bedrock_caching_dropped", reason);
        }
        return;
    };
    let mut left = MOST;
    if callers > MOST {
        remove_points(request.turns, callers - MOST);
        let reason = format!("a request may have {MOST} cache points; the earliest were left out");
        diagnostics
            .push(Diagnostic::new("bedrock_cache_points_dropped", reason).with("count", callers - MOST));
    }
    left -= callers.min(MOST);

    let long = asked.unwrap_or(target.default_retention) == CacheRetention::Long;
    if long && !rules.one_hour {
        tell(
            diagnostics,
            "bedrock_cache_retention_shortened",
            "the model keeps cached prompts for minutes only",
        );
    }
    // Lifetimes must not grow in reading order, so ours keep up with the callers' where the call does not say otherwise.
    let callers_longest = points(request.turns).map(|point| point.ttl).max().filter(|_| asked.is_none());
    let ours = if long && rules.one_hour { Lifetime::OneHour } else { Lifetime::FiveMinutes };
    let lifetime = callers_longest.map_or(ours, |longest| longest.max(ours));
    let mut users = user_turns_to_mark(request.turns).into_iter();
    if left > 0 && users.next().is_some_and(|(turn, at)| mark_turn(request.turns, turn, at, traits, lifetime))
    {
        left -= 1;
    }
    if left > 0 && mark_prompt(&mut request, rules, lifetime) {
        left -= 1;
    }
    // A prefix that is too short to be saved cannot have been saved the last time either.
    if left > 0
        && rules.min_tokens.is_none_or(|least| prompt >= least)
        && let Some((turn, at)) = users.next()
    {
        mark_turn(request.turns, turn, at, traits, lifetime);
    }
    if order_lifetimes(&mut request) {
        let message =
            "a cache point was shortened, since lifetimes must not grow from tools to system to messages";
        tell(diagnostics, "bedrock_cache_retention_shortened", message);
    }
}

/// The model's rules, if marks are wanted at all.
fn rules(retention: Option<CacheRetention>, traits: &ModelTraits, callers: bool) -> Option<CacheRules> {
    let asked = callers || retention.is_some();
    let rules = traits.behaviour.cache?;
    // Some models bill for writes that may never be read: those are asked for explicitly.
    (asked || !rules.opt_in).then_some(rules)
}

/// Drops callers' marks that stand where none may, sets what the model does not know to its default, and counts the rest.
fn normalise(turns: &mut [Turn<'_>], traits: &ModelTraits) -> usize {
    let mut count = 0;
    for turn in turns {
        let volatile_from = turn.volatile_from;
        let mut kept = Vec::with_capacity(turn.content.len());
        for (index, mut block) in std::mem::take(&mut turn.content).into_iter().enumerate() {
            if volatile_from == Some(index) {
                turn.volatile_from = Some(kept.len());
            }
            if let Block::CachePoint(point) = &mut block {
                if !kept.last().is_some_and(|before| can_precede_point(before, traits)) {
                    continue;
                }
                if !traits.behaviour.cache.is_some_and(|rules| rules.one_hour) {
                    point.ttl = Lifetime::FiveMinutes;
                }
                count += 1;
            }
            kept.push(block);
        }
        turn.content = kept;
    }
    count
}

/// Removes the first `count` marks.
fn remove_points(turns: &mut [Turn<'_>], mut count: usize) {
    for turn in turns {
        let mut removed_before_volatile = 0;
        let mut index = 0;
        let volatile_from = turn.volatile_from.unwrap_or(usize::MAX);
        turn.content.retain(|block| {
            let here = index;
            index += 1;
            let drop = count > 0 && matches!(block, Block::CachePoint(_));
            if drop {
                count -= 1;
                removed_before_volatile += usize::from(here < volatile_from);
            }
            !drop
        });
        turn.volatile_from = turn.volatile_from.map(|at| at - removed_before_volatile);
    }
}

/// The user turns to mark, last first, each with the place up to which it stays the same. None when the conversation ends
/// with the model's turn: the answer that is to be continued will not be there the next time.
fn user_turns_to_mark(turns: &[Turn<'_>]) -> Vec<(usize, usize)> {
    if turns.last().is_none_or(|turn| turn.role == Role::Assistant) {
        return Vec::new();
    }
    let first_volatile = turns.iter().position(|turn| turn.volatile_from.is_some()).unwrap_or(turns.len());
    turns
        .iter()
        .enumerate()
        .take(first_volatile + 1)
        .rev()
        .filter(|(_, turn)| turn.role == Role::User)
        .map(|(index, turn)| (index, turn.volatile_from.unwrap_or(turn.content.len())))
        // Nothing of a turn that is volatile from its start can be cached.
        .filter(|(_, at)| *at > 0)
        .take(2)
        .collect()
}

/// Marks a turn at a place; false where a mark stands already or none may.
fn mark_turn(
    turns: &mut [Turn<'_>],
    turn: usize,
    at: usize,
    traits: &ModelTraits,
    lifetime: Lifetime,
) -> bool {
    let content = &mut turns[turn].content;
    // Steps back over what no mark may follow, such as a text document at the end.
    let Some(last) = content[..at].iter().rposition(|before| can_precede_point(before, traits)) else {
        return false;
    };
    let marked = |index: usize| matches!(content.get(index), Some(Block::CachePoint(_)));
    if marked(last + 1) {
        return false;
    }
    content.insert(last + 1, Block::CachePoint(CachePoint::new(lifetime)));
    true
}

/// Marks the end of what stays the same before the messages: the system prompt, or the tools where there is none.
fn mark_prompt(request: &mut Cacheable<'_, '_>, rules: CacheRules, lifetime: Lifetime) -> bool {
    if request.stable_system > 0 && rules.allows(CachePlace::System) {
        request.system.insert(request.stable_system, SystemBlock::CachePoint(CachePoint::new(lifetime)));
        return true;
    }
    match &mut request.tools {
        Some(tools) if rules.allows(CachePlace::Tools) => {
            tools.mark(CachePoint::new(lifetime));
            true
        }
        Some(_) | None => false,
    }
}

/// Whether a mark may follow a block: the service refuses one after reasoning, after another, and, on Claude, right after
/// a document that is no PDF.
fn can_precede_point(block: &Block<'_>, traits: &ModelTraits) -> bool {
    match block {
        Block::CachePoint(_) | Block::ReasoningContent(_) => false,
        Block::Document(document) => {
            let after_any = traits.behaviour.cache.is_some_and(|rules| rules.after_plain_documents);
            document.format == "pdf" || after_any
        }
        Block::Text(_)
        | Block::Image(_)
        | Block::Video(_)
        | Block::SearchResult(_)
        | Block::GuardContent(_)
        | Block::CitationsContent(_)
        | Block::ToolUse(_)
        | Block::ToolResult(_)
        | Block::ServerToolUse(_)
        | Block::ServerToolResult(_) => true,
    }
}

/// The marks among the messages.
fn points<'r>(turns: &'r mut [Turn<'_>]) -> impl Iterator<Item = &'r mut CachePoint> {
    turns.iter_mut().flat_map(|turn| &mut turn.content).filter_map(|block| match block {
        Block::CachePoint(point) => Some(point),
        _ => None,
    })
}

/// Shortens lifetimes that would grow in reading order, which the service refuses; true if there were any.
fn order_lifetimes(request: &mut Cacheable<'_, '_>) -> bool {
    let tools = request.tools.iter_mut().flat_map(|tools| tools.points());
    let system = request.system.iter_mut().filter_map(|block| match block {
        SystemBlock::CachePoint(point) => Some(point),
        SystemBlock::Text(_) => None,
    });
    let messages =
        request.turns.iter_mut().flat_map(|turn| &mut turn.content).filter_map(|block| match block {
            Block::CachePoint(point) => Some(point),
            _ => None,
        });
    let mut shortened = false;
    let mut longest = Lifetime::OneHour;
    for point in tools.chain(system).chain(messages) {
        longest = longest.min(point.ttl);
        shortened |= point.ttl != longest;
        point.ttl = longest;
    }
    shortened
}
