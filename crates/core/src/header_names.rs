//! HTTP headers in `Debug` output: names without values.
//!
//! Separate because four types carry headers, and a header's value is often a credential.

use std::collections::BTreeMap;
use std::fmt;

/// Shows the names of headers.
pub(crate) struct HeaderNames<'a, V>(pub(crate) &'a BTreeMap<String, V>);

impl<V> fmt::Debug for HeaderNames<'_, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
