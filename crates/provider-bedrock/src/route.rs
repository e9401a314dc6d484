//! Which id to call for the model that was asked for.
//!
//! Separate because it is a decision with a memory: a foundation model that is served only through inference profiles is
//! called through one, by the facts, or because the service said so once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use clawdia_bedrock_models::{Arn, profile_candidates, served_only_through_profile};

use crate::settings::ProfilePreference;

/// What the service taught us by refusing, per model and region.
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
}

impl Learned {
    /// Remembers a lesson; false if it was known.
    pub(crate) fn remember(&self, lesson: Lesson, model_id: &str, region: &str) -> bool {
        let key = (lesson, model_id.to_owned(), region.to_owned());
        self.lessons.lock().unwrap_or_else(PoisonError::into_inner).insert(key)
    }

    pub(crate) fn knows(&self, lesson: Lesson, model_id: &str, region: &str) -> bool {
        let key = (lesson, model_id.to_owned(), region.to_owned());
        self.lessons.lock().unwrap_or_else(PoisonError::into_inner).contains(&key)
    }
}

/// The id to call.
pub(crate) fn route(
    model_id: &str,
    region: &str,
    preference: ProfilePreference,
    learned: &Learned,
) -> String {
    if preference != ProfilePreference::None
        && (served_only_through_profile(model_id) || learned.knows(Lesson::NeedsProfile, model_id, region))
        && let Some(profile) = profile_for(model_id, region, preference)
    {
        return profile;
    }
    model_id.to_owned()
}

/// The profile to call a foundation model through; `None` where none is known or wanted.
pub(crate) fn profile_for(model_id: &str, region: &str, preference: ProfilePreference) -> Option<String> {
    let mut candidates = profile_candidates(model_id, region);
    match preference {
        ProfilePreference::None => None,
        ProfilePreference::Geo => candidates.into_iter().next(),
        ProfilePreference::Global => {
            // Candidates stand from the nearest to the widest.
            candidates.pop()
        }
    }
}

/// The region an ARN belongs to; `None` for plain ids.
pub(crate) fn arn_region(model_id: &str) -> Option<&str> {
    Arn::parse(model_id).ok().and_then(|arn| arn.region)
}
