//! Examining, step by step, what listing models takes and whether the account has access to one.
//!
//! Separate from the source because nothing is kept or shared here: every permission is judged by calling its API now.

use clawdia_aws::{Answerer, Connection, statement};
use clawdia_bedrock_models::{Arn, ResourceKind, find};
use clawdia_core::{ErrorKind, ModelId, Outcome, ProviderError, Step, StepSink};
use serde_json::Value;

use crate::control_plane::{ControlPlane, Question};
use crate::failure::without_password;
use crate::listing::{FoundationModel, InferenceProfile, Listing, ProfileKind, text};
use crate::plugin::PERMISSIONS;
use crate::source::BedrockSource;

const CONNECTION: &str = "connection (control plane)";
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

/// Tells of all steps. Those that come after one they need are skipped.
pub(crate) async fn examine(source: &BedrockSource, model: Option<&ModelId>, steps: &mut dyn StepSink) {
    let mut told = Told { steps, remaining: names(model) };
    if let Some(reason) = source.switched_off() {
        told.skip_rest(reason);
        return;
    }
    let connection = match source.connect(&source.settings().aws).await {
        Ok(connection) => connection,
        Err(error) => {
            told.fail(MODELS, &error, None);
            told.skip_rest(UNASKED);
            return;
        }
    };
    let deadline = source.deadline();
    let control_plane = source.control_plane(&connection, deadline);
    let examination = Examination { source, connection: &connection, control_plane };
    if tokio::time::timeout_at(deadline, examination.run(model, &mut told)).await.is_err() {
        if let Some(name) = told.remaining.first().copied() {
            told.fail(name, &source.too_late(), None);
        }
        told.skip_rest(UNASKED);
    }
}

/// Why steps are skipped when one before them had no answer.
const UNASKED: &str = "the service could not be asked";

/// What is told, and what is still to be.
struct Told<'a> {
    steps: &'a mut dyn StepSink,
    remaining: Vec<&'static str>,
}

impl Told<'_> {
    fn done(&mut self, step: Step) {
        self.remaining.retain(|name| *name != step.name);
        self.steps.done(step);
    }

    /// Tells of a failure; `connection` is the one whose permissions it may be about.
    fn fail(&mut self, name: &'static str, error: &ProviderError, connection: Option<&Connection>) {
        let step = Step::not_ok(name, error.message());
        let remedy = match connection {
            Some(connection) if is_mended_by_allowing(error) => Some(allowing(name, connection)),
            Some(_) | None => error.hint().map(str::to_owned),
        };
        self.done(match remedy {
            Some(remedy) => step.with_remedy(remedy),
            None => step,
        });
    }

    fn skip_rest(&mut self, reason: &str) {
        for name in std::mem::take(&mut self.remaining) {
            self.steps.done(Step::skipped(name, reason));
        }
    }
}

/// Whether a statement helps: it does not where a policy says no.
fn is_mended_by_allowing(error: &ProviderError) -> bool {
    error.kind() == ErrorKind::Permission && !error.message().contains("explicit deny")
}

/// The statement that allows an action, as the whole policy has it.
fn allowing(action: &str, connection: &Connection) -> String {
    let resources = PERMISSIONS.iter().find(|permission| permission.action == action);
    let resources = resources.map_or(&["*"][..], |permission| permission.resources);
    statement(action, &resources.iter().map(|pattern| connection.resource(pattern)).collect::<Vec<_>>())
}

/// What is examined, and over what.
struct Examination<'a> {
    source: &'a BedrockSource,
    connection: &'a Connection,
    control_plane: ControlPlane,
}

impl Examination<'_> {
    /// Whether the control plane answers, where it is not at the address that models are called at.
    async fn reach(&self, told: &mut Told<'_>) -> bool {
        let connection = self.connection;
        if !connection.has_separate_control_plane() {
            return true;
        }
        let address = without_password(connection.control_plane_address());
        let origin = connection.control_plane_endpoint_origin();
        told.done(Step::ok("endpoint (control plane)", format!("{address} ({origin})")));
        told.steps.trying(CONNECTION);
        let (step, hint) = match self.source.aws().reach_control_plane(connection).await {
            Ok(reached) => {
                let step = match reached.answerer {
                    Answerer::Stranger => Step::not_ok(CONNECTION, reached.to_string()),
                    _ => Step::ok(CONNECTION, reached.to_string()),
                };
                (step, reached.hint().map(str::to_owned))
            }
            Err(unreachable) => (Step::not_ok(CONNECTION, unreachable.to_string()), Some(unreachable.hint())),
        };
        let is_reached = step.outcome == Outcome::Ok;
        told.done(match hint {
            Some(hint) => step.with_remedy(hint),
            None => step,
        });
        is_reached
    }

    async fn run(&self, model: Option<&ModelId>, told: &mut Told<'_>) {
        if !self.reach(told).await {
            told.skip_rest(&format!("`{CONNECTION}` comes first"));
            return;
        }
        let Self { source, connection, control_plane } = self;
        let place = control_plane.site.place();
        let mut listing = Listing::default();
        // What is in neither list may still be in one that could not be had.
        let mut missing = None;
        told.steps.trying(MODELS);
        match crate::fetch::models(control_plane).await {
            Ok(models) => {
                listing.models = models;
                told.done(Step::ok(MODELS, format!("{} models {place}", listing.models.len())));
            }
            // Without an answer or without credentials, nothing else will be answered either.
            Err(error) if error.status().is_none() || error.kind() == ErrorKind::Auth => {
                told.fail(MODELS, &error, Some(connection));
                told.skip_rest(UNASKED);
                return;
            }
            Err(error) => {
                missing = Some(MODELS);
                told.fail(MODELS, &error, Some(connection));
            }
        }
        told.steps.trying(PROFILES);
        match crate::fetch::profiles(control_plane, ProfileKind::System).await {
            Ok(system) => {
                listing.profiles = system;
                let detail = format!("{} inference profiles {place}", listing.profiles.len());
                told.done(Step::ok(PROFILES, detail));
            }
            Err(error) => {
                missing = missing.or(Some(PROFILES));
                told.fail(PROFILES, &error, Some(connection));
            }
        }
        if let Some(model) = model {
            let base_id = base_of(self, &mut listing, model.as_str(), told).await;
            told.done(offer(source, control_plane, &listing, missing, model.as_str()));
            access(self, base_id, told).await;
        }
    }
}

/// The foundation model behind an id, or why it is not known. Looking it up where the id does not say is a step.
async fn base_of(
    examination: &Examination<'_>,
    listing: &mut Listing,
    id: &str,
    told: &mut Told<'_>,
) -> Result<String, String> {
    let is_known = |model: &&FoundationModel| model.id.eq_ignore_ascii_case(id);
    if let Some(model) = listing.models.iter().find(is_known) {
        return Ok(model.id.clone());
    }
    let arn = Arn::parse(id).ok();
    if arn.is_some_and(|arn| arn.kind() == ResourceKind::FoundationModel) {
        return Ok(arn.map_or(id, |arn| arn.resource_id()).to_owned());
    }
    if let Some(base) = listing.profiles.iter().find_map(|profile| base_in(profile, id)) {
        return Ok(base);
    }
    let is_profile = arn.is_some_and(|arn| {
        matches!(arn.kind(), ResourceKind::ApplicationInferenceProfile | ResourceKind::InferenceProfile)
    });
    if !is_profile {
        // A profile that is not in the list, or a model that is not: the facts may know which.
        let base = find(id).map_or(id, |resolved| resolved.base_id);
        return Ok(base.to_owned());
    }
    told.steps.trying(PROFILE);
    let answer = match examination.control_plane.ask(&Question::InferenceProfile { id }).await {
        Ok(answer) => answer,
        Err(error) => {
            told.fail(PROFILE, &error, Some(examination.connection));
            return Err("the model behind the profile is not known".to_owned());
        }
    };
    let Some(profile) = InferenceProfile::read(&answer, ProfileKind::Application) else {
        let reason = "the service describes the profile without an id";
        told.done(Step::not_ok(PROFILE, reason));
        return Err(reason.to_owned());
    };
    let base = profile.models.first().cloned();
    let detail = format!("`{}` is in front of `{}`", profile.id, base.as_deref().unwrap_or("nothing"));
    listing.profiles.push(profile);
    told.done(Step::ok(PROFILE, detail));
    base.ok_or_else(|| "the profile names no model".to_owned())
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
async fn access(examination: &Examination<'_>, base_id: Result<String, String>, told: &mut Told<'_>) {
    let base_id = match base_id {
        Ok(base_id) => base_id,
        Err(reason) => return told.skip_rest(&reason),
    };
    told.steps.trying(AVAILABILITY);
    let question = Question::Availability { model_id: &base_id };
    let answer = match examination.control_plane.ask(&question).await {
        Ok(answer) => answer,
        Err(error) => {
            told.fail(AVAILABILITY, &error, Some(examination.connection));
            return told.skip_rest("the access to the model is not known");
        }
    };
    told.done(Step::ok(AVAILABILITY, format!("the access to `{base_id}` is known")));
    for (name, pointer, good, remedy) in ACCESS {
        told.done(match answer.pointer(pointer).and_then(Value::as_str) {
            Some(word) if word.eq_ignore_ascii_case(good) => Step::ok(name, word),
            Some(word) => {
                let message =
                    answer.get("agreementAvailability").and_then(|agreement| text(agreement, "errorMessage"));
                let detail = match message.filter(|_| pointer.starts_with("/agreement")) {
                    Some(message) => format!("{word}: {message}"),
                    None => word.to_owned(),
                };
                Step::not_ok(name, detail).with_remedy(remedy)
            }
            None => Step::skipped(name, "the service does not say"),
        });
    }
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
