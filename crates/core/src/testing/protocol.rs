//! The grammar of a stream, as a checker.
//!
//! Separate from the conformance suite so that any test which reads a stream can hold it to the grammar too.

use std::collections::BTreeMap;

use crate::error::ProviderError;
use crate::stream_event::StreamEvent;

/// Checks, item by item, that a stream keeps to the grammar of [`EventStream`](crate::EventStream).
///
/// ```
/// use clawdia_core::StreamEvent;
/// use clawdia_core::testing::Protocol;
/// let mut protocol = Protocol::default();
/// protocol.observe(&Ok(StreamEvent::Start))?;
/// protocol.observe(&Ok(StreamEvent::TextStart { content_index: 0 }))?;
/// assert!(protocol.end().is_err(), "a block is open and nothing ended the stream");
/// # Ok::<(), clawdia_core::testing::Violation>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Protocol {
    started: bool,
    terminated: bool,
    blocks: BTreeMap<usize, (BlockKind, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Text,
    Thinking,
    ToolCall,
    ServerToolCall,
    ServerToolResult,
    Image,
}

/// Where a stream broke the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(String);

impl Protocol {
    /// Takes in the next item.
    ///
    /// # Errors
    /// When the grammar does not allow it here.
    pub fn observe(&mut self, item: &Result<StreamEvent, ProviderError>) -> Result<(), Violation> {
        if self.terminated {
            return Err(Violation(format!("an item after the end: {item:?}")));
        }
        match item {
            Err(error) => {
                self.all_ended(&format!("the error `{error}`"))?;
                self.terminated = true;
                Ok(())
            }
            Ok(StreamEvent::Start) if self.started => Err(Violation("a second start".to_owned())),
            Ok(StreamEvent::Start) => {
                self.started = true;
                Ok(())
            }
            Ok(event) if !self.started => Err(Violation(format!("{event:?} before start"))),
            Ok(event) => self.event(event),
        }
    }

    /// Takes in that the stream gave its last item.
    ///
    /// # Errors
    /// When nothing terminated the stream.
    pub fn end(&self) -> Result<(), Violation> {
        if self.terminated {
            Ok(())
        } else {
            Err(Violation("the stream ended without done or error".to_owned()))
        }
    }

    fn event(&mut self, event: &StreamEvent) -> Result<(), Violation> {
        match event {
            StreamEvent::Start => Ok(()),
            StreamEvent::TextStart { content_index } => self.begin(*content_index, BlockKind::Text),
            StreamEvent::ThinkingStart { content_index } => self.begin(*content_index, BlockKind::Thinking),
            StreamEvent::ToolCallStart { content_index, .. } => {
                self.begin(*content_index, BlockKind::ToolCall)
            }
            StreamEvent::TextDelta { content_index, .. } => self.inside(*content_index, BlockKind::Text),
            StreamEvent::ThinkingDelta { content_index, .. } => {
                self.inside(*content_index, BlockKind::Thinking)
            }
            StreamEvent::ToolCallDelta { content_index, .. } => {
                self.inside(*content_index, BlockKind::ToolCall)
            }
            StreamEvent::TextEnd { content_index, .. } => self.finish(*content_index, BlockKind::Text),
            StreamEvent::ThinkingEnd { content_index, .. } => {
                self.finish(*content_index, BlockKind::Thinking)
            }
            StreamEvent::ToolCallEnd { content_index } => self.finish(*content_index, BlockKind::ToolCall),
            StreamEvent::ServerToolCallStart { content_index, .. } => {
                self.begin(*content_index, BlockKind::ServerToolCall)
            }
            StreamEvent::ServerToolCallDelta { content_index, .. } => {
                self.inside(*content_index, BlockKind::ServerToolCall)
            }
            StreamEvent::ServerToolCallEnd { content_index } => {
                self.finish(*content_index, BlockKind::ServerToolCall)
            }
            StreamEvent::ServerToolResultStart { content_index, .. } => {
                self.begin(*content_index, BlockKind::ServerToolResult)
            }
            StreamEvent::ServerToolResultEnd { content_index, .. } => {
                self.finish(*content_index, BlockKind::ServerToolResult)
            }
            StreamEvent::ImageStart { content_index, .. } => self.begin(*content_index, BlockKind::Image),
            StreamEvent::ImageEnd { content_index, .. } => self.finish(*content_index, BlockKind::Image),
            StreamEvent::Done(finish) => {
                self.all_ended("done")?;
                if !finish.stop_reason.is_success() {
                    return Err(Violation(format!("done with stop reason {:?}", finish.stop_reason)));
                }
                self.terminated = true;
                Ok(())
            }
        }
    }

    fn begin(&mut self, index: usize, kind: BlockKind) -> Result<(), Violation> {
        if index != self.blocks.len() {
            return Err(Violation(format!(
                "block {index} begins, but the next one is {}",
                self.blocks.len()
            )));
        }
        self.blocks.insert(index, (kind, true));
        Ok(())
    }

    fn inside(&self, index: usize, kind: BlockKind) -> Result<(), Violation> {
        match self.blocks.get(&index) {
            Some((known, true)) if *known == kind => Ok(()),
            Some((known, true)) => Err(Violation(format!("block {index} is {known:?}, not {kind:?}"))),
            Some((_, false)) => Err(Violation(format!("block {index} has ended already"))),
            None => Err(Violation(format!("block {index} has not begun"))),
        }
    }

    fn finish(&mut self, index: usize, kind: BlockKind) -> Result<(), Violation> {
        self.inside(index, kind)?;
        self.blocks.insert(index, (kind, false));
        Ok(())
    }

    fn all_ended(&self, before: &str) -> Result<(), Violation> {
        match self.blocks.iter().find(|(_, (_, open))| *open) {
            Some((index, _)) => Err(Violation(format!("block {index} is still open before {before}"))),
            None => Ok(()),
        }
    }
}
