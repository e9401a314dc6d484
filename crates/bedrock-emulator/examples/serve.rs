//! Serves until it is killed: the emulator for a client in any language.
//!
//! Prints the variables that point an AWS SDK at it, ready for a shell. `PORT` and `REGION` may be
//! given as arguments.

use std::error::Error;

use clawdia_bedrock_emulator::Emulator;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "an example talks to the person at the terminal")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut builder = Emulator::builder();
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
