//! Bedrock's events turned into ours: a pure state machine.
//!
//! Separate from all I/O so that every order of events, legal or not, can be tried without a socket. It keeps the
//! grammar of [`EventStream`](clawdia_core::EventStream) whatever the service sends: blocks that never start are begun
//! by their first delta, blocks that never stop are ended, and exactly one outcome comes out.

mod writing;
mod calls;
mod open_block;
mod image;
mod stop;
mod guardrail;
mod usage;

use std::collections::{HashMap, VecDeque};

use clawdia_core::{
    Cost, Diagnostic, ErrorKind, Finish, ModelId, ProviderError, StopReason, StreamEvent, ToolCallId, Usage,
};
use serde_json::{Map, Value};

use crate::event::{BedrockEvent, BlockDelta, Metadata, ToolUse};
use crate::response::open_block::{BlockContent, OpenBlock};
use crate::response::stop::Refusal;

/// What the request makes of the answer to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expectation {
    /// The host's names of tools that were sent under others.
    pub(crate) renamed_tools: HashMap<String, String>,
    /// The tool whose input is the answer's text, where a model knows no other way to keep to a schema. Nobody calls it.
    pub(crate) output_tool: Option<String>,
}

/// Folds Bedrock's events; [`next`](Self::next) hands out ours.
#[derive(Debug)]
pub(crate) struct Translator {
    cost: Cost,
    expectation: Expectation,
    /// Blocks in the order they were begun: their place is the content index.
    blocks: Vec<OpenBlock>,
    /// A call that has begun without its name or id, which its first delta may say.
    unnamed: Option<(u64, ToolUse)>,
    /// Bedrock's indexes of open blocks that are left out.
    ignored: Vec<u64>,
    last_server_call: Option<ToolCallId>,
    ready: VecDeque<StreamEvent>,
    started: bool,
    raw_stop_reason: Option<String>,
    /// The service's count of tokens, once there is one.
    tokens: Option<Map<String, Value>>,
    finish: Finish,
}

/// The member of the metadata in which the model's answer speaks in a form of its own.
const FIELDS: &str = "additionalModelResponseFields";

impl Translator {
    /// A translator for an answer charged at `cost`; `finish` holds what is known beforehand.
    pub(crate) fn new(cost: Cost, expectation: Expectation, finish: Finish) -> Self {
        Self {
            cost,
            expectation,
            blocks: Vec::new(),
            unnamed: None,
            ignored: Vec::new(),
            last_server_call: None,
            ready: VecDeque::new(),
            started: false,
            raw_stop_reason: None,
            tokens: None,
            finish,
        }
    }

    /// The next of our events, if one is ready.
    pub(crate) fn next(&mut self) -> Option<StreamEvent> {
        self.ready.pop_front()
    }

    /// Whether content has been handed out or is ready: from then on nothing may be retried.
    pub(crate) fn has_content(&self) -> bool {
        !self.blocks.is_empty() || self.unnamed.is_some()
    }

    /// Whether all has been said that the service says: what may follow is only the end of the body.
    pub(crate) fn is_complete(&self) -> bool {
        self.raw_stop_reason.is_some() && self.tokens.is_some()
    }

    /// Takes in an event.
    pub(crate) fn push(&mut self, event: BedrockEvent) -> Result<(), ProviderError> {
        if let Some((unnamed, _)) = &self.unnamed {
            let names_it = matches!(
                &event,
                BedrockEvent::BlockDelta { block, delta: BlockDelta::ToolUse(_) } if block == unnamed
            );
            if !names_it {
                self.begin_unnamed();
            }
        }
        match event {
            BedrockEvent::MessageStart { role } if role.is_empty() || role == "assistant" => self.start(),
            BedrockEvent::MessageStart { role } => {
                return Err(ProviderError::new(
                    ErrorKind::Other,
                    format!("Unexpected assistant message start but got {role} message start instead"),
                ));
            }
            BedrockEvent::BlockStart { block, start } => self.begin(block, start),
            BedrockEvent::BlockDelta { block, delta } => self.go_on(block, delta),
            BedrockEvent::BlockStop { block } => self.end_block(block),
            BedrockEvent::MessageStop { stop_reason, fields } => {
                self.raw_stop_reason = Some(stop_reason);
                if !fields.is_null() {
                    self.finish.provider_metadata.insert(FIELDS.to_owned(), fields);
                }
            }
            BedrockEvent::Metadata(metadata) => self.keep(*metadata),
            BedrockEvent::Unknown { name } => self.note_unknown("event", &name),
        }
        Ok(())
    }

    /// The outcome, once the body has ended: the last events, or an error.
    pub(crate) fn end(&mut self) -> Result<(), ProviderError> {
        let Some(raw) = &self.raw_stop_reason else {
            let error =
                ProviderError::new(ErrorKind::Truncated, "Bedrock stream ended without a stop reason")
                    .with_hint("the connection was closed before the answer was complete; try again");
            return Err(error);
        };
        let reason = stop::reason(raw, &self.finish.provider_metadata, self.fields())?;
        self.start();
        self.begin_unnamed();
        self.end_open_blocks(true);
        self.settle();
        self.finish.stop_reason = self.reconciled(reason);
        self.ready.push_back(StreamEvent::Done(Box::new(std::mem::take(&mut self.finish))));
        Ok(())
    }

    /// Ends what is open and completes an error with what is known about the answer.
    pub(crate) fn fail(&mut self, error: ProviderError) -> ProviderError {
        self.begin_unnamed();
        self.end_open_blocks(false);
        let error = self.verdict_over(error);
        if error.kind() == ErrorKind::Refused {
            let diagnostic = Refusal::of(self.fields()).diagnostic();
            self.finish.diagnostics.push(diagnostic);
        }
        if let Some(known) = error.finish() {
            self.finish.diagnostics.extend_from_slice(&known.diagnostics);
        }
        self.settle();
        error.with_finish(std::mem::take(&mut self.finish))
    }

    fn start(&mut self) {
        if !self.started {
            self.started = true;
            self.ready.push_back(StreamEvent::Start);
        }
    }

    fn keep(&mut self, metadata: Metadata) {
        let Metadata { usage, rest, is_unreadable } = metadata;
        if is_unreadable {
            let message = "what the service says about the answer cannot be read; the tokens are not known";
            self.finish.diagnostics.push(Diagnostic::new("bedrock_metadata_unreadable", message));
        }
        if self.tokens.as_ref().is_none_or(Map::is_empty) || !usage.is_empty() {
            self.tokens = Some(usage);
        }
        self.finish.provider_metadata.extend(rest);
    }

    /// What the model said in a form of its own.
    fn fields(&self) -> &Value {
        self.finish.provider_metadata.get(FIELDS).unwrap_or(&Value::Null)
    }

    /// The error that decides: a model that refused has refused, also if the connection breaks before the end.
    fn verdict_over(&self, error: ProviderError) -> ProviderError {
        match &self.raw_stop_reason {
            Some(raw) if error.is_retryable() => {
                match stop::reason(raw, &self.finish.provider_metadata, self.fields()) {
                    Ok(_) => error,
                    Err(verdict) => verdict.with_source(error),
                }
            }
            Some(_) | None => error,
        }
    }

    /// Moves what is known into the finish: raw reason, usage and what it cost, the model that answered.
    fn settle(&mut self) {
        self.finish.raw_stop_reason.clone_from(&self.raw_stop_reason);
        self.finish.stop_sequence = stop::sequence(self.fields());
        let tokens = self.tokens.take().unwrap_or_default();
        let usage = usage::usage(&tokens, self.fields());
        let said = |path: &[&str]| {
            let (first, rest) = path.split_first()?;
            let member = self.finish.provider_metadata.get(*first)?;
            rest.iter().try_fold(member, |member, name| member.get(name))?.as_str()
        };
        let cost = self.cost.of(&usage, said(&["serviceTier", "type"]));
        let invoked =
            said(&["trace", "promptRouter", "invokedModelId"]).filter(|invoked| !invoked.is_empty());
        if let Some(invoked) = invoked.map(ModelId::new) {
            self.finish.response_model = Some(invoked);
        }
        self.finish.usage = Usage { cost, ..usage };
    }

    /// The reason that fits the content: some families end a turn with tool calls as if it were an ordinary one.
    fn reconciled(&mut self, reason: StopReason) -> StopReason {
        let has = |is: fn(&BlockContent) -> bool| self.blocks.iter().any(|block| is(&block.content));
        let has_calls = has(|content| matches!(content, BlockContent::ToolCall { .. }));
        let has_output = has(|content| matches!(content, BlockContent::Output { .. }));
        let fitting = match (reason, has_calls) {
            (StopReason::Stop, true) => StopReason::ToolUse,
            // The call that ended it is what the host knows as text.
            (StopReason::ToolUse, false) if has_output => return StopReason::Stop,
            (StopReason::ToolUse, false) => StopReason::Stop,
            (reason, _) => return reason,
        };
        let raw = self.raw_stop_reason.as_deref().unwrap_or_default();
        let message = format!("the service said `{raw}`, which does not fit the content");
        self.finish.diagnostics.push(
            Diagnostic::new("bedrock_stop_reason_reconciled", message).with("stopReason", fitting.as_str()),
        );
        fitting
    }
}

#[cfg(test)]
mod tests {
    use clawdia_core::testing::Protocol;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

    use super::*;
    use crate::event::{BlockStart, ImageDelta, ToolResult};

    fn tool_use() -> impl Strategy<Value = ToolUse> {
        let id = select(vec!["", "t", "u"]);
        let name = select(vec!["", "run", "output"]);
        let kind = select(vec![None, None, Some("server_tool_use")]);
        let input = select(vec![None, None, Some("{}")]);
        (id, name, kind, input).prop_map(|(id, name, kind, input)| ToolUse {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            input: input.map(str::to_owned),
        })
    }

    fn image() -> impl Strategy<Value = ImageDelta> {
        let bytes = prop::collection::vec(any::<u8>(), 0..3);
        let said = || prop::option::weighted(0.2, Just("x".to_owned()));
        (said(), bytes, said(), said()).prop_map(|(format, bytes, address, error)| ImageDelta {
            format,
            bytes,
            address,
            error,
        })
    }

    fn delta() -> impl Strategy<Value = BlockDelta> {
        prop_oneof![
            "[a-z]{0,3}".prop_map(BlockDelta::Text),
            select(vec!["", "{", "\"a\":1", "}"]).prop_map(|text| BlockDelta::ToolInput(text.to_owned())),
            tool_use().prop_map(|call| BlockDelta::ToolUse(Box::new(call))),
            "[a-z]{0,3}".prop_map(BlockDelta::Thinking),
            "[a-z]{0,3}".prop_map(BlockDelta::Signature),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(BlockDelta::Redacted),
            Just(BlockDelta::Citation(Box::default())),
            select(vec![json!([{ "text": "a" }, { "json": {} }]), json!([null]), json!([])])
                .prop_map(|pieces| BlockDelta::ToolResult(pieces.as_array().unwrap().clone())),
            image().prop_map(|delta| BlockDelta::Image(Box::new(delta))),
            Just(BlockDelta::Other("new".to_owned())),
        ]
    }

    fn start() -> impl Strategy<Value = BlockStart> {
        prop_oneof![
            3 => tool_use().prop_map(BlockStart::ToolUse),
            1 => select(vec!["", "t"])
                .prop_map(|id| BlockStart::ToolResult(ToolResult { id: id.to_owned(), ..ToolResult::default() })),
            1 => select(vec!["", "png"]).prop_map(|format| BlockStart::Image { format: format.to_owned() }),
            1 => Just(BlockStart::Other("hologram".to_owned())),
        ]
    }

    fn event() -> impl Strategy<Value = BedrockEvent> {
        let block = 0..4u64;
        let fields = select(vec![json!(null), json!({ "stop_sequence": "x" }), json!([1])]);
        let reasons =
            vec!["end_turn", "tool_use", "max_tokens", "guardrail_intervened", "refusal", "new", ""];
        let usage = json!({ "inputTokens": 1, "outputTokens": -1 });
        prop_oneof![
            1 => select(vec!["assistant", "", "user"])
                .prop_map(|role| BedrockEvent::MessageStart { role: role.to_owned() }),
            8 => (block.clone(), delta()).prop_map(|(block, delta)| BedrockEvent::BlockDelta { block, delta }),
            3 => (block.clone(), start()).prop_map(|(block, start)| BedrockEvent::BlockStart { block, start }),
            3 => block.prop_map(|block| BedrockEvent::BlockStop { block }),
            1 => (select(reasons), fields).prop_map(|(reason, fields)| BedrockEvent::MessageStop {
                stop_reason: reason.to_owned(),
                fields,
            }),
            1 => select(vec![json!({ "usage": usage, "metrics": {} }), json!(7), json!({ "trace": [] })])
                .prop_map(|payload| BedrockEvent::Metadata(Box::new(Metadata::of(payload)))),
            1 => Just(BedrockEvent::Unknown { name: "new".to_owned() }),
        ]
    }

    proptest! {
        #[test]
        fn any_events_keep_the_grammar_and_end_in_one_outcome(events in prop::collection::vec(event(), 0..24)) {
            let output_tool = Some("output".to_owned());
            let expectation = Expectation { output_tool, ..Expectation::default() };
            let mut translator = Translator::new(Cost::default(), expectation, Finish::default());
            let ended = events
                .into_iter()
                .try_for_each(|event| translator.push(event))
                .and_then(|()| translator.end());
            let error = ended.err().map(|error| translator.fail(error));
            let mut protocol = Protocol::default();
            // An error before any content comes instead of a stream.
            let starts = translator.has_content() || error.is_none();
            while let Some(event) = translator.next() {
                prop_assert!(!starts || protocol.observe(&Ok(event.clone())).is_ok(), "{event:?}");
            }
            if let Some(error) = error {
                prop_assert!(!starts || protocol.observe(&Err(error)).is_ok());
            }
            prop_assert!(!starts || protocol.end().is_ok());
        }
    }
}
