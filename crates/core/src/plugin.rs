//! How crates bring providers, model sources and configuration sections to a host.
//!
//! A plugin is a constant record of names and `fn` pointers. [`register!`](crate::register) submits it at link time,
//! [`Plugins::linked`] collects what was linked; [`Plugins::new`] is the explicit route, for tests and for targets
//! where link-time registration does not work. Records hold nothing with a destructor, so that `&PLUGIN` lives for
//! the whole program.

use std::fmt;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::error::ProviderError;
use crate::examination::Permission;
use crate::host_context::HostContext;
use crate::model_source::{ModelSource, SourceConfig};
use crate::provider::Provider;
use crate::provider_config::ProviderConfig;
use crate::section::{SectionError, SectionPlugin, check_as, schema_of};

/// Turns a provider's configuration into a provider. Does no I/O; what needs any is done on the first call.
///
/// A missing key is told by the first call, too: for descriptions of models, a host connects without a key that it would
/// have to look up.
pub type Connect = fn(&ProviderConfig, &HostContext) -> Result<Arc<dyn Provider>, ProviderError>;

/// Makes a source of the models of one provider. Does no I/O.
pub type OpenSource = fn(&SourceConfig, &HostContext) -> Result<Arc<dyn ModelSource>, ProviderError>;

/// The record by which a crate brings a provider, found by the `api` of a configured provider.
///
/// ```
/// use std::sync::Arc;
/// use clawdia_core::{HostContext, Provider, ProviderConfig, ProviderError, ProviderPlugin};
///
/// fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
///     # unimplemented!()
/// }
///
/// pub const PLUGIN: ProviderPlugin =
///     ProviderPlugin::new("acme-chat", env!("CARGO_PKG_NAME"), connect).with_default_id("acme");
/// assert_eq!(PLUGIN.default_id, Some("acme"));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ProviderPlugin {
    /// The wire protocol it speaks.
    pub api: &'static str,
    /// The crate that brings it.
    pub owner: &'static str,
    /// The provider id that belongs to it without any configuration.
    pub default_id: Option<&'static str>,
    /// The words it understands for a provider's `auth`.
    pub auth: &'static [&'static str],
    /// Makes a provider of a configuration.
    pub connect: Connect,
    /// The JSON Schema of a provider's `params`.
    pub params_schema: fn(&mut SchemaGenerator) -> Schema,
    /// Says what is wrong with a provider's `params`.
    pub check_params: fn(Value) -> Result<(), SectionError>,
    /// The ids of models that it knows, for advice about others. Without any, nothing is said of models.
    pub known_models: fn() -> Vec<&'static str>,
    /// What may be said of a model in `capabilities`. Without any, a model may have capabilities of every name.
    pub capabilities: &'static [Capability],
    /// What the service must allow for models to be called.
    pub permissions: &'static [Permission],
}

/// Something that a model does or does not do, and that a configuration may know better than the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// Its name in a configuration.
    pub name: &'static str,
    /// What it means that a model has it, in sentences.
    pub description: &'static str,
}

impl ProviderPlugin {
    /// A provider for `api`, brought by the crate `owner` (`env!("CARGO_PKG_NAME")`).
    pub const fn new(api: &'static str, owner: &'static str, connect: Connect) -> Self {
        Self {
            api,
            owner,
            default_id: None,
            auth: &[],
            connect,
            params_schema: schema_of::<serde_json::Map<String, Value>>,
            check_params: check_as::<serde_json::Map<String, Value>>,
            known_models: Vec::new,
            capabilities: &[],
            permissions: &[],
        }
    }

    /// Owns a provider id, which then works without an entry in the configuration.
    #[must_use]
    pub const fn with_default_id(mut self, id: &'static str) -> Self {
        self.default_id = Some(id);
        self
    }

    /// Names the kinds of `auth` it understands.
    #[must_use]
    pub const fn with_auth(mut self, auth: &'static [&'static str]) -> Self {
        self.auth = auth;
        self
    }

    /// Declares the type of a provider's `params`.
    #[must_use]
    pub const fn with_params<T: serde::de::DeserializeOwned + schemars::JsonSchema>(mut self) -> Self {
        self.params_schema = schema_of::<T>;
        self.check_params = check_as::<T>;
        self
    }

    /// Checks a provider's `params` by more than their type. Given after [`with_params`](Self::with_params), whose check
    /// it replaces.
    #[must_use]
    pub const fn with_params_check(mut self, check: fn(Value) -> Result<(), SectionError>) -> Self {
        self.check_params = check;
        self
    }

    /// Names the models that it knows. Others may exist, but a person who names one hears of the nearest.
    #[must_use]
    pub const fn with_known_models(mut self, known_models: fn() -> Vec<&'static str>) -> Self {
        self.known_models = known_models;
        self
    }

    /// Names what may be said of a model in `capabilities`; a configuration that says anything else is refused.
    #[must_use]
    pub const fn with_capabilities(mut self, capabilities: &'static [Capability]) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Names what the service must allow for models to be called.
    #[must_use]
    pub const fn with_permissions(mut self, permissions: &'static [Permission]) -> Self {
        self.permissions = permissions;
        self
    }
}

/// The record by which a crate brings a way to discover the models of a protocol's providers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SourcePlugin {
    /// What it is called.
    pub id: &'static str,
    /// The crate that brings it.
    pub owner: &'static str,
    /// The protocol whose providers it lists the models of.
    pub api: &'static str,
    /// The place of its own section of the configuration, as a JSON pointer.
    pub section: Option<&'static str>,
    /// Makes the source.
    pub open: OpenSource,
    /// What the service must allow for models to be listed.
    pub permissions: &'static [Permission],
    /// Reads from the section the region whose models are listed, for providers of which nobody says another.
    pub region: fn(&Value) -> Option<String>,
}

impl SourcePlugin {
    /// A source called `id` for providers of the protocol `api`, brought by the crate `owner`
    /// (`env!("CARGO_PKG_NAME")`).
    pub const fn new(id: &'static str, api: &'static str, owner: &'static str, open: OpenSource) -> Self {
        Self { id, owner, api, section: None, open, permissions: &[], region: |_| None }
    }

    /// Reads its options from this section, a JSON pointer.
    #[must_use]
    pub const fn with_section(mut self, pointer: &'static str) -> Self {
        self.section = Some(pointer);
        self
    }

    /// Says which region the section names: what is listed there should be called there, where nobody says otherwise.
    #[must_use]
    pub const fn with_region(mut self, region: fn(&Value) -> Option<String>) -> Self {
        self.region = region;
        self
    }

    /// Names what the service must allow for models to be listed.
    #[must_use]
    pub const fn with_permissions(mut self, permissions: &'static [Permission]) -> Self {
        self.permissions = permissions;
        self
    }
}

inventory::collect!(ProviderPlugin);
inventory::collect!(SourcePlugin);
inventory::collect!(SectionPlugin);

/// Submits a plugin record at link time: a constant [`ProviderPlugin`], [`SourcePlugin`] or [`SectionPlugin`].
///
/// Use it at module level. The host must mention the crate (`use acme_provider as _;`), or the linker leaves it out
/// with everything it registers.
///
/// ```standalone_crate
/// use std::sync::Arc;
/// use clawdia_core::{HostContext, Plugins, Provider, ProviderConfig, ProviderError, ProviderPlugin};
///
/// fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
///     # unimplemented!()
/// }
///
/// pub const PLUGIN: ProviderPlugin = ProviderPlugin::new("acme-chat", "acme-provider", connect);
/// clawdia_core::register!(PLUGIN);
///
/// # fn main() -> Result<(), clawdia_core::PluginsError> {
/// assert_eq!(Plugins::linked()?.provider("acme-chat").unwrap().owner, "acme-provider");
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! register {
    ($plugin:expr) => {
        $crate::__private::inventory::submit! { $plugin }
    };
}

/// The plugins of a host, sorted and without duplicates.
#[derive(Debug, Clone)]
pub struct Plugins {
    providers: Vec<&'static ProviderPlugin>,
    sources: Vec<&'static SourcePlugin>,
    sections: Vec<&'static SectionPlugin>,
}

impl Plugins {
    /// The plugins of all linked crates that registered any.
    ///
    /// All crates of a program must share one semver-compatible `clawdia-core`; plugins of another are not seen.
    ///
    /// # Errors
    /// When two crates claim the same protocol, provider id, source or section; both are named.
    pub fn linked() -> Result<Self, PluginsError> {
        Self::new(
            inventory::iter::<ProviderPlugin>,
            inventory::iter::<SourcePlugin>,
            inventory::iter::<SectionPlugin>,
        )
    }

    /// These plugins and no others.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn new(
        providers: impl IntoIterator<Item = &'static ProviderPlugin>,
        sources: impl IntoIterator<Item = &'static SourcePlugin>,
        sections: impl IntoIterator<Item = &'static SectionPlugin>,
    ) -> Result<Self, PluginsError> {
        // Link order differs between builds, hence the sorting.
        let mut providers = providers.into_iter().collect::<Vec<_>>();
        providers.sort_by_key(|plugin| (plugin.api, plugin.owner));
        let mut sources = sources.into_iter().collect::<Vec<_>>();
        sources.sort_by_key(|plugin| (plugin.id, plugin.owner));
        let mut sections = sections.into_iter().collect::<Vec<_>>();
        sections.sort_by_key(|plugin| (plugin.pointer, plugin.owner));

        refuse_duplicates("the protocol", providers.iter().map(|plugin| (plugin.api, plugin.owner)))?;
        let mut ids = providers
            .iter()
            .filter_map(|plugin| plugin.default_id.map(|id| (id, plugin.owner)))
            .collect::<Vec<_>>();
        ids.sort_unstable();
        refuse_duplicates("the provider id", ids.into_iter())?;
        refuse_duplicates("the model source", sources.iter().map(|plugin| (plugin.id, plugin.owner)))?;
        refuse_duplicates("the section", sections.iter().map(|plugin| (plugin.pointer, plugin.owner)))?;
        Ok(Self { providers, sources, sections })
    }

    /// The provider plugins, sorted by protocol.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = &'static ProviderPlugin> {
        self.providers.iter().copied()
    }

    /// The model sources, sorted by id.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &'static SourcePlugin> {
        self.sources.iter().copied()
    }

    /// The sections, sorted by place.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = &'static SectionPlugin> {
        self.sections.iter().copied()
    }

    /// The provider plugin for a protocol.
    ///
    /// # Errors
    /// When no linked crate speaks it; the error lists what is linked.
    pub fn provider(&self, api: &str) -> Result<&'static ProviderPlugin, UnknownApi> {
        self.providers().find(|plugin| plugin.api == api).ok_or_else(|| UnknownApi {
            api: api.to_owned(),
            linked: self.describe(|plugin| Some(plugin.api)),
        })
    }

    /// The provider plugin that owns a provider id.
    ///
    /// # Errors
    /// When no linked crate owns it; the error lists what is linked.
    pub fn owner_of(&self, id: &str) -> Result<&'static ProviderPlugin, UnknownProvider> {
        self.providers().find(|plugin| plugin.default_id == Some(id)).ok_or_else(|| UnknownProvider {
            id: id.to_owned(),
            linked: self.describe(|plugin| plugin.default_id),
        })
    }

    fn describe(&self, name: fn(&ProviderPlugin) -> Option<&'static str>) -> String {
        let names = self
            .providers()
            .filter_map(|plugin| name(plugin).map(|name| format!("`{name}` by {}", plugin.owner)))
            .collect::<Vec<_>>();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

fn refuse_duplicates(
    what: &'static str,
    names: impl Iterator<Item = (&'static str, &'static str)>,
) -> Result<(), PluginsError> {
    let mut previous: Option<(&str, &str)> = None;
    for (name, owner) in names {
        if let Some((known, first)) = previous
            && known == name
        {
            return Err(PluginsError { what, name, first, second: owner });
        }
        previous = Some((name, owner));
    }
    Ok(())
}

/// Two linked crates claim the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginsError {
    what: &'static str,
    name: &'static str,
    first: &'static str,
    second: &'static str,
}

impl fmt::Display for PluginsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, first, second } = self;
        write!(
            formatter,
            "{what} `{name}` is claimed twice, by {first} and by {second}; link only one of them"
        )
    }
}

impl std::error::Error for PluginsError {}

/// No linked crate speaks a protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no linked crate speaks the protocol `{api}` (linked: {linked}); add `use its_crate as _;` to the host"
)]
pub struct UnknownApi {
    api: String,
    linked: String,
}

/// No linked crate owns a provider id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no provider `{id}` is configured and no linked crate brings one (linked: {linked}); \
     add it to `models.providers`, or `use its_crate as _;` to the host"
)]
pub struct UnknownProvider {
    id: String,
    linked: String,
}
