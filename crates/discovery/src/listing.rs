//! What the service said: its foundation models and inference profiles, as far as anybody here asks for it.
//!
//! Separate from what becomes of it, because this is what is kept on disk: what is known of models, the filter and the
//! calendar apply anew whenever a kept listing is read. Answers are read member by member, so that a value of another
//! kind costs no more than itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::date_time::{DateTime, Format};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that was listed at one time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Listing {
    pub(crate) models: Vec<FoundationModel>,
    pub(crate) profiles: Vec<InferenceProfile>,
    /// The kinds of profiles that could not be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gaps: Vec<Gap>,
}

impl Listing {
    /// Whether nothing is missing.
    pub(crate) fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Whether asking again at once would tell no more: a missing permission lasts, other failures pass.
    pub(crate) fn is_lasting(&self) -> bool {
        self.gaps.iter().all(|gap| gap.is_denied)
    }
}

/// Profiles that could not be listed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Gap {
    pub(crate) kind: ProfileKind,
    pub(crate) reason: String,
    /// Whether it is for want of a permission.
    pub(crate) is_denied: bool,
    /// Whether other credentials may do.
    #[serde(skip)]
    pub(crate) is_expired: bool,
}

/// Who made an inference profile. Source: `InferenceProfileSummary$type` in the API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ProfileKind {
    /// AWS; its id says its geography and model.
    System,
    /// The account; its id says nothing.
    Application,
}

/// A model of the region's catalogue. Source: `FoundationModelSummary` in the API reference.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct FoundationModel {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// The service's words, as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) input: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) output: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) streams: bool,
    /// `ON_DEMAND`, `PROVISIONED`, `INFERENCE_PROFILE` and whatever else there may be. Empty when the service does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) inference: Vec<String>,
    /// `ACTIVE` or `LEGACY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    /// When it stops answering, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<i64>,
}

/// A name under which models can be called, usually in several regions. Source: `InferenceProfileSummary` in the API
/// reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InferenceProfile {
    pub(crate) id: String,
    pub(crate) kind: ProfileKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    /// The ids of the foundation models behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<String>,
}

/// One page of profiles, with the token of the next.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ProfilePage {
    pub(crate) profiles: Vec<InferenceProfile>,
    pub(crate) next_token: Option<String>,
}

/// An answer that is no list: Bedrock writes one even where it has nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAList {
    #[error("the answer has no list `{0}`")]
    NoMember(&'static str),
    #[error("the answer's `nextToken` is no text")]
    Token,
}

/// The models of an answer to `ListFoundationModels`. Those without an id are left out.
///
/// # Errors
/// When the answer is no list at all, which is not the same as one without models.
pub(crate) fn foundation_models(answer: &Value) -> Result<Vec<FoundationModel>, NotAList> {
    Ok(rows(answer, "modelSummaries")?.iter().filter_map(FoundationModel::read).collect())
}

/// The profiles of an answer to `ListInferenceProfiles`, which were asked for by their kind.
///
/// # Errors
/// When the answer is no list at all, or does not say how it goes on.
pub(crate) fn inference_profiles(answer: &Value, kind: ProfileKind) -> Result<ProfilePage, NotAList> {
    let rows = rows(answer, "inferenceProfileSummaries")?;
    if !matches!(answer.get("nextToken"), None | Some(Value::Null | Value::String(_))) {
        return Err(NotAList::Token);
    }
    Ok(ProfilePage {
        profiles: rows.iter().filter_map(|summary| InferenceProfile::read(summary, kind)).collect(),
        next_token: text(answer, "nextToken"),
    })
}

fn rows<'a>(answer: &'a Value, name: &'static str) -> Result<&'a [Value], NotAList> {
    let rows = answer.get(name).and_then(Value::as_array);
    rows.map(Vec::as_slice).ok_or(NotAList::NoMember(name))
}

impl FoundationModel {
    fn read(summary: &Value) -> Option<Self> {
        let lifecycle = &summary["modelLifecycle"];
        Some(Self {
            id: id(summary, "modelId")?,
            name: text(summary, "modelName"),
            provider: text(summary, "providerName"),
            input: texts(summary, "inputModalities"),
            output: texts(summary, "outputModalities"),
            streams: summary["responseStreamingSupported"].as_bool().unwrap_or(false),
            inference: texts(summary, "inferenceTypesSupported"),
            status: text(lifecycle, "status"),
            ends_at: seconds(&lifecycle["endOfLifeTime"]),
        })
    }

    /// Whether the service stops answering at or before a moment.
    pub(crate) fn has_ended(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.ends_at.is_some_and(|end| end <= i64::try_from(now).unwrap_or(i64::MAX))
    }

    /// The moment of its end.
    pub(crate) fn end(&self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.ends_at?).unwrap_or(0);
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}

impl InferenceProfile {
    /// Reads a summary, or the details of one profile.
    pub(crate) fn read(summary: &Value, asked_for: ProfileKind) -> Option<Self> {
        let kind = match text(summary, "type").as_deref() {
            Some(kind) if kind.eq_ignore_ascii_case("APPLICATION") => ProfileKind::Application,
            Some(kind) if kind.eq_ignore_ascii_case("SYSTEM_DEFINED") => ProfileKind::System,
            Some(_) | None => asked_for,
        };
        let model_id = |model: &Value| {
            let arn = text(model, "modelArn")?;
            // Read by hand: an ARN of a partition or region that nobody has heard of is as good as any.
            let (_, id) = arn.split_once("foundation-model/")?;
            (!id.is_empty()).then(|| id.to_owned())
        };
        Some(Self {
            id: id(summary, "inferenceProfileId")?,
            kind,
            name: text(summary, "inferenceProfileName"),
            arn: text(summary, "inferenceProfileArn"),
            status: text(summary, "status"),
            models: items(summary, "models").filter_map(model_id).collect(),
        })
    }
}

/// What an answer says under a name, without blanks around it; `None` when that is no text or nothing.
pub(crate) fn text(answer: &Value, name: &str) -> Option<String> {
    let text = answer.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An id, which has no blanks in it: what has some could not be called.
fn id(summary: &Value, name: &str) -> Option<String> {
    text(summary, name).filter(|id| !id.contains(char::is_whitespace))
}

fn texts(answer: &Value, name: &str) -> Vec<String> {
    items(answer, name)
        .filter_map(|item| item.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned))
        .collect()
}

fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A moment as the service writes it, in ISO 8601; others write seconds.
fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => {
            DateTime::from_str(text.trim(), Format::DateTimeWithOffset).ok().map(|moment| moment.secs())
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a float saturates, which is late enough"
        )]
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_of_another_kind_cost_no_more_than_themselves() {
        let answer = json!({ "modelSummaries": [
            null, 7, {}, { "modelId": " " }, { "modelId": "acme m" }, { "modelId": 1 },
            {
                "modelId": " acme.m ", "modelName": 3, "inputModalities": ["TEXT", null, 1, " "], "outputModalities": "TEXT",
                "responseStreamingSupported": "yes", "inferenceTypesSupported": { "a": 1 }, "modelLifecycle": [],
            },
        ] });
        let expected = FoundationModel {
            id: "acme.m".to_owned(),
            input: vec!["TEXT".to_owned()],
            ..FoundationModel::default()
        };
        assert_eq!(foundation_models(&answer), Ok(vec![expected]));
    }

    #[test]
    fn an_answer_without_a_list_is_not_an_empty_one() {
        let models = |answer| foundation_models(&answer);
        assert_eq!(models(json!({ "modelSummaries": [] })), Ok(Vec::new()));
        for answer in
            [json!(null), json!([]), json!({ "modelSummaries": null }), json!({ "modelSummaries": {} })]
        {
            assert_eq!(models(answer), Err(NotAList::NoMember("modelSummaries")));
        }
        let profiles = |answer| inference_profiles(&answer, ProfileKind::System);
        for token in [json!(null), json!(""), json!(" ")] {
            let answer = json!({ "inferenceProfileSummaries": [], "nextToken": token });
            assert_eq!(profiles(answer), Ok(ProfilePage::default()));
        }
        assert_eq!(profiles(json!({})), Err(NotAList::NoMember("inferenceProfileSummaries")));
        let answer = json!({ "inferenceProfileSummaries": [], "nextToken": 7 });
        assert_eq!(profiles(answer), Err(NotAList::Token));
    }

    #[test]
    fn ends_are_read_in_every_spelling() {
        for end in [json!("2027-01-08T00:00:00Z"), json!("2027-01-08T01:00:00+01:00"), json!(1_799_366_400)] {
            assert_eq!(seconds(&end), Some(1_799_366_400), "{end}");
        }
        for end in [json!("soon"), json!(null), json!(true)] {
            assert_eq!(seconds(&end), None);
        }
    }

    #[test]
    fn models_behind_a_profile_are_read_from_any_arn() {
        let summary = json!({
            "inferenceProfileId": "mx.acme.m",
            "models": [{}, { "modelArn": "arn:aws:bedrock:::foundation-model/acme.m" }, { "modelArn": "arn:x:foundation-model/acme.m" }],
        });
        let profile = InferenceProfile::read(&summary, ProfileKind::System).unwrap();
        assert_eq!(profile.models, ["acme.m", "acme.m"]);
    }
}
