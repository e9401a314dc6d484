//! How the model is asked to think.
//!
//! Separate because each family has its own words for it, and because thinking decides over other settings: the limit on
//! tokens, sampling, forced tools.

use clawdia_bedrock_models::{Effort, LEAST_THINKING_BUDGET, ThinkingDialect};
use clawdia_core::{Diagnostic, StreamOptions, ThinkingLevel};
use serde_json::{Map, Value, json};

use crate::learned::Lesson;
use crate::request::Target;
use crate::request::block::{Block, Role, Turn};
use crate::request::estimate;
use crate::request::inference::{MOST_TOKENS, max_tokens};
use crate::request::model_traits::ModelTraits;
use crate::request::remark::tell;

/// Lets the model think between the calls of one turn.
const INTERLEAVED_BETA: &str = "interleaved-thinking-2025-05-14";

/// Lets a request say what becomes of thinking whose context has changed.
const BINDING_BETA: &str = "thinking-binding-controls-2026-08-01";

/// What thinking adds to a request.
#[derive(Debug, Default)]
pub(super) struct ThinkingPlan {
    /// Whether the model is asked to think, or thinks unasked.
    pub(super) is_on: bool,
    /// For `additionalModelRequestFields`.
    pub(super) fields: Map<String, Value>,
    /// The limit on tokens that makes room for the budget.
    pub(super) max_tokens: Option<u64>,
    /// Whether the model is asked for more than a medium effort by a word.
    pub(super) is_high: bool,
}

impl ThinkingPlan {
    fn on(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { is_on: true, fields, max_tokens: None, is_high: false }
    }

    pub(super) fn forbids_forced_tools(&self, traits: &ModelTraits) -> bool {
        self.is_on && traits.capabilities().forced_tools_while_thinking == Some(false)
    }
}

/// Plans the thinking for a request whose conversation is `turns`; `demands_tools` says whether the model must call one.
pub(super) fn plan(
    target: &Target<'_>,
    options: &StreamOptions,
    traits: &ModelTraits,
    prompt: u64,
    turns: &[Turn<'_>],
    demands_tools: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> ThinkingPlan {
    let unasked = || unasked(demands_tools, traits, turns);
    let Some(level) = options.reasoning else { return unasked() };
    let mut planner = Planner { target, options, traits, prompt, level, diagnostics };
    if !traits.reasoning && level != ThinkingLevel::Off {
        planner.drop_thinking(format!("`{}` does not think", target.model.id));
        return unasked();
    }
    match traits.behaviour.thinking {
        ThinkingDialect::ClaudeAdaptive => planner.adaptive(turns),
        ThinkingDialect::ClaudeBudget if level == ThinkingLevel::Off => ThinkingPlan::default(),
        ThinkingDialect::ClaudeBudget if resumes_without_thinking(turns) => {
            planner.drop_thinking("the turn in progress began without thinking and must go on so".to_owned());
            ThinkingPlan::default()
        }
        ThinkingDialect::ClaudeBudget => planner.budget(),
        ThinkingDialect::OpenAiFlatEffort => planner.effort(|effort| ("reasoning_effort", json!(effort))),
        ThinkingDialect::OpenAiNestedEffort => {
            planner.effort(|effort| ("reasoning", json!({ "effort": effort })))
        }
        ThinkingDialect::ReasoningConfigWord => planner.effort(|effort| ("reasoning_config", json!(effort))),
        ThinkingDialect::NovaReasoningConfig => planner.nova(),
        _ => {
            if level != ThinkingLevel::Off {
                let id = &target.model.id;
                planner.drop_thinking(format!(
                    "how `{id}` is asked to think is not known; it decides by itself"
                ));
            }
            unasked()
        }
    }
}

/// What is sent when nobody says whether to think.
fn unasked(demands_tools: bool, traits: &ModelTraits, turns: &[Turn<'_>]) -> ThinkingPlan {
    let capabilities = traits.capabilities();
    let is_on = traits.thinks_unasked();
    let adaptive = traits.behaviour.thinking == ThinkingDialect::ClaudeAdaptive;
    if is_on
        && adaptive
        && demands_tools
        && capabilities.thinking_always_on != Some(true)
        && capabilities.forced_tool_choice != Some(false)
        && capabilities.forced_tools_while_thinking == Some(false)
    {
        // The demand was made and the thinking was not, so thinking gives way.
        return ThinkingPlan { fields: disabled(), ..ThinkingPlan::default() };
    }
    if is_on && adaptive && must_control_binding(traits, turns) {
        // Without a word about it, reasoning whose context has changed would be refused.
        let mut plan = ThinkingPlan::on([("thinking", json!({ "type": "adaptive" }))]);
        control_binding(&mut plan.fields);
        return plan;
    }
    ThinkingPlan { is_on, ..ThinkingPlan::default() }
}

fn disabled() -> Map<String, Value> {
    [("thinking".to_owned(), json!({ "type": "disabled" }))].into_iter().collect()
}

/// Whether the conversation holds reasoning that the model binds to its context. GovCloud does not know the control; there
/// such reasoning is replayed as it is.
fn must_control_binding(traits: &ModelTraits, turns: &[Turn<'_>]) -> bool {
    let reasons =
        |turn: &Turn<'_>| turn.content.iter().any(|block| matches!(block, Block::ReasoningContent(_)));
    traits.capabilities().binds_thinking_blocks == Some(true)
        && !traits.gov_cloud
        && turns.iter().any(reasons)
}

/// Says that reasoning whose context has changed is to be left out rather than refused.
fn control_binding(fields: &mut Map<String, Value>) {
    if let Some(thinking) = fields.get_mut("thinking") {
        thinking["block_binding"] = json!({ "prefix_mismatch_behavior": "drop_block" });
    }
    fields.insert("anthropic_beta".to_owned(), json!([BINDING_BETA]));
}

/// Whether the model goes on from a turn of its own that did not begin with thinking: from the results of tools it called,
/// or from the beginning of an answer. The service wants such a turn to begin with thinking once thinking is on.
fn resumes_without_thinking(turns: &[Turn<'_>]) -> bool {
    let Some(last) = turns.iter().rposition(|turn| turn.role == Role::Assistant) else { return false };
    let goes_on =
        last + 1 == turns.len() || turns[last].content.iter().any(|block| matches!(block, Block::ToolUse(_)));
    goes_on && !matches!(turns[last].content.first(), Some(Block::ReasoningContent(_)))
}

struct Planner<'p> {
    target: &'p Target<'p>,
    options: &'p StreamOptions,
    traits: &'p ModelTraits,
    /// About how many tokens the prompt has.
    prompt: u64,
    level: ThinkingLevel,
    diagnostics: &'p mut Vec<Diagnostic>,
}

impl Planner<'_> {
    fn drop_thinking(&mut self, reason: String) {
        let dropped = Diagnostic::new("bedrock_thinking_dropped", reason);
        self.diagnostics.push(dropped.with("level", self.level.as_str()));
    }

    /// The model's word for the level: a configured one, else what the facts know.
    fn word(&mut self, level: ThinkingLevel) -> Option<String> {
        // A level that the configuration takes away falls to the next lower one that it does not.
        let map = &self.target.model.thinking_level_map;
        let below = ThinkingLevel::ALL.into_iter().rev().filter(|lower| *lower <= level);
        let asked = below.into_iter().find(|lower| map.get(lower) != Some(&None)).unwrap_or(level);
        // What a description knows is in the map as well, so that a word in it may turn out to be refused.
        let configured = map.get(&asked).cloned().flatten().filter(|word| !self.is_refused(word));
        let word = configured.or_else(|| self.traits.behaviour.effort(asked).map(str::to_owned))?;
        if level == ThinkingLevel::Off {
            if word != Effort::None.as_str() {
                let message =
                    format!("`{}` always thinks; it is asked to think little", self.target.model.id);
                let told = Diagnostic::new("bedrock_thinking_always_on", message);
                self.diagnostics.push(told.with("effort", word.as_str()));
            }
        } else if word != level.as_str() {
            let message = format!("`{}` has no thinking level `{level}`", self.target.model.id);
            let told = Diagnostic::new("bedrock_thinking_level_changed", message);
            self.diagnostics.push(told.with("effort", word.as_str()));
        }
        Some(word)
    }

    /// Whether the service refused a word for this model.
    fn is_refused(&self, word: &str) -> bool {
        let capability = match word {
            "xhigh" => "effortXhigh",
            "max" => "effortMax",
            _ => return false,
        };
        self.target.knows(|| Lesson::Capability(capability, false))
    }

    fn say_display(&self, thinking: &mut Value) {
        if !self.traits.gov_cloud {
            thinking["display"] = json!(self.target.params.thinking_display);
        }
    }

    /// Claude that decides how much to think, given an effort.
    fn adaptive(&mut self, turns: &[Turn<'_>]) -> ThinkingPlan {
        let capabilities = self.traits.capabilities();
        if self.level == ThinkingLevel::Off {
            if capabilities.thinking_between_tools == Some(true) {
                let mut plan = ThinkingPlan::on([("thinking", json!({ "type": "between_tools" }))]);
                if must_control_binding(self.traits, turns) {
                    control_binding(&mut plan.fields);
                }
                return plan;
            }
            if capabilities.thinking_always_on != Some(true) {
                return ThinkingPlan { fields: disabled(), ..ThinkingPlan::default() };
            }
        }
        let binds = capabilities.binds_thinking_blocks == Some(true) && !self.traits.gov_cloud;
        let effort = self.word(self.level);
        let mut thinking = json!({ "type": "adaptive" });
        self.say_display(&mut thinking);
        let mut plan = ThinkingPlan::on([("thinking", thinking)]);
        if let Some(effort) = effort {
            plan.fields.insert("output_config".to_owned(), json!({ "effort": effort }));
        }
        if binds {
            control_binding(&mut plan.fields);
        }
        plan
    }

    /// Claude that is given a number of tokens to think with.
    fn budget(&mut self) -> ThinkingPlan {
        let budgets = self.target.params.thinking_budgets;
        if self.level > ThinkingLevel::High {
            let message = format!("`{}` has no thinking level `{}`", self.target.model.id, self.level);
            let told = Diagnostic::new("bedrock_thinking_level_changed", message);
            self.diagnostics.push(told.with("level", ThinkingLevel::High.as_str()));
        }
        let wanted = match self.level {
            ThinkingLevel::Off | ThinkingLevel::Minimal => budgets.minimal.unwrap_or(LEAST_THINKING_BUDGET),
            ThinkingLevel::Low => budgets.low.unwrap_or(2_048),
            ThinkingLevel::Medium => budgets.medium.unwrap_or(8_192),
            ThinkingLevel::High | ThinkingLevel::XHigh | ThinkingLevel::Max => budgets.high.unwrap_or(16_384),
        };
        // Thinking counts against the limit, so a limit on the answer alone must grow by the budget.
        let model_limit = self.traits.max_tokens;
        let limit = match max_tokens(self.target, self.options, self.traits, self.prompt, self.diagnostics) {
            Some(limit) if self.options.max_tokens.is_some() => {
                let room = limit.saturating_add(wanted);
                if model_limit > 0 { room.min(model_limit) } else { room }
            }
            Some(limit) => limit,
            None => wanted.saturating_add(4_096),
        };
        let limit = limit.min(MOST_TOKENS);
        let limit = estimate::room(limit, self.prompt, self.traits.context_window);
        let budget = if limit > wanted { wanted } else { limit.saturating_sub(LEAST_THINKING_BUDGET) };
        if budget < LEAST_THINKING_BUDGET {
            let least = LEAST_THINKING_BUDGET;
            self.drop_thinking(format!(
                "{limit} tokens leave no room for the least thinking, {least} tokens"
            ));
            return ThinkingPlan::default();
        }
        let mut thinking = json!({ "type": "enabled", "budget_tokens": budget });
        self.say_display(&mut thinking);
        let mut plan = ThinkingPlan::on([("thinking", thinking)]);
        let interleaves = self.traits.capabilities().interleaved_thinking == Some(true);
        if interleaves && self.target.params.interleaved_thinking != Some(false) {
            plan.fields.insert("anthropic_beta".to_owned(), json!([INTERLEAVED_BETA]));
        }
        if let Some(wanted) = self.options.max_tokens
            && limit > wanted
        {
            let message = "thinking counts against the limit on tokens, which was raised by the budget";
            let told = Diagnostic::new("bedrock_max_tokens_raised", message);
            self.diagnostics.push(told.with("maxTokens", limit));
        }
        ThinkingPlan { max_tokens: Some(limit), ..plan }
    }

    /// A family that takes an effort in one member.
    fn effort(&mut self, member: impl FnOnce(&str) -> (&'static str, Value)) -> ThinkingPlan {
        match self.word(self.level) {
            Some(effort) => {
                let plan = ThinkingPlan::on([member(&effort)]);
                ThinkingPlan { is_on: effort != Effort::None.as_str(), ..plan }
            }
            None => ThinkingPlan { is_on: self.traits.thinks_unasked(), ..ThinkingPlan::default() },
        }
    }

    /// Nova 2, which refuses high effort together with a limit on tokens, which the caller gave on purpose.
    fn nova(&mut self) -> ThinkingPlan {
        let limited = self.options.max_tokens.is_some()
            && self.traits.capabilities().max_tokens_with_high_effort == Some(false);
        let mut level = self.level;
        if limited && level > ThinkingLevel::Medium {
            level = ThinkingLevel::Medium;
            let message =
                "the model refuses a high effort together with a limit on tokens; the limit was kept";
            tell(self.diagnostics, "bedrock_thinking_level_changed", message);
        }
        if level == ThinkingLevel::Off {
            return ThinkingPlan::default();
        }
        match self.word(level) {
            Some(effort) => {
                let is_high = effort == Effort::High.as_str();
                let config = json!({ "type": "enabled", "maxReasoningEffort": effort });
                ThinkingPlan { is_high, ..ThinkingPlan::on([("reasoningConfig", config)]) }
            }
            None => ThinkingPlan::default(),
        }
    }
}
