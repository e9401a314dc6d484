//! Values that are made when they are first needed, and kept.
//!
//! Separate because of its one promise: a value is made once, so that the second request finds the first one's
//! connection, and whoever needs another value meanwhile is not kept waiting.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by key.
pub(crate) struct Kept<K, V> {
    cells: Mutex<HashMap<K, Cell<V>>>,
}

/// A value, once it is made.
type Cell<V> = Arc<Mutex<Option<V>>>;

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// The value of `key`, made with `make` if this is the first call for it that does not fail.
    pub(crate) fn get_or_make<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        // Held while making, so that two first requests share one value. A panic in `make` leaves nothing half done: a
        // poisoned cell is still a good one.
        let mut value = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*value {
            return Ok(value.clone());
        }
        Ok(value.insert(make()?).clone())
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { cells: Mutex::default() }
    }
}

impl<K: fmt::Debug, V> fmt::Debug for Kept<K, V> {
    // Keys only: a value may be being made.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_set().entries(cells.keys()).finish()
    }
}
