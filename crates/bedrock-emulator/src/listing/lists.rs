//! What is listed instead of, or besides, what the facts say.
//!
//! Other implementations of the API list stranger things than Bedrock does today, and Bedrock will
//! tomorrow; so a test may list any JSON, and nothing here looks into it more than a listing must.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;

use crate::refusal::Refusal;

/// The lists of an account, which may change while it is served.
#[derive(Debug, Default)]
pub(crate) struct Lists(RwLock<Changes>);

/// What differs from the facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) models: List,
    pub(crate) profiles: List,
    /// Whether every page of profiles names another one.
    pub(crate) endless: bool,
    /// The page of profiles, counted from 1, that cannot be had, and why.
    pub(crate) failing_page: Option<(usize, Refusal)>,
}

/// The changes of one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) instead: Option<Vec<Value>>,
    pub(crate) besides: Vec<Value>,
}

impl Lists {
    pub(crate) fn of(changes: Changes) -> Self {
        Self(RwLock::new(changes))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Changes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Changes> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id of the first model behind a profile that a test listed, by the id or ARN of the profile.
    pub(crate) fn model_behind(&self, id: &str) -> Option<String> {
        let changes = self.read();
        let profile = changes.profiles.given().find(|profile| {
            profile["inferenceProfileId"] == id
                || profile["inferenceProfileArn"] == id
                || profile["inferenceProfileArn"].as_str().and_then(|arn| arn.rsplit('/').next()) == Some(id)
        })?;
        let arn = profile["models"][0]["modelArn"].as_str()?;
        Some(arn.rsplit('/').next().unwrap_or(arn).to_owned())
    }
}

impl List {
    /// The list that results from what there would be otherwise.
    pub(crate) fn complete(&self, otherwise: impl FnOnce() -> Vec<Value>) -> Vec<Value> {
        let mut all = self.instead.clone().unwrap_or_else(otherwise);
        all.extend_from_slice(&self.besides);
        all
    }

    fn given(&self) -> impl Iterator<Item = &Value> {
        self.instead.iter().flatten().chain(&self.besides)
    }
}
