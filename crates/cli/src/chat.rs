//! `clawdia chat`: a person talks to a model.
//!
//! Separate from `stream` because here the reader is a person: text as it arrives, thinking dimmed, and Ctrl-C stops
//! the answer, not the conversation.

mod conversation;
mod session;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use clawdia::core::{Text, UserBlock, UserMessage};
use clawdia::{Context, Host, Message, ModelRef, StreamOptions, ThinkingLevel};

use crate::chat::conversation::{Conversation, Look};
use crate::failure::{Failure, warn};
use crate::image_file;
use crate::input::Lines;
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::process;
use crate::status::Status;

/// The arguments of `clawdia chat`.
#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    /// Which model to ask, `provider/model`; default is `agents.defaults.model.primary` of the configuration
    #[arg(short, long, value_name = "REF")]
    model: Option<ModelRef>,
    /// What the model is told before the conversation
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// How much the model should think: off, minimal, low, medium, high, xhigh or max
    #[arg(short, long, value_name = "LEVEL")]
    thinking: Option<ThinkingLevel>,
    /// An image to show with the first prompt; may be given several times
    #[arg(short, long, value_name = "FILE")]
    image: Vec<PathBuf>,
    /// What to ask; default is standard input, or a conversation if that is a terminal
    prompt: Option<String>,
}

/// Asks one prompt, or talks until the user leaves.
pub(crate) fn run(arguments: &ChatArguments) -> Result<Status, Failure> {
    let images = arguments.image.iter().map(|path| image_file::read(path)).collect::<Result<Vec<_>, _>>()?;
    let host = Host::load(process::environment())?;
    for warning in host.warnings() {
        warn(warning);
    }
    let reference = arguments.model.as_ref().or(host.default_model()).ok_or_else(|| {
        Failure::refused("could not choose a model: none was named and none is configured").with_hint(
            "name one with `--model amazon-bedrock/us.amazon.nova-lite-v1:0`, \
             or set `agents.defaults.model.primary` in the configuration",
        )
    })?;
    let model = host.model(reference)?;
    let provider = host.provider_for(&model)?;
    let context = Context { system_prompt: arguments.system.clone(), ..Context::default() };
    let mut options = StreamOptions::default();
    options.reasoning = arguments.thinking;
    let images = images.into_iter().map(UserBlock::Image).collect();
    process::block_on(async {
        let interrupts = Interrupts::listen().await;
        let (output, written) = Output::to(anstream::stdout());
        let look = Look { thinking: io::stdout().is_terminal(), summary: io::stderr().is_terminal() };
        let conversation = Conversation::new(provider, model, context, options, output, interrupts, look);
        let status = talk(conversation, arguments.prompt.clone(), images).await?;
        written.wait().await?;
        // A reader that has gone away is no failure.
        Ok(status.unwrap_or(Status::Done))
    })?
}

async fn talk(
    mut conversation: Conversation,
    prompt: Option<String>,
    images: Vec<UserBlock>,
) -> Result<Result<Status, Closed>, Failure> {
    let prompt = match prompt {
        Some(prompt) => prompt,
        None if io::stdin().is_terminal() => return Ok(session::run(conversation, images).await),
        None => {
            let mut input = Lines::of_stdin();
            tokio::select! {
                bytes = input.rest() => read_prompt(bytes)?,
                () = conversation.interrupts.pressed() => return Ok(Ok(Status::Interrupted)),
            }
        }
    };
    if prompt.trim().is_empty() && images.is_empty() {
        return Err(Failure::refused("could not ask: the prompt is empty")
            .with_hint("give it as an argument, or on standard input"));
    }
    Ok(conversation.ask(user_message(images, prompt)).await)
}

fn read_prompt(bytes: io::Result<Vec<u8>>) -> Result<String, Failure> {
    let attempt = "could not read the prompt from standard input";
    let bytes = bytes.map_err(|error| Failure::refused(attempt).because(&error))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::refused(format!("{attempt}: it is not valid UTF-8")).because(&error))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Images go before the text that speaks of them.
fn user_message(images: Vec<UserBlock>, prompt: String) -> Message {
    let mut content = images;
    if !prompt.is_empty() {
        content.push(UserBlock::Text(Text::new(prompt)));
    }
    Message::User(UserMessage { content, ..UserMessage::default() })
}
