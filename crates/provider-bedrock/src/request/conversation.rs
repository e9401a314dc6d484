//! The messages of a request: any history made into turns the service takes.
//!
//! Separate because the service's rules about order are strict (user first, roles in alternation, each tool call answered
//! at once and only once) and a host's history follows none of them for certain: turns fail, results come late, other
//! models wrote parts of it. What is kept stays in order.

use std::borrow::Cow;
use std::collections::HashMap;

use clawdia_core::{
    AssistantBlock, AssistantMessage, Context, Diagnostic, Message, ProviderError, StopReason, ToolCall,
    ToolResultBlock, ToolResultMessage, UserBlock, UserMessage,
};

use crate::request::Target;
use crate::request::block::{Block, Enabled, Role, SearchResultBlock, TextOnly, ToolResult, ToolUse, Turn};
use crate::request::media::{self, DocumentNames};
use crate::request::model_traits::ModelTraits;
use crate::request::reasoning;
use crate::request::refusal::refuse;
use crate::request::tool_id::ToolIds;
use crate::request::tools::is_tool_name;

/// What stands where nothing is left to say: the service refuses empty messages.
const PLACEHOLDER: &str = "<empty>";

/// The turns of a conversation.
///
/// # Errors
/// Kind invalidRequest for an empty conversation and for media that no request can hold.
pub(super) fn turns<'a>(
    target: &'a Target<'_>,
    context: &'a Context,
    traits: &'a ModelTraits,
    has_tools: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Turn<'a>>, ProviderError> {
    let mut builder = Builder {
        target,
        traits,
        has_tools,
        results: Results::of(&context.messages),
        ids: ToolIds::default(),
        names: DocumentNames::default(),
        turns: Vec::new(),
        diagnostics,
    };
    for (index, message) in context.messages.iter().enumerate() {
        let place = format!("context.messages[{index}]");
        match message {
            Message::User(message) => builder.user(message, &place)?,
            Message::Assistant(message) => builder.assistant(message, index)?,
            // Results stand with their calls.
            Message::ToolResult(_) => {}
        }
    }
    builder.finish()
}

/// Refuses a conversation that ends with the model's turn where the model would.
pub(super) fn check_end(
    turns: &[Turn<'_>],
    traits: &ModelTraits,
    has_tools: bool,
) -> Result<(), ProviderError> {
    let Some(Turn { role: Role::Assistant, .. }) = turns.last() else { return Ok(()) };
    if traits.capabilities.assistant_prefill == Some(false) {
        let rule = "the conversation must end with a user message or a tool result: the model does not continue an answer";
        return Err(refuse("context.messages", rule));
    }
    if has_tools && traits.is_claude() {
        let rule = "the conversation must end with a user message or a tool result when tools are offered";
        return Err(refuse("context.messages", rule));
    }
    Ok(())
}

/// Tool results by the call they answer, each to be used once.
#[derive(Debug)]
struct Results<'a> {
    by_call: HashMap<&'a str, Vec<(usize, &'a ToolResultMessage)>>,
    count: usize,
    used: usize,
}

impl<'a> Results<'a> {
    fn of(messages: &'a [Message]) -> Self {
        let mut by_call: HashMap<&str, Vec<_>> = HashMap::new();
        let mut count = 0;
        for (index, message) in messages.iter().enumerate() {
            if let Message::ToolResult(result) = message {
                by_call.entry(result.tool_call_id.as_str()).or_default().push((index, result));
                count += 1;
            }
        }
        Self { by_call, count, used: 0 }
    }

    /// The first unused result for a call made at `position`; a result cannot come before its call.
    fn take(&mut self, call: &str, position: usize) -> Option<(usize, &'a ToolResultMessage)> {
        let waiting = self.by_call.get_mut(call)?;
        let first = waiting.iter().position(|(index, _)| *index > position)?;
        self.used += 1;
        Some(waiting.remove(first))
    }
}

struct Builder<'a, 'd> {
    target: &'a Target<'a>,
    traits: &'a ModelTraits,
    has_tools: bool,
    results: Results<'a>,
    ids: ToolIds,
    names: DocumentNames,
    turns: Vec<Turn<'a>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a> Builder<'a, '_> {
    fn user(&mut self, message: &'a UserMessage, place: &str) -> Result<(), ProviderError> {
        let mut content = Vec::new();
        for (index, block) in message.content.iter().enumerate() {
            let place = format!("{place}.content[{index}]");
            match block {
                UserBlock::Text(text) => push_text(&mut content, &text.text),
                UserBlock::Image(image) if self.traits.images => content.push(media::image(image, &place)?),
                UserBlock::Image(_) => omit(&mut content, "(image omitted: model does not support images)"),
                UserBlock::Document(document) => content.push(self.document(document, &place)?),
                UserBlock::Video(video) if self.traits.capabilities.video == Some(true) => {
                    content.push(media::video(video, &place)?);
                }
                UserBlock::Video(_) => omit(&mut content, "(video omitted: model does not support video)"),
                UserBlock::Audio(_) => omit(&mut content, "(audio omitted: model does not support audio)"),
                UserBlock::SearchResult(result) => content.push(search_result(result)),
                _ => omit(&mut content, "(content omitted: not supported)"),
            }
        }
        let documents = content.iter().any(|block| matches!(block, Block::Document(_)));
        let texts = content.iter().any(|block| matches!(block, Block::Text(_)));
        if content.is_empty() || (documents && !texts) {
            content.push(Block::text(PLACEHOLDER));
        }
        self.push(Role::User, content);
        Ok(())
    }

    fn document(
        &mut self,
        document: &'a clawdia_core::Document,
        place: &str,
    ) -> Result<Block<'a>, ProviderError> {
        if self.traits.capabilities.documents == Some(false) {
            return Ok(Block::text("(document omitted: model does not support documents)"));
        }
        media::document(document, &mut self.names, place)
    }

    fn assistant(&mut self, message: &'a AssistantMessage, position: usize) -> Result<(), ProviderError> {
        // A turn that failed is not replayed: its reasoning may be cut short, its calls incomplete. Results of its calls,
        // if there are any, go with it, since nothing takes them.
        if matches!(message.stop_reason, StopReason::Error | StopReason::Aborted) {
            return Ok(());
        }
        let same_model = reasoning::is_same_model(message, self.target);
        let mut content = Vec::new();
        let mut answers = Vec::new();
        for block in &message.content {
            match block {
                AssistantBlock::Text(text) => push_text(&mut content, &text.text),
                AssistantBlock::Thinking(thinking) if same_model => {
                    content.extend(reasoning::replay(thinking, self.traits, self.diagnostics));
                }
                AssistantBlock::Thinking(_) => {
                    reasoning::dropped(self.diagnostics, "reasoning of another model was left out");
                }
                AssistantBlock::ToolCall(call) => {
                    let result = self.results.take(call.id.as_str(), position);
                    if self.has_tools {
                        let id = self.ids.next(call.id.as_str());
                        content.push(tool_use(call, &id));
                        answers.push(Answer { id, call, result });
                    } else {
                        content.push(Block::Text(Cow::Owned(call_as_text(call))));
                        answers.push(Answer { id: String::new(), call, result });
                    }
                }
                AssistantBlock::Image(_) => omit(&mut content, "(image omitted: written by the model)"),
                _ => omit(&mut content, "(content omitted: not supported)"),
            }
        }
        self.push(Role::Assistant, content);
        if self.has_tools { self.answers(answers) } else { self.answers_as_text(&answers) }
    }

    /// The results of a turn's calls, in the order in which they came; calls without one get an error.
    fn answers(&mut self, mut answers: Vec<Answer<'a>>) -> Result<(), ProviderError> {
        if answers.is_empty() {
            return Ok(());
        }
        answers.sort_by_key(|answer| answer.result.map_or(usize::MAX, |(index, _)| index));
        let mut content = Vec::new();
        let mut hoisted = Vec::new();
        for Answer { id, call, result } in answers {
            let is_error = result.is_none_or(|(_, result)| result.is_error);
            let blocks = if let Some((index, result)) = result {
                let place = format!("context.messages[{index}]");
                self.result_content(result, &id, &place, &mut hoisted)?
            } else {
                let message = format!("the call of `{}` had no result", call.name);
                let added = Diagnostic::new("bedrock_tool_result_added", message);
                self.diagnostics.push(added.with("toolCallId", call.id.as_str()));
                vec![Block::text("No result provided")]
            };
            let status =
                self.traits.takes_result_status().then_some(if is_error { "error" } else { "success" });
            content.push(Block::ToolResult(ToolResult { tool_use_id: id, content: blocks, status }));
        }
        content.append(&mut hoisted);
        self.push(Role::User, content);
        Ok(())
    }

    /// The content of a result. Images that the model does not take there move behind all results, into `hoisted`.
    fn result_content(
        &mut self,
        result: &'a ToolResultMessage,
        id: &str,
        place: &str,
        hoisted: &mut Vec<Block<'a>>,
    ) -> Result<Vec<Block<'a>>, ProviderError> {
        let takes_images = if self.traits.is_claude() {
            // Claude takes only text in a result that is an error.
            !result.is_error
        } else {
            self.traits.capabilities.tool_result_images != Some(false)
        };
        let mut content = Vec::new();
        let mut images = Vec::new();
        for (index, block) in result.content.iter().enumerate() {
            let place = format!("{place}.content[{index}]");
            match block {
                ToolResultBlock::Text(text) => push_text(&mut content, &text.text),
                ToolResultBlock::Image(_) if !self.traits.images => {
                    omit(&mut content, "(tool image omitted: model does not support images)");
                }
                ToolResultBlock::Image(image) if takes_images => content.push(media::image(image, &place)?),
                ToolResultBlock::Image(image) => {
                    images.push(media::image(image, &place)?);
                    omit(&mut content, "(image attached after the tool results)");
                }
                ToolResultBlock::Document(document) => content.push(self.document(document, &place)?),
                ToolResultBlock::Video(video) if self.traits.capabilities.video == Some(true) => {
                    content.push(media::video(video, &place)?);
                }
                ToolResultBlock::Video(_) => {
                    omit(&mut content, "(video omitted: model does not support video)");
                }
                ToolResultBlock::Audio(_) => {
                    omit(&mut content, "(audio omitted: model does not support audio)");
                }
                ToolResultBlock::SearchResult(result) => content.push(search_result(result)),
                _ => omit(&mut content, "(content omitted: not supported)"),
            }
        }
        if content.is_empty() {
            content.push(Block::text(PLACEHOLDER));
        }
        if !images.is_empty() {
            let caption = format!("Images from the result of tool call {id} ({}):", result.tool_name);
            hoisted.push(Block::Text(Cow::Owned(caption)));
            hoisted.append(&mut images);
        }
        Ok(content)
    }

    /// Results as text: without tools in the request, the service refuses tool blocks in the history.
    fn answers_as_text(&mut self, answers: &[Answer<'a>]) -> Result<(), ProviderError> {
        for answer in answers {
            let Some((index, result)) = answer.result else { continue };
            let error = if result.is_error { " (error)" } else { "" };
            let mut content =
                vec![Block::Text(Cow::Owned(format!("[Tool result: {}]{error}:", answer.call.name)))];
            let mut hoisted = Vec::new();
            let place = format!("context.messages[{index}]");
            content.append(&mut self.result_content(
                result,
                answer.call.id.as_str(),
                &place,
                &mut hoisted,
            )?);
            content.append(&mut hoisted);
            self.push(Role::User, content);
        }
        Ok(())
    }

    /// Adds content to the conversation; a turn of the same role goes on.
    fn push(&mut self, role: Role, mut content: Vec<Block<'a>>) {
        if content.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(turn) if turn.role == role => turn.content.append(&mut content),
            _ => self.turns.push(Turn { role, content }),
        }
    }

    fn finish(mut self) -> Result<Vec<Turn<'a>>, ProviderError> {
        let unused = self.results.count - self.results.used;
        if unused > 0 {
            let message = format!(
                "{unused} tool results were left out, since no call in the conversation waits for them"
            );
            self.diagnostics
                .push(Diagnostic::new("bedrock_tool_results_dropped", message).with("count", unused));
        }
        match self.turns.first() {
            None => {
                return Err(refuse("context.messages", "there is nothing to answer: add a user message"));
            }
            Some(Turn { role: Role::Assistant, .. }) => {
                let message = "the conversation began with the model's turn; a placeholder was put before it";
                self.diagnostics.push(Diagnostic::new("bedrock_user_turn_added", message));
                self.turns.insert(0, Turn { role: Role::User, content: vec![Block::text(PLACEHOLDER)] });
            }
            Some(Turn { role: Role::User, .. }) => {}
        }
        self.trim_end();
        Ok(self.turns)
    }

    /// The service refuses trailing blanks in an answer that is to be continued.
    fn trim_end(&mut self) {
        if let Some(Turn { role: Role::Assistant, content }) = self.turns.last_mut()
            && let Some(Block::Text(text)) = content.last_mut()
        {
            let length = text.trim_end().len();
            match text {
                Cow::Borrowed(text) => *text = &text[..length],
                Cow::Owned(text) => text.truncate(length),
            }
        }
    }
}

/// A call of a turn, and what it led to.
struct Answer<'a> {
    /// The call's id in the request.
    id: String,
    call: &'a ToolCall,
    /// With the place in the history.
    result: Option<(usize, &'a ToolResultMessage)>,
}

fn push_text<'a>(content: &mut Vec<Block<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        content.push(Block::Text(Cow::Borrowed(text)));
    }
}

/// Says that something is left out; a run of the same is said once.
fn omit(content: &mut Vec<Block<'_>>, note: &'static str) {
    let repeated = matches!(content.last(), Some(Block::Text(text)) if text == note);
    if !repeated {
        content.push(Block::text(note));
    }
}

fn search_result(result: &clawdia_core::SearchResult) -> Block<'_> {
    Block::SearchResult(SearchResultBlock {
        source: &result.source,
        title: &result.title,
        content: result.content.iter().map(|text| TextOnly { text }).collect(),
        citations: result.citations.then_some(Enabled { enabled: true }),
    })
}

fn tool_use<'a>(call: &'a ToolCall, id: &str) -> Block<'a> {
    let name = if is_tool_name(&call.name) {
        Cow::Borrowed(call.name.as_str())
    } else {
        let allowed =
            |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
        let name: String = call
            .name
            .chars()
            .take(64)
            .map(|character| if allowed(character) { character } else { '_' })
            .collect();
        Cow::Owned(if name.is_empty() { "tool".to_owned() } else { name })
    };
    let input = if has_empty_key(&call.arguments) {
        Cow::Owned(without_empty_keys(&call.arguments))
    } else {
        Cow::Borrowed(&call.arguments)
    };
    Block::ToolUse(ToolUse { id: id.to_owned(), name, input })
}

fn call_as_text(call: &ToolCall) -> String {
    let arguments = serde_json::Value::Object(call.arguments.clone());
    format!("[Assistant tool call]: {}({arguments})", call.name)
}

type Arguments = serde_json::Map<String, serde_json::Value>;

/// Whether a member somewhere in the arguments has no name, which the service's document type refuses.
fn has_empty_key(arguments: &Arguments) -> bool {
    fn within(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(map) => has_empty_key(map),
            serde_json::Value::Array(list) => list.iter().any(within),
            _ => false,
        }
    }
    arguments.iter().any(|(key, value)| key.is_empty() || within(value))
}

fn without_empty_keys(arguments: &Arguments) -> Arguments {
    fn clean(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => serde_json::Value::Object(without_empty_keys(map)),
            serde_json::Value::Array(list) => list.iter().map(clean).collect(),
            other => other.clone(),
        }
    }
    arguments
        .iter()
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.clone(), clean(value)))
        .collect()
}
