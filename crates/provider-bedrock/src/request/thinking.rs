//! How the model is asked to think.
//!
//! Separate because each family has its own words for it, and because thinking decides over other settings: the limit on
//! tokens, sampling, forced tools.

use clawdia_bedrock_models::{Effort, Family};
use clawdia_core::{Diagnostic, StreamOptions, ThinkingLevel};
use serde_json::{Map, Value, json};

use crate::request::Target;
use crate::request::block::{Block, Role, Turn};
use crate::request::inference::max_tokens;
use crate::request::model_traits::ModelTraits;

/// The least budget the service takes, in tokens.
const LEAST_BUDGET: u64 = 1_024;

/// What thinking adds to a request.
#[derive(Debug, Default)]
pub(super) struct ThinkingPlan {
    /// Whether the model is asked to think, or thinks unasked.
    pub(super) is_on: bool,
    /// For `additionalModelRequestFields`.
    pub(super) fields: Map<String, Value>,
    /// The limit on tokens that makes room for the budget.
    pub(super) max_tokens: Option<u64>,
}

impl ThinkingPlan {
    pub(super) fn forbids_forced_tools(&self, traits: &ModelTraits) -> bool {
        // Newer models allow both together and say so in the facts.
        self.is_on && traits.is_claude() && traits.capabilities.forced_tool_choice != Some(true)
    }
}

/// Plans the thinking for a request whose conversation is `turns`.
pub(super) fn plan(
    target: &Target<'_>,
    options: &StreamOptions,
    traits: &ModelTraits,
    turns: &[Turn<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> ThinkingPlan {
    let always_on = traits.capabilities.thinking_always_on == Some(true);
    let Some(level) = options.reasoning else {
        return ThinkingPlan { is_on: always_on, ..ThinkingPlan::default() };
    };
    if !traits.reasoning {
        if level != ThinkingLevel::Off {
            let message = format!("`{}` does not think", target.model.id);
            diagnostics
                .push(Diagnostic::new("bedrock_thinking_dropped", message).with("level", level.as_str()));
        }
        return ThinkingPlan::default();
    }
    match traits.family {
        Family::Claude if traits.capabilities.adaptive_thinking == Some(true) => {
            adaptive(target, level, always_on, traits, diagnostics)
        }
        Family::Claude if level == ThinkingLevel::Off => ThinkingPlan::default(),
        Family::Claude if resumes_without_thinking(turns) => {
            let message = "the turn in progress began without thinking and must go on so";
            diagnostics
                .push(Diagnostic::new("bedrock_thinking_dropped", message).with("level", level.as_str()));
            ThinkingPlan::default()
        }
        Family::Claude => budget(target, options, level, traits, diagnostics),
        Family::GptOss => effort_field("reasoning_effort", level, Effort::High, target, diagnostics),
        Family::Gpt => {
            let ceiling =
                if traits.capabilities.effort_xhigh == Some(true) { Effort::Xhigh } else { Effort::High };
            let plan = effort_field("effort", level, ceiling, target, diagnostics);
            let fields = plan
                .fields
                .into_iter()
                .map(|(_, effort)| ("reasoning".to_owned(), json!({ "effort": effort })));
            ThinkingPlan { fields: fields.collect(), ..plan }
        }
        Family::Nova => nova(level, options),
        _ => {
            let message =
                format!("how `{}` is asked to think is not known; it decides by itself", target.model.id);
            diagnostics
                .push(Diagnostic::new("bedrock_thinking_dropped", message).with("level", level.as_str()));
            ThinkingPlan::default()
        }
    }
}

/// Whether the last turn of the model called tools without thinking first, and their results are what it is asked to go on
/// from: the service wants such a turn to begin with thinking once thinking is on.
fn resumes_without_thinking(turns: &[Turn<'_>]) -> bool {
    let Some(last) = turns.iter().rfind(|turn| turn.role == Role::Assistant) else { return false };
    let calls = last.content.iter().any(|block| matches!(block, Block::ToolUse(_)));
    calls && !matches!(last.content.first(), Some(Block::ReasoningContent(_)))
}

/// Claude that decides how much to think, given an effort.
fn adaptive(
    target: &Target<'_>,
    level: ThinkingLevel,
    always_on: bool,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> ThinkingPlan {
    let mut plan = ThinkingPlan::default();
    if level == ThinkingLevel::Off && !always_on {
        plan.fields.insert("thinking".to_owned(), json!({ "type": "disabled" }));
        return plan;
    }
    let effort = claude_effort(target, level, traits);
    if level == ThinkingLevel::Off {
        let message = format!("`{}` always thinks; it is asked to think little", target.model.id);
        diagnostics.push(Diagnostic::new("bedrock_thinking_always_on", message).with("effort", effort));
    } else if effort != level.as_str() {
        let message = format!("`{}` has no thinking level `{level}`", target.model.id);
        diagnostics.push(Diagnostic::new("bedrock_thinking_level_changed", message).with("effort", effort));
    }
    let mut thinking = json!({ "type": "adaptive" });
    if !traits.gov_cloud {
        thinking["display"] = json!("summarized");
    }
    plan.fields.insert("thinking".to_owned(), thinking);
    plan.fields.insert("output_config".to_owned(), json!({ "effort": effort }));
    plan.is_on = true;
    plan
}

fn claude_effort<'a>(target: &'a Target<'_>, level: ThinkingLevel, traits: &ModelTraits) -> &'a str {
    // A configured or known word goes first; then the levels all adaptive models share.
    if let Some(Some(word)) = target.model.thinking_level_map.get(&level) {
        return word;
    }
    match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium => "medium",
        ThinkingLevel::XHigh | ThinkingLevel::Max if traits.capabilities.effort_xhigh == Some(true) => {
            "xhigh"
        }
        ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => "high",
    }
}

/// Claude that is given a number of tokens to think with.
fn budget(
    target: &Target<'_>,
    options: &StreamOptions,
    level: ThinkingLevel,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> ThinkingPlan {
    let wanted = match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal => LEAST_BUDGET,
        ThinkingLevel::Low => 2_048,
        ThinkingLevel::Medium => 8_192,
        ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => 16_384,
    };
    // Thinking counts against the limit, so a limit on the answer alone must grow by the budget.
    let model_limit = traits.max_tokens;
    let limit = match max_tokens(target, options, traits, diagnostics) {
        Some(limit) if options.max_tokens.is_some() => {
            let room = limit.saturating_add(wanted);
            if model_limit > 0 { room.min(model_limit) } else { room }
        }
        Some(limit) => limit,
        None => wanted.saturating_add(4_096),
    };
    let budget = if limit > wanted { wanted } else { limit.saturating_sub(LEAST_BUDGET) };
    if budget < LEAST_BUDGET {
        let message = format!("{limit} tokens leave no room for the least thinking, {LEAST_BUDGET} tokens");
        diagnostics.push(Diagnostic::new("bedrock_thinking_dropped", message).with("level", level.as_str()));
        return ThinkingPlan::default();
    }
    let mut thinking = json!({ "type": "enabled", "budget_tokens": budget });
    if !traits.gov_cloud {
        thinking["display"] = json!("summarized");
    }
    let mut fields = Map::new();
    fields.insert("thinking".to_owned(), thinking);
    fields.insert("anthropic_beta".to_owned(), json!(["interleaved-thinking-2025-05-14"]));
    ThinkingPlan { is_on: true, fields, max_tokens: Some(limit) }
}

/// A family that takes an effort in one flat member.
fn effort_field(
    member: &str,
    level: ThinkingLevel,
    ceiling: Effort,
    target: &Target<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> ThinkingPlan {
    let effort = match target.model.thinking_level_map.get(&level) {
        Some(Some(word)) => word.as_str(),
        _ => match level {
            ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
            ThinkingLevel::Medium => "medium",
            ThinkingLevel::XHigh | ThinkingLevel::Max if ceiling >= Effort::Xhigh => "xhigh",
            ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => "high",
        },
    };
    if level == ThinkingLevel::Off && effort == "low" {
        let message = format!("`{}` always thinks; it is asked to think little", target.model.id);
        diagnostics.push(Diagnostic::new("bedrock_thinking_always_on", message).with("effort", effort));
    }
    let fields = [(member.to_owned(), json!(effort))].into_iter().collect();
    ThinkingPlan { is_on: true, fields, max_tokens: None }
}

/// Nova 2, which knows three efforts.
fn nova(level: ThinkingLevel, options: &StreamOptions) -> ThinkingPlan {
    let effort = match level {
        ThinkingLevel::Off => return ThinkingPlan::default(),
        ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        // High effort is refused together with a limit on tokens, which the caller gave on purpose.
        _ if options.max_tokens.is_some() => "medium",
        ThinkingLevel::Medium => "medium",
        ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => "high",
    };
    let config = json!({ "type": "enabled", "maxReasoningEffort": effort });
    let fields = [("reasoningConfig".to_owned(), config)].into_iter().collect();
    ThinkingPlan { is_on: true, fields, max_tokens: None }
}
