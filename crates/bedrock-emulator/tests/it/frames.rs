//! An event-stream decoder written from the format's description, checksums included.

use std::collections::HashMap;

use serde_json::Value;

/// A message of an event stream.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) headers: HashMap<String, String>,
    pub(crate) payload: Vec<u8>,
}

/// Why bytes are no event stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Truncated,
    Prelude,
    Message,
}

impl Frame {
    /// The event's or exception's name.
    pub(crate) fn name(&self) -> &str {
        let header = |name| self.headers.get(name).map(String::as_str);
        header(":event-type").or_else(|| header(":exception-type")).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap_or(Value::Null)
    }
}

/// Decodes a whole stream.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<Frame>, Broken> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        if bytes.len() < 16 {
            return Err(Broken::Truncated);
        }
        let total = number(&bytes[..4]);
        let headers_length = number(&bytes[4..8]);
        if number(&bytes[8..12]) != crc(&bytes[..8]) as usize {
            return Err(Broken::Prelude);
        }
        if bytes.len() < total {
            return Err(Broken::Truncated);
        }
        let (frame, rest) = bytes.split_at(total);
        if number(&frame[total - 4..]) != crc(&frame[..total - 4]) as usize {
            return Err(Broken::Message);
        }
        let headers = headers(&frame[12..12 + headers_length]);
        frames.push(Frame { headers, payload: frame[12 + headers_length..total - 4].to_vec() });
        bytes = rest;
    }
    Ok(frames)
}

fn headers(mut bytes: &[u8]) -> HashMap<String, String> {
    let mut headers = HashMap::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at(usize::from(*length));
        assert_eq!(rest[0], 7, "only text headers are expected");
        let length = number(&rest[1..3]);
        headers.insert(text(name), text(&rest[3..3 + length]));
        bytes = &rest[3 + length..];
    }
    headers
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

// CRC-32 bit by bit: slow, and nothing to get wrong.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[test]
fn the_checksum_is_the_usual_one() {
    assert_eq!(crc(b"123456789"), 0xcbf4_3926);
}
