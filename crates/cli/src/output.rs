//! Standard output, written by a thread of its own.
//!
//! Commands that do nothing else meanwhile write with [`print`].
//!
//! Separate because standard output blocks: a reader that stalls must slow the stream down, yet Ctrl-C must still be
//! heard. Texts pass through a short queue, are written whole and in order, and are flushed as soon as the queue is
//! empty.

use std::io::{self, ErrorKind, Write};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::failure::Failure;

/// How many texts may wait to be written before their senders wait.
const QUEUE: usize = 64;

/// Writes a text at once. A reader that has gone away is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut sink = anstream::stdout().lock();
    match sink.write_all(text.as_bytes()).and_then(|()| sink.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed("could not write to standard output").because(&error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A text from elsewhere as it may stand on a terminal: without sequences that move the cursor, change colours or set
/// titles, and without characters that turn the direction of the text around or are not seen. For people only: programs
/// get what there is, escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => match characters.next() {
                Some('[') => skip_control_sequence(&mut characters),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut characters),
                // Others are two characters long, with what stands in between.
                Some(' '..='/') => {
                    let _ = characters.find(|next| !matches!(next, ' '..='/'));
                }
                Some(_) | None => {}
            },
            '\u{9b}' => skip_control_sequence(&mut characters),
            '\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => skip_string(&mut characters),
            character if character.is_control() || is_unseen(character) => {}
            character => shown.push(character),
        }
    }
    shown
}

/// Skips the rest of a control sequence (CSI): parameters, and a letter.
fn skip_control_sequence(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while characters.next_if(|next| matches!(next, ' '..='?')).is_some() {}
    let _ = characters.next_if(|next| matches!(next, '@'..='~'));
}

/// Skips the rest of a command with a text, such as a title (OSC), up to its end.
fn skip_string(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(character) = characters.next() {
        match character {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                let _ = characters.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Whether a character is not seen where it stands: it turns directions around, ends lines, or is one of those that the
/// Unicode standard calls default-ignorable.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The writing side, to be cloned by everything that writes.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pieces: mpsc::Sender<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    /// Answered once everything before it is written.
    Mark(oneshot::Sender<()>),
}

/// The writing thread's last word.
#[derive(Debug)]
pub(crate) struct Written {
    outcome: oneshot::Receiver<io::Result<()>>,
}

/// Nothing can be written any more. Why is told by [`Written::wait`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closed;

impl Output {
    /// Writes to `sink` until the last clone is dropped.
    pub(crate) fn to(sink: impl Write + Send + 'static) -> (Self, Written) {
        let (pieces, received) = mpsc::channel(QUEUE);
        let (tell, outcome) = oneshot::channel();
        thread::spawn(move || {
            // The receiver is gone only when the command has ended otherwise.
            let _ = tell.send(write_all(sink, received));
        });
        (Self { pieces }, Written { outcome })
    }

    /// Writes a text, waiting while the reader is behind.
    pub(crate) async fn write(&self, text: impl Into<String>) -> Result<(), Closed> {
        self.pieces.send(Piece::Text(text.into())).await.map_err(|_| Closed)
    }

    /// Writes a line.
    pub(crate) async fn line(&self, mut line: String) -> Result<(), Closed> {
        line.push('\n');
        self.write(line).await
    }

    /// Waits until everything so far is written, so that what goes to standard error next stands below it.
    pub(crate) async fn written(&self) -> Result<(), Closed> {
        let (mark, reached) = oneshot::channel();
        self.pieces.send(Piece::Mark(mark)).await.map_err(|_| Closed)?;
        reached.await.map_err(|_| Closed)
    }
}

impl Written {
    /// Waits until everything is written. A reader that has gone away, as in `clawdia … | head -1`, is no failure.
    pub(crate) async fn wait(self) -> Result<(), Failure> {
        match self.outcome.await {
            Ok(Err(error)) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::failed("could not write to standard output").because(&error))
            }
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::failed("could not write to standard output: its thread ended early")),
        }
    }
}

fn write_all(mut sink: impl Write, mut pieces: mpsc::Receiver<Piece>) -> io::Result<()> {
    while let Some(first) = pieces.blocking_recv() {
        let mut next = Some(first);
        while let Some(piece) = next {
            match piece {
                Piece::Text(text) => sink.write_all(text.as_bytes())?,
                Piece::Mark(mark) => {
                    sink.flush()?;
                    // Whoever waited may have been cancelled.
                    let _ = mark.send(());
                }
            }
            next = pieces.try_recv().ok();
        }
        sink.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(printable(text), shown, "{text:?}");
    }

    #[test]
    fn sequences_for_terminals_vanish_whole() {
        check("a\u{1b}[31mb\u{1b}[0m", "ab");
        check("a\u{9b}2Jb", "ab");
        check("a\u{1b}]0;title\u{7}b\u{1b}]8;;http://x\u{1b}\\c", "abc");
        check("a\u{1b}P1$q\u{1b}\\b\u{1b}(Bc\u{1b}cd", "abcd");
        check("a\u{1b}", "a");
        check("a\u{1b}]0;never ends", "a");
        check("one\ttwo\r\n", "onetwo");
    }

    #[test]
    fn what_is_not_seen_vanishes() {
        check("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{ad}f\u{61c}g\u{e0041}", "abcdefg");
        check("東京 é", "東京 é");
    }
}
