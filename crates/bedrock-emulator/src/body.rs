//! Response bodies: fixed ones, and scripted ones that wait, stall and break off.
//!
//! A body is a list of pieces that the connection pulls, so a slow reader slows it, and dropping
//! the connection drops whatever it waits for.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::gate::Gate;

/// One step of a scripted body.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Bytes that go out as one chunk.
    Bytes(Bytes),
    /// A pause of a given length.
    Delay(Duration),
    /// A pause until a test ends it.
    Gate(Gate),
    /// The connection breaks, without the chunk that ends a body.
    Cut,
}

/// A response body.
pub(crate) struct ReplyBody {
    pieces: VecDeque<Piece>,
    fixed: bool,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    cutting: bool,
}

/// The deliberate end of a connection.
#[derive(Debug, thiserror::Error)]
#[error("the script cuts the connection here")]
pub(crate) struct Cut;

impl ReplyBody {
    /// A body of known length.
    pub(crate) fn fixed(bytes: Bytes) -> Self {
        Self { pieces: VecDeque::from([Piece::Bytes(bytes)]), fixed: true, waiting: None, cutting: false }
    }

    /// A body sent piece by piece, in chunks.
    pub(crate) fn scripted(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self { pieces: pieces.into_iter().collect(), fixed: false, waiting: None, cutting: false }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                match waiting.as_mut().poll(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => self.waiting = None,
                }
            }
            if self.cutting {
                return Poll::Ready(Some(Err(Cut)));
            }
            match self.pieces.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) if bytes.is_empty() => {}
                Some(Piece::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::Delay(duration)) => self.waiting = Some(Box::pin(tokio::time::sleep(duration))),
                Some(Piece::Gate(gate)) => self.waiting = Some(Box::pin(async move { gate.wait().await })),
                Some(Piece::Cut) => {
                    // An error at once would also throw away the bytes that the connection has
                    // taken but not yet written; one turn of waiting lets it write them.
                    self.cutting = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.fixed && self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if !self.fixed {
            return SizeHint::default();
        }
        let length = self.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Delay(_) | Piece::Gate(_) | Piece::Cut => 0,
        });
        SizeHint::with_exact(length.sum())
    }
}

/// Cuts the bytes between pauses anew, so that a chunk ends after every `size` bytes.
pub(crate) fn rechunk(pieces: Vec<Piece>, size: usize) -> Vec<Piece> {
    let size = size.max(1);
    let mut result = Vec::new();
    let mut pending = BytesMut::new();
    for piece in pieces {
        if let Piece::Bytes(bytes) = piece {
            pending.extend_from_slice(&bytes);
            while pending.len() >= size {
                result.push(Piece::Bytes(pending.split_to(size).freeze()));
            }
        } else {
            if !pending.is_empty() {
                result.push(Piece::Bytes(pending.split().freeze()));
            }
            result.push(piece);
        }
    }
    if !pending.is_empty() {
        result.push(Piece::Bytes(pending.freeze()));
    }
    result
}
