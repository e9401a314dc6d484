//! `clawdia chat`: a person talks to a model.
//!
//! Separate from `stream` because here the reader is a person: text as it arrives, thinking dimmed, and Ctrl-C stops
//! the answer, not the conversation.

mod conversation;
mod page;
mod remark;
mod session;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use clawdia::core::Text;
use clawdia::{
    Context, Host, Message, Model, ModelRef, StreamOptions, ThinkingLevel, UserBlock, UserMessage,
};
use serde_json::Value;

use crate::chat::conversation::{Answerer, Conversation, Look};
use crate::failure::Failure;
use crate::input::Lines;
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::status::Status;
use crate::{image_file, output_schema_file, process};

/// The arguments of `clawdia chat`.
#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    /// Which model to ask, `provider/model` or a short name (`alias`) from the configuration; default is the agent's
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// The agent of `agents.entries` as which to ask; default is what `agents.defaults` says
    #[arg(short, long, value_name = "NAME")]
    agent: Option<String>,
    /// What the model is told before the conversation
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// How much the model should think: off, minimal, low, medium, high, xhigh or max
    #[arg(short, long, value_name = "LEVEL")]
    thinking: Option<ThinkingLevel>,
    /// An image to show with the first prompt; may be given several times
    #[arg(short, long, value_name = "FILE")]
    image: Vec<PathBuf>,
    /// A JSON Schema that the answers must fit; they are JSON then
    #[arg(long, value_name = "FILE")]
    output_schema: Option<PathBuf>,
    /// An option of the provider's protocol, as in the configuration; may be given several times. VALUE is JSON, or
    /// else text; `null` takes back what the configuration says
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = param)]
    param: Vec<(String, Value)>,
    /// What to ask; default is standard input, or a conversation if that is a terminal
    prompt: Option<String>,
}

/// How each question is asked.
fn options(arguments: &ChatArguments) -> Result<StreamOptions, Failure> {
    let mut options = StreamOptions::default();
    options.reasoning = arguments.thinking;
    options.output_schema = arguments.output_schema.as_deref().map(output_schema_file::read).transpose()?;
    options.params = arguments.param.iter().cloned().collect();
    Ok(options)
}

/// Reads `NAME=VALUE`.
fn param(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("there is no `=`; write it as NAME=VALUE")?;
    if name.is_empty() {
        return Err("there is no name before the `=`; write it as NAME=VALUE".to_owned());
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

/// Asks one prompt, or talks until the user leaves.
pub(crate) fn run(arguments: &ChatArguments) -> Result<Status, Failure> {
    let images = arguments.image.iter().map(|path| image_file::read(path)).collect::<Result<Vec<_>, _>>()?;
    let options = options(arguments)?;
    let mut host = process::host()?;
    if let Some(agent) = &arguments.agent {
        host = host.for_agent(agent)?;
    }
    let named = match &arguments.model {
        Some(name) => Some(process::block_on(host.find(name))??),
        None => None,
    };
    let (model, answerer) = match &named {
        Some(reference) => (ready(&host, reference)?, Answerer::Named),
        None => (first_ready(&host)?, Answerer::Agent),
    };
    let context = Context { system_prompt: arguments.system.clone(), ..Context::default() };
    let images = images.into_iter().map(UserBlock::Image).collect();
    process::block_on(async {
        let interrupts = Interrupts::listen().await;
        let (output, written) = Output::to(anstream::stdout());
        let look = Look { thinking: io::stdout().is_terminal(), summary: io::stderr().is_terminal() };
        let conversation =
            Conversation::new(host.clone(), (model, answerer), context, options, output, interrupts, look);
        let status = talk(conversation, arguments.prompt.clone(), images).await?;
        written.wait().await?;
        // A reader that has gone away is no failure.
        Ok(status.unwrap_or(Status::Done))
    })?
}

/// A model that can be asked: known before anybody is asked for a prompt that nobody would answer.
fn ready(host: &Host, reference: &ModelRef) -> Result<Model, Failure> {
    let model = process::block_on(host.describe(reference))??;
    host.provider_for(&model)?;
    Ok(model)
}

/// The first of the agent's models that can be asked.
fn first_ready(host: &Host) -> Result<Model, Failure> {
    let mut first = None;
    for reference in host.agent().candidates() {
        match ready(host, reference) {
            Ok(model) => return Ok(model),
            Err(error) => first = first.or(Some(error)),
        }
    }
    match first {
        Some(error) => Err(error),
        None => Err(Failure::refused("could not choose a model: none was named and none is configured")
            .with_hint(
                "name one with `--model amazon-bedrock/us.amazon.nova-lite-v1:0`, \
                 or set `agents.defaults.model.primary` in the configuration",
            )),
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        chat: ChatArguments,
    }

    #[test]
    fn arguments_become_options_of_each_question() {
        let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), schema.to_string()).unwrap();
        let path = file.path().to_str().unwrap();
        let arguments =
            ["chat", "--output-schema", path, "--param", "tier=flex", "-p", "topK=7", "-t", "low"];
        let options = options(&Command::try_parse_from(arguments).unwrap().chat).unwrap();
        assert_eq!(options.output_schema.unwrap().schema, schema);
        assert_eq!(Value::Object(options.params), json!({ "tier": "flex", "topK": 7 }));
        assert_eq!(options.reasoning, Some(ThinkingLevel::Low));
    }

    #[track_caller]
    fn check(text: &str, name: &str, value: Value) {
        assert_eq!(param(text), Ok((name.to_owned(), value)));
    }

    #[test]
    fn the_value_of_an_option_is_json_or_else_text() {
        check("tier=flex", "tier", json!("flex"));
        check("tier=\"7\"", "tier", json!("7"));
        check("topK=7", "topK", json!(7));
        check("guard={\"a\": [true]}", "guard", json!({ "a": [true] }));
        check("tier=null", "tier", Value::Null);
        check("query=a=b", "query", json!("a=b"));
        check("tier=", "tier", json!(""));
    }

    #[test]
    fn an_option_has_a_name_and_a_value() {
        assert!(param("tier").unwrap_err().contains("NAME=VALUE"));
        assert!(param("=flex").unwrap_err().contains("NAME=VALUE"));
    }
}
