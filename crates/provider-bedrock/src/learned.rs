//! What the service taught us by refusing.
//!
//! Separate because the lessons outlive a call: each is learned once per model and region, and shared by all providers of a
//! host, so that no second request fails for the same reason.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use clawdia_core::Tool;
use serde_json::Value;

/// How many lessons are kept.
const MOST_LESSONS: usize = 10_000;

/// Something about a model that the facts do not know, or know wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lesson {
    /// It is not called by its own id.
    NeedsProfile,
    /// There is nothing of this id.
    UnknownId,
    /// This set of tools, by its fingerprint, cannot all be strict.
    TooManyStrictTools(u64),
    /// An answer cannot be held to this schema, by its fingerprint.
    OutputSchemaTooComplex(u64),
    /// A capability is otherwise than the facts say, by its name there.
    Capability(&'static str, bool),
    /// Its answers have at most so many tokens.
    MostTokens(u64),
    /// It is not served in this tier.
    NoTier(&'static str),
    /// It keeps cached prompts for minutes only.
    CachesForMinutes,
    /// It takes no cache points among its tools.
    NoToolCachePoints,
    /// Its prompts are not counted.
    CountsNoTokens,
}

impl Lesson {
    /// Whether it says the opposite of another.
    fn contradicts(self, other: Self) -> bool {
        match (self, other) {
            (Self::Capability(name, value), Self::Capability(known, before)) => {
                name == known && value != before
            }
            _ => false,
        }
    }
}

impl fmt::Display for Lesson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsProfile => formatter.write_str("needsProfile"),
            Self::UnknownId => formatter.write_str("unknownId"),
            Self::TooManyStrictTools(_) => formatter.write_str("tooManyStrictTools"),
            Self::OutputSchemaTooComplex(_) => formatter.write_str("outputSchemaTooComplex"),
            Self::Capability(name, value) => write!(formatter, "{name}: {value}"),
            Self::MostTokens(limit) => write!(formatter, "maxTokens: {limit}"),
            Self::NoTier(tier) => write!(formatter, "serviceTier {tier}: false"),
            Self::CachesForMinutes => formatter.write_str("cacheForAnHour: false"),
            Self::NoToolCachePoints => formatter.write_str("toolCachePoints: false"),
            Self::CountsNoTokens => formatter.write_str("countsNoTokens"),
        }
    }
}

/// Lessons, by model and region.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    lessons: Mutex<Lessons>,
}

#[derive(Debug, Default)]
struct Lessons {
    by_model: HashMap<(String, String), Vec<Lesson>>,
    count: usize,
}

impl Learned {
    /// Remembers a lesson.
    pub(crate) fn remember(&self, lesson: Lesson, model_id: &str, region: &str) {
        let mut lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgetting costs a refused request or two; remembering every set of tools for ever would cost memory.
        if lessons.count >= MOST_LESSONS {
            *lessons = Lessons::default();
        }
        let Lessons { by_model, count } = &mut *lessons;
        let known = by_model.entry((model_id.to_owned(), region.to_owned())).or_default();
        if !known.contains(&lesson) {
            // What a model takes may change; the newer lesson is the one that proved right last.
            let before = known.len();
            known.retain(|known| !known.contradicts(lesson));
            *count -= before - known.len();
            known.push(lesson);
            *count += 1;
        }
    }

    /// All that is known of a model.
    pub(crate) fn of(&self, model_id: &str, region: &str) -> Vec<Lesson> {
        let lessons = self.lessons.lock().unwrap_or_else(PoisonError::into_inner);
        if lessons.count == 0 {
            return Vec::new();
        }
        lessons.by_model.get(&(model_id.to_owned(), region.to_owned())).cloned().unwrap_or_default()
    }

    pub(crate) fn knows(&self, lesson: Lesson, model_id: &str, region: &str) -> bool {
        self.of(model_id, region).contains(&lesson)
    }
}

/// What tells one set of strict tools from another, in any order.
pub(crate) fn fingerprint_of_tools(tools: &[Tool]) -> u64 {
    tools
        .iter()
        .fold(0, |sum: u64, tool| sum.wrapping_add(fingerprint(&(&tool.name, tool.parameters.to_string()))))
}

/// What tells one schema from another.
pub(crate) fn fingerprint_of_schema(schema: &Value) -> u64 {
    fingerprint(&schema.to_string())
}

fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_replaces_its_opposite_and_no_other() {
        let learned = Learned::default();
        let yes = Lesson::Capability("adaptiveThinking", true);
        let no = Lesson::Capability("adaptiveThinking", false);
        let other = Lesson::Capability("effortMax", false);
        for lesson in [yes, other, no, yes, yes] {
            learned.remember(lesson, "m", "us-east-1");
        }
        assert_eq!(learned.of("m", "us-east-1"), [other, yes]);
        assert_eq!(learned.of("m", "eu-west-1"), []);
        assert_eq!(learned.lessons.lock().unwrap().count, 2);
    }

    #[test]
    fn lessons_do_not_grow_without_end() {
        let learned = Learned::default();
        for fingerprint in 0..25_000 {
            learned.remember(Lesson::TooManyStrictTools(fingerprint), "m", "us-east-1");
        }
        assert!(learned.of("m", "us-east-1").len() <= MOST_LESSONS);
    }
}
