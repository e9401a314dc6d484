//! How many connections there were and are.
//!
//! Counted because "dropping a stream closes its connection" and "the second request needs no
//! new connection" are promises of a client that only its server can see.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// The connections of one emulator.
#[derive(Clone)]
pub(crate) struct Connections {
    accepted: Arc<AtomicUsize>,
    open: Arc<watch::Sender<usize>>,
}

/// One open connection; dropping it counts it as closed.
pub(crate) struct Connection {
    /// Its number, counted from 1.
    pub(crate) number: usize,
    open: Arc<watch::Sender<usize>>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { accepted: Arc::default(), open: Arc::new(watch::Sender::new(0)) }
    }

    pub(crate) fn opened(&self) -> Connection {
        let number = self.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        self.open.send_modify(|open| *open += 1);
        Connection { number, open: Arc::clone(&self.open) }
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(crate) fn open(&self) -> watch::Receiver<usize> {
        self.open.subscribe()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.send_modify(|open| *open -= 1);
    }
}
