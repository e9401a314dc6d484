//! The host: a configuration, the linked plugins, and the providers they make of it.
//!
//! Separate from the plugins, which know nothing of each other or of a document: here a model's ref becomes the
//! description of a model and the provider that serves it.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clawdia_config_schema::{
    AgentSettings, Config, Located, ModelsMode, Report, SecretConfig, check, check_file, load, locate,
    remark_on,
};
use clawdia_core::{
    AssistantMessage, Context, Environment, EventStream, HostContext, IncompleteMessage, Model, ModelRef,
    Plugins, Provider, ProviderConfig, ProviderError, ProviderExt, ProviderId, ProviderPlugin, Secret,
    StopReason, StreamOptions, TokenCount,
};

use serde_json::{Map, Value};

use crate::connections::{Connections, Purpose};
use crate::host_error::HostError;
use crate::{api_key, model_names, params};

/// Everything a program needs to talk to models. Cheap to clone; clones share their providers.
///
/// Setting one up does no I/O but reading the configuration: a provider is connected when it is first asked for.
///
/// ```no_run
/// use clawdia::{Context, Environment, Host, Message, StreamOptions};
///
/// # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
/// let host = Host::load(Environment::of_process())?;
/// let model = "amazon-bedrock/us.amazon.nova-lite-v1:0".parse()?;
/// let context = Context::new([Message::user("What is a crate?")]);
/// let message = host.complete(&model, &context, &StreamOptions::default()).await?;
/// println!("{} ({})", message.text(), message.usage.cost.total);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
    agent: Arc<AgentSettings>,
}

struct Shared {
    config: Config,
    /// Where the configuration was read from.
    path: Option<PathBuf>,
    plugins: Plugins,
    context: HostContext,
    warnings: Vec<String>,
    connections: Connections,
}

/// What makes up a provider: who speaks its protocol, and its settings.
struct Route<'a> {
    id: ProviderId,
    plugin: &'static ProviderPlugin,
    config: Cow<'a, ProviderConfig<SecretConfig>>,
}

impl Host {
    /// Finds and reads the configuration that `environment` points to, with the plugins of all linked crates.
    ///
    /// The file is `CLAWDIA_CONFIG_PATH`, else `clawdia.jsonc`, `.json5` or `.json` in `CLAWDIA_STATE_DIR` or
    /// `~/.clawdia`. Where there is none, the providers that linked crates own work without. Variables such as
    /// `CLAWDIA__MODELS__MODE` go before what the file says.
    ///
    /// # Errors
    /// When the configuration cannot be read, and when two linked crates claim the same thing.
    pub fn load(environment: Environment) -> Result<Self, HostError> {
        let plugins = Plugins::linked()?;
        let Located { path, ignored, state_dir, .. } = locate(&environment);
        let config = match &path {
            Some(path) => load(path, &plugins, &environment)?,
            None => Config::of_environment(&plugins, &environment)?,
        };
        let used = path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let mut warnings = ignored
            .iter()
            .map(|file| format!("`{}` is ignored, since `{used}` goes before it", file.display()))
            .collect::<Vec<_>>();
        warnings.extend(config.warnings().iter().map(ToString::to_string));
        let context = HostContext::new(environment).with_state_dir(state_dir);
        Ok(Self::assemble(config, path, plugins, context, warnings))
    }

    /// A host of these parts and nothing else: for tests, and for programs that keep their own configuration.
    pub fn new(config: Config, plugins: Plugins, context: HostContext) -> Self {
        let warnings = config.warnings().iter().map(ToString::to_string).collect();
        Self::assemble(config, None, plugins, context, warnings)
    }

    fn assemble(
        config: Config,
        path: Option<PathBuf>,
        plugins: Plugins,
        context: HostContext,
        warnings: Vec<String>,
    ) -> Self {
        let agent = Arc::new(config.agents.default_settings());
        let connections = Connections::default();
        Self { shared: Arc::new(Shared { config, path, plugins, context, warnings, connections }), agent }
    }

    /// Finds the configuration that `environment` points to, as [`load`](Self::load) does, and tells everything that is
    /// wrong with it, odd about it, or could be better. Providers are asked what they know; no key is looked up and
    /// nothing is sent.
    ///
    /// # Errors
    /// When two linked crates claim the same thing. A configuration that cannot be read is a problem in the report.
    pub fn check(environment: Environment) -> Result<Report, HostError> {
        let plugins = Plugins::linked()?;
        let Located { path, state_dir, .. } = locate(&environment);
        let report = match &path {
            Some(path) => check_file(path, &plugins, &environment),
            None => check("{}", None, &plugins, &environment),
        };
        Ok(Self::asked(report, path, plugins, HostContext::new(environment).with_state_dir(state_dir)))
    }

    /// As [`check`](Self::check), of a text that is, or is about to be, in `file`.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_text(text: &str, file: &Path, environment: Environment) -> Result<Report, HostError> {
        let plugins = Plugins::linked()?;
        let report = check(text, Some(file), &plugins, &environment);
        let Located { state_dir, .. } = locate(&environment);
        let context = HostContext::new(environment).with_state_dir(state_dir);
        Ok(Self::asked(report, Some(file.to_owned()), plugins, context))
    }

    /// The report with what providers know.
    fn asked(mut report: Report, path: Option<PathBuf>, plugins: Plugins, context: HostContext) -> Report {
        if let Some(config) = report.config.clone() {
            let host = Self::assemble(config, path, plugins, context, Vec::new());
            report.ask(&host.shared.plugins, &|reference| host.known(reference));
        }
        report
    }

    /// This host as the agent `id` uses it: with its model, options, thinking and time limit in place of the defaults.
    /// Both share their providers.
    ///
    /// # Errors
    /// When no such agent is configured.
    pub fn for_agent(&self, id: &str) -> Result<Self, HostError> {
        let agent = Arc::new(self.shared.config.agents.settings(id)?);
        Ok(Self { shared: Arc::clone(&self.shared), agent })
    }

    /// What the agent uses whose host this is; without one, what holds for every agent.
    pub fn agent(&self) -> &AgentSettings {
        &self.agent
    }

    /// Finds the model that a person means by `name`: a ref; a short name (`alias`) from `agents`; the id of a model that
    /// one provider alone lists, or that the default provider knows. Capitals count only where two names differ in
    /// nothing else.
    ///
    /// # Errors
    /// When no model is called so; the error names the nearest.
    pub fn resolve(&self, name: &str) -> Result<ModelRef, HostError> {
        let Shared { config, plugins, .. } = &*self.shared;
        let knows = |reference: &ModelRef| self.known(reference).is_some();
        Ok(model_names::resolve(name, config, &self.agent, plugins, &knows)?)
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The file the configuration was read from; `None` when there was none.
    pub fn config_path(&self) -> Option<&Path> {
        self.shared.path.as_deref()
    }

    /// What plugins are lent: environment, state directory and clock.
    pub fn context(&self) -> &HostContext {
        &self.shared.context
    }

    /// What the user should know although nothing failed: files that were ignored, sections nobody reads.
    pub fn warnings(&self) -> &[String] {
        &self.shared.warnings
    }

    /// The model that the agent uses: `agents.defaults.model.primary`, unless this host is [`for_agent`](Self::for_agent).
    pub fn default_model(&self) -> Option<&ModelRef> {
        self.agent.model.as_ref()
    }

    /// The models that the configuration lists, described, sorted by provider.
    pub fn models(&self) -> Vec<Model> {
        let providers = &self.shared.config.models.providers;
        let listed = providers.iter().flat_map(|(id, config)| {
            config.models.iter().map(|row| ModelRef::new(id.clone(), row.id.clone()))
        });
        // A provider that cannot be connected says so when it is asked for; its models have no description.
        listed.filter_map(|reference| self.model(&reference).ok()).collect()
    }

    /// Describes a model: what the configuration says, over what its provider knows.
    ///
    /// A model that is listed nowhere has a description as well, if a bare one, as long as its provider exists; but not
    /// where `models.mode` is `replace`.
    ///
    /// # Errors
    /// When there is no such provider or model, or the provider does not accept its configuration.
    pub fn model(&self, reference: &ModelRef) -> Result<Model, HostError> {
        let route = self.route(&reference.provider)?;
        let row = route.config.models.iter().find(|row| row.id == reference.model);
        if row.is_none() && self.shared.config.models.mode == ModelsMode::Replace {
            return Err(HostError::NotListed { reference: reference.clone() });
        }
        // A plugin that connects to nothing without its key is given it; what else is wrong comes up again.
        let provider = self.describer(&route).or_else(|_| self.connect(&route))?;
        // The provider's own address and headers stay out of the description: the provider has them from its
        // configuration, and they may hold secrets that a description would show.
        let mut model = provider
            .describe(&reference.model)
            .unwrap_or_else(|| Model::new(route.id.clone(), reference.model.clone(), route.plugin.api));
        if let Some(row) = row {
            row.apply_to(&mut model);
        }
        Ok(model)
    }

    /// Whether anybody knows this model: the configuration lists it, or its provider can describe it. One that nobody
    /// knows may work nevertheless. No key is looked up.
    pub fn knows(&self, reference: &ModelRef) -> bool {
        let provider = self.shared.config.models.providers.get(&reference.provider);
        let is_listed = |provider: &ProviderConfig<SecretConfig>| {
            provider.models.iter().any(|row| row.id == reference.model)
        };
        provider.is_some_and(is_listed) || self.known(reference).is_some()
    }

    /// What is odd about a model that somebody names, and what was probably meant: it is spelled in another way, or nobody
    /// knows it, although a linked crate knows models of its provider. [`check`](Self::check) says the same of models that
    /// are configured. No key is looked up.
    pub fn remark_on(&self, reference: &ModelRef) -> Option<(String, Option<String>)> {
        let Shared { config, plugins, .. } = &*self.shared;
        let provider = config.models.providers.get(&reference.provider);
        if provider.is_some_and(|provider| provider.models.iter().any(|row| row.id == reference.model)) {
            return None;
        }
        let is_known = self.known(reference).is_some();
        remark_on(reference, &config.known_models(plugins), is_known)
    }

    /// The model that somebody probably meant by a ref.
    pub fn nearest(&self, reference: &ModelRef) -> Option<ModelRef> {
        let Shared { config, plugins, .. } = &*self.shared;
        config.known_models(plugins).nearest(reference)
    }

    /// The provider `id`, connected on the first call and kept.
    ///
    /// A key that the configuration says where to find is looked up now, in this thread: a file is read, or a command runs
    /// for as long as its time limit allows.
    ///
    /// # Errors
    /// When neither the configuration nor a linked crate has it, or it does not accept its configuration.
    pub fn provider(&self, id: &ProviderId) -> Result<Arc<dyn Provider>, HostError> {
        self.connect(&self.route(id)?)
    }

    /// The provider that serves a model: the one it names, or, where that is not configured, any that speaks its
    /// protocol.
    ///
    /// Whoever calls it directly hands it the [`options`](Self::options) of the call.
    ///
    /// # Errors
    /// As [`provider`](Self::provider); also when the provider is configured for another protocol.
    pub fn provider_for(&self, model: &Model) -> Result<Arc<dyn Provider>, HostError> {
        self.connect(&self.route_for(model)?)
    }

    /// The options of a call of `model`, with what the agent says under what they say themselves: options of the model,
    /// how much a model that can think should think, and how long the whole call may take.
    ///
    /// All methods here that call a model do this; it is for those who call a [`Provider`] directly. Doing it twice does
    /// no harm.
    ///
    /// ```
    /// # use clawdia::{Environment, Host, HostContext, Model, Plugins, StreamOptions, config::Config};
    /// # use clawdia::core::{ProviderPlugin, ProviderConfig, Provider, ProviderError};
    /// # fn connect(_: &ProviderConfig, _: &HostContext) -> Result<std::sync::Arc<dyn Provider>, ProviderError> {
    /// #     unimplemented!()
    /// # }
    /// # static ACME: ProviderPlugin = ProviderPlugin::new("acme-chat", "acme", connect).with_default_id("acme");
    /// # let plugins = Plugins::new([&ACME], [], [])?;
    /// # let text = r#"{ agents: { defaults: { models: { "acme/large": { params: { tier: "flex" } } } } } }"#;
    /// # let host = Host::new(Config::parse(text, &plugins)?, plugins, HostContext::new(Environment::default()));
    /// // The configuration has agents: { defaults: { models: { "acme/large": { params: { tier: "flex" } } } } }
    /// let large = Model::new("acme", "large", "acme-chat");
    /// let options = StreamOptions::default().with_param("seed", 7);
    /// let options = host.options(&large, &options);
    /// assert_eq!((&options.params["tier"], &options.params["seed"]), (&"flex".into(), &7.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn options(&self, model: &Model, options: &StreamOptions) -> StreamOptions {
        let mut options = options.clone();
        if options.reasoning.is_none() && model.reasoning {
            options.reasoning = self.agent.thinking_default;
        }
        if options.timeouts.total_ms.is_none() {
            options.timeouts.total_ms =
                self.agent.timeout_seconds.map(|seconds| seconds.saturating_mul(1_000));
        }
        let own = self.agent.models.get(&model.reference()).map(|model| model.params.as_slice());
        let own = own.unwrap_or_default();
        if own.is_empty() && self.agent.own_params.is_empty() {
            return options;
        }
        // Without a route there is no provider to take the options either.
        let Ok(route) = self.route_for(model) else { return options };
        let base = self.params_below(&route, model, &Map::new());
        let under = match own {
            [own] if self.agent.own_params.is_empty() => own.clone(),
            // The agent's options for all models go under what is said of the listed model, which the provider has put
            // over its own already. What is handed over is what makes the one of the other.
            layers => {
                let meant = self.params_below(&route, model, &self.agent.own_params_for(route.plugin));
                params::difference(&base, &layers.iter().fold(meant, params::merged))
            }
        };
        options.params = params::composed(&base, &under, &options.params);
        options
    }

    /// Asks a model to continue a conversation. Dropping the future or the stream cancels the request.
    ///
    /// # Errors
    /// The provider's, before the first content; failures to reach a provider at all as [`HostError::kind`] says.
    pub async fn stream(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let model = self.model(reference)?;
        self.stream_model(&model, context, options).await
    }

    /// As [`stream`](Self::stream), of a model that is described in full.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub async fn stream_model(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        self.provider_for(model)?.stream(model, context, &self.options(model, options)).await
    }

    /// Asks a model to continue a conversation and waits for the whole message.
    ///
    /// # Errors
    /// As [`stream`](Self::stream), and those that come later, with the message as far as it had arrived.
    pub async fn complete(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<AssistantMessage, IncompleteMessage> {
        let timestamp = self.shared.context.now_ms();
        let begin = Instant::now();
        let prepared = self.model(reference).and_then(|model| Ok((self.provider_for(&model)?, model)));
        let mut outcome = match prepared {
            Ok((provider, model)) => provider.complete(&model, context, &self.options(&model, options)).await,
            Err(error) => Err(unanswered(reference, error.into())),
        };
        let message = match &mut outcome {
            Ok(message) => message,
            Err(incomplete) => incomplete.message.as_mut(),
        };
        message.timestamp = Some(timestamp);
        message.duration_ms = Some(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
        outcome
    }

    /// Says how many tokens the prompt of such a call would have, counted by the provider or estimated.
    ///
    /// # Errors
    /// The provider's, if it counts; failures to reach a provider at all as [`HostError::kind`] says.
    pub async fn count_tokens(
        &self,
        reference: &ModelRef,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        let model = self.model(reference)?;
        self.count_model_tokens(&model, context, options).await
    }

    /// As [`count_tokens`](Self::count_tokens), for a model that is described in full.
    ///
    /// # Errors
    /// As [`count_tokens`](Self::count_tokens).
    pub async fn count_model_tokens(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        self.provider_for(model)?.count_tokens(model, context, &self.options(model, options)).await
    }

    fn connect(&self, route: &Route<'_>) -> Result<Arc<dyn Provider>, HostError> {
        let key = || {
            let directory = self.shared.path.as_deref().and_then(Path::parent);
            let environment = self.shared.context.environment();
            let secret = route.config.api_key.as_ref();
            secret.map(|secret| api_key::resolve(secret, environment, directory)).transpose()
        };
        self.connect_for(Purpose::Calls, route, key)
    }

    /// The provider as far as it says what it knows. A key that would have to be looked up for that is left out.
    fn describer(&self, route: &Route<'_>) -> Result<Arc<dyn Provider>, HostError> {
        match &route.config.api_key {
            Some(SecretConfig::Text(_)) | None => self.connect(route),
            Some(_) => self.connect_for(Purpose::Descriptions, route, || Ok(None)),
        }
    }

    fn connect_for(
        &self,
        purpose: Purpose,
        route: &Route<'_>,
        key: impl FnOnce() -> Result<Option<Secret>, ProviderError>,
    ) -> Result<Arc<dyn Provider>, HostError> {
        let Route { id, plugin, config } = route;
        // What agents say, folded in here, is nothing that a plugin has to know of.
        let config = || {
            let mut config = ProviderConfig::clone(config).with_api_key(key()?);
            config.params = self.provider_params(route, &Map::new());
            Ok(config)
        };
        self.shared
            .connections
            .get_or_connect(id, plugin, purpose, config, &self.shared.context)
            .map_err(|source| HostError::Connect { provider: id.clone(), source })
    }

    /// What the provider of a model knows of it, whatever the configuration says.
    fn known(&self, reference: &ModelRef) -> Option<Model> {
        let route = self.route(&reference.provider).ok()?;
        self.describer(&route).ok()?.describe(&reference.model)
    }

    /// The options of a provider: its own, over them those for all models that it knows, and over these `own` ones of an
    /// agent.
    fn provider_params(&self, route: &Route<'_>, own: &Map<String, Value>) -> Map<String, Value> {
        let defaults = self.shared.config.agents.defaults.params_for(route.plugin);
        params::merged(params::merged(route.config.params.clone(), &defaults), own)
    }

    /// What the options of a call are put over, if an agent has these of its `own`.
    fn params_below(&self, route: &Route<'_>, model: &Model, own: &Map<String, Value>) -> Map<String, Value> {
        let row = route.config.models.iter().find(|row| row.id == model.id);
        let params = self.provider_params(route, own);
        row.map(|row| params::merged(params.clone(), &row.params)).unwrap_or(params)
    }

    /// Finds the configuration and the plugin for a model.
    fn route_for(&self, model: &Model) -> Result<Route<'_>, HostError> {
        match self.route(&model.provider) {
            Ok(route) if model.api == route.plugin.api => Ok(route),
            Ok(route) => Err(HostError::OtherProtocol {
                provider: route.id,
                model: model.api.clone(),
                configured: route.plugin.api.into(),
            }),
            Err(unknown @ HostError::UnknownProvider { .. }) => {
                let plugin = self.shared.plugins.provider(model.api.as_str()).map_err(|_| unknown)?;
                let id = model.provider.clone();
                let config = Cow::Owned(unconfigured(&id));
                Ok(Route { id, plugin, config })
            }
            Err(other) => Err(other),
        }
    }

    /// Finds the configuration and the plugin of a provider.
    fn route(&self, id: &ProviderId) -> Result<Route<'_>, HostError> {
        let Shared { config, plugins, .. } = &*self.shared;
        let Some(config) = config.models.providers.get(id) else {
            let plugin = plugins
                .owner_of(id.as_str())
                .map_err(|error| HostError::UnknownProvider { error, suggestion: self.near_miss(id) })?;
            return Ok(Route { id: id.clone(), plugin, config: Cow::Owned(unconfigured(id)) });
        };
        let plugin = match &config.api {
            Some(api) => plugins
                .provider(api.as_str())
                .map_err(|source| HostError::UnknownApi { provider: id.clone(), source })?,
            None => plugins
                .owner_of(id.as_str())
                .map_err(|error| HostError::UnknownProvider { error, suggestion: None })?,
        };
        Ok(Route { id: id.clone(), plugin, config: Cow::Borrowed(config) })
    }

    /// The known provider id that most resembles one that is not known.
    fn near_miss(&self, id: &ProviderId) -> Option<ProviderId> {
        let configured = self.shared.config.models.providers.keys().cloned();
        let owned =
            self.shared.plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
        let resemblance = |known: &ProviderId| {
            if known.as_str().contains(id.as_str()) {
                return 1.0;
            }
            strsim::normalized_damerau_levenshtein(known.as_str(), id.as_str())
        };
        configured
            .chain(owned)
            .map(|known| (resemblance(&known), known))
            .filter(|(resemblance, _)| *resemblance >= 0.6)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, known)| known)
    }
}

/// A provider of which nothing is written.
fn unconfigured(id: &ProviderId) -> ProviderConfig<SecretConfig> {
    ProviderConfig::new(id.clone()).with_api_key(None)
}

/// The message of a request that reached no provider.
fn unanswered(reference: &ModelRef, error: ProviderError) -> IncompleteMessage {
    let message = AssistantMessage {
        provider: Some(reference.provider.clone()),
        model: Some(reference.model.clone()),
        stop_reason: StopReason::Error,
        error_message: Some(error.message().to_owned()),
        ..AssistantMessage::default()
    };
    IncompleteMessage { message: Box::new(message), error }
}

impl fmt::Debug for Host {
    // Leaves out the configuration's values, which may be secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Host")
            .field("path", &self.shared.path)
            .field("providers", &self.shared.config.models.providers.keys().collect::<Vec<_>>())
            .field("connections", &self.shared.connections)
            .finish_non_exhaustive()
    }
}
