//! A latch that a test opens, so that stalls need no clock.
//!
//! Every pause that a scripted reply can make is either a gate or a delay; gates keep tests exact,
//! because the reply goes on when the test says so and not when a machine happens to be fast.

use std::sync::Arc;

use tokio::sync::watch;

/// A latch: closed at first, open for good once [`open`](Gate::open) is called.
///
/// Clones share the latch.
#[derive(Clone, Debug)]
pub struct Gate {
    opened: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { opened: Arc::new(watch::Sender::new(false)) }
    }

    /// Lets everything that waits here pass, now and later.
    pub fn open(&self) {
        self.opened.send_replace(true);
    }

    /// Whether the gate was opened.
    pub fn is_open(&self) -> bool {
        *self.opened.borrow()
    }

    /// Resolves when the gate is open.
    pub async fn wait(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = self.opened.subscribe().wait_for(|opened| *opened).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
