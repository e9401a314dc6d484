//! A sign that something is being waited for.
//!
//! Separate because it must leave no trace: it is on a terminal's standard error alone, comes late enough that what is
//! quick never shows it, and is gone before anything else is written or the program ends.

use std::env;
use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::interrupt::ended_by_signal;
use crate::width::{cut_end, of_errors};

/// What is over sooner is not worth a sign.
const PATIENCE: Duration = Duration::from_millis(250);
const TURN: Duration = Duration::from_millis(100);
const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// Waits for `work`, and says so on a terminal. A signal that ends the program meanwhile leaves a clean line.
pub(crate) async fn during<T>(what: &str, work: impl Future<Output = T>) -> T {
    let sign = Sign::of(what);
    if !Sign::can_be_seen() {
        return work.await;
    }
    tokio::select! {
        outcome = sign.during(work) => outcome,
        status = ended_by_signal() => {
            sign.wipe();
            std::process::exit(status);
        }
    }
}

/// The sign, whose words change while the work goes on.
#[derive(Debug)]
pub(crate) struct Sign {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    what: String,
    is_shown: bool,
}

impl Sign {
    /// A sign with these words, not yet shown.
    pub(crate) fn of(what: &str) -> Self {
        Self { state: Mutex::new(State { what: what.to_owned(), is_shown: false }) }
    }

    /// Whether there is anybody to see it, on something that can take it back.
    fn can_be_seen() -> bool {
        io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|kind| kind != "dumb")
    }

    /// Changes the words.
    pub(crate) fn say(&self, what: String) {
        self.state().what = what;
    }

    /// Takes the sign off the screen, before something else is written; it comes again at its next turn.
    pub(crate) fn wipe(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.is_shown) {
            // Nobody is left to be told when standard error is closed.
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }

    /// Shows the sign until `work` is done.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        if !Self::can_be_seen() {
            return work.await;
        }
        if let Ok(outcome) = tokio::time::timeout(PATIENCE, &mut work).await {
            return outcome;
        }
        let _trace = Trace(self);
        for frame in FRAMES.iter().cycle() {
            self.draw(*frame);
            if let Ok(outcome) = tokio::time::timeout(TURN, &mut work).await {
                return outcome;
            }
        }
        work.await
    }

    fn draw(&self, frame: char) {
        let mut state = self.state();
        // The last column stays free: some terminals go to the next line after it, and that could not be taken back.
        let line = cut_end(&format!("{frame} {}…", state.what), of_errors().saturating_sub(1));
        let _ = write!(io::stderr(), "\r{line}\x1b[K");
        state.is_shown = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands on the screen, and is wiped off when it is dropped.
struct Trace<'s>(&'s Sign);

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}
