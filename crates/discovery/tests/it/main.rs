//! What the crate shows to a host.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails; the linter exempts `#[test]` functions only"
)]

mod section;
