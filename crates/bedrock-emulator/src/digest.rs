//! Hashes and keyed hashes in the few forms that signatures, seals and cache keys need.
//!
//! Both the request signature and the thinking seal compare secrets, so the comparison that takes
//! the same time for every wrong guess lives here, once.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The length of every digest here, in bytes.
pub(crate) const LENGTH: usize = 32;

/// The SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; LENGTH] {
    Sha256::digest(bytes).into()
}

/// The HMAC-SHA256 of several parts, each preceded by its length so that no two lists collide.
pub(crate) fn mac_of_parts(key: &[u8], parts: &[&[u8]]) -> [u8; LENGTH] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The plain HMAC-SHA256 of one message.
pub(crate) fn mac(key: &[u8], message: &[u8]) -> [u8; LENGTH] {
    let mut mac = keyed(key);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Whether two secrets are equal, found out in a time that depends on their length only.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0_u8, |difference, (left, right)| difference | (left ^ right)) == 0
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("an HMAC takes keys of every length")
}
