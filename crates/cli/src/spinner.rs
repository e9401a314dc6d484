//! A sign that something is being waited for.
//!
//! Separate because it must leave no trace: it is on a terminal's standard error alone, comes late enough that what is
//! quick never shows it, and is gone before anything else is written.

use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::pin::pin;
use std::time::Duration;

/// What is over sooner is not worth a sign.
const PATIENCE: Duration = Duration::from_millis(250);
const TURN: Duration = Duration::from_millis(100);
const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// Waits for `work`, and says so on a terminal.
pub(crate) async fn during<T>(what: &str, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    if !io::stderr().is_terminal() {
        return work.await;
    }
    if let Ok(outcome) = tokio::time::timeout(PATIENCE, &mut work).await {
        return outcome;
    }
    let _trace = Trace;
    for frame in FRAMES.iter().cycle() {
        // Nobody is left to be told when standard error is closed.
        let _ = write!(io::stderr(), "\r{frame} {what}…");
        if let Ok(outcome) = tokio::time::timeout(TURN, &mut work).await {
            return outcome;
        }
    }
    work.await
}

/// What stands on the screen, and is wiped off when it is dropped.
struct Trace;

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = write!(io::stderr(), "\r\x1b[2K");
    }
}
