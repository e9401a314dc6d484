//! The binary event stream: bytes to frames to events.
//!
//! Separate because it is the one place that knows the framing (`application/vnd.amazon.eventstream`), and it reads the
//! body in place of the SDK's receiver: header values stay visible, so an exception nobody modelled keeps its name,
//! and nothing is decoded or copied that is then thrown away. Source: "Event stream encoding" of the AWS developer guides.

use bytes::{Buf, Bytes, BytesMut};

use crate::event::{BedrockEvent, MalformedEvent};

/// Total length, headers' length and a checksum over both.
const PRELUDE_BYTES: usize = 12;

/// A checksum over all that stands before it.
const CHECKSUM_BYTES: usize = 4;

/// The longest frame the format allows: 24 MiB of payload with 128 KiB of headers. A longer one is a corrupt length.
const MAX_FRAME_BYTES: usize = 25 * 1024 * 1024;

/// Cuts a stream of bytes into events.
#[derive(Debug, Default)]
pub(crate) struct FrameDecoder {
    buffer: BytesMut,
}

/// What a frame holds.
#[derive(Debug)]
pub(crate) enum Frame {
    Event(BedrockEvent),
    /// The service gave up: the exception's or error's name, and what it says.
    Failure {
        name: String,
        message: String,
        original_status: Option<u16>,
    },
}

/// Bytes that are no event stream.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of the response claims to be {0} bytes long")]
    Length(usize),
    #[error("the checksum of a frame is wrong")]
    Checksum,
    #[error("the headers of a frame cannot be read")]
    Headers,
    #[error(transparent)]
    Event(#[from] MalformedEvent),
}

impl FrameDecoder {
    /// Takes in bytes as they arrive, cut anywhere.
    pub(crate) fn push(&mut self, bytes: &Bytes) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether bytes of an unfinished frame are left.
    pub(crate) fn is_mid_frame(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next frame that is complete. After an error the rest cannot be trusted.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(prelude) = self.buffer.get(..PRELUDE_BYTES) else { return Ok(None) };
        let length = usize::try_from((&prelude[..4]).get_u32()).unwrap_or(usize::MAX);
        if !(PRELUDE_BYTES + CHECKSUM_BYTES..=MAX_FRAME_BYTES).contains(&length) {
            return Err(FrameError::Length(length));
        }
        // Checked before waiting for the rest: a corrupt length would otherwise wait for bytes that never come.
        if crc32fast::hash(&prelude[..8]) != (&prelude[8..]).get_u32() {
            return Err(FrameError::Checksum);
        }
        if self.buffer.len() < length {
            return Ok(None);
        }
        let frame = self.buffer.split_to(length);
        let (content, checksum) = frame.split_at(length - CHECKSUM_BYTES);
        if crc32fast::hash(content) != (&checksum[..]).get_u32() {
            return Err(FrameError::Checksum);
        }
        let headers_length = usize::try_from((&content[4..8]).get_u32()).unwrap_or(usize::MAX);
        let (headers, payload) =
            content[PRELUDE_BYTES..].split_at_checked(headers_length).ok_or(FrameError::Headers)?;
        interpret(&Headers::read(headers)?, payload).map(Some)
    }
}

/// The headers that say what a frame is; all others are passed over.
#[derive(Debug, Default)]
struct Headers<'a> {
    message_type: Option<&'a str>,
    event_type: Option<&'a str>,
    exception_type: Option<&'a str>,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
}

impl<'a> Headers<'a> {
    fn read(mut bytes: &'a [u8]) -> Result<Self, FrameError> {
        let mut headers = Self::default();
        while !bytes.is_empty() {
            let length = usize::from(take(&mut bytes, 1)?[0]);
            let name = take(&mut bytes, length)?;
            let value_length = match take(&mut bytes, 1)?[0] {
                // True and false.
                0 | 1 => 0,
                // Whole numbers of one, two, four and eight bytes; a time, of eight; a UUID.
                2 => 1,
                3 => 2,
                4 => 4,
                5 | 8 => 8,
                9 => 16,
                // Bytes and text, behind their length.
                6 | 7 => usize::from(take(&mut bytes, 2)?.get_u16()),
                _ => return Err(FrameError::Headers),
            };
            let value = std::str::from_utf8(take(&mut bytes, value_length)?).ok();
            match name {
                b":message-type" => headers.message_type = value,
                b":event-type" => headers.event_type = value,
                b":exception-type" => headers.exception_type = value,
                b":error-code" => headers.error_code = value,
                b":error-message" => headers.error_message = value,
                _ => {}
            }
        }
        Ok(headers)
    }
}

/// The first `count` bytes, which are gone from `bytes` then.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], FrameError> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(FrameError::Headers)?;
    *bytes = rest;
    Ok(taken)
}

fn interpret(headers: &Headers<'_>, payload: &[u8]) -> Result<Frame, FrameError> {
    match headers.message_type {
        Some("exception") => {
            let body: ExceptionBody = serde_json::from_slice(payload).unwrap_or_default();
            Ok(Frame::Failure {
                name: headers.exception_type.unwrap_or("unknown").to_owned(),
                message: body.message.or(body.original_message).unwrap_or_else(|| text_of(payload)),
                original_status: body.original_status_code,
            })
        }
        Some("error") => Ok(Frame::Failure {
            name: headers.error_code.unwrap_or("unknown").to_owned(),
            message: headers.error_message.map_or_else(|| text_of(payload), str::to_owned),
            original_status: None,
        }),
        // Frames of a kind nobody has defined yet are treated as events nobody knows.
        Some(_) | None => {
            Ok(Frame::Event(BedrockEvent::parse(headers.event_type.unwrap_or("unknown"), payload)?))
        }
    }
}

/// The payload of an exception whose JSON cannot be read, cut to what fits an error message.
fn text_of(payload: &[u8]) -> String {
    const SHOWN: usize = 500;
    String::from_utf8_lossy(&payload[..payload.len().min(SHOWN)]).into_owned()
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExceptionBody {
    #[serde(alias = "Message")]
    message: Option<String>,
    original_message: Option<String>,
    original_status_code: Option<u16>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_frames_or_an_error(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            size in 1..50usize,
        ) {
            let mut decoder = FrameDecoder::default();
            for piece in bytes.chunks(size) {
                decoder.push(&Bytes::copy_from_slice(piece));
                while let Ok(Some(_)) = decoder.next() {}
            }
        }

        #[test]
        fn headers_of_any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Headers::read(&bytes).map(|headers| interpret(&headers, &bytes));
        }
    }
}
