//! Bedrock's events turned into ours: a pure state machine.
//!
//! Separate from all I/O so that every order of events, legal or not, can be tried without a socket. It keeps the
//! grammar of [`EventStream`](clawdia_core::EventStream) whatever the service sends: blocks that never start are begun
//! by their first delta, blocks that never stop are ended, and exactly one outcome comes out.

mod open_block;

use std::collections::{HashMap, VecDeque};

use clawdia_core::{
    Cost, Diagnostic, ErrorKind, Finish, ModelId, ProviderError, StopReason, StreamEvent, Usage,
};

use crate::event::{BedrockEvent, BlockDelta, BlockStart, Metadata, TokenUsage};
use crate::response::open_block::{BlockKind, OpenBlock};

/// Folds Bedrock's events; [`next`](Self::next) hands out ours.
#[derive(Debug)]
pub(crate) struct Translator {
    cost: Cost,
    /// The host's names of tools that were sent under others.
    renamed_tools: HashMap<String, String>,
    /// Blocks in the order they were begun: their place is the content index.
    blocks: Vec<OpenBlock>,
    ready: VecDeque<StreamEvent>,
    started: bool,
    raw_stop_reason: Option<String>,
    metadata: Option<Metadata>,
    finish: Finish,
}

impl Translator {
    /// A translator for an answer charged at `cost`; `finish` holds what is known beforehand.
    pub(crate) fn new(cost: Cost, renamed_tools: HashMap<String, String>, finish: Finish) -> Self {
        Self {
            cost,
            renamed_tools,
            blocks: Vec::new(),
            ready: VecDeque::new(),
            started: false,
            raw_stop_reason: None,
            metadata: None,
            finish,
        }
    }

    /// The next of our events, if one is ready.
    pub(crate) fn next(&mut self) -> Option<StreamEvent> {
        self.ready.pop_front()
    }

    /// Whether content has been handed out or is ready: from then on nothing may be retried.
    pub(crate) fn has_content(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Whether all has been said that the service says: what may follow is only the end of the body.
    pub(crate) fn is_complete(&self) -> bool {
        self.raw_stop_reason.is_some() && self.metadata.is_some()
    }

    /// Takes in an event.
    pub(crate) fn push(&mut self, event: BedrockEvent) -> Result<(), ProviderError> {
        match event {
            BedrockEvent::MessageStart { role } if role.is_empty() || role == "assistant" => self.start(),
            BedrockEvent::MessageStart { role } => {
                return Err(ProviderError::new(
                    ErrorKind::Other,
                    format!("Unexpected assistant message start but got {role} message start instead"),
                ));
            }
            BedrockEvent::BlockStart { block, start } => self.begin(block, start),
            BedrockEvent::BlockDelta { block, delta } => self.continue_block(block, delta),
            BedrockEvent::BlockStop { block } => self.end_block(block),
            BedrockEvent::MessageStop { stop_reason } => self.raw_stop_reason = Some(stop_reason),
            BedrockEvent::Metadata(metadata) => self.metadata = Some(*metadata),
            BedrockEvent::Unknown { name } => self.note_unknown("event", &name),
        }
        Ok(())
    }

    /// The outcome, once the body has ended: the last events, or an error.
    pub(crate) fn end(&mut self) -> Result<(), ProviderError> {
        let Some(raw) = self.raw_stop_reason.clone() else {
            let error =
                ProviderError::new(ErrorKind::Truncated, "Bedrock stream ended without a stop reason")
                    .with_hint("the connection was closed before the answer was complete; try again");
            return Err(error);
        };
        let reason = stop_reason(&raw)?;
        self.start();
        self.end_open_blocks();
        self.settle();
        self.finish.stop_reason = self.reconciled(reason);
        self.ready.push_back(StreamEvent::Done(Box::new(std::mem::take(&mut self.finish))));
        Ok(())
    }

    /// Ends what is open and completes an error with what is known about the answer.
    pub(crate) fn fail(&mut self, error: ProviderError) -> ProviderError {
        self.end_open_blocks();
        self.settle();
        let mut finish = std::mem::take(&mut self.finish);
        finish.diagnostics.extend(error.finish().into_iter().flat_map(|told| told.diagnostics.clone()));
        error.with_finish(finish)
    }

    fn start(&mut self) {
        if !self.started {
            self.started = true;
            self.ready.push_back(StreamEvent::Start);
        }
    }

    fn begin(&mut self, block: u64, start: BlockStart) {
        match start {
            BlockStart::ToolUse { id, name, input } => {
                // A second start for an index closes the first, so that neither call is lost.
                self.end_block(block);
                let content_index = self.open(block, BlockKind::ToolCall);
                let name = self.renamed_tools.get(&name).cloned().unwrap_or(name);
                self.ready.push_back(StreamEvent::ToolCallStart { content_index, id: id.into(), name });
                if let Some(delta) = input {
                    self.ready.push_back(StreamEvent::ToolCallDelta { content_index, delta });
                }
            }
            BlockStart::Other(kind) => self.note_unknown("content block", &kind),
        }
    }

    fn continue_block(&mut self, block: u64, delta: BlockDelta) {
        match delta {
            BlockDelta::Text(delta) => {
                if let Some(content_index) = self.text_block(block) {
                    self.ready.push_back(StreamEvent::TextDelta { content_index, delta });
                }
            }
            BlockDelta::ToolInput(delta) => {
                if let Some(content_index) = self.find(block)
                    && self.blocks[content_index].kind == BlockKind::ToolCall
                {
                    self.ready.push_back(StreamEvent::ToolCallDelta { content_index, delta });
                }
            }
            BlockDelta::Thinking(delta) => {
                if let Some(content_index) = self.thinking_block(block)
                    && !delta.is_empty()
                {
                    self.ready.push_back(StreamEvent::ThinkingDelta { content_index, delta });
                }
            }
            BlockDelta::Signature(signature) => {
                if let Some(content_index) = self.thinking_block(block) {
                    self.blocks[content_index].add_signature(&signature);
                }
            }
            BlockDelta::Redacted(bytes) => {
                if let Some(content_index) = self.thinking_block(block)
                    && self.blocks[content_index].add_redacted(&bytes)
                {
                    let delta = "[Reasoning redacted]".to_owned();
                    self.ready.push_back(StreamEvent::ThinkingDelta { content_index, delta });
                }
            }
            BlockDelta::Citation(citation) => {
                if let Some(content_index) = self.text_block(block) {
                    self.blocks[content_index].citations.push(citation);
                }
            }
            BlockDelta::Other(kind) => self.note_unknown("content delta", &kind),
        }
    }

    fn end_block(&mut self, block: u64) {
        if let Some(content_index) = self.find(block) {
            self.end_at(content_index);
        }
    }

    /// The open block with Bedrock's index. There are few, and the newest is nearly always meant.
    fn find(&self, block: u64) -> Option<usize> {
        self.blocks.iter().rposition(|open| open.block == block && !open.ended)
    }

    fn text_block(&mut self, block: u64) -> Option<usize> {
        self.find_or_open(block, BlockKind::Text, |content_index| StreamEvent::TextStart { content_index })
    }

    fn thinking_block(&mut self, block: u64) -> Option<usize> {
        self.find_or_open(block, BlockKind::Thinking, |content_index| StreamEvent::ThinkingStart {
            content_index,
        })
    }

    /// The open block with Bedrock's index if it is of this kind; a new one if there is none.
    fn find_or_open(
        &mut self,
        block: u64,
        kind: BlockKind,
        event: impl FnOnce(usize) -> StreamEvent,
    ) -> Option<usize> {
        if let Some(content_index) = self.find(block) {
            return (self.blocks[content_index].kind == kind).then_some(content_index);
        }
        let content_index = self.open(block, kind);
        self.ready.push_back(event(content_index));
        Some(content_index)
    }

    fn open(&mut self, block: u64, kind: BlockKind) -> usize {
        self.start();
        self.blocks.push(OpenBlock::new(block, kind));
        self.blocks.len() - 1
    }

    fn end_at(&mut self, content_index: usize) {
        let event = self.blocks[content_index].end(content_index);
        self.ready.push_back(event);
    }

    fn end_open_blocks(&mut self) {
        for content_index in 0..self.blocks.len() {
            if !self.blocks[content_index].ended {
                self.end_at(content_index);
            }
        }
    }

    fn note_unknown(&mut self, what: &str, name: &str) {
        let known = |diagnostic: &Diagnostic| {
            diagnostic.code == "bedrock_unknown_member"
                && diagnostic.details.get("name").is_some_and(|known| known == name)
        };
        // Once is enough: a block of an unknown kind arrives in any number of deltas.
        if !self.finish.diagnostics.iter().any(known) {
            let message = format!("the service sent something that is not handed on: the {what} `{name}`");
            self.finish
                .diagnostics
                .push(Diagnostic::new("bedrock_unknown_member", message).with("name", name));
        }
    }

    /// Moves what is known into the finish: raw reason, usage and what it cost, the model that answered.
    fn settle(&mut self) {
        self.finish.raw_stop_reason.clone_from(&self.raw_stop_reason);
        if let Some(metadata) = self.metadata.take() {
            let tier = metadata.service_tier.and_then(|tier| tier.name);
            let usage = usage_of(&metadata.usage);
            self.finish.usage = Usage { cost: self.cost.of(&usage, tier.as_deref()), ..usage };
            if let Some(invoked) = metadata
                .trace
                .and_then(|trace| trace.prompt_router)
                .and_then(|router| router.invoked_model_id)
            {
                self.finish.response_model = Some(ModelId::new(invoked));
            }
        }
    }

    /// The reason that fits the content: some families end a turn with tool calls as if it were an ordinary one.
    fn reconciled(&mut self, reason: StopReason) -> StopReason {
        let calls = self.blocks.iter().any(|block| block.kind == BlockKind::ToolCall);
        let fitting = match (reason, calls) {
            (StopReason::Stop, true) => StopReason::ToolUse,
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

/// Our word for Bedrock's, or the error it stands for.
fn stop_reason(raw: &str) -> Result<StopReason, ProviderError> {
    let stopped = |kind| Err(ProviderError::new(kind, format!("Provider stopped with: {raw}")));
    match raw {
        "end_turn" | "stop_sequence" => Ok(StopReason::Stop),
        "max_tokens" | "model_context_window_exceeded" => Ok(StopReason::Length),
        "tool_use" => Ok(StopReason::ToolUse),
        "guardrail_intervened" => stopped(ErrorKind::Guardrail)
            .map_err(|error: ProviderError| error.with_hint("a guardrail blocked the prompt or the answer")),
        "content_filtered" => stopped(ErrorKind::ContentFiltered).map_err(|error: ProviderError| {
            error.with_hint("the provider's content filter stopped the answer; rephrase the prompt")
        }),
        "refusal" => stopped(ErrorKind::Refused),
        "" => Err(ProviderError::new(ErrorKind::Other, "An unknown error occurred")),
        malformed if malformed.starts_with("malformed_") => {
            stopped(ErrorKind::BadModelOutput).map_err(|error: ProviderError| {
                error.with_hint("the model wrote something that cannot be used; ask again")
            })
        }
        _ => stopped(ErrorKind::Other),
    }
}

fn usage_of(tokens: &TokenUsage) -> Usage {
    let count = |tokens: Option<u64>| tokens.unwrap_or(0);
    let usage = Usage {
        input: count(tokens.input_tokens),
        output: count(tokens.output_tokens),
        cache_read: count(tokens.cache_read_input_tokens),
        cache_write: count(tokens.cache_write_input_tokens),
        cache_write_1h: tokens.cache_details.as_ref().map(|details| {
            let one_hour = details.iter().filter(|detail| detail.ttl.as_deref() == Some("1h"));
            one_hour.fold(0, |sum: u64, detail| sum.saturating_add(count(detail.input_tokens)))
        }),
        ..Usage::default()
    };
    let sum = usage.prompt_tokens().saturating_add(usage.output);
    Usage { total_tokens: count(tokens.total_tokens).max(sum), ..usage }
}

#[cfg(test)]
mod tests {
    use clawdia_core::testing::Protocol;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn event() -> impl Strategy<Value = BedrockEvent> {
        let block = 0..4u64;
        let delta = prop_oneof![
            "[a-z]{0,3}".prop_map(BlockDelta::Text),
            select(vec!["", "{", "\"a\":1", "}"]).prop_map(|text| BlockDelta::ToolInput(text.to_owned())),
            "[a-z]{0,3}".prop_map(BlockDelta::Thinking),
            "[a-z]{0,3}".prop_map(BlockDelta::Signature),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(BlockDelta::Redacted),
            Just(BlockDelta::Citation(clawdia_core::Citation::default())),
            Just(BlockDelta::Other("new".to_owned())),
        ];
        let start = prop_oneof![
            Just(BlockStart::ToolUse { id: "t".to_owned(), name: "run".to_owned(), input: None }),
            Just(BlockStart::ToolUse {
                id: String::new(),
                name: String::new(),
                input: Some("{}".to_owned())
            }),
            Just(BlockStart::Other("image".to_owned())),
        ];
        prop_oneof![
            1 => select(vec!["assistant", "", "user"])
                .prop_map(|role| BedrockEvent::MessageStart { role: role.to_owned() }),
            8 => (block.clone(), delta).prop_map(|(block, delta)| BedrockEvent::BlockDelta { block, delta }),
            3 => (block.clone(), start).prop_map(|(block, start)| BedrockEvent::BlockStart { block, start }),
            3 => block.prop_map(|block| BedrockEvent::BlockStop { block }),
            1 => select(vec!["end_turn", "tool_use", "max_tokens", "guardrail_intervened", "new", ""])
                .prop_map(|reason| BedrockEvent::MessageStop { stop_reason: reason.to_owned() }),
            1 => Just(BedrockEvent::Metadata(Box::default())),
            1 => Just(BedrockEvent::Unknown { name: "new".to_owned() }),
        ]
    }

    proptest! {
        #[test]
        fn any_events_keep_the_grammar_and_end_in_one_outcome(events in prop::collection::vec(event(), 0..24)) {
            let mut translator = Translator::new(Cost::default(), HashMap::new(), Finish::default());
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
