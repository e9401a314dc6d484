//! A whole listing: foundation models and all pages of both kinds of inference profiles, side by side.
//!
//! Separate from single calls because of what is decided here: what a listing is worth when a part of it fails.

use std::collections::HashSet;

use clawdia_core::{ErrorKind, ProviderError};
use futures_util::future;
use tokio::time::Instant;

use crate::control_plane::{ControlPlane, Question};
use crate::failure::{NOT_BEDROCK, is_expired_credentials};
use crate::listing::{
    FoundationModel, Gap, InferenceProfile, Listing, NotAList, ProfileKind, foundation_models,
    inference_profiles,
};

/// No account has so many pages; a service that gives more never comes to an end.
const MOST_PAGES: usize = 300;

/// How much of the time there is is kept for what comes after profiles: a list without them is better than none.
const RESERVE: u32 = 10;

/// Lists everything by the deadline. Without profiles there is a listing all the same, with gaps; without foundation models there is none.
///
/// # Errors
/// Why the foundation models could not be listed; then the profiles are not waited for.
pub(crate) async fn listing(
    control_plane: &ControlPlane,
    deadline: Instant,
) -> Result<Listing, ProviderError> {
    let until = deadline - deadline.saturating_duration_since(Instant::now()) / RESERVE;
    let models = models(control_plane);
    let profiles = async {
        let system = profiles_until(until, control_plane, ProfileKind::System);
        let application = profiles_until(until, control_plane, ProfileKind::Application);
        Ok::<_, ProviderError>(future::join(system, application).await)
    };
    let (models, (system, application)) = future::try_join(models, profiles).await?;
    let mut listing = Listing { models, ..Listing::default() };
    for (kind, profiles) in [(ProfileKind::System, system), (ProfileKind::Application, application)] {
        match profiles {
            Ok(mut profiles) => listing.profiles.append(&mut profiles),
            Err(error) => {
                let is_denied = is_denied(&error);
                let is_expired = is_expired_credentials(&error);
                listing.gaps.push(Gap { kind, is_denied, is_expired, reason: error.to_string() });
            }
        }
    }
    Ok(listing)
}

/// Whether the service says that a permission is missing. Others answer with status 403 as well: a proxy's login page, a
/// firewall; what they refuse may be allowed in a moment.
fn is_denied(error: &ProviderError) -> bool {
    let is_said = error.code().is_some_and(|code| code.starts_with("AccessDenied"))
        || error.message().contains("not authorized to perform");
    error.kind() == ErrorKind::Permission && is_said
}

/// The foundation models.
///
/// # Errors
/// The failure of the call, and an answer that is no list.
pub(crate) async fn models(control_plane: &ControlPlane) -> Result<Vec<FoundationModel>, ProviderError> {
    let answer = control_plane.ask(&Question::FoundationModels).await?;
    foundation_models(&answer).map_err(|reason| not_a_list(control_plane, "foundation models", reason))
}

async fn profiles_until(
    until: Instant,
    control_plane: &ControlPlane,
    kind: ProfileKind,
) -> Result<Vec<InferenceProfile>, ProviderError> {
    let outcome = tokio::time::timeout_at(until, profiles(control_plane, kind)).await;
    outcome.unwrap_or_else(|_| {
        let place = control_plane.site.place();
        let error = ProviderError::new(ErrorKind::Timeout, "it took too long");
        Err(error.with_attempt(format!("list the inference profiles of Amazon Bedrock {place}")))
    })
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
        let mut page = inference_profiles(&control_plane.ask(&question).await?, kind)
            .map_err(|reason| not_a_list(control_plane, "inference profiles", reason))?;
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
    let message = format!("the service never comes to an end: {reason}");
    not_bedrock(control_plane, "inference profiles", message)
}

fn not_a_list(control_plane: &ControlPlane, what: &str, reason: NotAList) -> ProviderError {
    not_bedrock(control_plane, what, reason.to_string()).with_source(reason)
}

fn not_bedrock(control_plane: &ControlPlane, what: &str, message: String) -> ProviderError {
    let place = control_plane.site.place();
    ProviderError::new(ErrorKind::Other, message)
        .with_attempt(format!("list the {what} of Amazon Bedrock {place}"))
        .with_hint(NOT_BEDROCK)
}
