//! One request, from its model to its last line.
//!
//! Separate from reading requests, of which there are two ways, one request and many.

use std::time::{Duration, Instant};

use clawdia::core::wire::{self, Request, RequestModel};
use clawdia::{Accumulator, ErrorKind, EventStream, Host, Model, ProviderError, StreamEvent};
use futures_util::StreamExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::output::{Closed, Output};
use crate::requests;
use crate::status::Status;
use crate::stream::report;

/// How long a provider may take to end its stream once it has said that it is done.
const FAREWELL: Duration = Duration::from_secs(1);

/// Answers a request; its last line is `done` or `error`, whatever happens.
pub(crate) async fn answer(
    host: &Host,
    request: Request,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<Status, Closed> {
    let Request { id, model, context, options } = request;
    let id = id.as_ref();
    let model = match requests::model(host, &model).await {
        Ok(model) => model,
        Err(error) => return refuse_model(&error.into(), &model, host, id, output).await,
    };
    let making = Making::begin(host, &model);
    let options = options.with_cancel(cancel.clone());
    match host.stream_model(&model, &context, &options).await {
        Ok(events) => relay(events, making, id, output).await,
        Err(error) => end(&error, making, id, output).await,
    }
}

/// Ends a request that could not even be read.
pub(crate) async fn refuse(
    error: &ProviderError,
    id: Option<&Value>,
    output: &Output,
) -> Result<Status, Closed> {
    let status = report(error);
    let mut accumulator = Accumulator::default();
    accumulator.fail(error);
    output.line(wire::error_line(error, &accumulator, id)).await?;
    // Whatever it is, it is nothing that a provider did.
    Ok(if status == Status::Failed { Status::Refused } else { status })
}

/// Ends a request whose model nobody serves.
async fn refuse_model(
    error: &ProviderError,
    model: &RequestModel,
    host: &Host,
    id: Option<&Value>,
    output: &Output,
) -> Result<Status, Closed> {
    report(error);
    let accumulator = match model {
        // Its protocol is not known, so the message says nothing of the model.
        RequestModel::Name(_) => Accumulator::default(),
        RequestModel::Model(model) => Accumulator::new(model),
    };
    let mut accumulator = accumulator.with_timestamp(host.context().now_ms());
    accumulator.fail(error);
    output.line(wire::error_line(error, &accumulator, id)).await?;
    Ok(Status::Refused)
}

/// A message in the making, and since when.
struct Making {
    accumulator: Accumulator,
    began: Instant,
}

impl Making {
    fn begin(host: &Host, model: &Model) -> Self {
        let accumulator = Accumulator::new(model).with_timestamp(host.context().now_ms());
        Self { accumulator, began: Instant::now() }
    }

    fn push(&mut self, event: &StreamEvent) {
        if matches!(event, StreamEvent::Done(_)) {
            self.accumulator.set_duration(self.began.elapsed());
        }
        self.accumulator.push(event);
    }

    fn fail(&mut self, error: &ProviderError) {
        self.accumulator.set_duration(self.began.elapsed());
        self.accumulator.fail(error);
    }
}

/// Writes each event as it arrives.
async fn relay(
    mut events: EventStream,
    mut making: Making,
    id: Option<&Value>,
    output: &Output,
) -> Result<Status, Closed> {
    loop {
        match events.next().await {
            Some(Ok(event)) => {
                making.push(&event);
                let line = wire::event_line(&event, &making.accumulator, id);
                if matches!(event, StreamEvent::Done(_)) {
                    // The provider may still have to read the answer's last bytes, after which its connection is
                    // free for the request that a reader sends upon `done`.
                    let _ = tokio::time::timeout(FAREWELL, events.next()).await;
                    tokio::task::yield_now().await;
                    output.line(line).await?;
                    return Ok(Status::Done);
                }
                output.line(line).await?;
            }
            Some(Err(error)) => return end(&error, making, id, output).await,
            None => {
                let error = ProviderError::new(
                    ErrorKind::Truncated,
                    "the stream ended without saying that it is complete",
                )
                .with_hint("this is a defect of the provider's crate");
                return end(&error, making, id, output).await;
            }
        }
    }
}

async fn end(
    error: &ProviderError,
    mut making: Making,
    id: Option<&Value>,
    output: &Output,
) -> Result<Status, Closed> {
    let status = report(error);
    making.fail(error);
    output.line(wire::error_line(error, &making.accumulator, id)).await?;
    Ok(status)
}
