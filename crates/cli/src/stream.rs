//! `clawdia stream`: JSON requests in, JSON lines out, for programs in any language.
//!
//! Separate from `chat` because here standard output is a protocol: every request ends in one `done` or `error`
//! line, a bad request too, and nothing else is ever written there.

mod answer;
mod many;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use clawdia::{ErrorKind, ProviderError};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::status::Status;
use crate::stream::answer::{answer, refuse};
use crate::{process, requests};

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
isError). Other options are temperature, topP, stopSequences, toolChoice,
outputSchema (the answer is JSON that fits its `schema`), cacheRetention,
headers, requestMetadata, timeouts, and params: what the provider's protocol
has of its own, as in the configuration and going before it.

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
        request = requests::read(path) => request,
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => return refuse(&error, None, &output).await,
    };
    match process::host() {
        Ok(host) => answer(&host, request, &output, cancel).await,
        Err(error) => refuse(&error.into(), request.id.as_ref(), &output).await,
    }
}

/// Tells a person about an error that also goes to standard output as a line; gives the status it deserves.
fn report(error: &ProviderError) -> Status {
    let failure = Failure::from(error);
    failure.report();
    failure.status
}
