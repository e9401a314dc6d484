//! An account of an emulator's, a host with a clock that a test sets, and sources of models.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clawdia_bedrock_emulator::{Emulator, EmulatorBuilder, Operation};
use clawdia_core::{
    Clock, DiscoveredModel, Discovery, Environment, Freshness, HostContext, ModelSource, ProviderConfig,
    ProviderError, SourceConfig,
};
use clawdia_discovery::PLUGIN;
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-06-01T00:00:00Z, in seconds since the Unix epoch.
const BEGIN: u64 = 1_780_272_000;

/// A clock that stands still until it is set.
#[derive(Debug, Clone)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(BEGIN)))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn set_back(&self, seconds: u64) {
        self.0.fetch_sub(seconds, Ordering::Relaxed);
    }
}

pub(crate) struct Account {
    pub(crate) emulator: Emulator,
    pub(crate) clock: TestClock,
    pub(crate) host: HostContext,
    state: TempDir,
}

impl Account {
    /// The usual account: what the facts know.
    pub(crate) async fn usual() -> Self {
        Self::of(|builder| builder).await
    }

    /// An account that has these models and profiles and no others.
    pub(crate) async fn with(
        models: impl IntoIterator<Item = Value>,
        profiles: impl IntoIterator<Item = Value>,
    ) -> Self {
        Self::of(|builder| builder.list_models(models).list_profiles(profiles)).await
    }

    pub(crate) async fn of(build: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Self {
        let emulator = build(Emulator::builder()).start().await.unwrap();
        let state = tempfile::tempdir().unwrap();
        let clock = TestClock::new();
        let host = host(&emulator, &[], &clock, state.path());
        Self { emulator, clock, host, state }
    }

    /// Where lists are kept.
    pub(crate) fn state(&self) -> &Path {
        self.state.path()
    }

    /// The files that hold lists.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        let directory = self.state.path().join("cache/bedrock-models");
        let entries = std::fs::read_dir(directory).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
    }

    /// Another process on the same machine: nothing in memory, the same files.
    pub(crate) fn other_process(&self, variables: &[(&str, &str)]) -> HostContext {
        host(&self.emulator, variables, &self.clock, self.state.path())
    }

    pub(crate) fn source(&self, section: Value) -> Arc<dyn ModelSource> {
        open(&self.host, section, |_| {}).unwrap()
    }

    /// What is found with a section.
    pub(crate) async fn discover(&self, section: Value) -> Discovery {
        self.source(section).discover(Freshness::Cached).await.unwrap()
    }

    /// What is found by the defaults, credentials being there.
    pub(crate) async fn found(&self) -> Discovery {
        self.discover(json!({})).await
    }

    /// How often foundation models and inference profiles were asked for.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let count = |operation| self.emulator.count(operation);
        (count(Operation::ListFoundationModels), count(Operation::ListInferenceProfiles))
    }
}

/// A host that calls the emulator, with more variables.
pub(crate) fn host(
    emulator: &Emulator,
    more: &[(&str, &str)],
    clock: &TestClock,
    state: &Path,
) -> HostContext {
    let variables = emulator
        .environment()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        // No shared file of whoever runs the tests.
        .chain([("HOME".to_owned(), state.join("home").display().to_string())])
        .collect::<Environment>();
    HostContext::new(variables).with_clock(clock.clone()).with_state_dir(state)
}

pub(crate) fn open(
    host: &HostContext,
    section: Value,
    configure: impl FnOnce(&mut ProviderConfig),
) -> Result<Arc<dyn ModelSource>, ProviderError> {
    let mut provider = ProviderConfig::new("amazon-bedrock");
    configure(&mut provider);
    (PLUGIN.open)(&SourceConfig::new(provider).with_section(Some(section)), host)
}

/// A foundation model that streams text on demand.
pub(crate) fn model(id: &str) -> Value {
    json!({
        "modelId": id,
        "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"),
        "modelName": format!("Model {id}"),
        "providerName": "Acme",
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": { "status": "ACTIVE" },
    })
}

/// An inference profile of AWS's in front of a model.
pub(crate) fn profile(id: &str, base_id: &str) -> Value {
    json!({
        "inferenceProfileId": id,
        "inferenceProfileName": format!("Profile {id}"),
        "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{id}"),
        "models": [{ "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{base_id}") }],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

/// The same with other members.
pub(crate) fn but(value: Value, members: Value) -> Value {
    match (value, members) {
        (Value::Object(mut value), Value::Object(members)) => {
            value.extend(members);
            value.into()
        }
        (value, members) => panic!("{value} and {members} are no objects"),
    }
}

/// A member taken away.
pub(crate) fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

pub(crate) fn ids(discovery: &Discovery) -> Vec<&str> {
    discovery.models.iter().map(|found| found.model.id.as_str()).collect()
}

#[track_caller]
pub(crate) fn find<'d>(discovery: &'d Discovery, id: &str) -> &'d DiscoveredModel {
    let found = discovery.models.iter().find(|found| found.model.id.as_str() == id);
    found.unwrap_or_else(|| panic!("no `{id}` among {:?}", ids(discovery)))
}
