//! A text that settings carry and nobody sees.
//!
//! Separate from the core's `Secret`, which is part of a configuration's shape: this one is compared and hashed, so that
//! settings can be keys of a map.

use std::fmt;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Hidden(String);

impl Hidden {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hidden(…)")
    }
}
