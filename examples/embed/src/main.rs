//! Asks the configured model with tools at hand: `cargo run -p clawdia-embed -- "How many files are here?"`.
//!
//! Separate from the loop in the library, which tests run without a terminal and without a configuration.

use std::io::{self, Write as _};

use anyhow::{Context, Result};
use clawdia::{Environment, Host, Message, Usage};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let prompt = std::env::args_os().nth(1).context("no prompt was given; write it as the only argument")?;
    let prompt = prompt.into_string().ok().context("the prompt is not valid Unicode")?;
    let host = Host::load(Environment::of_process())?;
    let model =
        host.default_model().context("no model is configured; set `agents.defaults.model.primary`")?;
    let context = clawdia_embed::answer(&host, model, &prompt, &mut io::stdout()).await?;
    let answers = context.messages.iter().filter_map(|message| match message {
        Message::Assistant(answer) => Some(answer.usage),
        Message::User(_) | Message::ToolResult(_) => None,
    });
    let usage = answers.fold(Usage::default(), |sum, usage| sum + usage);
    writeln!(io::stderr(), "{} tokens, {}", usage.total_tokens, usage.cost.total)?;
    Ok(())
}
