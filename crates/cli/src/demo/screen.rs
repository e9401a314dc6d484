//! What the demonstration shows, and how.
//!
//! Separate from what it does: the same on a terminal and in a file, but for colours and pace.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clawdia::{Accumulator, AssistantMessage, EventStream, Model, StreamEvent, ThinkingLevel, ToolCall};
use futures_util::StreamExt;

use crate::demo::Stop;
use crate::demo::listing::ListedModel;
use crate::failure::Failure;
use crate::output::{Closed, Output};

const DIM: Style = Style::new().dimmed();
const NAME: Style = AnsiColor::Cyan.on_default().bold();
/// The local endpoint answers at once; on a terminal, a pause after each piece lets a person see it stream.
const PACE: Duration = Duration::from_millis(25);
/// Where lists of names are wrapped.
const WIDTH: usize = 100;

/// Standard output, with a sense of where it stands.
pub(crate) struct Screen {
    output: Output,
    /// Whether a person is watching.
    live: bool,
}

impl Screen {
    pub(crate) fn new(output: Output, live: bool) -> Self {
        Self { output, live }
    }

    pub(crate) async fn paragraph(&self, text: &str) -> Result<(), Closed> {
        self.output.write(format!("{text}\n\n")).await
    }

    /// The models on offer, by who makes them.
    pub(crate) async fn models(&self, models: &[ListedModel]) -> Result<(), Closed> {
        let mut makers = models.iter().map(|model| model.provider_name.as_str()).collect::<Vec<_>>();
        makers.sort_unstable();
        makers.dedup();
        let mut text = format!("It offers {} models:\n", models.len());
        for maker in makers {
            let mut names = models
                .iter()
                .filter(|model| model.provider_name == maker)
                .map(|model| model.model_name.as_str())
                .collect::<Vec<_>>();
            names.dedup();
            text.push_str(&wrapped(&format!("  {NAME}{maker}{NAME:#}: "), maker.chars().count() + 4, &names));
        }
        self.paragraph(text.trim_end()).await
    }

    pub(crate) async fn asking(&self, model: &Model, thinking: ThinkingLevel) -> Result<(), Closed> {
        self.paragraph(&format!("Asking {} ({}), thinking {thinking}.", model.name, model.id)).await
    }

    pub(crate) async fn question(&self, text: &str) -> Result<(), Closed> {
        self.paragraph(&format!("{NAME}You:{NAME:#} {text}")).await
    }

    pub(crate) async fn result(
        &self,
        call: &ToolCall,
        result: &Result<String, String>,
    ) -> Result<(), Closed> {
        let (Ok(text) | Err(text)) = result;
        self.paragraph(&format!("{NAME}{} returns:{NAME:#} {text}", call.name)).await
    }

    /// Shows an answer as it arrives, and gives the finished message.
    pub(crate) async fn answer(
        &mut self,
        model: &Model,
        mut events: EventStream,
    ) -> Result<AssistantMessage, Stop> {
        let mut accumulator = Accumulator::new(model);
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| Failure::from(&error))?;
            accumulator.push(&event);
            self.event(&event).await?;
        }
        Ok(accumulator.into_message())
    }

    async fn event(&self, event: &StreamEvent) -> Result<(), Closed> {
        let text = match event {
            StreamEvent::ThinkingStart { .. } => format!("{NAME}Model thinks:{NAME:#} "),
            StreamEvent::TextStart { .. } => format!("{NAME}Model:{NAME:#} "),
            StreamEvent::ToolCallStart { name, .. } => format!("{NAME}Model calls {name}:{NAME:#} "),
            StreamEvent::ThinkingDelta { delta, .. } => format!("{DIM}{delta}{DIM:#}"),
            StreamEvent::TextDelta { delta, .. } | StreamEvent::ToolCallDelta { delta, .. } => delta.clone(),
            StreamEvent::TextEnd { .. }
            | StreamEvent::ThinkingEnd { .. }
            | StreamEvent::ToolCallEnd { .. } => "\n\n".to_owned(),
            _ => return Ok(()),
        };
        self.output.write(text).await?;
        if self.live {
            tokio::time::sleep(PACE).await;
        }
        Ok(())
    }
}

/// A list of names behind a title of `indent` visible characters, wrapped, ending in a line break.
fn wrapped(title: &str, indent: usize, names: &[&str]) -> String {
    let mut text = title.to_owned();
    let mut column = indent;
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == names.len();
        let length = name.chars().count() + usize::from(!last);
        if column + 1 + length > WIDTH && column > indent {
            text.push_str("\n    ");
            column = 4;
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(name);
        if !last {
            text.push(',');
        }
        column += length;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_wrapped() {
        let name = "x".repeat(40);
        let text = wrapped("  Maker: ", 9, &[&name, &name, &name]);
        assert_eq!(text, format!("  Maker: {name}, {name},\n    {name}\n"));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }
}
