//! Lines from standard input or a file, read by a thread of its own.
//!
//! Separate because reading blocks, and because a line is read only when somebody asks for it: a program that writes
//! requests faster than they are answered is made to wait.

use std::io::{self, BufRead};
use std::thread;

use tokio::sync::mpsc;

/// Lines as they arrive.
#[derive(Debug)]
pub(crate) struct Lines {
    lines: mpsc::Receiver<io::Result<Vec<u8>>>,
}

impl Lines {
    /// Reads lines from `source`. Its thread ends with the source or after the first line nobody wants.
    pub(crate) fn of(mut source: impl BufRead + Send + 'static) -> Self {
        let (sender, lines) = mpsc::channel(1);
        thread::spawn(move || {
            loop {
                let mut line = Vec::new();
                let outcome = match source.read_until(b'\n', &mut line) {
                    Ok(0) => return,
                    Ok(_) => Ok(line),
                    Err(error) => Err(error),
                };
                let failed = outcome.is_err();
                if sender.blocking_send(outcome).is_err() || failed {
                    return;
                }
            }
        });
        Self { lines }
    }

    /// Reads lines from standard input.
    pub(crate) fn of_stdin() -> Self {
        Self::of(io::BufReader::new(io::stdin()))
    }

    /// The next line, with its line break; `None` at the end. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        self.lines.recv().await
    }

    /// Everything that is left.
    pub(crate) async fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(line) = self.next().await {
            bytes.extend(line?);
        }
        Ok(bytes)
    }
}
