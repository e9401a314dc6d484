//! `clawdia chat` at a terminal.

use clawdia_bedrock_emulator::{Gate, Reply, Step, Turn};
use serde_json::json;

use crate::endpoint::Endpoint;
use crate::requests::{CLAUDE, NOVA};
use crate::terminal::Terminal;

/// How many messages the endpoint was sent with its last request.
fn messages(endpoint: &Endpoint) -> usize {
    endpoint.emulator.requests().last().unwrap().json()["messages"].as_array().unwrap().len()
}

#[test]
fn a_conversation_goes_on_until_it_is_started_over_or_left() {
    let endpoint = Endpoint::start();
    let mut terminal = Terminal::start(endpoint.program(&["chat", "--model", NOVA]));
    terminal.expect("> ");
    terminal.write("first\n");
    terminal.expect("You said: \"first\".");
    terminal.expect(" tokens in, ");
    terminal.expect("$0.0");
    terminal.expect("> ");
    terminal.write("second\n");
    terminal.expect("You said: \"second\".");
    assert_eq!(messages(&endpoint), 3);
    terminal.expect("> ");
    terminal.write("/new\n");
    terminal.expect("(a new conversation)");
    terminal.write("third\n");
    terminal.expect("You said: \"third\".");
    assert_eq!(messages(&endpoint), 1);
    terminal.expect("> ");
    terminal.write("/what\n");
    terminal.expect("there is no `/what`");
    terminal.write("/exit\n");
    assert_eq!(terminal.wait(), Some(0));
    assert_eq!(endpoint.emulator.connections(), 1);
}

#[test]
fn ctrl_d_ends_it() {
    let endpoint = Endpoint::start();
    let mut terminal = Terminal::start(endpoint.program(&["chat", "--model", NOVA]));
    terminal.expect("> ");
    terminal.write("\u{4}");
    assert_eq!(terminal.wait(), Some(0));
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let endpoint = Endpoint::start();
    let mut terminal = Terminal::start(endpoint.program(&["chat", "--model", NOVA]));
    terminal.expect("> ");
    // Whether that reads as an end or as an error is up to the system, and nobody is left to be told.
    assert!(matches!(terminal.close(), Some(0 | 1)));
}

#[test]
fn ctrl_c_stops_an_answer_and_then_the_session() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": "so far" } })),
        Step::gate(&Gate::new()),
    ]));
    let mut terminal = Terminal::start(endpoint.program(&["chat", "--model", NOVA]));
    terminal.expect("> ");
    terminal.write("first\n");
    terminal.expect("so far");
    terminal.interrupt();
    terminal.expect("(stopped)");
    terminal.expect("> ");
    terminal.write("second\n");
    terminal.expect("You said: \"");
    terminal.expect("> ");
    terminal.interrupt();
    terminal.expect("(press Ctrl-C again to leave)");
    terminal.expect("> ");
    terminal.interrupt();
    assert_eq!(terminal.wait(), Some(130));
}

#[test]
fn an_error_does_not_end_it() {
    let endpoint = Endpoint::start();
    let reply = Reply::error(403, "AccessDeniedException", "Not yours.");
    endpoint.emulator.enqueue(reply);
    let mut terminal = Terminal::start(endpoint.program(&["chat", "--model", NOVA]));
    terminal.expect("> ");
    terminal.write("first\n");
    terminal.expect("error:");
    terminal.expect("Not yours.");
    terminal.expect("> ");
    terminal.write("second\n");
    terminal.expect("You said: \"second\".");
    // The question nobody answered is not asked again.
    assert_eq!(messages(&endpoint), 1);
}

#[test]
fn thinking_is_dimmed_and_the_answer_is_not() {
    let endpoint = Endpoint::start();
    let reply = || Reply::turn(Turn::new().thinking("Let me see.").text("It is."));
    let arguments = ["chat", "--model", CLAUDE, "--thinking", "low", "Is it?"];
    endpoint.emulator.enqueue(reply());
    let mut terminal = Terminal::start(endpoint.program(&arguments));
    let thinking = terminal.expect("see.");
    assert!(thinking.contains("\u{1b}[2m"), "{thinking:?}");
    let answer = terminal.expect("It is.");
    assert!(answer.ends_with("\u{1b}[0m\r\n\r\nIt is."), "{answer:?}");
    assert_eq!(terminal.wait(), Some(0));

    endpoint.emulator.enqueue(reply());
    let mut terminal = Terminal::start(endpoint.program(&arguments).env([("NO_COLOR", "1")]));
    let shown = terminal.expect("It is.");
    assert!(shown.contains("see.") && !shown.contains('\u{1b}'), "{shown:?}");
    assert_eq!(terminal.wait(), Some(0));
}
