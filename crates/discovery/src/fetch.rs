//! A whole listing: foundation models and all pages of both kinds of inference profiles, side by side.
//!
//! Separate from single calls because of what is decided here: what a listing is worth when a part of it fails.

use std::collections::HashSet;

use clawdia_core::{ErrorKind, ProviderError};
use futures_util::future;

use crate::control_plane::{ControlPlane, Question};
use crate::failure::NOT_BEDROCK;
use crate::listing::{Gap, InferenceProfile, Listing, ProfileKind, foundation_models, inference_profiles};

/// No account has so many pages; a service that gives more never comes to an end.
const MOST_PAGES: usize = 300;

/// Lists everything. Without profiles there is a listing all the same, with gaps; without foundation models there is none.
///
/// # Errors
/// Why the foundation models could not be listed; then the profiles are not waited for.
pub(crate) async fn listing(control_plane: &ControlPlane) -> Result<Listing, ProviderError> {
    let models = control_plane.ask(&Question::FoundationModels);
    let profiles = async {
        let system = profiles(control_plane, ProfileKind::System);
        let application = profiles(control_plane, ProfileKind::Application);
        Ok::<_, ProviderError>(future::join(system, application).await)
    };
    let (models, (system, application)) = future::try_join(models, profiles).await?;
    let mut listing = Listing { models: foundation_models(&models), ..Listing::default() };
    for (kind, profiles) in [(ProfileKind::System, system), (ProfileKind::Application, application)] {
        match profiles {
            Ok(mut profiles) => listing.profiles.append(&mut profiles),
            Err(error) => listing.gaps.push(Gap {
                kind,
                is_denied: error.kind() == ErrorKind::Permission,
                reason: error.to_string(),
            }),
        }
    }
    Ok(listing)
}

/// Every page of the profiles of a kind. A part of the pages is not given out: nobody could tell what is missing.
///
/// # Errors
/// The failure of any page, and a service that never comes to an end.
pub(crate) async fn profiles(
    control_plane: &ControlPlane,
    kind: ProfileKind,
) -> Result<Vec<InferenceProfile>, ProviderError> {
    let mut profiles = Vec::new();
    let mut tokens = HashSet::new();
    let mut token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let question = Question::InferenceProfiles { kind, token: token.as_deref() };
        let mut page = inference_profiles(&control_plane.ask(&question).await?, kind);
        profiles.append(&mut page.profiles);
        let Some(next) = page.next_token else { return Ok(profiles) };
        if !tokens.insert(next.clone()) {
            return Err(endless(control_plane, "it gave the token of a page again that was read already"));
        }
        token = Some(next);
    }
    Err(endless(control_plane, &format!("it gave more than {MOST_PAGES} pages")))
}

fn endless(control_plane: &ControlPlane, reason: &str) -> ProviderError {
    let place = control_plane.site.place();
    ProviderError::new(ErrorKind::Other, format!("the service never comes to an end: {reason}"))
        .with_attempt(format!("list the inference profiles of Amazon Bedrock {place}"))
        .with_hint(NOT_BEDROCK)
}
