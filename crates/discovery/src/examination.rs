//! Examining, step by step, what listing models takes and whether the account has access to one.
//!
//! Separate from the source because nothing is kept or shared here: every permission is judged by calling its API now.

use clawdia_bedrock_models::{Arn, ResourceKind, find};
use clawdia_core::{ErrorKind, ModelId, ProviderError, Step};
use serde_json::Value;

use crate::control_plane::{ControlPlane, Question};
use crate::failure::policy_line;
use crate::listing::{FoundationModel, InferenceProfile, Listing, ProfileKind, foundation_models, text};
use crate::source::BedrockSource;

const MODELS: &str = "bedrock:ListFoundationModels";
const PROFILES: &str = "bedrock:ListInferenceProfiles";
const PROFILE: &str = "bedrock:GetInferenceProfile";
const OFFER: &str = "model in the region";
const AVAILABILITY: &str = "bedrock:GetFoundationModelAvailability";

/// What `GetFoundationModelAvailability` says: the step, the words that are good, and what to do about others. Source:
/// the operation's response in the API reference.
const ACCESS: [(&str, &str, &str, &str); 4] = [
    (
        "model access: region",
        "/regionAvailability",
        "AVAILABLE",
        "use a region in which the model is offered",
    ),
    (
        "model access: entitlement",
        "/entitlementAvailability",
        "AVAILABLE",
        "request access to the model in the Bedrock console, under Model access",
    ),
    (
        "model access: agreement",
        "/agreementAvailability/status",
        "AVAILABLE",
        "accept the model's agreement in the Bedrock console, under Model access, with an identity that is allowed \
         aws-marketplace:Subscribe; a pending one takes a few minutes",
    ),
    (
        "model access: authorization",
        "/authorizationStatus",
        "AUTHORIZED",
        "allow the identity bedrock:InvokeModel on the model, and look for service control policies that deny it",
    ),
];

/// All steps. Those that come after one they need are skipped.
pub(crate) async fn steps(source: &BedrockSource, model: Option<&ModelId>) -> Vec<Step> {
    if let Some(reason) = source.switched_off() {
        return all_skipped(model, reason);
    }
    let connection = match source.connect(&source.settings().aws).await {
        Ok(connection) => connection,
        Err(error) => return first_failed(model, &error),
    };
    let deadline = source.deadline();
    let control_plane = source.control_plane(&connection, deadline);
    let steps = tried(source, &control_plane, model);
    match tokio::time::timeout_at(deadline, steps).await {
        Ok(steps) => steps,
        Err(_) => first_failed(model, &source.too_late()),
    }
}

async fn tried(source: &BedrockSource, control_plane: &ControlPlane, model: Option<&ModelId>) -> Vec<Step> {
    let place = control_plane.site.place();
    let mut listing = Listing::default();
    // What is in neither list may still be in one that could not be had.
    let mut missing = None;
    let mut steps = Vec::new();
    let question = Question::FoundationModels;
    match control_plane.ask(&question).await {
        Ok(answer) => {
            listing.models = foundation_models(&answer);
            steps.push(Step::ok(MODELS, format!("{} models {place}", listing.models.len())));
        }
        // Without an answer or without credentials, nothing else will be answered either.
        Err(error) if error.status().is_none() || error.kind() == ErrorKind::Auth => {
            return first_failed(model, &error);
        }
        Err(error) => {
            missing = Some(MODELS);
            steps.push(failed(MODELS, &question, &error));
        }
    }
    let question = Question::InferenceProfiles { kind: ProfileKind::System, token: None };
    match crate::fetch::profiles(control_plane, ProfileKind::System).await {
        Ok(system) => {
            listing.profiles = system;
            steps.push(Step::ok(PROFILES, format!("{} inference profiles {place}", listing.profiles.len())));
        }
        Err(error) => {
            missing = missing.or(Some(PROFILES));
            steps.push(failed(PROFILES, &question, &error));
        }
    }
    if let Some(model) = model {
        let (base_id, lookup) = base_of(control_plane, &mut listing, model.as_str()).await;
        steps.extend(lookup);
        steps.push(offer(source, control_plane, &listing, missing, model.as_str()));
        steps.extend(access(control_plane, base_id).await);
    }
    steps
}

/// The foundation model behind an id, and the step of looking it up where the id does not say.
async fn base_of(
    control_plane: &ControlPlane,
    listing: &mut Listing,
    id: &str,
) -> (Result<String, String>, Option<Step>) {
    let is_known = |model: &&FoundationModel| model.id.eq_ignore_ascii_case(id);
    if let Some(model) = listing.models.iter().find(is_known) {
        return (Ok(model.id.clone()), None);
    }
    let arn = Arn::parse(id).ok();
    if arn.is_some_and(|arn| arn.kind() == ResourceKind::FoundationModel) {
        return (Ok(arn.map_or(id, |arn| arn.resource_id()).to_owned()), None);
    }
    if let Some(base) = listing.profiles.iter().find_map(|profile| base_in(profile, id)) {
        return (Ok(base), None);
    }
    let is_profile = arn.is_some_and(|arn| {
        matches!(arn.kind(), ResourceKind::ApplicationInferenceProfile | ResourceKind::InferenceProfile)
    });
    if !is_profile {
        // A profile that is not in the list, or a model that is not: the facts may know which.
        let base = find(id).map_or(id, |resolved| resolved.base_id);
        return (Ok(base.to_owned()), None);
    }
    let question = Question::InferenceProfile { id };
    let answer = match control_plane.ask(&question).await {
        Ok(answer) => answer,
        Err(error) => {
            let reason = "the model behind the profile is not known".to_owned();
            return (Err(reason), Some(failed(PROFILE, &question, &error)));
        }
    };
    let Some(profile) = InferenceProfile::read(&answer, ProfileKind::Application) else {
        let reason = "the service describes the profile without an id";
        return (Err(reason.to_owned()), Some(Step::not_ok(PROFILE, reason)));
    };
    let base = profile.models.first().cloned();
    let detail = format!("`{}` is in front of `{}`", profile.id, base.as_deref().unwrap_or("nothing"));
    listing.profiles.push(profile);
    (base.ok_or_else(|| "the profile names no model".to_owned()), Some(Step::ok(PROFILE, detail)))
}

fn base_in(profile: &InferenceProfile, id: &str) -> Option<String> {
    let is_it = profile.id.eq_ignore_ascii_case(id)
        || profile.arn.as_deref().is_some_and(|arn| arn.eq_ignore_ascii_case(id));
    is_it.then(|| profile.models.first().cloned()).flatten()
}

/// Whether the model is offered in the region, and how it is called there. `missing` is the action of a list that could
/// not be had: without it nothing can be said of a model that the other list lacks.
fn offer(
    source: &BedrockSource,
    control_plane: &ControlPlane,
    listing: &Listing,
    missing: Option<&str>,
    id: &str,
) -> Step {
    let region = &control_plane.site.region;
    let catalog = source.catalog(listing, region);
    let is = |known: &str| known.eq_ignore_ascii_case(id);
    let id_in_arn = Arn::parse(id).ok().and_then(|arn| arn.model_id()).unwrap_or(id);
    let is_listed = |known: &str| is(known) || known.eq_ignore_ascii_case(id_in_arn);
    if let Some(found) = catalog.models.iter().find(|found| is_listed(found.model.id.as_str())) {
        let until = found.legacy_until.as_deref().map(|day| format!(", until {day}")).unwrap_or_default();
        return Step::ok(OFFER, format!("`{}` can be called in {region}{until}", found.model.id));
    }
    let stands_for = |found: &&clawdia_core::DiscoveredModel| {
        found.stands_for.as_ref().is_some_and(|model| is_listed(model.as_str()))
    };
    if let Some(profile) = catalog.models.iter().find(stands_for) {
        return Step::ok(OFFER, format!("`{id}` is called through `{}` in {region}", profile.model.id));
    }
    if let Some(action) = missing {
        return Step::skipped(OFFER, format!("`{action}` comes first"));
    }
    if catalog.out_of_reach.iter().any(|known| is_listed(known)) {
        return Step::not_ok(
            OFFER,
            format!("`{id}` is called only through an inference profile, and none is listed in {region}"),
        )
        .with_remedy("use a region with profiles of the model");
    }
    match listing.models.iter().find(|model| is_listed(&model.id)) {
        Some(model) => {
            let status = model.status.as_deref().unwrap_or("without a status");
            let inference = model.inference.join(", ");
            Step::not_ok(
                OFFER,
                format!(
                    "`{id}` is known in {region} ({status}, {inference}) and cannot stream text on demand"
                ),
            )
            .with_remedy("use a model that `clawdia models list` shows")
        }
        None => Step::not_ok(
            OFFER,
            format!("`{id}` is neither a model nor an inference profile in {region}"),
        )
        .with_remedy(
            "check the id, and that its prefix fits the region; `clawdia models list` shows those there are",
        ),
    }
}

/// Whether the account has access to a foundation model.
async fn access(control_plane: &ControlPlane, base_id: Result<String, String>) -> Vec<Step> {
    let skipped =
        |reason: &str| ACCESS.iter().map(|(name, ..)| Step::skipped(*name, reason)).collect::<Vec<_>>();
    let base_id = match base_id {
        Ok(base_id) => base_id,
        Err(reason) => {
            let mut steps = vec![Step::skipped(AVAILABILITY, reason.clone())];
            steps.extend(skipped(&reason));
            return steps;
        }
    };
    let question = Question::Availability { model_id: &base_id };
    let answer = match control_plane.ask(&question).await {
        Ok(answer) => answer,
        Err(error) => {
            let mut steps = vec![failed(AVAILABILITY, &question, &error)];
            steps.extend(skipped("the access to the model is not known"));
            return steps;
        }
    };
    let mut steps = vec![Step::ok(AVAILABILITY, format!("the access to `{base_id}` is known"))];
    steps.extend(ACCESS.iter().map(|(name, pointer, good, remedy)| {
        match answer.pointer(pointer).and_then(Value::as_str) {
            Some(word) if word.eq_ignore_ascii_case(good) => Step::ok(*name, word),
            Some(word) => {
                let message =
                    answer.get("agreementAvailability").and_then(|agreement| text(agreement, "errorMessage"));
                let detail = match message.filter(|_| pointer.starts_with("/agreement")) {
                    Some(message) => format!("{word}: {message}"),
                    None => word.to_owned(),
                };
                Step::not_ok(*name, detail).with_remedy(*remedy)
            }
            None => Step::skipped(*name, "the service does not say"),
        }
    }));
    steps
}

/// The names of all steps for a model, in their order.
fn names(model: Option<&ModelId>) -> Vec<&'static str> {
    let mut names = vec![MODELS, PROFILES];
    if model.is_some() {
        names.extend([OFFER, AVAILABILITY]);
        names.extend(ACCESS.iter().map(|(name, ..)| *name));
    }
    names
}

fn all_skipped(model: Option<&ModelId>, reason: &str) -> Vec<Step> {
    names(model).into_iter().map(|name| Step::skipped(name, reason)).collect()
}

/// The first step with its failure, and all others skipped for it.
fn first_failed(model: Option<&ModelId>, error: &ProviderError) -> Vec<Step> {
    let mut steps = all_skipped(model, "the service could not be asked");
    if let Some(first) = steps.first_mut() {
        *first = failed(MODELS, &Question::FoundationModels, error);
    }
    steps
}

fn failed(name: &str, question: &Question<'_>, error: &ProviderError) -> Step {
    let step = Step::not_ok(name, error.message());
    match error.kind() {
        ErrorKind::Permission => step.with_remedy(policy_line(question.action())),
        _ => match error.hint() {
            Some(hint) => step.with_remedy(hint),
            None => step,
        },
    }
}
