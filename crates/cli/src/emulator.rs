//! `clawdia emulator`: a local Amazon Bedrock endpoint for any AWS SDK.
//!
//! Separate from the emulator itself, which is a library: this is only what it takes to run it from a shell.

use clap::Args;
use clawdia_bedrock_emulator::{Emulator, StartError};

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::Output;
use crate::process;
use crate::status::Status;

/// The arguments of `clawdia emulator`.
#[derive(Debug, Args)]
pub(crate) struct EmulatorArguments {
    /// The port to listen on; 0 takes a free one
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// The region to play
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
    /// A guardrail that requests may name; may be given again for more
    #[arg(long = "guardrail", value_name = "ID")]
    guardrails: Vec<String>,
}

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &EmulatorArguments) -> Result<Status, Failure> {
    process::block_on(async {
        let mut interrupts = Interrupts::listen().await;
        let mut builder = Emulator::builder().port(arguments.port).region(arguments.region.as_str());
        for id in &arguments.guardrails {
            builder = builder.guardrail(id.as_str());
        }
        let emulator = builder.start().await.map_err(|error| match error {
            StartError::Listen { port, source } => {
                Failure::refused(format!("could not listen on 127.0.0.1:{port}"))
                    .because(&source)
                    .with_hint("choose another port with --port, or 0 for any free one")
            }
            error => Failure::refused("could not start the emulator").because(&error),
        })?;
        let (output, written) = Output::to(std::io::stdout());
        // Whether anybody reads it or not, the emulator is there.
        let _ = output.write(greeting(&emulator)).await;
        drop(output);
        written.wait().await?;
        interrupts.pressed().await;
        emulator.shutdown().await;
        // Ctrl-C is how it is meant to end.
        Ok(Status::Done)
    })?
}

/// What a shell can evaluate to point AWS SDKs at the emulator.
fn greeting(emulator: &Emulator) -> String {
    let exports =
        emulator.environment().into_iter().map(|(name, value)| format!("export {name}={}\n", quoted(&value)));
    format!("# Amazon Bedrock, emulated, is listening on {}\n{}", emulator.url(), exports.collect::<String>())
}

/// A text as a shell reads it literally.
fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@+".contains(character);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
