//! An answer in flight: the body read, cut into events, translated, within the limits.
//!
//! Separate from the state machines it drives: this is the thin edge that waits. No task is spawned; whoever polls the
//! stream reads from the socket, so that a slow reader slows the sender and dropping the stream closes the connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use clawdia_core::{ErrorKind, EventStream, ProviderError, StreamEvent};
use futures_util::{StreamExt, stream};
use http_body::Body;
use tokio::time::Instant;

use crate::error::{CallSite, ServiceFailure};
use crate::frame::{Frame, FrameDecoder};
use crate::limits::{Limits, Phase};
use crate::response::Translator;
use crate::transport::{Head, Operation, deepest};
use crate::whole;

/// How long to wait for the end of the body once everything has been said. Reading to the end is what lets the connection
/// be used again.
const DRAIN: Duration = Duration::from_millis(250);

/// An answer that is being read.
#[derive(Debug)]
pub(crate) struct Answer {
    body: SdkBody,
    decoder: Decoder,
    translator: Translator,
    limits: Limits,
    site: CallSite,
    request_id: Option<String>,
    first_event: Option<Instant>,
    delivery: Delivery,
    /// How much of the body was taken in.
    received: usize,
    state: State,
}

/// When what has arrived is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Delivery {
    /// At once.
    #[default]
    Streamed,
    /// When the answer is complete and good, so that nothing is shown of one that is refused half-way.
    Whole,
}

/// What is made of the body's bytes.
#[derive(Debug)]
enum Decoder {
    Frames(FrameDecoder),
    /// An answer in one piece, which is read when it has ended.
    Whole(BytesMut),
}

/// The longest answer that is kept until it is complete.
const MAX_WHOLE_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug)]
enum State {
    Reading,
    /// The outcome is in hand but for events that were ready before it.
    Failed(Box<Option<ProviderError>>),
    Ended,
}

impl Answer {
    /// Starts reading. `began` is when the attempt began: its first event is waited for from then.
    pub(crate) fn new(
        head: Head,
        translator: Translator,
        limits: Limits,
        site: CallSite,
        began: Instant,
    ) -> Self {
        Self {
            body: head.body,
            decoder: match head.operation {
                Operation::ConverseStream => Decoder::Frames(FrameDecoder::default()),
                Operation::Converse | Operation::CountTokens => Decoder::Whole(BytesMut::new()),
            },
            translator,
            limits,
            site,
            request_id: head.request_id,
            first_event: Some(began),
            delivery: Delivery::Streamed,
            received: 0,
            state: State::Reading,
        }
    }

    /// Waits until there is something to hand out: content, or the end if all is delivered as a whole.
    ///
    /// # Errors
    /// What failed before anything was handed out: the caller may try again.
    pub(crate) async fn open(mut self, delivery: Delivery) -> Result<EventStream, ProviderError> {
        self.delivery = delivery;
        let is_held = |answer: &Self| delivery == Delivery::Whole || !answer.translator.has_content();
        while matches!(self.state, State::Reading) && is_held(&self) {
            self.read().await;
        }
        if is_held(&self)
            && let State::Failed(error) = &mut self.state
            && let Some(error) = error.take()
        {
            return Err(self.unless_cancelled(error));
        }
        let events = stream::unfold(self, |mut answer| async move {
            let item = answer.next().await?;
            Some((item, answer))
        });
        Ok(events.boxed())
    }

    async fn next(&mut self) -> Option<Result<StreamEvent, ProviderError>> {
        loop {
            match self.translator.next() {
                Some(StreamEvent::Done(finish)) => {
                    return Some(match self.limits.cancellation() {
                        Some(aborted) => Err(self.located(aborted).with_finish(*finish)),
                        None => Ok(StreamEvent::Done(finish)),
                    });
                }
                Some(event) => return Some(Ok(event)),
                None => {}
            }
            match &mut self.state {
                State::Reading => self.read().await,
                State::Failed(error) => {
                    let error = error.take();
                    self.state = State::Ended;
                    return error.map(|error| Err(self.unless_cancelled(error)));
                }
                State::Ended => return None,
            }
        }
    }

    /// The error, unless the caller has cancelled by now: then that is why there is no more.
    fn unless_cancelled(&self, error: ProviderError) -> ProviderError {
        match (self.limits.cancellation(), error.finish()) {
            (Some(aborted), Some(finish)) => self.located(aborted).with_finish(finish.clone()),
            (Some(aborted), None) => self.located(aborted),
            (None, _) => error,
        }
    }

    /// Takes in what is there already, or waits for more.
    async fn read(&mut self) {
        if let Err(error) = self.step().await {
            let error = self.translator.fail(error);
            let error = self.located(error);
            self.state = State::Failed(Box::new(Some(error)));
            // Nothing more is wanted of this connection.
            self.body = SdkBody::empty();
        }
    }

    async fn step(&mut self) -> Result<(), ProviderError> {
        let phase = match self.first_event {
            Some(began) => Phase::FirstEvent(began),
            None => Phase::Idle,
        };
        let next_chunk = chunk(&mut self.body);
        let chunk = if self.translator.is_complete() {
            let drained = tokio::time::timeout(DRAIN, next_chunk);
            match self.limits.wait(phase, drained).await? {
                Ok(Some(Ok(chunk))) => Some(chunk),
                // All has been said: a late or broken end of the body costs the connection and nothing else.
                Ok(Some(Err(_)) | None) | Err(_) => None,
            }
        } else {
            match self.limits.wait(phase, next_chunk).await.map_err(|error| self.located(error))? {
                Some(Ok(chunk)) => Some(chunk),
                Some(Err(error)) => return Err(self.broken(&*error)),
                None => None,
            }
        };
        if let Some(chunk) = chunk {
            return self.take_in(&chunk);
        }
        match &self.decoder {
            Decoder::Frames(frames) if frames.is_mid_frame() && !self.translator.is_complete() => {
                return Err(self.truncated());
            }
            Decoder::Frames(_) => {}
            Decoder::Whole(body) => {
                let events = whole::events(body).map_err(|error| self.unreadable(error))?;
                for event in events {
                    self.translator.push(event).map_err(|error| self.located(error))?;
                }
            }
        }
        self.translator.end().map_err(|error| self.located(error))?;
        self.state = State::Ended;
        Ok(())
    }

    fn take_in(&mut self, chunk: &Bytes) -> Result<(), ProviderError> {
        self.received = self.received.saturating_add(chunk.len());
        let is_kept = self.delivery == Delivery::Whole || matches!(self.decoder, Decoder::Whole(_));
        if is_kept && self.received > MAX_WHOLE_BYTES {
            let error =
                ProviderError::new(ErrorKind::Other, "the answer is too long to be taken in one piece");
            return Err(self.located(error));
        }
        match &mut self.decoder {
            Decoder::Frames(frames) => {
                frames.push(chunk);
                self.decode()
            }
            Decoder::Whole(body) => {
                self.first_event = None;
                body.extend_from_slice(chunk);
                Ok(())
            }
        }
    }

    fn decode(&mut self) -> Result<(), ProviderError> {
        loop {
            let Decoder::Frames(frames) = &mut self.decoder else { return Ok(()) };
            match frames.next() {
                Ok(None) => return Ok(()),
                Ok(Some(Frame::Event(event))) => {
                    self.first_event = None;
                    self.translator.push(event).map_err(|error| self.located(error))?;
                }
                Ok(Some(Frame::Failure { name, message, original_status })) => {
                    let failure = ServiceFailure {
                        status: original_status,
                        name: Some(name),
                        message,
                        request_id: self.request_id.clone(),
                        retry_after: None,
                    };
                    return Err(failure.into_error(&self.site));
                }
                Err(error) => {
                    let error = ProviderError::new(ErrorKind::Transport, error.to_string())
                        .with_hint("the response was damaged on the way; try again")
                        .with_source(error);
                    return Err(self.located(error));
                }
            }
        }
    }

    fn unreadable(&self, error: serde_json::Error) -> ProviderError {
        let kind = if error.is_eof() { ErrorKind::Truncated } else { ErrorKind::Other };
        let error =
            ProviderError::new(kind, format!("the answer cannot be read: {error}")).with_source(error);
        self.located(error)
    }

    fn truncated(&self) -> ProviderError {
        self.located(
            ProviderError::new(ErrorKind::Truncated, "Bedrock stream ended in the middle of a frame")
                .with_hint("the connection was closed before the answer was complete; try again"),
        )
    }

    fn broken(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) -> ProviderError {
        self.located(
            ProviderError::new(ErrorKind::Transport, format!("the connection broke: {}", deepest(error)))
                .with_hint("check the network and try again"),
        )
    }

    /// Adds what every error of this call says.
    fn located(&self, error: ProviderError) -> ProviderError {
        let error = error.with_attempt(self.site.attempt());
        match &self.request_id {
            Some(id) => error.with_request_id(id.clone()),
            None => error,
        }
    }
}

type BodyError = <SdkBody as Body>::Error;

/// The next piece of a body. Trailers are skipped.
pub(crate) async fn chunk(body: &mut SdkBody) -> Option<Result<Bytes, BodyError>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
    use clawdia_core::{Accumulator, Cost, Finish, StopReason, Timeouts};
    use serde_json::{Value, json};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::response::Expectation;

    fn body(events: &[(&str, Value)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, payload) in events {
            let message = Message::new(payload.to_string())
                .add_header(Header::new(":event-type", HeaderValue::String((*name).to_owned().into())))
                .add_header(Header::new(":message-type", HeaderValue::String("event".into())));
            aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).unwrap();
        }
        bytes
    }

    fn text(text: &str) -> (&'static str, Value) {
        ("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
    }

    fn stopped(reason: &str) -> [(&'static str, Value); 2] {
        let usage = json!({ "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 });
        [
            ("messageStop", json!({ "stopReason": reason })),
            ("metadata", json!({ "usage": usage, "metrics": { "latencyMs": 9 } })),
        ]
    }

    fn answer(body: Vec<u8>, cancel: Option<CancellationToken>) -> Answer {
        let head = Head {
            operation: Operation::ConverseStream,
            request_id: Some("r".to_owned()),
            body: body.into(),
        };
        let site = CallSite {
            model_id: "m".to_owned(),
            region: "us-east-1".to_owned(),
            credential_source: clawdia_aws::CredentialSource::DefaultChain,
            endpoint: None,
            way: clawdia_aws::Way::default(),
            body_bytes: 0,
        };
        let translator = Translator::new(Cost::default(), Expectation::default(), Finish::default());
        let limits = Limits::start(Timeouts::default().limits(), cancel);
        Answer::new(head, translator, limits, site, Instant::now())
    }

    #[tokio::test]
    async fn a_good_answer_delivered_as_a_whole_has_all_its_events_in_order() {
        let [stop, metadata] = stopped("end_turn");
        let body = body(&[text("a"), text("b"), stop, metadata]);
        let mut items = Vec::new();
        for delivery in [Delivery::Streamed, Delivery::Whole] {
            let events = answer(body.clone(), None).open(delivery).await.unwrap();
            items.push(events.map(Result::unwrap).collect::<Vec<_>>().await);
        }
        assert_eq!(items[0], items[1]);
        let mut accumulator = Accumulator::default();
        items[1].iter().for_each(|event| accumulator.push(event));
        assert_eq!(
            (accumulator.message().text().as_str(), accumulator.message().stop_reason),
            ("ab", StopReason::Stop)
        );
    }

    #[tokio::test]
    async fn nothing_is_shown_of_an_answer_that_is_refused_half_way() {
        let [stop, metadata] = stopped("refusal");
        let body = body(&[text("First, take"), stop, metadata]);
        let Err(error) = answer(body.clone(), None).open(Delivery::Whole).await else {
            panic!("the answer was shown")
        };
        assert_eq!(error.kind(), ErrorKind::Refused);
        let finish = error.finish().unwrap();
        assert_eq!((finish.usage.output, finish.raw_stop_reason.as_deref()), (2, Some("refusal")));
        assert_eq!(finish.diagnostics[0].code, "provider_refusal");
        assert_eq!(finish.provider_metadata["metrics"]["latencyMs"], 9);
        // As a stream, the same answer shows its text before it fails.
        let items = answer(body, None).open(Delivery::Streamed).await.unwrap().collect::<Vec<_>>().await;
        assert!(items.len() > 3 && items.last().unwrap().is_err(), "{items:?}");
    }

    #[tokio::test]
    async fn nothing_is_shown_of_an_answer_that_breaks_half_way() {
        let mut cut = body(&[text("First"), text(", take")]);
        cut.truncate(cut.len() - 3);
        let opened = answer(cut, None).open(Delivery::Whole).await;
        assert_eq!(
            opened.err().map(|error| (error.kind(), error.is_retryable())),
            Some((ErrorKind::Truncated, true))
        );
    }

    #[tokio::test]
    async fn what_is_kept_until_the_end_is_bounded() {
        let mut endless = body(&[text("x")]);
        // Frames nobody knows cost nothing to read.
        let frame = body(&[("telepathy", json!({ "p": "x".repeat(8_000_000) }))]);
        while endless.len() <= MAX_WHOLE_BYTES {
            endless.extend_from_slice(&frame);
        }
        let opened = answer(endless, None).open(Delivery::Whole).await;
        assert!(opened.err().unwrap().message().contains("too long"));
    }

    #[tokio::test]
    async fn an_answer_that_is_awaited_as_a_whole_can_be_cancelled() {
        let token = CancellationToken::new();
        token.cancel();
        let [stop, metadata] = stopped("refusal");
        let opened = answer(body(&[text("a"), stop, metadata]), Some(token)).open(Delivery::Whole).await;
        assert_eq!(opened.err().map(|error| error.kind()), Some(ErrorKind::Aborted));
    }
}
