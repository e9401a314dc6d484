//! What discovery is told to do, resolved from its section, the provider whose models it lists, and the environment.
//!
//! Separate from the source so that every default and every precedence has one place. Nothing here does I/O.

use std::time::Duration;

use clawdia_aws::{AwsSettings, AwsSettingsError, BaseUrl};
use clawdia_core::{Environment, ProviderConfig, ProviderId, SectionError, SourceConfig, from_config};

use crate::config::BedrockDiscoveryConfig;
use crate::filter::MakerFilter;

/// The provider id that belongs to Bedrock without any configuration.
const DEFAULT_ID: ProviderId = ProviderId::from_static("amazon-bedrock");

/// How long a discovery may take, whatever it waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A [`SourceConfig`] with everything checked and filled in.
#[derive(Debug, Clone)]
pub(crate) struct DiscoverySettings {
    pub(crate) provider: ProviderId,
    /// Whether to look for models; `None` leaves it to whether there are credentials.
    pub(crate) enabled: Option<bool>,
    /// Who asks and where: the provider's own, in the section's region if that names one.
    pub(crate) aws: AwsSettings,
    /// The provider's own, where the section names a region, which may be another.
    pub(crate) calling: Option<AwsSettings>,
    /// Whether the provider's `apiKey` is for a gateway of somebody else's, and nothing that AWS should see.
    pub(crate) has_foreign_key: bool,
    pub(crate) filter: MakerFilter,
    /// How long a list is good for; `None` keeps nothing.
    pub(crate) refresh_interval: Option<Duration>,
    pub(crate) default_context_window: u64,
    pub(crate) default_max_tokens: u64,
    pub(crate) preference: ProfilePreference,
    pub(crate) deadline: Duration,
    pub(crate) connect_timeout: Option<Duration>,
}

/// Which profile stands in for a foundation model that is served only through profiles: the provider's
/// `params.profilePreference`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ProfilePreference {
    /// That of the region's own geography, the global one where there is none.
    #[default]
    Geo,
    /// The global one, that of the region's geography where there is none.
    Global,
    /// None: ids are called as they are written.
    None,
}

impl ProfilePreference {
    /// What a provider's `params` say. Other words are the provider's to refuse, which owns the option.
    fn of(provider: &ProviderConfig) -> Self {
        match provider.params.get("profilePreference").and_then(|word| word.as_str()) {
            Some("global") => Self::Global,
            Some("none") => Self::None,
            Some(_) | None => Self::Geo,
        }
    }
}

impl DiscoverySettings {
    /// Resolves a configuration.
    pub(crate) fn resolve(config: &SourceConfig, environment: &Environment) -> Result<Self, SettingsError> {
        let section: BedrockDiscoveryConfig = match &config.section {
            Some(section) => from_config(section.clone())?,
            None => BedrockDiscoveryConfig::default(),
        };
        let calling = AwsSettings::resolve(&config.provider, environment)?;
        let region = section.region.as_deref().map(str::trim).map(str::to_owned);
        let aws = match &region {
            Some(region) => {
                let mut provider = config.provider.clone();
                provider.region = Some(region.clone());
                AwsSettings::resolve(&provider, environment)
                    .map_err(|source| SettingsError::Region { source })?
            }
            None => calling.clone(),
        };
        let limits = config.provider.timeouts.limits();
        Ok(Self {
            provider: config.provider.id.clone().unwrap_or(DEFAULT_ID),
            enabled: section.enabled,
            has_foreign_key: has_foreign_key(&config.provider),
            calling: region.map(|_| calling),
            aws,
            filter: MakerFilter::of(&section.provider_filter),
            refresh_interval: (section.refresh_interval > 0)
                .then(|| Duration::from_secs(section.refresh_interval)),
            default_context_window: section.default_context_window,
            default_max_tokens: section.default_max_tokens,
            preference: ProfilePreference::of(&config.provider),
            deadline: limits.total.map_or(DEADLINE, |total| total.min(DEADLINE)),
            connect_timeout: limits.connect,
        })
    }
}

/// Whether a provider has a key, and an address that is none of AWS's.
fn has_foreign_key(provider: &ProviderConfig) -> bool {
    let has_key = provider.api_key.as_ref().is_some_and(|key| !key.expose().trim().is_empty());
    let url = match provider.base_url.as_deref().map(BaseUrl::parse) {
        Some(Ok(BaseUrl::Custom(url))) => url,
        Some(Ok(BaseUrl::Standard { .. }) | Err(_)) | None => return false,
    };
    let authority = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    has_key && ![".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|aws| host.ends_with(aws))
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("`models.bedrockDiscovery` cannot be used: {0}")]
    Section(#[from] SectionError),
    #[error("the region of `models.bedrockDiscovery` cannot be used: {source}")]
    Region { source: AwsSettingsError },
    #[error(transparent)]
    Aws(#[from] AwsSettingsError),
}
