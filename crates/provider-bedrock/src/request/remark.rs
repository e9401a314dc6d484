//! Remarks on what was changed between the caller's input and the request.
//!
//! Separate because many places make them, and one of a kind is enough for a message.

use clawdia_core::Diagnostic;

/// Says something once.
pub(super) fn tell(diagnostics: &mut Vec<Diagnostic>, code: &str, message: impl Into<String>) {
    let message = message.into();
    if !diagnostics.iter().any(|known| known.code == code && known.message == message) {
        diagnostics.push(Diagnostic::new(code, message));
    }
}
