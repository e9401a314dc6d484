//! What the crate shows to a host.

mod section;
