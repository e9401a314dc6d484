//! Serves until it is killed: the emulator for a client in any language.
//!
//! Prints the variables that point an AWS SDK at it, ready for a shell. `PORT` and `REGION` may be
//! given as arguments. Its account has the guardrail `gr1`, the prompt `PROMPT0001`, the prompt
//! router `team` and the application inference profile `team`, and no model takes the metadata
//! `refused`.

use std::error::Error;

use clawdia_bedrock_emulator::{Emulator, Guardrail};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example talks to the person at the terminal")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut builder = Emulator::builder()
        .guardrail(Guardrail::new("gr1").blocks("dynamite").masks("Springfield"))
        .prompt("PROMPT0001", "amazon.nova-lite-v1:0", "Describe {{city}} in a word.")
        .prompt_router("team", ["amazon.nova-lite-v1:0", "us.amazon.nova-pro-v1:0"])
        .application_profile("team", "amazon.nova-lite-v1:0")
        .refuse("requestMetadata.refused", "This model doesn't support the requestMetadata field.");
    if let Some(port) = arguments.next() {
        builder = builder.port(port.parse()?);
    }
    if let Some(region) = arguments.next() {
        builder = builder.region(region);
    }
    let emulator = builder.start().await?;
    for (name, value) in emulator.environment() {
        println!("export {name}={value}");
    }
    println!("# serving on {}", emulator.url());
    std::future::pending::<()>().await;
    Ok(())
}
