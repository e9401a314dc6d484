//! The event-stream encoder: one message of the AWS binary framing per call.
//!
//! Written out by hand instead of taken from the SDK, because a client under test decodes with
//! the SDK, and an encoder with the same mistakes would hide its decoder's.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

/// The type byte of a header whose value is a string.
const STRING: u8 = 7;

/// What the service pads its events with: it sends a random length of this, so that the size of
/// an encrypted event does not betray its text.
const PADDING: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// An event.
pub(crate) fn event(name: &str, payload: &Value) -> Bytes {
    encode(
        &[(":event-type", name), (":content-type", "application/json"), (":message-type", "event")],
        payload,
    )
}

/// An exception inside the stream; its name starts with a lower-case letter.
pub(crate) fn exception(name: &str, payload: &Value) -> Bytes {
    encode(
        &[(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")],
        payload,
    )
}

/// An error that the API model does not name.
pub(crate) fn error(code: &str, message: &str) -> Bytes {
    frame(&[(":error-code", code), (":error-message", message), (":message-type", "error")], b"")
}

/// The same event with its padding member, as the real service sends all of them.
pub(crate) fn padded(mut payload: Value) -> Value {
    if let Value::Object(members) = &mut payload {
        let length = fastrand::usize(1..=PADDING.len());
        members.insert("p".to_owned(), Value::String(PADDING[..length].to_owned()));
    }
    payload
}

/// The same frame with a wrong checksum at its end.
pub(crate) fn corrupted(frame: &Bytes) -> Bytes {
    let mut bytes = BytesMut::from(frame.as_ref());
    if let Some(last) = bytes.last_mut() {
        *last ^= 0xff;
    }
    bytes.freeze()
}

fn encode(headers: &[(&str, &str)], payload: &Value) -> Bytes {
    frame(headers, payload.to_string().as_bytes())
}

fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut block = BytesMut::new();
    for (name, value) in headers {
        // Names and values come from scripts; what the length fields cannot hold is cut.
        let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
        let value = &value.as_bytes()[..value.len().min(usize::from(u16::MAX))];
        block.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        block.put_slice(name);
        block.put_u8(STRING);
        block.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        block.put_slice(value);
    }
    let mut frame = BytesMut::with_capacity(block.len() + payload.len() + 16);
    let total = u32::try_from(block.len() + payload.len() + 16).unwrap_or(u32::MAX);
    frame.put_u32(total);
    frame.put_u32(u32::try_from(block.len()).unwrap_or(u32::MAX));
    let prelude = crc32fast::hash(&frame);
    frame.put_u32(prelude);
    frame.put_slice(&block);
    frame.put_slice(payload);
    let message = crc32fast::hash(&frame);
    frame.put_u32(message);
    frame.freeze()
}
