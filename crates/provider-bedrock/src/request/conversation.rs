//! The messages of a request: any history made into turns the service takes.
//!
//! Separate because the service's rules about order are strict (user first, roles in alternation, each tool call answered
//! at once and only once) and a host's history follows none of them for certain: turns fail, results come late, other
//! models wrote parts of it. What is kept stays in order.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use clawdia_core::{
    AssistantBlock, AssistantMessage, Context, Diagnostic, Message, ProviderError, StopReason, ToolCall,
    ToolResultMessage, UserMessage,
};
use serde_json::Value;

use crate::request::Target;
use crate::request::answered::{self, ServerToolRole, ServerTools};
use crate::request::arguments::acceptable_arguments;
use crate::request::block::{Block, Role, ToolResult, ToolUse, Turn};
use crate::request::content::{Content, PLACEHOLDER, Piece, ResultTakes, cache_point, omit};
use crate::request::model_traits::ModelTraits;
use crate::request::reasoning;
use crate::request::refusal::refuse;
use crate::request::remark::tell;
use crate::request::tool_id::{ToolIdRule, ToolIds};
use crate::request::tool_names::ToolNames;

/// What a model says between its tools' results and what follows, where it may not be asked both in one turn.
const SEPARATOR: &str = "(tool results received)";

/// The turns of a conversation.
///
/// # Errors
/// Kind invalidRequest for an empty conversation and for media that no request can hold.
pub(super) fn turns<'a>(
    target: &'a Target<'_>,
    context: &'a Context,
    traits: &'a ModelTraits,
    names: Option<&'a ToolNames<'a>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Turn<'a>>, ProviderError> {
    let mut builder = Builder {
        target,
        traits,
        results: Results::of(&context.messages),
        ids: ToolIds::new(if traits.capabilities().nine_character_tool_ids == Some(true) {
            ToolIdRule::NineAlphanumerics
        } else {
            ToolIdRule::Service
        }),
        names,
        content: Content::new(context, traits, target.params.guardrail.is_some()),
        turns: Vec::new(),
        diagnostics,
    };
    for (index, message) in context.messages.iter().enumerate() {
        match message {
            Message::User(message) => builder.user(message, index)?,
            Message::Assistant(_) if is_failed(message) => {
                tell(builder.diagnostics, "bedrock_turn_dropped", "turns that failed were left out");
            }
            Message::Assistant(message) => builder.assistant(message, index)?,
            // Results stand with their calls.
            Message::ToolResult(_) => {}
        }
    }
    // A turn that failed is not replayed, and so does not end the conversation.
    let last = context.messages.iter().rev().find(|message| !is_failed(message));
    builder.finish(!matches!(last, Some(Message::Assistant(_))))
}

/// Whether a turn is left out because it failed: its reasoning may be cut short, its calls incomplete. Results of its calls
/// go with it, since nothing takes them.
fn is_failed(message: &Message) -> bool {
    matches!(message, Message::Assistant(message) if matches!(message.stop_reason, StopReason::Error | StopReason::Aborted))
}

/// Refuses a conversation that ends with the model's turn where the model would.
pub(super) fn check_end(
    turns: &[Turn<'_>],
    traits: &ModelTraits,
    has_tools: bool,
) -> Result<(), ProviderError> {
    let Some(Turn { role: Role::Assistant, .. }) = turns.last() else { return Ok(()) };
    if traits.capabilities().assistant_prefill == Some(false) {
        let rule = "the conversation must end with a user message or a tool result: the model does not continue an answer";
        return Err(refuse("context.messages", rule));
    }
    if has_tools && traits.capabilities().prefill_with_tools == Some(false) {
        let rule = "the conversation must end with a user message or a tool result when tools are offered";
        return Err(refuse("context.messages", rule));
    }
    Ok(())
}

/// Tool results by the turn and the call they answer, each to be used once.
///
/// Ids may repeat: some models count them from the start of each turn. A result belongs to the nearest call before it, so
/// that a later turn never changes what an earlier one was answered.
#[derive(Debug)]
struct Results<'a> {
    by_call: HashMap<(usize, &'a str), VecDeque<Found<'a>>>,
    count: usize,
    used: usize,
}

/// A result, and its place in the history.
type Found<'a> = (usize, &'a ToolResultMessage);

impl<'a> Results<'a> {
    fn of(messages: &'a [Message]) -> Self {
        let mut by_call: HashMap<_, VecDeque<_>> = HashMap::new();
        let mut latest: HashMap<&str, usize> = HashMap::new();
        let mut count = 0;
        for (index, message) in messages.iter().enumerate() {
            match message {
                Message::User(_) => {}
                Message::Assistant(message) => {
                    latest.extend(message.tool_calls().map(|call| (call.id.as_str(), index)));
                }
                Message::ToolResult(result) => {
                    count += 1;
                    let id = result.tool_call_id.as_str();
                    if let Some(turn) = latest.get(id) {
                        by_call.entry((*turn, id)).or_default().push_back((index, result));
                    }
                }
            }
        }
        Self { by_call, count, used: 0 }
    }

    /// The first unused result for a call made in the turn at `position`.
    fn take(&mut self, call: &'a str, position: usize) -> Option<Found<'a>> {
        let found = self.by_call.get_mut(&(position, call))?.pop_front()?;
        self.used += 1;
        Some(found)
    }
}

struct Builder<'a, 'd> {
    target: &'a Target<'a>,
    traits: &'a ModelTraits,
    /// `None` where no tools are offered, and the history must tell of them as text.
    names: Option<&'a ToolNames<'a>>,
    results: Results<'a>,
    ids: ToolIds,
    content: Content<'a>,
    turns: Vec<Turn<'a>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// A call of a turn, and what it led to.
struct Answer<'a> {
    /// The call's id in the request; empty where calls are told as text.
    id: String,
    call: &'a ToolCall,
    result: Option<Found<'a>>,
}

impl<'a> Builder<'a, '_> {
    fn user(&mut self, message: &'a UserMessage, index: usize) -> Result<(), ProviderError> {
        let place = format!("context.messages[{index}]");
        let pieces = message.content.iter().map(Piece::from);
        let blocks = self.content.of_user(pieces, &place, self.diagnostics)?;
        self.push(Role::User, blocks, message.runtime_context.is_some());
        Ok(())
    }

    fn assistant(&mut self, message: &'a AssistantMessage, position: usize) -> Result<(), ProviderError> {
        let same_model = reasoning::is_same_model(message, self.target);
        let mut blocks = Vec::new();
        let mut answers = Vec::new();
        let server_tools = ServerTools::of(message);
        let replays =
            same_model && self.names.is_some() && self.traits.capabilities().system_tools != Some(false);
        let mut server_ids = HashMap::new();
        for (place, block) in message.content.iter().enumerate() {
            match block {
                AssistantBlock::Text(text) => {
                    blocks.extend(answered::text(
                        text,
                        same_model && self.traits.capabilities().citations == Some(true),
                        self.diagnostics,
                    ));
                }
                AssistantBlock::ServerToolCall(call)
                    if replays && server_tools.role(place) == ServerToolRole::Call =>
                {
                    let id = self.ids.next(call.id.as_str());
                    server_ids.insert(place, id.clone());
                    blocks.push(answered::server_tool_call(call, id));
                }
                AssistantBlock::ServerToolResult(result)
                    if replays
                        && let ServerToolRole::ResultOf(call) = server_tools.role(place)
                        && let Some(id) = server_ids.remove(&call) =>
                {
                    let takes_status = self.traits.capabilities().result_status == Some(true);
                    blocks.push(answered::server_tool_result(result, id, takes_status));
                }
                AssistantBlock::ServerToolCall(_) | AssistantBlock::ServerToolResult(_) => {
                    blocks.extend(answered::server_tool_as_text(block));
                    let message = "tools that the service ran itself were told as text";
                    tell(self.diagnostics, "bedrock_server_tools_as_text", message);
                }
                AssistantBlock::Thinking(thinking) if same_model => {
                    blocks.extend(reasoning::replay(thinking, self.traits, self.diagnostics));
                }
                AssistantBlock::Thinking(_) => {
                    reasoning::dropped(self.diagnostics, "reasoning of another model was left out");
                }
                AssistantBlock::ToolCall(call) => {
                    let result = self.results.take(call.id.as_str(), position);
                    let mut id = String::new();
                    if let Some(names) = self.names {
                        id = self.ids.next(call.id.as_str());
                        if id != call.id.as_str() || names.sent(&call.name) != call.name.as_str() {
                            let message = "ids or names of tool calls were changed to ones the service takes";
                            tell(self.diagnostics, "bedrock_tool_call_renamed", message);
                        }
                        blocks.push(tool_use(call, &id, names));
                    } else {
                        let message = "no tools are offered, so earlier calls and results were told as text";
                        tell(self.diagnostics, "bedrock_tools_as_text", message);
                        blocks.push(Block::Text(Cow::Owned(call_as_text(call))));
                    }
                    answers.push(Answer { id, call, result });
                }
                AssistantBlock::Image(_) => {
                    omit(&mut blocks, "(image omitted: written by the model)", self.diagnostics);
                }
                AssistantBlock::CachePoint(point) => blocks.push(cache_point(*point)),
                _ => omit(&mut blocks, "(content omitted: not supported)", self.diagnostics),
            }
        }
        if blocks.iter().all(|block| matches!(block, Block::CachePoint(_))) {
            blocks.clear();
        }
        self.push(Role::Assistant, blocks, false);
        // In the order in which results came; calls without one last.
        answers.sort_by_key(|answer| answer.result.map_or(usize::MAX, |(index, _)| index));
        if self.names.is_some() { self.answers(answers) } else { self.answers_as_text(&answers) }
    }

    /// The results of a turn's calls; calls without one get an error.
    fn answers(&mut self, answers: Vec<Answer<'a>>) -> Result<(), ProviderError> {
        let takes_status = self.traits.capabilities().result_status == Some(true);
        let mut blocks = Vec::new();
        let mut behind = Vec::new();
        for Answer { id, call, result } in answers {
            let is_error = result.is_none_or(|(_, result)| result.is_error);
            let mut content = match result {
                Some(found) => self.result_content(found, &id, &mut behind)?,
                None => self.missing_result(call),
            };
            if is_error && !takes_status && result.is_some() {
                content.insert(0, Block::text("(error)"));
            }
            let status = takes_status.then_some(if is_error { "error" } else { "success" });
            blocks.push(Block::ToolResult(ToolResult { tool_use_id: id, content, status }));
        }
        self.push(Role::User, blocks, false);
        self.push(Role::User, behind, false);
        Ok(())
    }

    /// What stands for the result of a call that has none.
    fn missing_result(&mut self, call: &ToolCall) -> Vec<Block<'a>> {
        let message = format!("the call of `{}` had no result", call.name);
        let added = Diagnostic::new("bedrock_tool_result_added", message);
        self.diagnostics.push(added.with("toolCallId", call.id.as_str()));
        vec![Block::text("No result provided")]
    }

    /// The content of a result. What the model does not take there moves behind all results of the turn, images with a
    /// caption that says whose they are.
    fn result_content(
        &mut self,
        (index, result): Found<'a>,
        id: &str,
        behind: &mut Vec<Block<'a>>,
    ) -> Result<Vec<Block<'a>>, ProviderError> {
        let place = format!("context.messages[{index}]");
        let capabilities = self.traits.capabilities();
        let takes = ResultTakes { images: capabilities.tool_result_images != Some(false), files: true };
        let takes = if result.is_error && capabilities.error_result_images == Some(false) {
            ResultTakes::default()
        } else {
            takes
        };
        let mut moved = Vec::new();
        let pieces = result.content.iter().map(Piece::from);
        let content = self.content.of_result(pieces, takes, &place, &mut moved, self.diagnostics)?;
        if moved.iter().any(|block| !matches!(block, Block::CachePoint(_))) {
            let caption = format!("Attached to the result of tool call {id} ({}):", result.tool_name);
            behind.push(Block::Text(Cow::Owned(caption)));
        }
        behind.append(&mut moved);
        Ok(content)
    }

    /// Results as text: without tools in the request, the service refuses tool blocks in the history.
    fn answers_as_text(&mut self, answers: &[Answer<'a>]) -> Result<(), ProviderError> {
        for answer in answers {
            let is_error = answer.result.is_none_or(|(_, result)| result.is_error);
            let error = if is_error { " (error)" } else { "" };
            let head = format!("[Tool result: {}]{error}:", answer.call.name);
            let mut blocks = vec![Block::Text(Cow::Owned(head))];
            let mut behind = Vec::new();
            blocks.append(&mut match answer.result {
                Some(found) => self.result_content(found, answer.call.id.as_str(), &mut behind)?,
                None => self.missing_result(answer.call),
            });
            blocks.append(&mut behind);
            self.push(Role::User, blocks, false);
        }
        Ok(())
    }

    /// Adds content to the conversation; a turn of the same role goes on.
    fn push(&mut self, role: Role, mut blocks: Vec<Block<'a>>, is_volatile: bool) {
        if blocks.is_empty() {
            return;
        }
        if self.traits.capabilities().turn_separation == Some(true)
            && role == Role::User
            && !blocks.iter().all(|block| matches!(block, Block::ToolResult(_) | Block::CachePoint(_)))
            && let Some(Turn { role: Role::User, content, .. }) = self.turns.last()
            && content.iter().any(|block| matches!(block, Block::ToolResult(_)))
        {
            let message = "a turn of the model was put between tool results and what follows";
            tell(self.diagnostics, "bedrock_separator_added", message);
            self.turns.push(Turn::new(Role::Assistant, vec![Block::text(SEPARATOR)]));
        }
        match self.turns.last_mut() {
            Some(turn) if turn.role == role => {
                if is_volatile && turn.volatile_from.is_none() {
                    turn.volatile_from = Some(turn.content.len());
                }
                turn.content.append(&mut blocks);
            }
            _ => {
                let volatile_from = is_volatile.then_some(0);
                self.turns.push(Turn { role, content: blocks, volatile_from });
            }
        }
    }

    /// `ends_with_user` says whether it is the model's turn to speak, whatever became of the last message.
    fn finish(mut self, ends_with_user: bool) -> Result<Vec<Turn<'a>>, ProviderError> {
        self.content.check()?;
        let unused = self.results.count - self.results.used;
        if unused > 0 {
            let message = format!(
                "{unused} tool results were left out, since no call in the conversation waits for them"
            );
            self.diagnostics
                .push(Diagnostic::new("bedrock_tool_results_dropped", message).with("count", unused));
        }
        match self.turns.first() {
            // A stored prompt asks by itself.
            None if self.traits.is_stored_prompt => {}
            None => {
                return Err(refuse("context.messages", "there is nothing to answer: add a user message"));
            }
            // What goes on from a stored prompt's own messages may begin with either.
            Some(Turn { role: Role::Assistant, .. }) if !self.traits.is_stored_prompt => {
                let message = "the conversation began with the model's turn; a placeholder was put before it";
                self.diagnostics.push(Diagnostic::new("bedrock_user_turn_added", message));
                self.turns.insert(0, Turn::new(Role::User, vec![Block::text(PLACEHOLDER)]));
            }
            Some(_) => {}
        }
        if ends_with_user && self.turns.last().is_some_and(|turn| turn.role == Role::Assistant) {
            let message = "the last message stands elsewhere now; a placeholder was put in its place";
            self.diagnostics.push(Diagnostic::new("bedrock_user_turn_added", message));
            self.turns.push(Turn::new(Role::User, vec![Block::text(PLACEHOLDER)]));
        }
        self.trim_end();
        Ok(self.turns)
    }

    /// An answer that is to be continued ends with what can be: the service refuses trailing blanks, and thinking at the
    /// end.
    fn trim_end(&mut self) {
        let Some(Turn { role: Role::Assistant, content, .. }) = self.turns.last_mut() else { return };
        while let Some(Block::CachePoint(_) | Block::ReasoningContent(_)) = content.last() {
            content.pop();
        }
        if let Some(Block::Text(text)) = content.last_mut() {
            let length = text.trim_end().len();
            match text {
                Cow::Borrowed(text) => *text = &text[..length],
                Cow::Owned(text) => text.truncate(length),
            }
        }
        if content.is_empty() {
            self.turns.pop();
        }
    }
}

fn tool_use<'a>(call: &'a ToolCall, id: &str, names: &ToolNames<'_>) -> Block<'a> {
    let name = names.sent(&call.name);
    let input = acceptable_arguments(&call.arguments);
    Block::ToolUse(ToolUse { id: id.to_owned(), name, input })
}

fn call_as_text(call: &ToolCall) -> String {
    let arguments = Value::Object(call.arguments.clone());
    format!("[Assistant tool call]: {}({arguments})", call.name)
}
