//! A conversation and its turns: one question, one answer, shown as it arrives.
//!
//! Separate from where questions come from: an argument, standard input or a session at a terminal.

use std::borrow::Cow;
use std::process;
use std::time::{Duration, Instant};

use anstyle::Style;
use clawdia::{
    Accumulator, AssistantMessage, Context, ErrorKind, Host, Message, Model, ProviderError, StopReason,
    StreamOptions,
};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::chat::page::Page;
use crate::chat::remark;
use crate::failure::{Failure, warn, write_to_stderr};
use crate::interrupt::Interrupts;
use crate::output::{Closed, Output};
use crate::status::Status;

pub(crate) const DIM: Style = Style::new().dimmed();

/// What is shown besides the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Thinking, on standard output: not where it would get into a file.
    pub(crate) thinking: bool,
    /// Tokens and cost after each answer, on standard error.
    pub(crate) summary: bool,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answerer {
    /// The conversation's model, which somebody named, and no other.
    Named,
    /// The agent's model, or one it falls back on.
    Agent,
}

/// A conversation, as a rule with one model.
pub(crate) struct Conversation {
    host: Host,
    model: Model,
    answerer: Answerer,
    context: Context,
    options: StreamOptions,
    pub(crate) output: Output,
    pub(crate) interrupts: Interrupts,
    look: Look,
}

impl Conversation {
    pub(crate) fn new(
        host: Host,
        (model, answerer): (Model, Answerer),
        context: Context,
        options: StreamOptions,
        output: Output,
        interrupts: Interrupts,
        look: Look,
    ) -> Self {
        Self { host, model, answerer, context, options, output, interrupts, look }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Forgets all turns.
    pub(crate) fn start_over(&mut self) {
        self.context.messages.clear();
    }

    /// Asks, and shows the answer. Ctrl-C stops the answer; what has arrived of it stays in the conversation.
    pub(crate) async fn ask(&mut self, question: Message) -> Result<Status, Closed> {
        self.context.messages.push(question);
        let cancel = CancellationToken::new();
        let mut interrupts = self.interrupts.clone();
        let options = self.options.clone().with_cancel(cancel.clone());
        let begin = Instant::now();
        let (message, error) = {
            let mut answer = std::pin::pin!(self.receive(&options));
            loop {
                tokio::select! {
                    outcome = &mut answer => break outcome?,
                    () = interrupts.pressed() => {
                        if cancel.is_cancelled() {
                            process::exit(i32::from(Status::Interrupted.code()));
                        }
                        cancel.cancel();
                    }
                }
            }
        };
        self.interrupts = interrupts;
        self.output.written().await?;
        self.tell(&message, error.as_ref(), begin.elapsed());
        if error.is_some() && message.content.is_empty() {
            // The question was not answered at all: the next one stands on its own.
            self.context.messages.pop();
        } else {
            self.context.messages.push(Message::Assistant(message));
        }
        Ok(error.map_or(Status::Done, |error| Failure::from(&error).status))
    }

    /// Shows an answer as it arrives; gives the message, and the error that ended it early.
    async fn receive(
        &self,
        options: &StreamOptions,
    ) -> Result<(AssistantMessage, Option<ProviderError>), Closed> {
        let mut page = Page::new(&self.output, self.look);
        let begun = match self.answerer {
            Answerer::Named => {
                let events = self.host.stream_model(&self.model, &self.context, options).await;
                events.map(|events| (Cow::Borrowed(&self.model), events))
            }
            Answerer::Agent => {
                let answer = self.host.stream_as_agent(&self.context, options).await;
                answer.map(|answer| (Cow::Owned(answer.model), answer.events))
            }
        };
        let model = begun.as_ref().map_or(&self.model, |(model, _)| model);
        let mut accumulator = Accumulator::new(model);
        let error = match begun {
            Ok((_, mut events)) => loop {
                match events.next().await {
                    Some(Ok(event)) => {
                        accumulator.push(&event);
                        page.show(&event).await?;
                        if let Some(text) = remark::on(&event, accumulator.message()) {
                            page.aside(&text).await?;
                        }
                    }
                    Some(Err(error)) => break Some(error),
                    None if accumulator.is_finished() => break None,
                    None => {
                        let message = "the stream ended without saying that it is complete";
                        break Some(ProviderError::new(ErrorKind::Truncated, message));
                    }
                }
            },
            Err(error) => Some(error),
        };
        if let Some(error) = &error {
            accumulator.fail(error);
        }
        page.finish().await?;
        Ok((accumulator.into_message(), error))
    }

    /// Tells on standard error what the answer itself does not say.
    fn tell(&self, message: &AssistantMessage, error: Option<&ProviderError>, took: Duration) {
        if let Some(sources) = remark::sources(message) {
            write_to_stderr(&format!("{DIM}{sources}{DIM:#}\n"));
        }
        // Those without a text are for programs.
        for diagnostic in message.diagnostics.iter().filter(|diagnostic| !diagnostic.message.is_empty()) {
            write_to_stderr(&format!("{DIM}note: {}{DIM:#}\n", diagnostic.message));
        }
        match error {
            Some(error) if error.kind() == ErrorKind::Aborted => {
                write_to_stderr(&format!("{DIM}(stopped){DIM:#}\n"));
            }
            Some(error) => Failure::from(error).report(),
            None if message.stop_reason == StopReason::Length => warn("the answer reached its length limit"),
            None if message.content.is_empty() => warn("the answer is empty"),
            None => {}
        }
        if self.look.summary && message.usage.total_tokens > 0 {
            write_to_stderr(&format!("{DIM}{}{DIM:#}\n", summary(message, took)));
        }
    }
}

fn summary(message: &AssistantMessage, took: Duration) -> String {
    let usage = &message.usage;
    let cached = match usage.cache_read {
        0 => String::new(),
        tokens => format!(" ({tokens} from the cache)"),
    };
    let (prompt, seconds) = (usage.prompt_tokens(), took.as_secs_f64());
    format!("{prompt} tokens in{cached}, {} out, {}, {seconds:.1} s", usage.output, usage.cost.total)
}
