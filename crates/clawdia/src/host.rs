//! The host: a configuration, the linked plugins, and the providers they make of it.
//!
//! Separate from the plugins, which know nothing of each other or of a document: here a model's ref becomes the
//! description of a model and the provider that serves it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clawdia_config_schema::{AgentSettings, Config, Located, Report, check, check_file, load, locate};
use clawdia_core::{Environment, HostContext, Model, ModelRef, Plugins, Provider, ProviderId};

use crate::host_error::HostError;
use crate::kept::Kept;
use crate::routes::ConnectionKey;
use crate::sources::Sources;

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
    pub(crate) shared: Arc<Shared>,
    pub(crate) agent: Arc<AgentSettings>,
}

pub(crate) struct Shared {
    pub(crate) config: Config,
    /// Where the configuration was read from.
    pub(crate) path: Option<PathBuf>,
    pub(crate) plugins: Plugins,
    pub(crate) context: HostContext,
    warnings: Vec<String>,
    pub(crate) connections: Kept<ConnectionKey, Arc<dyn Provider>>,
    pub(crate) sources: Sources,
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
        let connections = Kept::default();
        let sources = Sources::default();
        let shared = Shared { config, path, plugins, context, warnings, connections, sources };
        Self { shared: Arc::new(shared), agent }
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
            report.ask(&host.shared.plugins, &|reference| host.described(reference));
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

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The file the configuration was read from; `None` when there was none.
    pub fn config_path(&self) -> Option<&Path> {
        self.shared.path.as_deref()
    }

    /// The plugins of the host.
    pub fn plugins(&self) -> &Plugins {
        &self.shared.plugins
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

    /// The providers there are: those of the configuration, and those that linked crates bring under an id of their own.
    /// Sorted.
    pub fn providers(&self) -> Vec<ProviderId> {
        let configured = self.shared.config.models.providers.keys().cloned();
        let owned =
            self.shared.plugins.providers().filter_map(|plugin| plugin.default_id).map(ProviderId::from);
        let ids = configured.chain(owned).collect::<BTreeSet<_>>();
        ids.into_iter().collect()
    }

    /// The protocol that the provider `id` speaks; `None` when there is no such provider.
    pub fn api_of(&self, id: &ProviderId) -> Option<&'static str> {
        Some(self.route(id).ok()?.plugin.api)
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
