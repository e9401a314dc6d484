//! `clawdia demo`: a whole conversation without an account, a configuration or a network.
//!
//! Separate from `chat` because it leaves nothing to its surroundings: the endpoint runs in this process, the
//! environment is the endpoint's alone, and what is shown is the same everywhere. What happens in between is what
//! happens with Amazon: signed requests, a binary event stream, tokens counted and priced.

mod bill;
mod listing;
mod screen;
mod word_count;

use std::io::{self, IsTerminal as _};

use clap::Args;
use clawdia::config::Config;
use clawdia::{
    Context, Environment, Host, HostContext, Message, ModelRef, Plugins, StreamOptions, ThinkingLevel,
};
use clawdia_bedrock_emulator::{Credentials, Emulator};

use crate::demo::bill::Bill;
use crate::demo::screen::Screen;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::process;
use crate::status::Status;

const REGION: &str = "us-east-1";
const MODEL: &str = "amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
/// Long enough to be worth caching, so that the bill shows it.
const SYSTEM_PROMPT: &str = concat!(
    "You are the demonstration of a program called clawdia. Count with your tool, not by heart. ",
    "This is the program's manual:\n\n",
    include_str!("../README.md")
);
const QUESTION: &str = "Please count the words of this very question with your tool, and tell me the result.";
/// More turns than the conversation needs; a model that calls tools for ever is stopped here.
const MOST_TURNS: usize = 4;

/// The arguments of `clawdia demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {}

/// Why the demonstration ended early.
enum Stop {
    Failure(Failure),
    /// Nobody reads any more.
    Closed,
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

/// Runs the demonstration on standard output.
pub(crate) fn run(_: &DemoArguments) -> Result<Status, Failure> {
    process::block_on(async {
        let mut interrupts = Interrupts::listen().await;
        let (output, written) = Output::to(anstream::stdout());
        let outcome = tokio::select! {
            outcome = show(output) => outcome,
            () = interrupts.pressed() => return Ok(Status::Interrupted),
        };
        written.wait().await?;
        match outcome {
            Ok(()) | Err(Stop::Closed) => Ok(Status::Done),
            Err(Stop::Failure(failure)) => Err(failure),
        }
    })?
}

async fn show(output: Output) -> Result<(), Stop> {
    let mut screen = Screen::new(output, io::stdout().is_terminal());
    let token = listing::token();
    let emulator = Emulator::builder()
        .region(REGION)
        .credentials(Credentials::default())
        .bearer_token(&token)
        .start()
        .await
        .map_err(|error| Failure::failed("could not start the local endpoint").because(&error))?;
    screen
        .paragraph(&format!(
            "A conversation with Amazon Bedrock, played by an endpoint in this process, at {}.\n\
             No account, no configuration, no network; requests are signed and judged as Amazon would.",
            emulator.url()
        ))
        .await?;
    screen.models(&listing::fetch(emulator.url(), &token).await?).await?;

    let reference: ModelRef =
        MODEL.parse().map_err(|error| Failure::failed("could not choose a model").because(&error))?;
    let host = host(&emulator)?;
    let model = host.model(&reference)?;
    screen.asking(&model, ThinkingLevel::Medium).await?;
    screen.question(QUESTION).await?;

    let mut context = Context::new([Message::user(QUESTION)])
        .with_system_prompt(SYSTEM_PROMPT)
        .with_tools([word_count::tool()]);
    let options = StreamOptions::default().with_reasoning(ThinkingLevel::Medium);
    let mut bill = Bill::default();
    for _ in 0..MOST_TURNS {
        let events =
            host.stream_model(&model, &context, &options).await.map_err(|error| Failure::from(&error))?;
        let message = screen.answer(&model, events).await?;
        bill.add(message.usage);
        let calls = message.tool_calls().cloned().collect::<Vec<_>>();
        context.messages.push(Message::Assistant(message));
        if calls.is_empty() {
            break;
        }
        for call in calls {
            let result = word_count::run(&call);
            screen.result(&call, &result).await?;
            context.messages.push(match result {
                Ok(text) => Message::tool_result(&call, text),
                Err(text) => Message::tool_error(&call, text),
            });
        }
    }
    screen.paragraph(&bill.table()).await?;
    emulator.shutdown().await;
    Ok(())
}

/// A host that knows the emulator and nothing of the machine it runs on.
fn host(emulator: &Emulator) -> Result<Host, Failure> {
    let plugins = Plugins::linked().map_err(|error| Failure::failed(error.to_string()))?;
    let document = serde_json::json!({
        "models": { "providers": { "amazon-bedrock": {
            "baseUrl": emulator.url(),
            "region": REGION,
        } } },
    });
    let config = Config::parse(&document.to_string(), &plugins)
        .map_err(|error| Failure::failed("could not configure the demonstration").because(&error))?;
    let environment = emulator.environment().into_iter().collect::<Environment>();
    Ok(Host::new(config, plugins, HostContext::new(environment)))
}

impl From<Closed> for Stop {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}
