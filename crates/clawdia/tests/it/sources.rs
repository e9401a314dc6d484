//! A source of models that finds what a test says, and hosts that have it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use clawdia::config::Config;
use clawdia::core::{
    Api, DiscoveredModel, Discovery, Freshness, LimitsFrom, ModelSource, SourceConfig, SourcePlugin,
};
use clawdia::{Environment, Host, HostContext, Model, ModelId, Plugins, ProviderError, ProviderId};
use serde_json::Value;

use crate::plugins::{BROKEN, SCRIPTED};

/// Lists the models of providers that speak `scripted`.
const SOURCE: SourcePlugin = SourcePlugin::new("scripted-source", "scripted", "its-crate", open)
    .with_section("/models/mode")
    .with_region(|section| Some(format!("region-of-{}", section.as_str()?)));

/// What a host's sources find, and what they were asked.
#[derive(Default)]
pub(crate) struct Script {
    found: Mutex<HashMap<ProviderId, Result<Discovery, ProviderError>>>,
    pub(crate) asked: Mutex<Vec<(ProviderId, Freshness)>>,
    pub(crate) opened: Mutex<Vec<SourceConfig>>,
}

impl Script {
    /// What has been asked since the last look, sorted.
    pub(crate) fn take_asked(&self) -> Vec<(String, Freshness)> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort_by(|(left, _), (right, _)| left.cmp(right));
        asked.into_iter().map(|(provider, freshness)| (provider.as_str().to_owned(), freshness)).collect()
    }
}

#[derive(Debug)]
struct Source {
    provider: ProviderId,
    host: HostContext,
}

#[async_trait]
impl ModelSource for Source {
    async fn discover(&self, freshness: Freshness) -> Result<Discovery, ProviderError> {
        let script = self.host.slot(Script::default);
        script.asked.lock().unwrap().push((self.provider.clone(), freshness));
        let found = script.found.lock().unwrap();
        found.get(&self.provider).cloned().unwrap_or_else(|| Ok(Discovery::skipped("it is off")))
    }

    fn can_call(&self, model: &ModelId, listed: &Discovery) -> Option<bool> {
        // An opaque id is in no list.
        (!model.as_str().starts_with("arn:")).then(|| listed.offers(model))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature is the plugin record's")]
fn open(config: &SourceConfig, host: &HostContext) -> Result<Arc<dyn ModelSource>, ProviderError> {
    host.slot(Script::default).opened.lock().unwrap().push(config.clone());
    Ok(Arc::new(Source { provider: config.provider.id.clone().unwrap(), host: host.clone() }))
}

/// A host with this configuration, whose sources find this.
pub(crate) fn host(config: &str, found: &[(&'static str, Result<Discovery, ProviderError>)]) -> Host {
    let plugins = Plugins::new([&SCRIPTED, &BROKEN], [&SOURCE], []).unwrap();
    let config = Config::parse(config, &plugins).unwrap();
    let context = HostContext::new(Environment::default());
    let script = context.slot(Script::default);
    let found = found.iter().map(|(id, outcome)| (ProviderId::from(*id), outcome.clone()));
    *script.found.lock().unwrap() = found.collect();
    Host::new(config, plugins, context)
}

pub(crate) fn script(host: &Host) -> Arc<Script> {
    host.context().slot(Script::default)
}

/// A model that the service lists under this id, with a window of 500 that nobody has said.
pub(crate) fn found(id: &str) -> DiscoveredModel {
    let mut model = Model::new("any", id, Api::new("scripted"));
    model.name = format!("Found {id}");
    (model.context_window, model.max_tokens) = (500, 50);
    DiscoveredModel::new(model, LimitsFrom::Default)
}

/// The section that a source was opened with.
pub(crate) fn section(host: &Host) -> Option<Value> {
    script(host).opened.lock().unwrap().first().unwrap().section.clone()
}
