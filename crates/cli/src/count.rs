//! `clawdia count`: how many tokens the prompt of a request has.
//!
//! Separate from `stream`, which takes the same request: nothing is answered here, and what goes wrong is told on
//! standard error alone.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use clawdia::core::wire::Request;
use clawdia::{ErrorKind, ProviderError, TokenCount};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::Output;
use crate::status::Status;
use crate::{process, requests};

const AFTER_HELP: &str = r#"The request is one of `clawdia stream`, whose --help shows it. The answer:

  {"inputTokens":17,"estimated":false}

Where the provider cannot count for a model, the number is an estimate."#;

/// The arguments of `clawdia count`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CountArguments {
    /// Where the request is: a file, or `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    request: PathBuf,
}

/// Counts, and writes one line of JSON.
pub(crate) fn run(arguments: &CountArguments) -> Result<Status, Failure> {
    process::block_on(async {
        let cancel = Interrupts::listen().await.token();
        let count = tokio::select! {
            biased;
            () = cancel.cancelled() => {
                Err(Failure::from(&ProviderError::new(ErrorKind::Aborted, "the request was cancelled")))
            }
            count = count(&arguments.request, &cancel) => count,
        }?;
        let line = serde_json::to_string(&count)
            .map_err(|error| Failure::failed("could not write the count as JSON").because(&error))?;
        let (output, written) = Output::to(io::stdout());
        // A reader that has gone away is no failure.
        let _ = output.line(line).await;
        drop(output);
        written.wait().await?;
        Ok(Status::Done)
    })?
}

async fn count(path: &Path, cancel: &CancellationToken) -> Result<TokenCount, Failure> {
    let Request { model, context, options, .. } =
        requests::read(path).await.map_err(|error| Failure::from(&error))?;
    let host = process::host()?;
    let model = requests::model(&host, &model).await?;
    let options = options.with_cancel(cancel.clone());
    host.count_model_tokens(&model, &context, &options).await.map_err(|error| Failure::from(&error))
}
