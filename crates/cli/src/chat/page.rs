//! An answer as a person sees it arrive.
//!
//! Separate from the conversation: where a line ends, what is dimmed and what no terminal must be sent is the same
//! whatever is asked.

use clawdia::StreamEvent;

use crate::chat::conversation::{DIM, Look};
use crate::failure::write_to_stderr;
use crate::output::{Closed, Output};

/// What was written last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Thinking,
    Text,
}

/// An answer on its way to standard output.
pub(crate) struct Page<'a> {
    output: &'a Output,
    /// Whether standard output is a terminal, where thinking is shown.
    terminal: bool,
    part: Part,
    /// Whether the last character was a line break, or there was none.
    ends_line: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(output: &'a Output, look: Look) -> Self {
        Self { output, terminal: look.thinking, part: Part::Nothing, ends_line: true }
    }

    /// Shows what an event adds to the answer.
    pub(crate) async fn show(&mut self, event: &StreamEvent) -> Result<(), Closed> {
        match event {
            StreamEvent::ThinkingDelta { delta, .. } if self.terminal => {
                self.write(Part::Thinking, delta).await
            }
            StreamEvent::TextDelta { delta, .. } => self.write(Part::Text, delta).await,
            _ => Ok(()),
        }
    }

    /// Tells on standard error, below what was written so far, what is no text of the answer.
    pub(crate) async fn aside(&mut self, text: &str) -> Result<(), Closed> {
        // In a file, a line break would be one more in the answer.
        if self.terminal && !self.ends_line {
            self.output.write("\n").await?;
            self.ends_line = true;
        }
        self.output.written().await?;
        write_to_stderr(&format!("{DIM}{text}{DIM:#}\n"));
        Ok(())
    }

    async fn write(&mut self, part: Part, delta: &str) -> Result<(), Closed> {
        let text = printable(delta);
        if text.is_empty() {
            return Ok(());
        }
        let gap = match self.part {
            last if last == part || last == Part::Nothing => "",
            _ if self.ends_line => "\n",
            _ => "\n\n",
        };
        self.part = part;
        self.ends_line = text.ends_with('\n');
        self.output
            .write(match part {
                // Each piece closes its own style, so that a stop at any moment leaves the terminal as it was.
                Part::Thinking => format!("{gap}{DIM}{text}{DIM:#}"),
                Part::Text | Part::Nothing => format!("{gap}{text}"),
            })
            .await
    }

    pub(crate) async fn finish(self) -> Result<(), Closed> {
        if self.ends_line { Ok(()) } else { self.output.write("\n").await }
    }
}

/// The text without control characters: a model must not be able to steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\u{7}\n\tc\u{9b}"), "a[2Jb\n\tc");
    }
}
