//! The moments at which waiting ends.
//!
//! Separate because three limits and a cancellation token watch every wait of a call, and which of them ended it decides
//! the error.

use std::future::Future;
use std::time::Duration;

use clawdia_core::{ErrorKind, ProviderError, TimeLimits};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// The limits of one call.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) times: TimeLimits,
    /// When the whole call must be over.
    deadline: Option<Instant>,
    cancel: Option<CancellationToken>,
}

/// Which wait a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Until the first event of an attempt that began then.
    FirstEvent(Instant),
    /// Between two events.
    Idle,
    /// Only the call as a whole: before the request is sent, or between two attempts.
    Total,
}

impl Limits {
    pub(crate) fn start(times: TimeLimits, cancel: Option<CancellationToken>) -> Self {
        Self { times, deadline: times.total.and_then(|total| Instant::now().checked_add(total)), cancel }
    }

    /// Waits for `future` as long as it may take.
    ///
    /// # Errors
    /// Kind aborted when the token is cancelled, also when `future` is ready at the same time; kind timeout when a limit
    /// passes.
    pub(crate) async fn wait<T>(
        &self,
        phase: Phase,
        future: impl Future<Output = T>,
    ) -> Result<T, ProviderError> {
        let (phase_end, phase_name) = match phase {
            Phase::FirstEvent(start) => (end_of(start, self.times.first_event), "firstEventMs"),
            Phase::Idle => (end_of(Instant::now(), self.times.idle), "idleMs"),
            Phase::Total => (None, ""),
        };
        tokio::select! {
            biased;
            () = self.cancelled() => Err(aborted()),
            value = future => Ok(value),
            () = at(phase_end) => {
                let waited = match phase {
                    Phase::FirstEvent(_) => "no event arrived in time",
                    Phase::Idle | Phase::Total => "the stream fell silent",
                };
                Err(timeout(waited, phase_name))
            }
            () = at(self.deadline) => Err(timeout("the call took too long", "totalMs")),
        }
    }

    /// The error to end with if the caller has cancelled, which beats whatever else became of the call.
    pub(crate) fn cancellation(&self) -> Option<ProviderError> {
        self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled).then(aborted)
    }

    /// Whether `wait` would still end before the deadline.
    pub(crate) fn allows(&self, wait: Duration) -> bool {
        match (self.deadline, Instant::now().checked_add(wait)) {
            (Some(deadline), Some(end)) => end < deadline,
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    async fn cancelled(&self) {
        match &self.cancel {
            Some(token) => token.cancelled().await,
            None => std::future::pending().await,
        }
    }
}

fn aborted() -> ProviderError {
    ProviderError::new(ErrorKind::Aborted, "Request was aborted")
}

fn timeout(what: &str, option: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Timeout, what.to_owned())
        .with_hint(format!("try again, or raise `timeouts.{option}`"))
}

fn end_of(start: Instant, limit: Option<Duration>) -> Option<Instant> {
    limit.and_then(|limit| start.checked_add(limit))
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
