//! The control plane: lists of foundation models and inference profiles, and their details.
//!
//! Text models and profiles come from the shared facts; a few models of other kinds are added, so
//! that a client that cannot tell an embedding model from a chat model finds out.

mod lists;
mod query;

use clawdia_bedrock_models::{Modality, ModelFacts};
use serde_json::{Value, json};

use crate::model::{Account, Identifier};
use crate::quirks::Traits;
use crate::refusal::Refusal;

pub(crate) use lists::{Changes, Lists};
pub(crate) use query::Query;

/// A model that answers in something else than text, or cannot be called by everyone.
struct OtherModel {
    id: &'static str,
    name: &'static str,
    input: &'static [&'static str],
    output: &'static [&'static str],
    inference: &'static [&'static str],
}

#[rustfmt::skip]
const OTHER_MODELS: &[OtherModel] = &[
    OtherModel { id: "amazon.nova-canvas-v1:0", name: "Nova Canvas", input: &["TEXT", "IMAGE"], output: &["IMAGE"], inference: &["ON_DEMAND"] },
    OtherModel { id: "amazon.nova-lite-v1:0:24k", name: "Nova Lite", input: &["TEXT", "IMAGE", "VIDEO"], output: &["TEXT"], inference: &["PROVISIONED"] },
    OtherModel { id: "amazon.nova-reel-v1:0", name: "Nova Reel", input: &["TEXT", "IMAGE"], output: &["VIDEO"], inference: &["ON_DEMAND"] },
    OtherModel { id: "amazon.nova-sonic-v1:0", name: "Nova Sonic", input: &["SPEECH"], output: &["SPEECH", "TEXT"], inference: &["ON_DEMAND"] },
    OtherModel { id: "amazon.titan-embed-text-v2:0", name: "Titan Text Embeddings V2", input: &["TEXT"], output: &["EMBEDDING"], inference: &["ON_DEMAND"] },
    OtherModel { id: "cohere.embed-english-v3", name: "Embed English", input: &["TEXT"], output: &["EMBEDDING"], inference: &["ON_DEMAND"] },
    OtherModel { id: "stability.sd3-5-large-v1:0", name: "Stable Diffusion 3.5 Large", input: &["TEXT", "IMAGE"], output: &["IMAGE"], inference: &["ON_DEMAND"] },
];

/// The regions that a geography's profiles route to; none for profiles that route everywhere.
const REGIONS: &[(&str, &[&str])] = &[
    ("us", &["us-east-1", "us-east-2", "us-west-2"]),
    ("us-gov", &["us-gov-east-1", "us-gov-west-1"]),
    ("eu", &["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"]),
    ("apac", &["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"]),
    ("jp", &["ap-northeast-1", "ap-northeast-3"]),
    ("au", &["ap-southeast-2", "ap-southeast-4"]),
    ("ca", &["ca-central-1", "ca-west-1"]),
    ("sa", &["sa-east-1"]),
    ("in", &["ap-south-1", "ap-south-2"]),
];

/// How many inference profiles are listed at a time when nobody says.
const PAGE_SIZE: usize = 100;

/// A model whose end is announced for a day before this one is listed as legacy.
///
/// A fixed day and not today's, so that a list does not change from one day to the next.
const LEGACY_BEFORE: &str = "2027-01-01";
const START_OF_LIFE: &str = "2024-12-03T00:00:00Z";

/// Whether an id names a model that answers in no text, or is not for conversations.
pub(crate) fn is_not_conversational(id: &str) -> bool {
    OTHER_MODELS.iter().any(|model| model.id == id && model.inference != ["PROVISIONED"])
}

/// Whether an id names a model that only bought throughput can call.
pub(crate) fn is_provisioned_only(id: &str) -> bool {
    OTHER_MODELS.iter().any(|model| model.id == id && model.inference == ["PROVISIONED"])
}

/// `ListFoundationModels`.
pub(crate) fn foundation_models(account: &Account, query: &Query<'_>) -> Result<Value, Refusal> {
    query.one_of("byOutputModality", &["TEXT", "IMAGE", "EMBEDDING"])?;
    query.one_of("byInferenceType", &["ON_DEMAND", "PROVISIONED"])?;
    query.one_of("byCustomizationType", &["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"])?;
    query.provider()?;
    let contains = |summary: &Value, member: &str, name: &str| match query.get(name) {
        Some(wanted) => {
            summary[member].as_array().is_some_and(|words| words.iter().any(|word| word == &*wanted))
        }
        None => true,
    };
    let by = query.get("byProvider");
    let summaries: Vec<Value> = summaries(account)
        .into_iter()
        .filter(|summary| {
            by.as_ref().is_none_or(|by| {
                summary["providerName"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(by))
            })
        })
        .filter(|summary| contains(summary, "outputModalities", "byOutputModality"))
        .filter(|summary| contains(summary, "inferenceTypesSupported", "byInferenceType"))
        .filter(|summary| contains(summary, "customizationsSupported", "byCustomizationType"))
        .collect();
    Ok(json!({ "modelSummaries": summaries }))
}

/// `GetFoundationModel`.
pub(crate) fn foundation_model(account: &Account, id: &str) -> Result<Value, Refusal> {
    let details = find_summary(account, id)?;
    Ok(json!({ "modelDetails": details }))
}

/// `GetFoundationModelAvailability`.
pub(crate) fn availability(account: &Account, id: &str) -> Result<Value, Refusal> {
    let model_id = &find_summary(account, id)?["modelId"];
    Ok(account.access.to(model_id.as_str().unwrap_or_default()).availability(model_id))
}

/// `ListInferenceProfiles`.
pub(crate) fn inference_profiles(
    account: &Account,
    query: &Query<'_>,
    page_size: Option<usize>,
) -> Result<Value, Refusal> {
    query.one_of("type", &["SYSTEM_DEFINED", "APPLICATION"])?;
    let size = match (query.max_results()?, page_size) {
        (Some(wanted), Some(most)) => wanted.min(most),
        (Some(size), None) | (None, Some(size)) => size,
        (None, None) => PAGE_SIZE,
    };
    let size = size.max(1);
    let start = query.next_token()?;
    let changes = account.lists.read();
    if let Some((page, refusal)) = &changes.failing_page
        && start / size + 1 == *page
    {
        return Err(refusal.clone());
    }
    // Without a type the service lists its own profiles only.
    let own = query.get("type").as_deref() == Some("APPLICATION");
    let mut profiles = changes.profiles.complete(|| all_profiles(account));
    profiles.retain(|profile| (profile["type"] == "APPLICATION") == own);
    let count = profiles.len();
    let (mut page, mut more) = (Vec::new(), start + size < count);
    if changes.endless && count > 0 {
        more = true;
        page.extend((start..start + size.min(count)).map(|index| &profiles[index % count]));
    } else {
        page.extend(profiles.iter().skip(start).take(size));
    }
    let mut list = json!({ "inferenceProfileSummaries": page });
    if more {
        list["nextToken"] = Query::token(start + size).into();
    }
    Ok(list)
}

/// `GetInferenceProfile`.
pub(crate) fn inference_profile(account: &Account, id: &str) -> Result<Value, Refusal> {
    let short = match Identifier::read(id) {
        Identifier::Arn(arn) => arn.id,
        Identifier::Id(_) | Identifier::Broken => id,
    };
    let profiles = account.lists.read().profiles.complete(|| all_profiles(account));
    let found =
        |profile: &&Value| profile["inferenceProfileId"] == short || profile["inferenceProfileArn"] == id;
    profiles.iter().find(found).cloned().ok_or_else(|| {
        Refusal::not_found("Could not find the inference profile. Check the identifier and try again.")
    })
}

fn all_profiles(account: &Account) -> Vec<Value> {
    let system = account.profiles().filter(|facts| !facts.end_of_life).map(|facts| profile(account, facts));
    system.chain(application_profiles(account)).collect()
}

fn find_summary(account: &Account, id: &str) -> Result<Value, Refusal> {
    summaries(account)
        .into_iter()
        .find(|summary| summary["modelId"] == id || summary["modelArn"] == id)
        .ok_or_else(|| Refusal::validation("The provided model identifier is invalid."))
}

fn summaries(account: &Account) -> Vec<Value> {
    account.lists.read().models.complete(|| known_summaries(account))
}

fn known_summaries(account: &Account) -> Vec<Value> {
    let text =
        Account::foundation_models().filter(|facts| !facts.end_of_life).map(|facts| summary(account, facts));
    let other = OTHER_MODELS.iter().map(|model| {
        json!({
            "modelArn": model_arn(account, &account.region, model.id),
            "modelId": model.id,
            "modelName": model.name,
            "providerName": Traits::of(model.id).vendor,
            "inputModalities": model.input,
            "outputModalities": model.output,
            "responseStreamingSupported": model.output.contains(&"TEXT"),
            "customizationsSupported": if model.inference == ["PROVISIONED"] { json!(["FINE_TUNING"]) } else { json!([]) },
            "inferenceTypesSupported": model.inference,
            "modelLifecycle": { "status": "ACTIVE", "startOfLifeTime": START_OF_LIFE },
        })
    });
    let mut summaries: Vec<Value> = text.chain(other).collect();
    summaries.sort_by(|left, right| left["modelId"].as_str().cmp(&right["modelId"].as_str()));
    summaries
}

fn summary(account: &Account, facts: &ModelFacts) -> Value {
    let mut input = vec!["TEXT"];
    if facts.input.contains(&Modality::Image) {
        input.push("IMAGE");
    }
    if facts.capabilities.video == Some(true) {
        input.push("VIDEO");
    }
    let mut inference = Vec::new();
    if !facts.served_only_through_profile() {
        inference.push("ON_DEMAND");
    }
    if account.profiles().any(|profile| profile.base_id == facts.id) || inference.is_empty() {
        inference.push("INFERENCE_PROFILE");
    }
    let legacy = facts.deprecation_date.is_some_and(|date| date < LEGACY_BEFORE);
    let mut lifecycle = json!({
        "status": if legacy { "LEGACY" } else { "ACTIVE" },
        "startOfLifeTime": START_OF_LIFE,
    });
    if let Some(date) = facts.deprecation_date {
        lifecycle["endOfLifeTime"] = format!("{date}T00:00:00Z").into();
    }
    json!({
        "modelArn": model_arn(account, &account.region, facts.id),
        "modelId": facts.id,
        "modelName": name(facts),
        "providerName": Traits::of(facts.base_id).vendor,
        "inputModalities": input,
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": [],
        "inferenceTypesSupported": inference,
        "modelLifecycle": lifecycle,
    })
}

fn profile(account: &Account, facts: &ModelFacts) -> Value {
    let geography = facts.geography.map(|geography| geography.to_string()).unwrap_or_default();
    let regions = REGIONS.iter().find(|(known, _)| *known == geography).map(|(_, regions)| *regions);
    // A global profile names the region it is called from, and one model in no region at all.
    let regions = regions.map_or_else(|| vec![account.region.as_str(), ""], <[&str]>::to_vec);
    let models: Vec<Value> = regions
        .iter()
        .map(|region| json!({ "modelArn": model_arn(account, region, facts.base_id) }))
        .collect();
    let label = if geography == "global" { "Global".to_owned() } else { geography.to_uppercase() };
    json!({
        "inferenceProfileName": format!("{label} {} {}", Traits::of(facts.base_id).vendor, name(facts)),
        "description": format!("Routes requests to {} in {label} regions", name(facts)),
        "createdAt": START_OF_LIFE,
        "updatedAt": START_OF_LIFE,
        "inferenceProfileArn": profile_arn(account, "inference-profile", facts.id),
        "models": models,
        "inferenceProfileId": facts.id,
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

fn application_profiles(account: &Account) -> Vec<Value> {
    let all = clawdia_bedrock_models::all();
    account
        .application_profiles
        .iter()
        .map(|own| {
            let base = all
                .iter()
                .find(|facts| facts.id == own.model_id)
                .map_or(own.model_id.as_str(), |facts| facts.base_id);
            json!({
                "inferenceProfileName": own.id,
                "createdAt": START_OF_LIFE,
                "updatedAt": START_OF_LIFE,
                "inferenceProfileArn": profile_arn(account, "application-inference-profile", &own.id),
                "models": [{ "modelArn": model_arn(account, &account.region, base) }],
                "inferenceProfileId": own.id,
                "status": "ACTIVE",
                "type": "APPLICATION",
            })
        })
        .collect()
}

// The facts put a profile's geography behind the name, in parentheses.
fn name(facts: &ModelFacts) -> &'static str {
    let name = facts.name.unwrap_or(facts.base_id);
    name.split_once(" (").map_or(name, |(name, _)| name)
}

fn model_arn(account: &Account, region: &str, id: &str) -> String {
    format!("arn:{}:bedrock:{region}::foundation-model/{id}", account.partition())
}

fn profile_arn(account: &Account, kind: &str, id: &str) -> String {
    format!("arn:{}:bedrock:{}:{}:{kind}/{id}", account.partition(), account.region, account.id)
}
