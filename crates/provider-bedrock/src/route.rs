//! Which id to call for the model that was asked for.
//!
//! Separate because it is a decision with a memory: a foundation model that is served only through inference profiles is
//! called through one, by the facts, or because the service said so once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use clawdia_bedrock_models::{Arn, profile_candidates, served_only_through_profile};

use crate::settings::ProfilePreference;

/// Models that the service refused to call without a profile, per region.
#[derive(Debug, Default)]
pub(crate) struct LearnedProfiles {
    refused: Mutex<HashSet<(String, String)>>,
}

impl LearnedProfiles {
    /// Remembers that `model_id` needs a profile in `region`.
    pub(crate) fn remember(&self, model_id: &str, region: &str) {
        let key = (model_id.to_owned(), region.to_owned());
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    }

    fn contains(&self, model_id: &str, region: &str) -> bool {
        let key = (model_id.to_owned(), region.to_owned());
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).contains(&key)
    }
}

/// The id to call.
pub(crate) fn route(
    model_id: &str,
    region: &str,
    preference: ProfilePreference,
    learned: &LearnedProfiles,
) -> String {
    if preference != ProfilePreference::None
        && (served_only_through_profile(model_id) || learned.contains(model_id, region))
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
