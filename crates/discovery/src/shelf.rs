//! What all sources of a host share: the lists in memory, and the refreshes under way.
//!
//! Separate from the source because of a rule of its own: whoever wants a list while one is being fetched waits for that
//! one. Nothing is spawned: a refresh is driven by whoever waits for it, goes on while anybody does, and is dropped
//! with the last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clawdia_core::{HostContext, ProviderError};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::kept::{Kept, Place};

/// What a refresh gave.
#[derive(Debug, Clone)]
pub(crate) struct Refreshed {
    pub(crate) kept: Arc<Kept>,
    /// Why the list could not be kept on disk.
    pub(crate) unkept: Option<String>,
}

type Outcome = Result<Refreshed, ProviderError>;
type Refresh = BoxFuture<'static, Outcome>;

/// The lists of a host.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    slots: Mutex<HashMap<Place, Arc<Slot>>>,
}

/// The list of one place.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Arc<Kept>>,
    /// How many new lists were put here.
    count: u64,
    /// When the last refresh failed, in milliseconds since the Unix epoch, and why.
    failure: Option<(u64, String)>,
    refresh: Option<WeakShared<Refresh>>,
}

impl Shelf {
    /// The lists of a host.
    pub(crate) fn of(host: &HostContext) -> Arc<Self> {
        host.slot(Self::default)
    }

    /// Whether no list was wanted so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The slot of a place.
    pub(crate) fn slot(&self, place: &Place) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(place.clone()).or_default())
    }
}

impl Slot {
    /// The list, and how many new ones there were so far.
    pub(crate) fn kept(&self) -> (Option<Arc<Kept>>, u64) {
        let state = self.state();
        (state.kept.clone(), state.count)
    }

    /// Puts a list here that was found on disk.
    pub(crate) fn recall(&self, kept: Arc<Kept>) {
        self.state().kept = Some(kept);
    }

    /// Puts a list here that is new.
    pub(crate) fn put(&self, kept: Arc<Kept>) {
        let mut state = self.state();
        state.kept = Some(kept);
        state.count += 1;
        state.failure = None;
    }

    /// Remembers that a refresh failed.
    pub(crate) fn fail(&self, now_ms: u64, reason: String) {
        self.state().failure = Some((now_ms, reason));
    }

    /// Why the last refresh failed, if that is not longer ago. A failure of the future is none: the clock was set back.
    pub(crate) fn failed_since(&self, now_ms: u64, limit: Duration) -> Option<String> {
        let state = self.state();
        let (at_ms, reason) = state.failure.as_ref()?;
        let age = now_ms.checked_sub(*at_ms)?;
        (u128::from(age) < limit.as_millis()).then(|| reason.clone())
    }

    /// The refresh under way, or the one that `start` makes.
    pub(crate) fn join(&self, start: impl FnOnce() -> Refresh) -> Shared<Refresh> {
        let mut state = self.state();
        if let Some(under_way) = state.refresh.as_ref().and_then(WeakShared::upgrade)
            && under_way.peek().is_none()
        {
            return under_way;
        }
        let refresh = start().shared();
        state.refresh = refresh.downgrade();
        refresh
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that could leave it half changed runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
