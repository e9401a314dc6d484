//! `clawdia stream`: JSON requests in, JSON lines out, for programs in any language.
//!
//! Separate from `chat` because here standard output is a protocol: every request ends in one `done` or `error`
//! line, a bad request too, and nothing else is ever written there.

mod answer;
mod many;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use clawdia::core::wire::Request;
use clawdia::{ErrorKind, Host, ProviderError};
use tokio_util::sync::CancellationToken;

use crate::failure::{Failure, warn};
use crate::input::Lines;
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::process;
use crate::status::Status;
use crate::stream::answer::{answer, refuse};

// Lines as short as this are not wrapped again, on terminals of 80 columns and more.
const AFTER_HELP: &str = r#"A request:

  {
    "model": "amazon-bedrock/us.amazon.nova-lite-v1:0",
    "context": {
      "systemPrompt": "Answer briefly.",
      "messages": [{ "role": "user", "content": "What is a crate?" }],
      "tools": [{
        "name": "add", "description": "Adds two numbers.",
        "parameters": { "type": "object", "properties": {} }
      }]
    },
    "options": { "maxTokens": 500, "reasoning": "low" }
  }

Other roles are `assistant` and `toolResult` (toolCallId, toolName, content,
isError). Other options are temperature, stopSequences, toolChoice,
cacheRetention, headers, requestMetadata and timeouts.

The last line of an answer is `done` with the whole message, or `error` with
what had arrived and the cause."#;

/// The arguments of `clawdia stream`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StreamArguments {
    /// Where the request is: a file, or `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    request: PathBuf,
    /// Read one request a line, each with an `id`, and answer them side by side
    #[arg(long)]
    lines: bool,
}

/// Answers the request, or with `--lines` all of them.
pub(crate) fn run(arguments: &StreamArguments) -> Status {
    process::block_on(serve(arguments)).unwrap_or_else(|failure| {
        failure.report();
        failure.status
    })
}

async fn serve(arguments: &StreamArguments) -> Status {
    let cancel = Interrupts::listen().await.token();
    let (output, written) = Output::to(io::stdout());
    // A reader that has gone away is told nothing, and is no failure.
    let status = if arguments.lines {
        many::serve(&arguments.request, output, &cancel).await
    } else {
        serve_one(&arguments.request, output, &cancel).await
    };
    match written.wait().await {
        Ok(()) => status.unwrap_or(Status::Done),
        Err(failure) => {
            failure.report();
            failure.status
        }
    }
}

async fn serve_one(path: &Path, output: Output, cancel: &CancellationToken) -> Result<Status, Closed> {
    let request = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ProviderError::new(ErrorKind::Aborted, "the request was cancelled")),
        request = read(path) => request,
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => return refuse(&error, None, &output).await,
    };
    match load_host() {
        Ok(host) => answer(&host, request, &output, cancel).await,
        Err(error) => refuse(&error, request.id.as_ref(), &output).await,
    }
}

/// Loads the configuration and tells the user what is odd about it.
fn load_host() -> Result<Host, ProviderError> {
    let host = Host::load(process::environment())?;
    for warning in host.warnings() {
        warn(warning);
    }
    Ok(host)
}

async fn read(path: &Path) -> Result<Request, ProviderError> {
    let what = match file(path) {
        Some(path) => format!("the request file `{}`", path.display()),
        None => "the request from standard input".to_owned(),
    };
    let text = match open(path) {
        Ok(mut lines) => lines.rest().await,
        Err(error) => Err(error),
    };
    let text = text.map_err(|error| unreadable(&what, &error))?;
    parse(utf8(&text, &what)?, &what)
}

/// The file that a path means; `-` is standard input.
fn file(path: &Path) -> Option<&Path> {
    Some(path).filter(|path| *path != Path::new("-"))
}

fn open(path: &Path) -> io::Result<Lines> {
    Ok(match file(path) {
        Some(path) => Lines::of(BufReader::new(File::open(path)?)),
        None => Lines::of_stdin(),
    })
}

fn utf8<'a>(text: &'a [u8], what: &str) -> Result<&'a str, ProviderError> {
    std::str::from_utf8(text).map_err(|error| malformed(format!("it is not valid UTF-8: {error}"), what))
}

fn parse(text: &str, what: &str) -> Result<Request, ProviderError> {
    if text.trim().is_empty() {
        return Err(malformed("it is empty", what));
    }
    Request::from_json(text).map_err(|error| malformed(error.to_string(), what))
}

/// What is said of a request that is none. `what` is the request as a person would find it.
fn malformed(flaw: impl Into<String>, what: &str) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, flaw)
        .with_attempt(format!("read {what}"))
        .with_hint("`clawdia stream --help` shows what a request looks like")
}

fn unreadable(what: &str, error: &io::Error) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, error.to_string()).with_attempt(format!("read {what}"))
}

/// Tells a person about an error that also goes to standard output as a line; gives the status it deserves.
fn report(error: &ProviderError) -> Status {
    let failure = Failure::from(error);
    failure.report();
    failure.status
}
