//! Steps as they are told: on the screen as soon as each is over, or kept for one object at the end.
//!
//! Separate from what is tried, which knows neither a screen nor its width.

use anstyle::{AnsiColor, Style};
use clawdia::ProviderId;
use clawdia::core::{Outcome, Step, StepSink};

use crate::failure::Failure;
use crate::output::{print, printable};
use crate::spinner::Sign;
use crate::width;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();
/// The column in which what was found begins.
const INDENT: usize = 10;

/// What was told so far.
#[derive(Debug)]
pub(super) struct Telling<'s> {
    sign: &'s Sign,
    /// Whether each step is shown at once.
    is_live: bool,
    /// The provider whose steps come, where there are several.
    provider: Option<ProviderId>,
    steps: Vec<Step>,
    /// Why nothing can be written any more.
    failure: Option<Failure>,
}

impl<'s> Telling<'s> {
    pub(super) fn new(sign: &'s Sign, is_live: bool) -> Self {
        Self { sign, is_live, provider: None, steps: Vec::new(), failure: None }
    }

    /// Says whose steps come now.
    pub(super) fn begin(&mut self, provider: Option<&ProviderId>) {
        self.provider = provider.cloned();
    }

    /// How many steps there were.
    pub(super) fn count(&self) -> usize {
        self.steps.len()
    }

    /// The name of the first step that failed since there were so many.
    pub(super) fn failed_since(&self, count: usize) -> Option<String> {
        let mut since = self.steps.iter().skip(count);
        since.find(|step| step.outcome == Outcome::NotOk).map(|step| step.name.clone())
    }

    /// All steps.
    ///
    /// # Errors
    /// When one could not be shown.
    pub(super) fn steps(self) -> Result<Vec<Step>, Failure> {
        self.failure.map_or(Ok(self.steps), Err)
    }

    fn named(&self, name: &str) -> String {
        self.provider.as_ref().map_or_else(|| name.to_owned(), |id| format!("{id}: {name}"))
    }
}

impl StepSink for Telling<'_> {
    fn trying(&mut self, name: &str) {
        self.sign.say(format!("Trying {}", printable(&self.named(name))));
    }

    fn done(&mut self, mut step: Step) {
        step.name = self.named(&step.name);
        if self.is_live && self.failure.is_none() {
            self.sign.wipe();
            self.failure = print(&as_text(&step, width::of_output())).err();
        }
        self.steps.push(step);
    }
}

fn as_text(step: &Step, width: Option<usize>) -> String {
    let (style, word) = match step.outcome {
        Outcome::Ok => (GOOD, "ok"),
        Outcome::NotOk => (BAD, "not ok"),
        _ => (DIM, "skipped"),
    };
    let indent = " ".repeat(INDENT);
    let inner = |text: &str| {
        let text = text.lines().map(printable).collect::<Vec<_>>().join("\n");
        let lines = match width {
            Some(width) => width::wrapped(&text, width.saturating_sub(INDENT)),
            None => text.lines().map(str::to_owned).collect(),
        };
        lines.join(&format!("\n{indent}"))
    };
    let pad = " ".repeat(INDENT - word.len());
    let found = inner(&format!("{}: {}", step.name, step.detail));
    let found = format!("{style}{word}{style:#}{pad}{found}\n");
    let remedy = step.remedy.as_ref().map(|remedy| format!("{indent}{}\n", inner(&format!("→ {remedy}"))));
    found + &remedy.unwrap_or_default()
}
