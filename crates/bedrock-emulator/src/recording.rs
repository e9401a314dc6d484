//! What came in, kept for a test to look at.
//!
//! Requests are numbered as they are read and noted before they are answered, so that a test can
//! wait for one whose answer it holds back.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use tokio::sync::watch;

use crate::operation::Operation;
use crate::refusal::Refusal;

/// How many requests are kept; a server that runs for days must not grow without end.
const KEPT_REQUESTS: usize = 10_000;
/// How many bytes of bodies are kept; the oldest bodies are emptied first.
const KEPT_BYTES: usize = 256 * 1024 * 1024;

/// A request that the emulator read in full.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// What it asked for.
    pub operation: Operation,
    /// The HTTP method.
    pub method: String,
    /// The path as it stood on the wire, still percent-encoded.
    pub path: String,
    /// The decoded id out of the path: of a model, a profile, or an ARN.
    pub model_id: Option<String>,
    /// The query string as it stood on the wire.
    pub query: Option<String>,
    /// The headers. `Debug` does not show `Authorization` and the tokens.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Which connection it came over, counted from 1.
    pub connection: usize,
    /// The status it was answered with; `None` while the answer is held back.
    pub status: Option<u16>,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
}

impl RecordedRequest {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The text of a header, if there is such a header and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }
}

/// The notes of everything that came in.
pub(crate) struct Recorder {
    notes: Mutex<Notes>,
    count: watch::Sender<usize>,
    by_operation: watch::Sender<HashMap<Operation, usize>>,
}

struct Notes {
    /// The number of the first request kept.
    first: usize,
    bytes: usize,
    requests: VecDeque<RecordedRequest>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            notes: Mutex::new(Notes { first: 0, bytes: 0, requests: VecDeque::new() }),
            count: watch::Sender::new(0),
            by_operation: watch::Sender::default(),
        }
    }

    /// Notes a request and returns its number.
    pub(crate) fn note(&self, mut request: RecordedRequest) -> usize {
        hide(&mut request.headers);
        let operation = request.operation;
        let mut notes = self.notes();
        notes.bytes += request.body.len();
        notes.requests.push_back(request);
        while notes.requests.len() > KEPT_REQUESTS {
            let dropped = notes.requests.pop_front().map_or(0, |request| request.body.len());
            notes.bytes -= dropped;
            notes.first += 1;
        }
        let mut oldest = 0;
        while notes.bytes > KEPT_BYTES && oldest + 1 < notes.requests.len() {
            let dropped = std::mem::take(&mut notes.requests[oldest].body).len();
            notes.bytes -= dropped;
            oldest += 1;
        }
        let number = notes.first + notes.requests.len() - 1;
        drop(notes);
        self.by_operation.send_modify(|counts| *counts.entry(operation).or_default() += 1);
        self.count.send_replace(number + 1);
        number
    }

    /// Adds to a noted request how it was answered.
    pub(crate) fn answered(&self, number: usize, status: u16, refusal: Option<Refusal>) {
        let mut notes = self.notes();
        let index = number.checked_sub(notes.first);
        if let Some(request) = index.and_then(|index| notes.requests.get_mut(index)) {
            request.status = Some(status);
            request.refusal = refusal;
        }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.notes().requests.iter().cloned().collect()
    }

    pub(crate) fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    pub(crate) fn by_operation(&self) -> watch::Receiver<HashMap<Operation, usize>> {
        self.by_operation.subscribe()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Tests print recorded requests when they fail; what proves an identity must not be among it.
fn hide(headers: &mut HeaderMap) {
    for name in
        ["authorization", "x-amz-security-token", "x-amz-sso_bearer_token", "x-aws-ec2-metadata-token"]
    {
        if let Some(value) = headers.get_mut(name) {
            value.set_sensitive(true);
        }
    }
}
