//! The plugins that these tests' hosts are given, and hosts made of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use clawdia::config::Config;
use clawdia::core::testing::Scripted;
use clawdia::core::{Provider, ProviderConfig, ProviderPlugin};
use clawdia::{
    Context, Environment, ErrorKind, EventStream, Host, HostContext, Model, ModelId, Plugins, ProviderError,
    ProviderId, StreamOptions,
};

/// Answers `Hello from <its id>.` once, and knows the limits of the model `known`.
pub(crate) const SCRIPTED: ProviderPlugin = ProviderPlugin::new("scripted", "its-crate", connect_scripted)
    .with_default_id("acme")
    .with_auth(&["none"]);
/// Accepts no configuration.
pub(crate) const BROKEN: ProviderPlugin = ProviderPlugin::new("broken", "broken-crate", connect_broken);

/// How many providers a host has connected.
#[derive(Default)]
pub(crate) struct Connected(pub(crate) AtomicUsize);

#[derive(Debug)]
struct Known {
    scripted: Scripted,
}

#[async_trait]
impl Provider for Known {
    fn id(&self) -> &ProviderId {
        self.scripted.id()
    }

    fn describe(&self, model: &ModelId) -> Option<Model> {
        let mut model = (*model == "known").then(|| self.scripted.describe(model)).flatten()?;
        "Known".clone_into(&mut model.name);
        (model.context_window, model.max_tokens) = (1_000, 100);
        model.cost.input = 3.0;
        Some(model)
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        self.scripted.stream(model, context, options).await
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature is the plugin record's")]
fn connect_scripted(
    config: &ProviderConfig,
    context: &HostContext,
) -> Result<Arc<dyn Provider>, ProviderError> {
    context.slot(Connected::default).0.fetch_add(1, Ordering::Relaxed);
    let id = config.id.clone().unwrap();
    let scripted = Scripted::new(id.clone()).then_text(&format!("Hello from {id}."));
    Ok(Arc::new(Known { scripted }))
}

fn connect_broken(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Auth, "there is no key")
        .with_attempt("connect")
        .with_hint("set `apiKey`"))
}

pub(crate) fn plugins() -> Plugins {
    Plugins::new([&SCRIPTED, &BROKEN], [], []).unwrap()
}

/// A host of these plugins with this configuration.
pub(crate) fn host(config: &str) -> Host {
    let config = Config::parse(config, &plugins()).unwrap();
    Host::new(config, plugins(), HostContext::new(Environment::default()))
}

pub(crate) fn connected(host: &Host) -> usize {
    host.context().slot(Connected::default).0.load(Ordering::Relaxed)
}
