//! From what the service said to what a user may choose from. Pure: the calendar and all settings are handed in.
//!
//! Separate from the asking, because a kept listing is read anew each time. The promise is that what is listed can be
//! called: by its own id on demand, or as an inference profile. What can be called only through a profile is not listed,
//! its profiles are, and one of them stands for it.

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use clawdia_bedrock_models::{
    Arn, Behaviour, Date, Geography, ModelFacts, Resolved, ResourceKind, ThinkingDialect, find,
    holds_conversations, served_only_through_profile,
};
use clawdia_core::{Api, DiscoveredModel, LimitsFrom, Modality, Model, ModelId, ProviderId};

use crate::filter::MakerFilter;
use crate::listing::{FoundationModel, InferenceProfile, Listing, ProfileKind};
use crate::settings::ProfilePreference;

/// What a listing is read by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) provider: &'a ProviderId,
    /// The region that was listed.
    pub(crate) region: &'a str,
    pub(crate) filter: &'a MakerFilter,
    pub(crate) preference: ProfilePreference,
    pub(crate) default_context_window: u64,
    pub(crate) default_max_tokens: u64,
    pub(crate) now: SystemTime,
}

/// What can be called, and how much cannot for want of a profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Catalog {
    /// In the order to show them in.
    pub(crate) models: Vec<DiscoveredModel>,
    /// Ids that are served only through profiles and have none in the listing.
    pub(crate) out_of_reach: Vec<String>,
}

/// Reads a listing.
pub(crate) fn catalog(listing: &Listing, terms: &Terms<'_>) -> Catalog {
    // Of ids that differ in capitals only, the usual one counts.
    let mut listed_models = listing.models.iter().collect::<Vec<_>>();
    listed_models.sort_by_key(|model| is_unusual(&model.id));
    let mut listed_profiles = listing.profiles.iter().collect::<Vec<_>>();
    listed_profiles.sort_by_key(|profile| is_unusual(&profile.id));
    let mut by_id: HashMap<String, &FoundationModel> = HashMap::new();
    for model in &listed_models {
        by_id.entry(model.id.to_lowercase()).or_insert(model);
    }

    let mut seen = HashSet::new();
    let mut models = Vec::new();
    let mut through_profiles = Vec::new();
    let wanted = |model: &&FoundationModel| is_usable(model, terms.now) && terms.filter.admits(model);
    for model in listed_models.iter().copied().filter(wanted) {
        match access(model) {
            Access::OnDemand => {
                if seen.insert(model.id.to_lowercase()) {
                    models.push(described(&model.id, None, model.name.as_deref(), Some(model), terms));
                }
            }
            Access::ThroughProfile => through_profiles.push(model),
            Access::Bought => {}
        }
    }

    let mut stand_ins: HashMap<String, Vec<String>> = HashMap::new();
    for profile in listed_profiles {
        let is_active = profile.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("ACTIVE"));
        let base_id = base_id(profile);
        let base = base_id.and_then(|id| by_id.get(&id.to_lowercase()).copied());
        let id = match profile.kind {
            ProfileKind::System => Some(&profile.id),
            // The id alone is not taken where models are called.
            ProfileKind::Application => profile.arn.as_ref(),
        };
        let (true, Some(id)) = (is_active, id) else { continue };
        let admitted = terms.filter.admits_profile(profile, base_id)
            || base.is_some_and(|base| terms.filter.admits(base));
        if !admitted || !can_chat(base_id, base, terms.now) {
            continue;
        }
        if seen.insert(id.to_lowercase()) {
            models.push(described(id, base_id, profile.name.as_deref(), base, terms));
            if let (ProfileKind::System, Some(base_id)) = (profile.kind, base_id) {
                stand_ins.entry(base_id.to_lowercase()).or_default().push(id.clone());
            }
        }
    }

    let mut out_of_reach = Vec::new();
    for model in through_profiles {
        let key = model.id.to_lowercase();
        if seen.contains(&key) {
            continue;
        }
        let Some(profiles) = stand_ins.remove(&key) else {
            if !out_of_reach.iter().any(|known: &String| known.eq_ignore_ascii_case(&model.id)) {
                out_of_reach.push(model.id.clone());
            }
            continue;
        };
        seen.insert(key);
        if let Some(chosen) = preferred(&profiles, terms)
            && let Some(stand_in) = models.iter_mut().find(|entry| entry.model.id.as_str() == chosen)
        {
            stand_in.stands_for = Some(ModelId::new(&model.id));
        }
    }
    models.sort_by_cached_key(|entry| {
        let id = entry.model.id.as_str();
        let name = &entry.model.name;
        (!is_global(id), name.to_lowercase(), name.clone(), id.to_owned())
    });
    out_of_reach.sort_unstable();
    Catalog { models, out_of_reach }
}

fn is_unusual(id: &str) -> bool {
    id.contains(char::is_uppercase)
}

/// How a foundation model is called.
enum Access {
    /// By its own id.
    OnDemand,
    /// Only by the id of an inference profile.
    ThroughProfile,
    /// Only with throughput that was bought, under an id of its own.
    Bought,
}

/// The service's words count; where it says nothing, the facts do.
fn access(model: &FoundationModel) -> Access {
    let offers = |word: &str| model.inference.iter().any(|offered| offered.eq_ignore_ascii_case(word));
    if model.inference.is_empty() {
        if served_only_through_profile(&model.id) { Access::ThroughProfile } else { Access::OnDemand }
    } else if offers("ON_DEMAND") {
        Access::OnDemand
    } else if offers("INFERENCE_PROFILE") {
        Access::ThroughProfile
    } else {
        Access::Bought
    }
}

/// Whether a model takes and streams text in conversations, and is still served.
fn is_usable(model: &FoundationModel, now: SystemTime) -> bool {
    let is_served = model
        .status
        .as_deref()
        .is_some_and(|status| status.eq_ignore_ascii_case("ACTIVE") || status.eq_ignore_ascii_case("LEGACY"));
    let takes_text =
        model.input.is_empty() || model.input.iter().any(|input| input.eq_ignore_ascii_case("TEXT"));
    model.streams
        && takes_text
        && holds_conversations(&model.id)
        && model.output.iter().any(|output| output.eq_ignore_ascii_case("TEXT"))
        && is_served
        && !model.has_ended(now)
}

/// Whether the model behind a profile streams text: by the catalogue, which may not have a model of other regions, or by
/// the facts, which have nothing else. A model that nobody knows gets the benefit of the doubt.
fn can_chat(base_id: Option<&str>, base: Option<&FoundationModel>, now: SystemTime) -> bool {
    match base {
        Some(base) => is_usable(base, now),
        None => base_id.is_none_or(|id| {
            holds_conversations(id) && !find(id).is_some_and(|resolved| resolved.facts.end_of_life)
        }),
    }
}

/// The id of the model behind a profile; that in the profile's own id where it names none.
fn base_id(profile: &InferenceProfile) -> Option<&str> {
    profile.models.first().map(String::as_str).or_else(|| match profile.kind {
        ProfileKind::System => without_geography(&profile.id),
        ProfileKind::Application => None,
    })
}

fn without_geography(id: &str) -> Option<&str> {
    id.split_once('.').filter(|(_, rest)| rest.contains('.')).map(|(_, rest)| rest)
}

fn is_global(id: &str) -> bool {
    id.get(.."global.".len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case("global."))
}

/// The profile that stands for the model behind all of them; `None` where none is wanted.
fn preferred<'p>(profiles: &'p [String], terms: &Terms<'_>) -> Option<&'p str> {
    let home = Geography::of_region(terms.region);
    let rank = |id: &&String| {
        let geography = id.split_once('.').and_then(|(prefix, _)| Geography::parse(prefix));
        let distance = home.iter().position(|near| Some(*near) == geography).unwrap_or(home.len());
        let is_first = terms.preference == ProfilePreference::Global && is_global(id);
        (!is_first, distance, (*id).clone())
    };
    match terms.preference {
        ProfilePreference::None => None,
        ProfilePreference::Geo | ProfilePreference::Global => {
            profiles.iter().min_by_key(rank).map(String::as_str)
        }
    }
}

/// A model or profile in the host's words.
fn described(
    id: &str,
    base_id: Option<&str>,
    name: Option<&str>,
    base: Option<&FoundationModel>,
    terms: &Terms<'_>,
) -> DiscoveredModel {
    let mut model = Model::new(terms.provider.clone(), id, Api::BEDROCK_CONVERSE_STREAM);
    let own = find(id);
    // What an id does not say by itself, the model behind it does.
    let canonical = base_id.filter(|_| own.is_none() && !is_plain(id));
    model.canonical_model_id = canonical.map(ModelId::new);
    let known_as = canonical.unwrap_or(id);
    let facts = own.or_else(|| find(known_as)).map(|Resolved { facts, .. }| facts);
    if let Some(facts) = facts {
        facts.describe(known_as, &mut model);
    } else {
        model.input = base.map_or(model.input, input_of);
        model.reasoning = Behaviour::of(known_as).thinking != ThinkingDialect::None;
    }
    if let Some(name) = name {
        name.clone_into(&mut model.name);
    }
    let limits_from = fill_limits(&mut model, facts, terms);
    let mut discovered = DiscoveredModel::new(model, limits_from);
    if let Some(base) = base {
        discovered.is_legacy =
            base.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("LEGACY"));
        discovered.legacy_until = base.end().map(|end| Date::from(end).to_string());
    }
    if discovered.is_legacy && discovered.legacy_until.is_none() {
        discovered.legacy_until = facts.and_then(|facts| facts.deprecation_date).map(str::to_owned);
    }
    discovered
}

/// Whether an id is a foundation model's own, which no other id could explain better.
fn is_plain(id: &str) -> bool {
    Arn::parse(id).is_ok_and(|arn| arn.kind() == ResourceKind::FoundationModel)
}

/// Fills limits that the facts do not know, and says where they are from.
fn fill_limits(model: &mut Model, facts: Option<&ModelFacts>, terms: &Terms<'_>) -> LimitsFrom {
    let known = facts.is_some_and(|facts| facts.context_window.is_some() && facts.max_tokens.is_some());
    if model.context_window == 0 {
        model.context_window = terms.default_context_window;
    }
    if model.max_tokens == 0 {
        model.max_tokens = terms.default_max_tokens;
    }
    if known { LimitsFrom::Facts } else { LimitsFrom::Default }
}

/// What goes into a model, by the service's words; those that nobody knows are passed over.
fn input_of(model: &FoundationModel) -> Vec<Modality> {
    let takes = |word: &str| model.input.iter().any(|input| input.eq_ignore_ascii_case(word));
    let known = [("TEXT", Modality::Text), ("IMAGE", Modality::Image), ("VIDEO", Modality::Video)];
    let input =
        known.into_iter().filter(|(word, _)| takes(word)).map(|(_, modality)| modality).collect::<Vec<_>>();
    if input.is_empty() { vec![Modality::Text] } else { input }
}

#[cfg(test)]
mod tests;
