//! `--lines`: one request a line, answered side by side.
//!
//! Separate from the single request because of what it must keep apart: each line carries the `id` of its request,
//! and only so many requests run at once that neither memory nor the service is overrun.

use std::collections::HashSet;
use std::path::Path;

use clawdia::core::wire::{self, Request};
use clawdia::{Host, ProviderError};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::output::{Closed, Output};
use crate::process;
use crate::requests::{file, malformed, open, parse, unreadable, utf8};
use crate::status::Status;
use crate::stream::answer::{answer, refuse};

/// How many requests run at once; further ones wait unread.
const AT_ONCE: usize = 64;

/// Answers the requests at `path` until its end or until cancelled. The worst outcome is the outcome.
pub(crate) async fn serve(path: &Path, output: Output, cancel: &CancellationToken) -> Result<Status, Closed> {
    let place =
        file(path).map_or_else(|| "standard input".to_owned(), |path| format!("`{}`", path.display()));
    let mut number = 0_u64;
    let mut lines = match open(path) {
        Ok(lines) => lines,
        Err(error) => {
            return refuse(&unreadable(&format!("requests from {place}"), &error), None, &output).await;
        }
    };
    // A broken configuration is told with each request, so that none waits for an answer in vain.
    let host = process::host().map_err(ProviderError::from);
    let mut running = FuturesUnordered::new();
    let mut ids = HashSet::new();
    let mut worst = if host.is_ok() { Status::Done } else { Status::Refused };
    let mut more = true;
    while more || !running.is_empty() {
        tokio::select! {
            Some((key, outcome)) = running.next(), if !running.is_empty() => {
                ids.remove(&key);
                worst = worst.max(outcome?);
            }
            () = cancel.cancelled(), if more => {
                more = false;
                worst = Status::Interrupted;
            }
            line = lines.next(), if more && running.len() < AT_ONCE => match line {
                None => more = false,
                Some(Err(error)) => {
                    more = false;
                    let error = unreadable(&format!("requests from {place}"), &error);
                    worst = worst.max(refuse(&error, None, &output).await?);
                }
                Some(Ok(line)) => match admit(&line, &host, &mut ids, &request_on(&mut number, &place)) {
                    Admission::Blank => {}
                    Admission::Refused(id, error) => {
                        worst = worst.max(refuse(&error, id.as_ref(), &output).await?);
                    }
                    Admission::Admitted(host, key, request) => {
                        let (host, output) = (host.clone(), output.clone());
                        running.push(async move { (key, answer(&host, *request, &output, cancel).await) });
                    }
                },
            },
        }
    }
    Ok(worst)
}

/// What becomes of a line.
enum Admission<'a> {
    Blank,
    Refused(Option<Value>, ProviderError),
    /// With the text that tells its id from those of others.
    Admitted(&'a Host, String, Box<Request>),
}

/// What a person calls the next line.
fn request_on(number: &mut u64, place: &str) -> String {
    *number += 1;
    format!("the request on line {number} of {place}")
}

fn admit<'a>(
    line: &[u8],
    host: &'a Result<Host, ProviderError>,
    ids: &mut HashSet<String>,
    what: &str,
) -> Admission<'a> {
    let line = match utf8(line, what) {
        Ok(line) => line,
        Err(error) => return Admission::Refused(None, error),
    };
    if line.trim().is_empty() {
        return Admission::Blank;
    }
    let request = match parse(line, what) {
        Ok(request) => request,
        Err(error) => return Admission::Refused(wire::request_id(line), error),
    };
    let Some(id) = request.id.clone().filter(|id| !id.is_null()) else {
        return Admission::Refused(None, malformed("it has no `id`, which --lines needs", what));
    };
    let host = match host {
        Ok(host) => host,
        Err(error) => return Admission::Refused(Some(id), error.clone()),
    };
    let key = id.to_string();
    if !ids.insert(key.clone()) {
        // Without the id: with it, the line would read as the end of the request that is running.
        let flaw = format!("a request with the id {key} is still running; give each one an id of its own");
        return Admission::Refused(None, malformed(flaw, what));
    }
    Admission::Admitted(host, key, Box::new(request))
}
