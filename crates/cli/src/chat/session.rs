//! A conversation at a terminal: prompts line by line, until the user leaves.
//!
//! Separate from the conversation because of what belongs to the terminal alone: the prompt sign, the commands, and
//! the two presses of Ctrl-C that end it.

use std::mem;

use clawdia::core::UserBlock;

use crate::chat::conversation::Conversation;
use crate::chat::user_message;
use crate::failure::{warn, write_to_stderr};
use crate::input::Lines;
use crate::output::Closed;
use crate::status::Status;

const COMMANDS: &str = "/new forgets the conversation, /exit or Ctrl-D ends, Ctrl-C stops an answer\n";

/// Talks until the user leaves. `images` go with the first prompt.
pub(crate) async fn run(
    mut conversation: Conversation,
    mut images: Vec<UserBlock>,
) -> Result<Status, Closed> {
    let mut input = Lines::of_stdin();
    write_to_stderr(&format!("{}: {COMMANDS}", conversation.model().reference()));
    // Ctrl-C once may be meant for an answer that has just ended.
    let mut pressed = false;
    loop {
        write_to_stderr("> ");
        let line = tokio::select! {
            line = input.next() => line,
            () = conversation.interrupts.pressed() => {
                if pressed {
                    write_to_stderr("\n");
                    return Ok(Status::Interrupted);
                }
                pressed = true;
                write_to_stderr("\n(press Ctrl-C again to leave)\n");
                continue;
            }
        };
        pressed = false;
        let line = match line {
            None => {
                write_to_stderr("\n");
                return Ok(Status::Done);
            }
            Some(Ok(line)) => line,
            Some(Err(error)) => {
                warn(&format!("could not read from the terminal: {error}"));
                return Ok(Status::Failed);
            }
        };
        let line = String::from_utf8_lossy(&line);
        match line.trim() {
            "" => {}
            "/exit" | "/quit" => return Ok(Status::Done),
            "/new" => {
                conversation.start_over();
                write_to_stderr("(a new conversation)\n");
            }
            "/help" => write_to_stderr(COMMANDS),
            command if is_command(command) => {
                write_to_stderr(&format!("there is no `{command}`: {COMMANDS}"));
            }
            prompt => {
                // An error has been told; the conversation goes on.
                conversation.ask(user_message(mem::take(&mut images), prompt.to_owned())).await?;
            }
        }
    }
}

/// Whether a line is meant as a command, rather than as a prompt that begins with a path.
fn is_command(line: &str) -> bool {
    line.strip_prefix('/').is_some_and(|name| name.chars().all(|character| character.is_ascii_alphabetic()))
}
