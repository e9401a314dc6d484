//! The one lookup: every way in which people and AWS spell a model id leads here.
//!
//! It compares in place, without building strings: it runs for every model of every listing.

use std::cmp::Ordering;

use crate::family::split_geography;
use crate::generated::{BY_BASE_ID, MODELS, PROFILE_ONLY};
use crate::{Arn, Geography, ModelFacts, ResourceKind};

/// Every row, sorted by id.
///
/// ```
/// assert!(clawdia_bedrock_models::all().iter().any(|facts| facts.id == "amazon.nova-lite-v1:0"));
/// ```
pub fn all() -> &'static [ModelFacts] {
    MODELS
}

/// What an id turned out to mean.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// The row of the profile; that of its foundation model, or failing that of a sibling profile, where the
    /// profile has none.
    pub facts: &'static ModelFacts,
    /// The foundation model's id.
    pub base_id: &'static str,
    /// The geography asked for, even if the table does not know it; `None` for a foundation model.
    pub geography: Option<Geography>,
    /// Whether `facts` is about the geography asked for, so that its prices hold.
    pub exact: bool,
}

/// Finds what is known about a model, however its id is spelled.
///
/// Understood are foundation ids, geographic and global profile ids (also of a geography that the table does not
/// know), ARNs of foundation models, of AWS's inference profiles and of custom models in every partition, a
/// missing or additional `:0`, a throughput suffix such as `:200k`, blanks around the id, and any case.
/// `None` for an unknown model and for an ARN that does not say which model is behind it.
///
/// ```
/// use clawdia_bedrock_models::{Geography, find};
///
/// let arn = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-7";
/// let resolved = find(arn).unwrap();
/// assert_eq!(resolved.base_id, "anthropic.claude-opus-4-7");
/// assert_eq!(resolved.geography, Some(Geography::EU));
/// assert!(resolved.exact);
/// ```
pub fn find(id: &str) -> Option<Resolved> {
    let id = id.trim();
    let id = match Arn::parse(id) {
        Ok(arn) => arn.model_id()?,
        Err(_) => id,
    };
    if let Some(facts) = spellings(id).find_map(row) {
        return Some(Resolved { facts, base_id: facts.base_id, geography: facts.geography, exact: true });
    }
    let (geography, base_id) = match split_geography(id) {
        Some((geography, base_id)) => (Some(geography), base_id),
        None => (None, id),
    };
    let facts = spellings(base_id).find_map(row).or_else(|| spellings(base_id).find_map(dearest_of_base))?;
    Some(Resolved { facts, base_id: facts.base_id, geography, exact: false })
}

/// Whether an id is a foundation model's that the service refuses to call without an inference profile.
///
/// False for profiles themselves, and for models nobody knows anything about: the service will say.
///
/// ```
/// use clawdia_bedrock_models::served_only_through_profile;
///
/// assert!(served_only_through_profile("anthropic.claude-opus-4-5-20251101-v1:0"));
/// assert!(!served_only_through_profile("us.anthropic.claude-opus-4-5-20251101-v1:0"));
/// assert!(!served_only_through_profile("amazon.nova-lite-v1:0"));
/// ```
pub fn served_only_through_profile(id: &str) -> bool {
    // A custom model is called by its own ARN, whatever it was trained from.
    if Arn::parse(id.trim()).is_ok_and(|arn| arn.kind() != ResourceKind::FoundationModel) {
        return false;
    }
    find(id).is_some_and(|resolved| resolved.geography.is_none() && base_is_profile_only(resolved.base_id))
}

/// Whether a base id of the table can be called only through a profile.
pub(crate) fn base_is_profile_only(base_id: &str) -> bool {
    PROFILE_ONLY.binary_search(&base_id).is_ok()
}

/// Whether the table has a row for this very id.
pub(crate) fn has_row(id: &str) -> bool {
    row(Spelling { stem: id, suffix: "" }).is_some()
}

/// An id to look for: a stem and what is to be thought behind it.
#[derive(Clone, Copy)]
struct Spelling<'a> {
    stem: &'a str,
    suffix: &'static str,
}

impl Spelling<'_> {
    /// How a row's id compares with this spelling, case ignored (rows are in lower case).
    fn compare(self, id: &str) -> Ordering {
        let sought = self.stem.bytes().chain(self.suffix.bytes()).map(|byte| byte.to_ascii_lowercase());
        id.bytes().cmp(sought)
    }
}

/// The spellings of an id that mean the same model, likeliest first.
fn spellings(id: &str) -> impl Iterator<Item = Spelling<'_>> {
    let stem = without_throughput(id);
    [
        Some(Spelling { stem: id, suffix: "" }),
        (stem.len() != id.len()).then_some(Spelling { stem, suffix: "" }),
        Some(Spelling { stem, suffix: ":0" }),
        stem.strip_suffix(":0").map(|stem| Spelling { stem, suffix: "" }),
    ]
    .into_iter()
    .flatten()
}

/// Drops the last part of `…-v1:0:200k` and `…-v1:0:mm`, which names throughput to buy.
fn without_throughput(id: &str) -> &str {
    match id.rsplit_once(':') {
        Some((stem, last)) if is_throughput(last) => stem,
        _ => id,
    }
}

fn is_throughput(part: &str) -> bool {
    let digits = part.strip_suffix(['k', 'K']).unwrap_or_default();
    part.eq_ignore_ascii_case("mm")
        || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn row(spelling: Spelling<'_>) -> Option<&'static ModelFacts> {
    let index = MODELS.binary_search_by(|facts| spelling.compare(facts.id)).ok()?;
    MODELS.get(index)
}

/// Whether any profile of a model is priced for keeping a cache for an hour, which tells that the model does it.
pub(crate) fn has_one_hour_price(base_id: &str) -> bool {
    rows_of_base(Spelling { stem: base_id, suffix: "" }).any(|facts| facts.rates.cache_write_1h.is_some())
}

/// Whether the table knows an inference profile of a model.
pub(crate) fn has_profiles(base_id: &str) -> bool {
    rows_of_base(Spelling { stem: base_id, suffix: "" }).any(|facts| facts.geography.is_some())
}

/// The model's own row, if there is one, and those of its profiles.
fn rows_of_base(spelling: Spelling<'_>) -> impl Iterator<Item = &'static ModelFacts> {
    let base_id = |index: &u16| MODELS[usize::from(*index)].base_id;
    let start = BY_BASE_ID.partition_point(|index| spelling.compare(base_id(index)).is_lt());
    BY_BASE_ID[start..]
        .iter()
        .take_while(move |index| spelling.compare(base_id(index)).is_eq())
        .map(|index| &MODELS[usize::from(*index)])
}

/// The profile with the highest prices, for a base id without a row: better to expect too much than too little.
fn dearest_of_base(spelling: Spelling<'_>) -> Option<&'static ModelFacts> {
    rows_of_base(spelling).max_by(|left, right| {
        left.rates.input.total_cmp(&right.rates.input).then(left.rates.output.total_cmp(&right.rates.output))
    })
}
