//! The random identifiers a service invents: request ids and tool-call ids.
//!
//! They need to be unlike each other and to look like the real ones, not to be unguessable.

use http::HeaderValue;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A request id in the form of a random UUID.
pub(crate) fn request_id() -> HeaderValue {
    let random = fastrand::u128(..);
    // Version 4, variant 1.
    let random = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        random >> 96,
        (random >> 80) & 0xffff,
        (random >> 64) & 0xffff,
        (random >> 48) & 0xffff,
        random & 0xffff_ffff_ffff,
    );
    HeaderValue::from_str(&text).expect("hexadecimal digits and hyphens are a header value")
}

/// A tool-call id as the service invents them.
pub(crate) fn tool_use_id() -> String {
    format!("tooluse_{}", letters(22))
}

/// Some random letters and digits.
pub(crate) fn letters(count: usize) -> String {
    (0..count).map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())])).collect()
}
