//! The binary event stream: bytes to frames to events.
//!
//! Separate because it is the one place that knows the framing (`application/vnd.amazon.eventstream`), and it reads the
//! body in place of the SDK's receiver: header values stay visible, so an exception nobody modelled keeps its name,
//! and nothing is decoded into types that are then thrown away.

use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::event_stream::Message;
use bytes::{Buf, Bytes, BytesMut};

use crate::event::{BedrockEvent, MalformedEvent};

/// Total length, headers' length and a checksum over both.
const PRELUDE_BYTES: usize = 12;

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
    #[error("a frame of the response is corrupt")]
    Corrupt(#[source] aws_smithy_eventstream::error::Error),
    #[error("a frame of the response claims to be {0} bytes long")]
    Length(usize),
    #[error("the checksum of a frame's prelude is wrong")]
    Prelude,
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
        if !(PRELUDE_BYTES + 4..=MAX_FRAME_BYTES).contains(&length) {
            return Err(FrameError::Length(length));
        }
        // Checked before waiting for the rest: a corrupt length would otherwise wait for bytes that never come.
        if crc32fast::hash(&prelude[..8]) != (&prelude[8..]).get_u32() {
            return Err(FrameError::Prelude);
        }
        if self.buffer.len() < length {
            return Ok(None);
        }
        let mut bytes = self.buffer.split_to(length).freeze();
        let message = read_message_from(&mut bytes).map_err(FrameError::Corrupt)?;
        interpret(&message).map(Some)
    }
}

fn interpret(message: &Message) -> Result<Frame, FrameError> {
    let header = |name: &str| {
        message
            .headers()
            .iter()
            .find(|header| header.name().as_str() == name)
            .and_then(|header| header.value().as_string().ok())
            .map(aws_smithy_types::str_bytes::StrBytes::as_str)
    };
    match header(":message-type") {
        Some("exception") => {
            let body: ExceptionBody = serde_json::from_slice(message.payload()).unwrap_or_default();
            Ok(Frame::Failure {
                name: header(":exception-type").unwrap_or("unknown").to_owned(),
                message: body.message.or(body.original_message).unwrap_or_else(|| text_of(message.payload())),
                original_status: body.original_status_code,
            })
        }
        Some("error") => Ok(Frame::Failure {
            name: header(":error-code").unwrap_or("unknown").to_owned(),
            message: header(":error-message").map_or_else(|| text_of(message.payload()), str::to_owned),
            original_status: None,
        }),
        // Frames of a kind nobody has defined yet are treated as events nobody knows.
        Some(_) | None => {
            let name = header(":event-type").unwrap_or("unknown");
            Ok(Frame::Event(BedrockEvent::parse(name, message.payload())?))
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
