//! Examining, step by step, whether a provider works: what `clawdia doctor` shows.
//!
//! Separate from [`ProviderError`](crate::ProviderError), which says why one call failed: here each thing a call needs is
//! tried by itself, so that a person sees the first that fails and what mends it.

use serde::Serialize;

use crate::error::ProviderError;

/// One thing that was examined.
///
/// ```
/// use clawdia_core::{Outcome, Step};
/// let step = Step::not_ok("credentials", "there are none").with_remedy("export AWS_PROFILE=…");
/// assert_eq!(step.outcome, Outcome::NotOk);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Step {
    /// What was examined, in a few words: `credentials`, `ListFoundationModels`.
    pub name: String,
    /// How it went.
    pub outcome: Outcome,
    /// What was found, or why it was not tried.
    pub detail: String,
    /// The command, setting or policy that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// It works.
    Ok,
    /// It does not.
    NotOk,
    /// It was not tried.
    Skipped,
}

impl Step {
    /// It works, and this was found.
    pub fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: Outcome::Ok, detail: detail.into(), remedy: None }
    }

    /// It does not work, for this reason.
    pub fn not_ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotOk, ..Self::ok(name, detail) }
    }

    /// It was not tried, for this reason.
    pub fn skipped(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Skipped, ..Self::ok(name, detail) }
    }

    /// Says what mends it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// Who is told how an examination goes, while it goes on: a list of steps, or a screen.
///
/// ```
/// use clawdia_core::{Step, StepSink};
/// let mut steps = Vec::<Step>::new();
/// steps.trying("region");
/// steps.done(Step::ok("region", "us-east-1"));
/// assert_eq!(steps.len(), 1);
/// ```
pub trait StepSink: Send {
    /// A step of this name is being tried, which may take a while.
    fn trying(&mut self, name: &str);

    /// This came of a step. Steps come in the order in which people read them.
    fn done(&mut self, step: Step);
}

impl StepSink for Vec<Step> {
    fn trying(&mut self, _name: &str) {}

    fn done(&mut self, step: Step) {
        self.push(step);
    }
}

/// What came of a call that was made to see whether calls work.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum CallOutcome<'a> {
    /// The model answered.
    Answered,
    /// It did not.
    Failed(&'a ProviderError),
    /// Nobody called it, for this reason.
    NotMade(&'a str),
}

/// An action that a service must allow for a plugin to do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// The service's name of it, such as `bedrock:InvokeModel`.
    pub action: &'static str,
    /// What it has to be allowed on, in the service's own patterns. Where a service has several worlds that name things
    /// differently, these are the names of the largest; [`Provider::resources`](crate::Provider::resources) has those of
    /// the others.
    pub resources: &'static [&'static str],
    /// What it is for, in a few words.
    pub purpose: &'static str,
}

impl Permission {
    /// `action` on `resources`, for `purpose`.
    pub const fn new(
        action: &'static str,
        resources: &'static [&'static str],
        purpose: &'static str,
    ) -> Self {
        Self { action, resources, purpose }
    }
}
