//! The grammar checker accepts what the grammar allows and nothing else.

#![expect(clippy::unnecessary_wraps, reason = "events stand in one list with errors, as in a stream")]

use clawdia_core::testing::Protocol;
use clawdia_core::{Cost, ErrorKind, Finish, ProviderError, StopReason, StreamEvent, Usage};

type Item = Result<StreamEvent, ProviderError>;

fn start() -> Item {
    Ok(StreamEvent::Start)
}

fn text_start(content_index: usize) -> Item {
    Ok(StreamEvent::TextStart { content_index })
}

fn text_delta(content_index: usize) -> Item {
    Ok(StreamEvent::TextDelta { content_index, delta: "x".to_owned() })
}

fn text_end(content_index: usize) -> Item {
    Ok(StreamEvent::TextEnd { content_index, citations: Vec::new() })
}

fn thinking_start(content_index: usize) -> Item {
    Ok(StreamEvent::ThinkingStart { content_index })
}

fn thinking_end(content_index: usize) -> Item {
    Ok(StreamEvent::ThinkingEnd { content_index, signature: None, redacted: false })
}

fn call_start(content_index: usize) -> Item {
    Ok(StreamEvent::ToolCallStart { content_index, id: "1".into(), name: "add".to_owned() })
}

fn call_delta(content_index: usize) -> Item {
    Ok(StreamEvent::ToolCallDelta { content_index, delta: "{".to_owned() })
}

fn call_end(content_index: usize) -> Item {
    Ok(StreamEvent::ToolCallEnd { content_index })
}

fn done(reason: StopReason) -> Item {
    Ok(StreamEvent::Done(Box::new(Finish::new(reason, Usage::default(), &Cost::default()))))
}

fn failed() -> Item {
    Err(ProviderError::new(ErrorKind::Server, "it broke"))
}

/// The violation, if any, of a whole stream.
fn judge(items: &[Item]) -> Option<String> {
    let mut protocol = Protocol::default();
    let observed = items.iter().try_for_each(|item| protocol.observe(item));
    observed.and_then(|()| protocol.end()).err().map(|violation| violation.to_string())
}

#[track_caller]
fn check(items: &[Item]) {
    assert_eq!(judge(items), None);
}

#[track_caller]
fn check_refused(items: &[Item], expected: &str) {
    assert_eq!(judge(items).as_deref(), Some(expected));
}

#[test]
fn whole_streams_are_accepted() {
    check(&[start(), done(StopReason::Stop)]);
    check(&[start(), text_start(0), text_delta(0), text_delta(0), text_end(0), done(StopReason::Length)]);
    check(&[
        start(),
        thinking_start(0),
        thinking_end(0),
        call_start(1),
        call_delta(1),
        call_end(1),
        done(StopReason::ToolUse),
    ]);
}

#[test]
fn blocks_may_interleave() {
    check(&[
        start(),
        text_start(0),
        call_start(1),
        text_delta(0),
        call_delta(1),
        call_end(1),
        text_end(0),
        done(StopReason::ToolUse),
    ]);
}

#[test]
fn an_error_may_come_at_any_time_between_blocks() {
    check(&[failed()]);
    check(&[start(), failed()]);
    check(&[start(), text_start(0), text_end(0), failed()]);
}

#[test]
fn a_stream_has_one_start_and_begins_with_it() {
    check_refused(&[text_start(0)], "TextStart { content_index: 0 } before start");
    check_refused(&[start(), start()], "a second start");
}

#[test]
fn a_stream_has_one_end_and_nothing_after_it() {
    check_refused(&[], "the stream ended without done or error");
    check_refused(&[start(), text_start(0), text_end(0)], "the stream ended without done or error");
    check_refused(&[start(), done(StopReason::Stop), start()], "an item after the end: Ok(Start)");
    assert!(judge(&[failed(), failed()]).unwrap().starts_with("an item after the end: Err"));
}

#[test]
fn blocks_begin_in_order_and_once() {
    check_refused(&[start(), text_start(1)], "block 1 begins, but the next one is 0");
    check_refused(&[start(), text_start(0), text_start(0)], "block 0 begins, but the next one is 1");
}

#[test]
fn deltas_and_ends_belong_to_an_open_block_of_their_kind() {
    check_refused(&[start(), text_delta(0)], "block 0 has not begun");
    check_refused(&[start(), thinking_start(0), text_delta(0)], "block 0 is Thinking, not Text");
    check_refused(&[start(), text_start(0), call_end(0)], "block 0 is Text, not ToolCall");
    check_refused(&[start(), text_start(0), text_end(0), text_delta(0)], "block 0 has ended already");
    check_refused(&[start(), text_start(0), text_end(0), text_end(0)], "block 0 has ended already");
}

#[test]
fn every_block_that_begins_ends() {
    check_refused(&[start(), text_start(0), done(StopReason::Stop)], "block 0 is still open before done");
    check_refused(&[start(), text_start(0), failed()], "block 0 is still open before the error `it broke`");
}

#[test]
fn a_bad_end_is_an_error_and_not_done() {
    check_refused(&[start(), done(StopReason::Error)], "done with stop reason Error");
    check_refused(&[start(), done(StopReason::Aborted)], "done with stop reason Aborted");
}
