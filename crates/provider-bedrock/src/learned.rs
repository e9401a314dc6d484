//! What the service taught us by refusing.
//!
//! Separate because the lessons outlive a call: each is learned once per model and region, and shared by all providers of a
//! host, so that no second request fails for the same reason.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use clawdia_core::{ErrorKind, ProviderError, Tool};

/// How many lessons are kept.
const MOST_LESSONS: usize = 10_000;

/// Lessons, by model and region.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    lessons: Mutex<HashSet<(Lesson, String, String)>>,
}

/// Something a model does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lesson {
    /// It is not called by its own id.
    NeedsProfile,
    /// It does not stream while it is offered tools.
    StreamsNoTools,
    /// This set of tools, by its fingerprint, cannot all be strict.
    TooManyStrictTools(u64),
}

impl Learned {
    /// Remembers a lesson; false if it was known.
    pub(crate) fn remember(&self, lesson: Lesson, model_id: &str, region: &str) -> bool {
        let key = (lesson, model_id.to_owned(), region.to_owned());
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgetting costs a refused request or two; remembering every set of tools for ever would cost memory.
        if lessons.len() >= MOST_LESSONS {
            lessons.clear();
        }
        lessons.insert(key)
    }

    pub(crate) fn knows(&self, lesson: Lesson, model_id: &str, region: &str) -> bool {
        let key = (lesson, model_id.to_owned(), region.to_owned());
        self.lessons.lock().unwrap_or_else(PoisonError::into_inner).contains(&key)
    }
}

/// What tells one set of strict tools from another, in any order.
pub(crate) fn fingerprint(tools: &[Tool]) -> u64 {
    let one = |tool: &Tool| {
        let mut hasher = DefaultHasher::new();
        (&tool.name, tool.parameters.to_string()).hash(&mut hasher);
        hasher.finish()
    };
    tools.iter().filter(|tool| tool.strict.is_some()).fold(0, |sum: u64, tool| sum.wrapping_add(one(tool)))
}

/// Texts by which the service says that so many tools, or such ones, cannot be strict together.
const STRICTNESS_LIMITS: &[&str] = &[
    "strict tools",
    "compiled grammar",
    "union type",
    "union-typed",
    "schema is too complex",
    "schemas contains too many",
];

pub(crate) fn is_strictness_limit(error: &ProviderError) -> bool {
    let text = error.message().to_lowercase();
    error.kind() == ErrorKind::InvalidRequest && STRICTNESS_LIMITS.iter().any(|limit| text.contains(limit))
}

pub(crate) fn is_streaming_refusal(error: &ProviderError) -> bool {
    error.message().contains("tool use in streaming mode")
}
