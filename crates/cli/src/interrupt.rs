//! Ctrl-C, counted.
//!
//! Separate because a press means different things: it stops an answer, ends a session at its second press, and
//! ends a program that does not react at once.

use std::process;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::status::Status;

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
