//! Which inference profile to call a foundation model through.

use crate::lookup::has_row;
use crate::{Arn, Geography};

/// The ids of profiles to try for a model in a region, the one closest to home first.
///
/// Listed are those that the table knows. When it knows none, the region's nearest geography is guessed, so that
/// a model newer than the table can be tried. Empty only for a region without inference profiles, and for an
/// ARN that does not say which model is behind it.
///
/// ```
/// use clawdia_bedrock_models::profile_candidates;
///
/// assert_eq!(
///     profile_candidates("anthropic.claude-sonnet-4-5-20250929-v1:0", "ap-northeast-1"),
///     ["jp.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"],
/// );
/// assert_eq!(profile_candidates("acme.model-1", "eu-west-1"), ["eu.acme.model-1", "global.acme.model-1"]);
/// ```
pub fn profile_candidates(base_id: &str, region: &str) -> Vec<String> {
    let base_id = base_id.trim();
    let base_id = match (crate::find(base_id), Arn::parse(base_id)) {
        (Some(resolved), _) => resolved.base_id,
        (None, Ok(arn)) => match arn.model_id() {
            Some(id) => id,
            None => return Vec::new(),
        },
        (None, Err(_)) => base_id,
    };
    let geographies = Geography::of_region(region);
    let id_in = |geography: &Geography| format!("{geography}.{base_id}");
    let known: Vec<_> = geographies.iter().map(id_in).filter(|id| has_row(id)).collect();
    if known.is_empty() { geographies.iter().map(id_in).collect() } else { known }
}

/// The profile to call a model through in a region: the first of [`profile_candidates`].
///
/// ```
/// use clawdia_bedrock_models::home_profile;
///
/// let id = "anthropic.claude-opus-4-5-20251101-v1:0";
/// assert_eq!(home_profile(id, "us-east-1").as_deref(), Some("us.anthropic.claude-opus-4-5-20251101-v1:0"));
/// assert_eq!(home_profile(id, "cn-north-1"), None);
/// ```
pub fn home_profile(base_id: &str, region: &str) -> Option<String> {
    profile_candidates(base_id, region).into_iter().next()
}
