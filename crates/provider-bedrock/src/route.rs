//! Which id to call for the model that was asked for.
//!
//! Separate because it is a decision of its own: a foundation model that is served only through inference profiles is
//! called through one, by the facts or by what the service taught us.

use clawdia_bedrock_models::{Arn, profile_candidates, served_only_through_profile};

use crate::config::ProfilePreference;
use crate::learned::{Learned, Lesson};

/// The id to call: for a model that needs a profile, the one that is known to stand in for it, else a guess.
pub(crate) fn route(
    model_id: &str,
    stand_in: Option<&str>,
    region: &str,
    preference: ProfilePreference,
    learned: &Learned,
) -> String {
    let model_id = model_id.to_owned();
    if preference == ProfilePreference::None {
        return model_id;
    }
    if let Some(stand_in) = stand_in.filter(|id| !learned.knows(Lesson::UnknownId, id, region)) {
        return stand_in.to_owned();
    }
    if served_only_through_profile(&model_id) || learned.knows(Lesson::NeedsProfile, &model_id, region) {
        let profiles = profiles_for(&model_id, region, preference);
        let is_known = |profile: &&String| !learned.knows(Lesson::UnknownId, profile, region);
        // Where there is none of them, the service says so of the first.
        return profiles.iter().find(is_known).or(profiles.first()).cloned().unwrap_or(model_id);
    }
    model_id
}

/// The profiles to call a foundation model through, the preferred one first; none where none is known or wanted.
pub(crate) fn profiles_for(model_id: &str, region: &str, preference: ProfilePreference) -> Vec<String> {
    let mut candidates = profile_candidates(model_id, region);
    match preference {
        ProfilePreference::None => candidates.clear(),
        ProfilePreference::Geo => {}
        // Candidates stand from the nearest to the widest.
        ProfilePreference::Global => candidates.reverse(),
    }
    candidates
}

/// The region an ARN belongs to; `None` for plain ids.
pub(crate) fn arn_region(model_id: &str) -> Option<&str> {
    Arn::parse(model_id).ok().and_then(|arn| arn.region)
}
