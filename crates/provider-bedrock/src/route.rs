//! Which id to call for the model that was asked for.
//!
//! Separate because it is a decision of its own: a foundation model that is served only through inference profiles is
//! called through one, by the facts or by what the service taught us.

use clawdia_bedrock_models::{Arn, profile_candidates, served_only_through_profile};

use crate::config::ProfilePreference;
use crate::learned::{Learned, Lesson};

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
