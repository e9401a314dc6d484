//! Calls of tools: those the host runs, those the service runs itself, and the one whose input is the answer.
//!
//! Separate from other content because a call has an id and a name that models say late, wrongly or not at all.

use clawdia_core::{Diagnostic, StreamEvent, ToolCallId};

use crate::event::ToolUse;
use crate::response::Translator;
use crate::response::open_block::BlockContent;

impl Translator {
    /// Begins a call, now or when its first delta has said the rest.
    pub(super) fn begin_call_when_named(&mut self, block: u64, call: ToolUse) {
        if call.input.is_none() && (call.id.is_empty() || call.name.is_empty()) {
            self.start();
            self.unnamed = Some((block, call));
        } else {
            self.begin_call(block, call);
        }
    }

    /// Begins the call that waited for its name.
    pub(super) fn begin_unnamed(&mut self) {
        if let Some((block, call)) = self.unnamed.take() {
            self.begin_call(block, call);
        }
    }

    fn begin_call(&mut self, block: u64, call: ToolUse) {
        let is_of_server = call.is_of_server();
        let ToolUse { id, name, input, .. } = call;
        if is_of_server {
            let content_index = self.open(block, BlockContent::ServerToolCall { id: id.clone() });
            let id = self.id_of_call(id, &name, content_index);
            self.last_server_call = Some(id.clone());
            self.ready.push_back(StreamEvent::ServerToolCallStart { content_index, id, name });
        } else if self.expectation.output_tool.as_ref() == Some(&name) {
            if self.blocks.iter().any(|block| matches!(block.content, BlockContent::Output { .. })) {
                self.ignored.push(block);
                let message = "the model gave its output twice; the second one was left out";
                self.note("bedrock_second_output_dropped", message, &name);
            } else {
                let content_index = self.open(block, BlockContent::Output { is_blank: true });
                self.ready.push_back(StreamEvent::TextStart { content_index });
            }
        } else {
            let content_index = self.open(block, BlockContent::ToolCall { id: id.clone() });
            let id = self.id_of_call(id, &name, content_index);
            let name = self.expectation.renamed_tools.get(&name).cloned().unwrap_or(name);
            self.ready.push_back(StreamEvent::ToolCallStart { content_index, id, name });
        }
        if let Some(input) = input {
            self.add_input(block, input);
        }
    }

    /// The id of a call: the service's, or one that is unique in this answer.
    fn id_of_call(&mut self, given: String, name: &str, content_index: usize) -> ToolCallId {
        if !given.is_empty() {
            return given.into();
        }
        let made = made_id(self.finish.response_id.as_deref(), content_index);
        let message = format!("the service gave a call of `{name}` no id; it was given one");
        self.finish
            .diagnostics
            .push(Diagnostic::new("bedrock_tool_call_id_made", message).with("id", made.clone()));
        made.into()
    }

    /// Takes in input that says what call it belongs to: the one that is open, or one that begins with it.
    pub(super) fn go_on_with_call(&mut self, block: u64, call: ToolUse) {
        if let Some((_, start)) = self.unnamed.take() {
            let first_said = |first: String, then: String| if first.is_empty() { then } else { first };
            let call = ToolUse {
                id: first_said(start.id, call.id),
                name: first_said(start.name, call.name),
                kind: start.kind.or(call.kind),
                input: call.input,
            };
            self.begin_call(block, call);
            return;
        }
        let is_open = match self.find(block) {
            Some(content_index) => self.blocks[content_index]
                .content
                .call_id()
                .is_some_and(|open| open.is_empty() || call.id.is_empty() || open == call.id),
            None => self.is_ignored(block),
        };
        if is_open {
            self.add_input(block, call.input.unwrap_or_default());
        } else {
            self.end_block(block);
            self.begin_call(block, call);
        }
    }

    pub(super) fn add_input(&mut self, block: u64, delta: String) {
        let Some(content_index) = self.find(block) else {
            self.note_dropped(block, "toolUse");
            return;
        };
        match &mut self.blocks[content_index].content {
            BlockContent::ToolCall { .. } => {
                self.ready.push_back(StreamEvent::ToolCallDelta { content_index, delta });
            }
            BlockContent::ServerToolCall { .. } => {
                self.ready.push_back(StreamEvent::ServerToolCallDelta { content_index, delta });
            }
            BlockContent::Output { is_blank } => {
                *is_blank &= delta.trim().is_empty();
                if !delta.is_empty() {
                    self.ready.push_back(StreamEvent::TextDelta { content_index, delta });
                }
            }
            BlockContent::Text { .. }
            | BlockContent::Thinking(_)
            | BlockContent::ServerToolResult(_)
            | BlockContent::Image(_) => self.note_dropped(block, "toolUse"),
        }
    }

    /// Output without any input is an object without members.
    pub(super) fn complete_output(&mut self, content_index: usize) {
        if let BlockContent::Output { is_blank: true } = self.blocks[content_index].content {
            self.ready.push_back(StreamEvent::TextDelta { content_index, delta: "{}".to_owned() });
        }
    }
}

/// An id for a call that has none, of the characters and the length that every model takes.
fn made_id(response_id: Option<&str>, content_index: usize) -> String {
    const LONGEST: usize = 64;
    let place = format!("_{content_index}");
    let is_allowed =
        |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | ':' | '-');
    let id = response_id.unwrap_or("call").chars().filter(is_allowed).take(LONGEST - place.len());
    id.collect::<String>() + &place
}

#[cfg(test)]
mod tests {
    use clawdia_core::{Accumulator, AssistantMessage, Cost, Finish, StopReason, ToolCall};
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::event::BedrockEvent;
    use crate::response::Expectation;

    /// The message that comes of these events in a call whose answer is the input of a tool, and its text in pieces.
    #[track_caller]
    fn answered(events: &[(&str, Value)]) -> (AssistantMessage, Vec<String>) {
        let expectation = Expectation { output_tool: Some("output".to_owned()), ..Expectation::default() };
        let mut translator = Translator::new(Cost::default(), expectation, Finish::default());
        for (name, payload) in events {
            let event = BedrockEvent::parse(name, payload.to_string().as_bytes()).unwrap();
            translator.push(event).unwrap();
        }
        translator.end().unwrap();
        let mut accumulator = Accumulator::default();
        let mut pieces = Vec::new();
        while let Some(event) = translator.next() {
            accumulator.push(&event);
            if let StreamEvent::TextDelta { delta, .. } = event {
                pieces.push(delta);
            }
        }
        (accumulator.into_message(), pieces)
    }

    fn called(block: u64, name: &str, fragments: &[&str]) -> Vec<(&'static str, Value)> {
        let tool = json!({ "toolUse": { "toolUseId": format!("t{block}"), "name": name } });
        let mut events = vec![("contentBlockStart", json!({ "contentBlockIndex": block, "start": tool }))];
        events.extend(fragments.iter().map(|fragment| {
            let delta = json!({ "toolUse": { "input": fragment } });
            ("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
        }));
        events.push(("contentBlockStop", json!({ "contentBlockIndex": block })));
        events
    }

    fn stopped(reason: &str) -> (&'static str, Value) {
        ("messageStop", json!({ "stopReason": reason }))
    }

    #[test]
    fn the_input_of_the_output_tool_is_the_text() {
        let mut events = called(0, "output", &["", "{\"a\"", ": 1}"]);
        events.push(stopped("tool_use"));
        let (message, pieces) = answered(&events);
        assert_eq!(pieces, ["{\"a\"", ": 1}"]);
        assert_eq!((message.stop_reason, message.diagnostics.len()), (StopReason::Stop, 0));
        assert_eq!(message.raw_stop_reason.as_deref(), Some("tool_use"));
    }

    #[test]
    fn output_without_input_is_an_empty_object() {
        for fragments in [&[][..], &["", " "]] {
            let mut events = called(0, "output", fragments);
            events.push(stopped("tool_use"));
            assert_eq!(answered(&events).0.text().trim(), "{}");
        }
    }

    #[test]
    fn real_calls_beside_the_output_are_still_to_be_run() {
        let mut events = called(0, "output", &["{}"]);
        events.extend(called(1, "read", &["{}"]));
        events.push(stopped("tool_use"));
        let (message, _) = answered(&events);
        assert_eq!((message.stop_reason, message.tool_calls().count()), (StopReason::ToolUse, 1));
    }

    #[test]
    fn a_second_output_is_left_out_and_told() {
        let mut events = called(0, "output", &["{\"a\":1}"]);
        events.extend(called(1, "output", &["{\"a\"", ":2}"]));
        events.extend(called(2, "output", &[]));
        events.push(stopped("tool_use"));
        let (message, _) = answered(&events);
        assert_eq!((message.text().as_str(), message.content.len()), ("{\"a\":1}", 1));
        let codes = message.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str());
        assert_eq!(codes.collect::<Vec<_>>(), ["bedrock_second_output_dropped"]);
    }

    #[test]
    fn an_index_that_was_left_out_can_be_used_again() {
        let mut events = called(0, "output", &["{}"]);
        let mut second = called(1, "output", &["{}"]);
        second.pop();
        events.extend(second);
        events.push(("contentBlockDelta", json!({ "contentBlockIndex": 1, "delta": { "text": "lost" } })));
        events.extend(called(1, "read", &[]));
        events.push(stopped("tool_use"));
        let (message, _) = answered(&events);
        assert_eq!((message.text().as_str(), message.tool_calls().count()), ("{}", 1));
    }

    #[test]
    fn whatever_is_said_late_is_taken_from_the_first_delta() {
        let start = json!({ "contentBlockIndex": 0, "start": { "toolUse": { "name": "read" } } });
        let named = json!({ "toolUseId": "late", "input": "{\"a\":" });
        let again = json!({ "toolUseId": "late", "name": "read", "input": "1}" });
        let other = json!({ "toolUseId": "other", "name": "write", "input": "{}" });
        let mut events = vec![("contentBlockStart", start)];
        for call in [named, again, other] {
            events
                .push(("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "toolUse": call } })));
        }
        events.push(stopped("tool_use"));
        let calls = answered(&events).0.tool_calls().cloned().collect::<Vec<_>>();
        let call = |id: &str, name: &str, arguments| ToolCall {
            id: id.into(),
            name: name.to_owned(),
            arguments,
            ..ToolCall::default()
        };
        let one = Map::from_iter([("a".to_owned(), json!(1))]);
        assert_eq!(calls, [call("late", "read", one), call("other", "write", Map::new())]);
    }

    #[test]
    fn made_ids_are_short_plain_and_differ() {
        assert_eq!(made_id(Some("0f3e-77"), 2), "0f3e-77_2");
        assert_eq!(made_id(Some("a b/ü"), 0), "ab_0");
        assert_eq!(made_id(None, 3), "call_3");
        let long = "x".repeat(100);
        assert_eq!(made_id(Some(&long), 12).len(), 64);
        assert_ne!(made_id(Some(&long), 1), made_id(Some(&long), 11));
    }
}
