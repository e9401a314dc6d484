//! Ctrl-C, counted.
//!
//! Separate because a press means different things: it stops an answer, ends a session at its second press, and
//! ends a program that does not react at once.

use std::process;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::status::Status;

/// Waits for a signal that ends the program, and gives the exit status that shells know it by. For commands that have
/// something to put in order before.
pub(crate) async fn ended_by_signal() -> i32 {
    let interrupted = async {
        // Where the signal cannot be listened to, it keeps its effect: the program ends.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        i32::from(Status::Interrupted.code())
    };
    tokio::select! {
        status = interrupted => status,
        status = terminated() => status,
    }
}

#[cfg(unix)]
async fn terminated() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};
    // What a shell reports of a program that a signal ended.
    const BY_SIGNAL: i32 = 128;
    let of = async |kind: SignalKind| {
        match signal(kind) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        };
        BY_SIGNAL + kind.as_raw_value()
    };
    tokio::select! {
        status = of(SignalKind::terminate()) => status,
        status = of(SignalKind::hangup()) => status,
    }
}

#[cfg(not(unix))]
async fn terminated() -> i32 {
    std::future::pending().await
}

/// Presses of Ctrl-C from now on.
#[derive(Debug, Clone)]
pub(crate) struct Interrupts {
    presses: watch::Receiver<u32>,
}

impl Interrupts {
    /// Starts to listen; from now on Ctrl-C no longer ends the program by itself.
    pub(crate) async fn listen() -> Self {
        let (count, presses) = watch::channel(0);
        tokio::spawn(async move {
            // Where the signal cannot be listened to, it keeps its effect: the program ends.
            while tokio::signal::ctrl_c().await.is_ok() {
                count.send_modify(|presses| *presses += 1);
            }
        });
        // Lets the task come as far as listening, so that no press is missed.
        tokio::task::yield_now().await;
        Self { presses }
    }

    /// The next press that no earlier call has seen.
    pub(crate) async fn pressed(&mut self) {
        if self.presses.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A token that the next press cancels. The press after that ends the program on the spot.
    pub(crate) fn token(&self) -> CancellationToken {
        let token = CancellationToken::new();
        let cancel = token.clone();
        let mut interrupts = self.clone();
        tokio::spawn(async move {
            interrupts.pressed().await;
            cancel.cancel();
            interrupts.pressed().await;
            process::exit(i32::from(Status::Interrupted.code()));
        });
        token
    }
}
