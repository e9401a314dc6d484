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

/// A text from elsewhere as it may stand on a terminal: without what moves the cursor, changes colours or turns the
/// direction of the text around.
pub(crate) fn printable(text: &str) -> String {
    let is_safe = |character: &char| {
        let turns =
            matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !character.is_control() && !turns
    };
    text.chars().filter(is_safe).collect()
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
