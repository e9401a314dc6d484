//! When a conversation has outgrown its model although nothing failed.

use clawdia_core::{AssistantMessage, StopReason, Usage};

#[track_caller]
fn check(stop_reason: StopReason, usage: Usage, window: u64, expected: bool) {
    let message = AssistantMessage { stop_reason, usage, ..AssistantMessage::default() };
    assert_eq!(message.overflowed(window), expected, "{message:?}");
}

fn prompt(input: u64, cache_read: u64, cache_write: u64, output: u64) -> Usage {
    Usage { input, cache_read, cache_write, output, ..Usage::default() }
}

#[test]
fn a_prompt_that_is_larger_than_the_window_was_cut() {
    for stop in [StopReason::Stop, StopReason::ToolUse, StopReason::Length] {
        check(stop, prompt(200_001, 0, 0, 5), 200_000, true);
        check(stop, prompt(200_000, 0, 0, 5), 200_000, false);
        check(stop, prompt(1, 150_000, 50_000, 5), 200_000, true);
        check(stop, prompt(u64::MAX, u64::MAX, 1, 5), u64::MAX, false);
    }
}

#[test]
fn a_prompt_that_leaves_no_room_for_an_answer_is_too_long() {
    check(StopReason::Length, prompt(198_000, 0, 0, 0), 200_000, true);
    check(StopReason::Length, prompt(197_999, 0, 0, 0), 200_000, false);
    check(StopReason::Length, prompt(198_000, 0, 0, 1), 200_000, false);
    check(StopReason::Stop, prompt(199_000, 0, 0, 0), 200_000, false);
}

#[test]
fn a_model_that_says_so_is_believed() {
    let message = AssistantMessage {
        stop_reason: StopReason::Length,
        raw_stop_reason: Some("model_context_window_exceeded".to_owned()),
        usage: prompt(1_000, 0, 0, 500),
        ..AssistantMessage::default()
    };
    assert!(message.overflowed(200_000) && message.overflowed(0));
    let cut = AssistantMessage { raw_stop_reason: Some("max_tokens".to_owned()), ..message };
    assert!(!cut.overflowed(200_000));
}

#[test]
fn nothing_is_said_where_the_window_is_not_known_or_the_call_failed() {
    check(StopReason::Stop, prompt(9_000_000, 0, 0, 1), 0, false);
    check(StopReason::Error, prompt(9_000_000, 0, 0, 1), 200_000, false);
    check(StopReason::Aborted, prompt(9_000_000, 0, 0, 1), 200_000, false);
}
