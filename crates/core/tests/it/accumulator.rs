//! Events folded into messages: at the end, in the middle, and after a failure.

use clawdia_core::testing::{Protocol, Scripted};
use clawdia_core::{
    Accumulator, AssistantBlock, AssistantMessage, Context, Cost, Diagnostic, ErrorKind, Finish, Image,
    Model, ProviderError, ProviderExt, ServerToolCall, ServerToolResult, StopReason, StreamEvent,
    StreamOptions, Text, Thinking, ToolCall, Usage,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn model() -> Model {
    Model::new("acme", "large", "acme-chat")
}

fn accumulate(events: &[StreamEvent]) -> Accumulator {
    let mut accumulator = Accumulator::new(&model());
    for event in events {
        accumulator.push(event);
    }
    accumulator
}

fn call_start(content_index: usize) -> StreamEvent {
    StreamEvent::ToolCallStart { content_index, id: "1".into(), name: "add".to_owned() }
}

fn call_delta(content_index: usize, delta: &str) -> StreamEvent {
    StreamEvent::ToolCallDelta { content_index, delta: delta.to_owned() }
}

fn done(finish: Finish) -> StreamEvent {
    StreamEvent::Done(Box::new(finish))
}

#[test]
fn a_message_knows_where_it_comes_from() {
    let message = Accumulator::new(&model()).with_timestamp(7).into_message();
    assert_eq!(message.provider.unwrap(), "acme");
    assert_eq!(message.model.unwrap(), "large");
    assert_eq!(message.api.unwrap(), "acme-chat");
    assert_eq!(message.timestamp, Some(7));
}

#[test]
fn what_the_service_ran_and_made_itself_is_in_the_message() {
    let result = ServerToolResult {
        tool_call_id: "s-1".into(),
        content: vec![json!({ "text": "found" })],
        ..ServerToolResult::default()
    };
    let mut accumulator = accumulate(&[
        StreamEvent::Start,
        StreamEvent::ServerToolCallStart { content_index: 0, id: "s-1".into(), name: "search".to_owned() },
        StreamEvent::ServerToolCallDelta { content_index: 0, delta: "{\"q\":\"cra".to_owned() },
    ]);
    assert_eq!(accumulator.partial_arguments(0).unwrap()["q"], "cra");
    for event in [
        StreamEvent::ServerToolCallDelta { content_index: 0, delta: "tes\"}".to_owned() },
        StreamEvent::ServerToolCallEnd { content_index: 0 },
        StreamEvent::ServerToolResultStart { content_index: 1, id: "s-1".into() },
        StreamEvent::ServerToolResultEnd { content_index: 1, result: Box::new(result.clone()) },
        StreamEvent::ImageStart { content_index: 2, mime_type: "image/png".to_owned() },
        StreamEvent::ImageEnd { content_index: 2, data: "aQ==".to_owned() },
        done(Finish::default()),
    ] {
        accumulator.push(&event);
    }
    let message = accumulator.into_message();
    assert_eq!(message.tool_calls().count(), 0, "nobody has to run it");
    let Value::Object(arguments) = json!({ "q": "crates" }) else { unreachable!() };
    let call = ServerToolCall { id: "s-1".into(), name: "search".to_owned(), arguments };
    assert_eq!(
        message.content,
        [
            AssistantBlock::ServerToolCall(call),
            AssistantBlock::ServerToolResult(result),
            AssistantBlock::Image(Image { data: "aQ==".to_owned(), mime_type: "image/png".to_owned() }),
        ]
    );
}

#[test]
fn what_the_finish_says_is_in_the_message() {
    let usage = Usage { input: 1_000, output: 10, ..Usage::default() };
    let cost = Cost { input: 3.0, ..Cost::default() };
    let mut finish = Finish::new(StopReason::Length, usage, &cost);
    finish.raw_stop_reason = Some("max_tokens".to_owned());
    finish.stop_sequence = Some("END".to_owned());
    finish.provider_metadata.insert("metrics".to_owned(), json!({ "latencyMs": 5 }));
    finish.response_id = Some("r-1".to_owned());
    finish.response_model = Some("large-2".into());
    finish.diagnostics = vec![Diagnostic::new("a", "b")];
    let accumulator = accumulate(&[StreamEvent::Start, done(finish.clone())]);
    assert!(accumulator.is_finished());
    let message = accumulator.into_message();
    assert_eq!(message.stop_reason, StopReason::Length);
    assert_eq!(message.raw_stop_reason, finish.raw_stop_reason);
    assert_eq!(message.stop_sequence, finish.stop_sequence);
    assert_eq!(message.provider_metadata, finish.provider_metadata);
    assert_eq!(message.usage.cost.total.to_string(), "$0.0030");
    assert_eq!(message.response_id, finish.response_id);
    assert_eq!(message.response_model, finish.response_model);
    assert_eq!(message.diagnostics, finish.diagnostics);
}

#[test]
fn arguments_are_read_once_they_are_complete() {
    let mut accumulator = accumulate(&[StreamEvent::Start, call_start(0), call_delta(0, r#"{"a": [1, "x"#)]);
    let call = |message: &AssistantMessage| message.tool_calls().next().unwrap().clone();
    assert_eq!(call(accumulator.message()).arguments, Map::new());
    assert_eq!(accumulator.partial_arguments(0), json!({ "a": [1, "x"] }).as_object());
    accumulator.push(&call_delta(0, r#"y"]}"#));
    assert_eq!(accumulator.partial_arguments(0), json!({ "a": [1, "xy"] }).as_object());
    accumulator.push(&StreamEvent::ToolCallEnd { content_index: 0 });
    assert_eq!(call(accumulator.message()).arguments, *json!({ "a": [1, "xy"] }).as_object().unwrap());
    assert_eq!(accumulator.partial_arguments(0), json!({ "a": [1, "xy"] }).as_object());
    assert_eq!(accumulator.partial_arguments(1), None);
}

#[test]
fn malformed_arguments_are_an_error_on_the_call() {
    let end = StreamEvent::ToolCallEnd { content_index: 0 };
    let message = accumulate(&[StreamEvent::Start, call_start(0), call_delta(0, "[1"), end]).into_message();
    let call = message.tool_calls().next().unwrap();
    assert_eq!(call.arguments, Map::new());
    assert!(call.arguments_error.as_ref().unwrap().ends_with("received: [1"), "{call:?}");
}

#[test]
fn a_failure_keeps_what_had_arrived() {
    let events = [
        StreamEvent::Start,
        StreamEvent::TextStart { content_index: 0 },
        StreamEvent::TextDelta { content_index: 0, delta: "so fa".to_owned() },
        call_start(1),
        call_delta(1, r#"{"a":1}"#),
    ];
    let mut accumulator = accumulate(&events);
    let mut finish = Finish::default();
    finish.usage.output = 5;
    finish.raw_stop_reason = Some("refusal".to_owned());
    let error =
        ProviderError::new(ErrorKind::Refused, "the model refused").with_attempt("x").with_finish(finish);
    accumulator.fail(&error);
    accumulator.push(&StreamEvent::TextDelta { content_index: 0, delta: "ignored".to_owned() });
    accumulator.fail(&ProviderError::new(ErrorKind::Aborted, "ignored"));
    let message = accumulator.into_message();
    assert_eq!(message.text(), "so fa");
    assert_eq!(message.tool_calls().next().unwrap().arguments["a"], 1);
    assert_eq!((message.stop_reason, message.usage.output), (StopReason::Error, 5));
    assert_eq!(message.raw_stop_reason.as_deref(), Some("refusal"));
    assert_eq!(message.error_message.as_deref(), Some("the model refused"));
}

#[test]
fn cancellation_is_told_apart_from_failure() {
    let mut accumulator = accumulate(&[StreamEvent::Start]);
    accumulator.fail(&ProviderError::new(ErrorKind::Aborted, "cancelled"));
    assert_eq!(accumulator.message().stop_reason, StopReason::Aborted);
}

#[test]
fn events_against_the_grammar_change_nothing() {
    let empty = Accumulator::new(&model()).into_message();
    for event in [
        StreamEvent::TextStart { content_index: usize::MAX },
        StreamEvent::ToolCallStart { content_index: usize::MAX, id: "1".into(), name: "x".to_owned() },
        StreamEvent::TextDelta { content_index: 3, delta: "x".to_owned() },
        call_delta(0, "{}"),
        StreamEvent::ToolCallEnd { content_index: 9 },
    ] {
        assert_eq!(*accumulate(&[StreamEvent::Start, event]).message(), empty);
    }
    let again = [
        call_start(0),
        call_delta(0, r#"{"a":1}"#),
        call_start(0),
        StreamEvent::ToolCallEnd { content_index: 0 },
    ];
    assert_eq!(accumulate(&again).message().tool_calls().next().unwrap().arguments["a"], 1);
}

#[tokio::test]
async fn complete_gives_the_message_also_when_it_fails() {
    let text = |delta: &str| Ok(StreamEvent::TextDelta { content_index: 0, delta: delta.to_owned() });
    let broken = ProviderError::new(ErrorKind::Transport, "the connection broke");
    let items = vec![
        Ok(StreamEvent::Start),
        Ok(StreamEvent::TextStart { content_index: 0 }),
        text("half"),
        Ok(StreamEvent::TextEnd { content_index: 0, citations: Vec::new() }),
        Err(broken.clone()),
    ];
    let provider = Scripted::new("acme").then(Ok(items)).then(Err(broken));
    let (model, context, options) = (model(), Context::default(), StreamOptions::default());
    let ask = || provider.complete(&model, &context, &options);
    let incomplete = ask().await.unwrap_err();
    assert_eq!(
        (incomplete.message.text().as_str(), incomplete.to_string().as_str()),
        ("half", "the connection broke")
    );
    assert_eq!(incomplete.error.kind(), ErrorKind::Transport);
    assert_eq!(ask().await.unwrap_err().message.stop_reason, StopReason::Error);
}

/// What a block of an answer may be told.
#[derive(Debug, Clone)]
enum Step {
    Text,
    Thinking,
    Call,
    Delta(usize, String),
    End(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let delta =
        prop_oneof!["\\PC{0,4}", Just(r#"{"a":"#.to_owned()), Just("1}".to_owned()), Just("{}".to_owned())];
    let step = prop_oneof![
        2 => Just(Step::Text),
        2 => Just(Step::Thinking),
        2 => Just(Step::Call),
        8 => (0_usize..6, delta).prop_map(|(index, delta)| Step::Delta(index, delta)),
        3 => (0_usize..6).prop_map(Step::End),
    ];
    prop::collection::vec(step, 0..40)
}

/// Turns steps into the events of blocks whose kinds are known by then.
fn events_of(steps: &[Step]) -> Vec<StreamEvent> {
    let mut kinds = Vec::new();
    let mut events = vec![StreamEvent::Start];
    for step in steps {
        let content_index = kinds.len();
        match step {
            Step::Text => {
                kinds.push('t');
                events.push(StreamEvent::TextStart { content_index });
            }
            Step::Thinking => {
                kinds.push('h');
                events.push(StreamEvent::ThinkingStart { content_index });
            }
            Step::Call => {
                kinds.push('c');
                events.push(call_start(content_index));
            }
            Step::Delta(content_index, delta) => {
                let (content_index, delta) = (*content_index, delta.clone());
                events.extend(kinds.get(content_index).map(|kind| match kind {
                    't' => StreamEvent::TextDelta { content_index, delta },
                    'h' => StreamEvent::ThinkingDelta { content_index, delta },
                    _ => StreamEvent::ToolCallDelta { content_index, delta },
                }));
            }
            Step::End(content_index) => {
                let content_index = *content_index;
                events.extend(kinds.get(content_index).map(|kind| match kind {
                    't' => StreamEvent::TextEnd { content_index, citations: Vec::new() },
                    'h' => StreamEvent::ThinkingEnd {
                        content_index,
                        signature: Some("s".to_owned()),
                        redacted: false,
                    },
                    _ => StreamEvent::ToolCallEnd { content_index },
                }));
            }
        }
    }
    events
}

/// The blocks, put together in the plainest way: all deltas of an index joined.
fn joined(events: &[StreamEvent]) -> Vec<AssistantBlock> {
    let deltas = |index: usize| {
        let texts = events.iter().filter_map(|event| match event {
            StreamEvent::TextDelta { content_index, delta }
            | StreamEvent::ThinkingDelta { content_index, delta }
            | StreamEvent::ToolCallDelta { content_index, delta } => {
                (*content_index == index).then_some(delta.as_str())
            }
            _ => None,
        });
        texts.collect::<String>()
    };
    let blocks = events.iter().filter_map(|event| match event {
        StreamEvent::TextStart { content_index } => {
            Some(AssistantBlock::Text(Text::new(deltas(*content_index))))
        }
        StreamEvent::ThinkingStart { content_index } => Some(AssistantBlock::Thinking(Thinking {
            thinking: deltas(*content_index),
            thinking_signature: Some("s".to_owned()),
            redacted: false,
        })),
        StreamEvent::ToolCallStart { content_index, id, name } => {
            let text = deltas(*content_index);
            let arguments = if text.trim().is_empty() { Ok(Map::new()) } else { serde_json::from_str(&text) };
            Some(AssistantBlock::ToolCall(ToolCall {
                id: id.clone(),
                name: name.clone(),
                arguments_error: arguments.as_ref().err().map(|_| text.clone()),
                arguments: arguments.unwrap_or_default(),
                ..ToolCall::default()
            }))
        }
        _ => None,
    });
    blocks.collect()
}

/// Any JSON, written with arbitrary escapes and white space.
fn arguments_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,3}", inner), 0..5)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    });
    let object = prop::collection::vec(("\\PC{0,3}", value), 0..6)
        .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>()));
    (object, any::<bool>(), any::<bool>()).prop_map(|(object, pretty, escaped)| {
        let text =
            if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) };
        let text = text.unwrap();
        if !escaped {
            return text;
        }
        let escape = |character: char| match u32::from(character) {
            0..0x80 => character.to_string(),
            unit @ 0x80..0x1_0000 => format!("\\u{unit:04x}"),
            pair => {
                let (high, low) = (0xD800 + ((pair - 0x1_0000) >> 10), 0xDC00 + (pair & 0x3FF));
                format!("\\u{high:04X}\\u{low:04x}")
            }
        };
        text.chars().map(escape).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_within_the_grammar_gives_the_joined_blocks(steps in steps(), fails in any::<bool>()) {
        let mut protocol = Protocol::default();
        let mut accepted = Vec::new();
        for event in events_of(&steps) {
            let mut next = protocol.clone();
            if next.observe(&Ok(event.clone())).is_ok() {
                protocol = next;
                accepted.push(event);
            }
        }
        // What is still open is closed, as every provider must.
        for index in 0..40 {
            for end in [
                StreamEvent::TextEnd { content_index: index, citations: Vec::new() },
                StreamEvent::ThinkingEnd { content_index: index, signature: Some("s".to_owned()), redacted: false },
                StreamEvent::ToolCallEnd { content_index: index },
            ] {
                let mut next = protocol.clone();
                if next.observe(&Ok(end.clone())).is_ok() {
                    protocol = next;
                    accepted.push(end);
                }
            }
        }
        let mut accumulator = accumulate(&accepted);
        let expected = joined(&accepted);
        if fails {
            let error = ProviderError::new(ErrorKind::Server, "it broke");
            prop_assert_eq!(protocol.observe(&Err(error.clone())), Ok(()));
            accumulator.fail(&error);
        } else {
            let end = done(Finish::default());
            prop_assert_eq!(protocol.observe(&Ok(end.clone())), Ok(()));
            accumulator.push(&end);
        }
        prop_assert_eq!(protocol.end(), Ok(()));
        let message = accumulator.into_message();
        prop_assert_eq!(message.content.len(), expected.len());
        for (block, expected) in message.content.iter().zip(&expected) {
            let (AssistantBlock::ToolCall(call), AssistantBlock::ToolCall(naive)) = (block, expected) else {
                prop_assert_eq!(block, expected);
                continue;
            };
            // What is no JSON is repaired or becomes an error that quotes it.
            match (&naive.arguments_error, &call.arguments_error) {
                (None, _) => prop_assert_eq!(call, naive),
                (Some(text), Some(error)) => {
                    prop_assert!(error.ends_with(text.as_str()), "{}", error);
                    prop_assert!(call.arguments.is_empty());
                }
                (Some(_), None) => {}
            }
        }
    }

    #[test]
    fn a_partial_view_of_whole_arguments_is_the_arguments(
        text in arguments_text(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..12),
    ) {
        let mut ends = cuts
            .iter()
            .map(|(cut, looks)| (cut.index(text.len() + 1), *looks))
            .filter(|(end, _)| text.is_char_boundary(*end))
            .collect::<Vec<_>>();
        ends.sort_unstable();
        ends.push((text.len(), true));
        let mut accumulator = accumulate(&[StreamEvent::Start, call_start(0)]);
        let mut begin = 0;
        for (end, looks) in ends {
            accumulator.push(&call_delta(0, &text[begin..end]));
            begin = end;
            if looks {
                prop_assert!(accumulator.partial_arguments(0).is_some());
            }
        }
        let strict = serde_json::from_str::<Map<String, Value>>(&text).unwrap();
        prop_assert_eq!(accumulator.partial_arguments(0), Some(&strict));
        accumulator.push(&StreamEvent::ToolCallEnd { content_index: 0 });
        prop_assert_eq!(&accumulator.message().tool_calls().next().unwrap().arguments, &strict);
    }

    #[test]
    fn any_text_has_a_partial_view(fragments in prop::collection::vec("[\\[\\]{}:,\"\\\\ua0-9tfn. é😀]{0,6}", 0..12)) {
        let mut accumulator = accumulate(&[StreamEvent::Start, call_start(0)]);
        for fragment in fragments {
            accumulator.push(&call_delta(0, &fragment));
            prop_assert!(accumulator.partial_arguments(0).is_some());
        }
    }
}
