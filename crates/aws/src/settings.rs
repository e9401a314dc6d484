//! What a provider's configuration and the environment say about AWS, resolved without any I/O.
//!
//! Separate from [`Connection`](crate::Connection), which reads files and may ask other services: this part is pure,
//! and a host can show it.

use std::fmt;

use clawdia_core::{Environment, FallbackRegion, ProviderConfig, Secret};

use crate::credential_source::CredentialSource;
use crate::endpoint::{BaseUrl, InvalidUrl};
use crate::hidden::Hidden;
use crate::service::ServiceEndpoints;
use crate::shared_files::{DEFAULT_PROFILE, is_true};

/// What is known about identity, region and endpoint before anything is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AwsSettings {
    pub(crate) credentials: CredentialSettings,
    pub(crate) role_arn: Option<String>,
    /// The region that the configuration demands.
    pub(crate) configured_region: Option<String>,
    /// The region that the environment names, and the variable that does.
    pub(crate) environment_region: Option<(&'static str, String)>,
    /// The region where nobody names one for calls, and who names it.
    pub(crate) fallback_region: Option<FallbackRegion>,
    pub(crate) base_url: Option<BaseUrl>,
    /// The endpoints that the environment names.
    pub(crate) endpoints: ServiceEndpoints,
    /// Whether the environment wants endpoints of FIPS, if it says.
    pub(crate) fips: Option<bool>,
    /// Whether the environment wants endpoints that are also reached over IPv6, if it says.
    pub(crate) dual_stack: Option<bool>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum CredentialSettings {
    Bearer { source: CredentialSource, token: Hidden },
    Keys { access_key_id: String, secret_access_key: Hidden, session_token: Option<Hidden> },
    ConfiguredProfile(String),
    Chain { profile: Option<String> },
    Unauthenticated,
}

impl fmt::Debug for CredentialSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.source())
    }
}

impl CredentialSettings {
    pub(crate) fn source(&self) -> CredentialSource {
        match self {
            Self::Bearer { source, .. } => source.clone(),
            Self::Keys { .. } => CredentialSource::AccessKeys,
            Self::ConfiguredProfile(name) => CredentialSource::ConfiguredProfile(name.clone()),
            Self::Chain { profile: Some(name) } => CredentialSource::Profile(name.clone()),
            Self::Chain { profile: None } => CredentialSource::DefaultChain,
            Self::Unauthenticated => CredentialSource::Unauthenticated,
        }
    }
}

impl AwsSettings {
    /// Reads a provider's configuration and the environment. Blank values count as unset.
    ///
    /// # Errors
    /// When an address, a region or a token cannot be used; the error names where it is written.
    pub fn resolve(config: &ProviderConfig, environment: &Environment) -> Result<Self, AwsSettingsError> {
        let given = |value: &Option<String>| {
            value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let variable = |name: &str| environment.get(name).map(str::to_owned);

        let environment_region = match variable("AWS_REGION") {
            Some(region) => Some(("AWS_REGION", valid_region("AWS_REGION", region)?)),
            None => variable("AWS_DEFAULT_REGION")
                .map(|region| valid_region("AWS_DEFAULT_REGION", region))
                .transpose()?
                .map(|region| ("AWS_DEFAULT_REGION", region)),
        };
        let base_url = given(&config.base_url)
            .map(|url| {
                BaseUrl::parse(&url).map_err(|source| AwsSettingsError::Url { place: "baseUrl", source })
            })
            .transpose()?;
        let endpoints = ServiceEndpoints::new(environment)
            .map_err(|(place, source)| AwsSettingsError::Url { place, source })?;
        Ok(Self {
            credentials: credentials(config, environment, given(&config.profile))?,
            role_arn: given(&config.role_arn),
            configured_region: given(&config.region)
                .map(|region| valid_region("region", region))
                .transpose()?,
            environment_region,
            // Whoever wrote it is told what is wrong with it by whoever it was written for.
            fallback_region: config
                .fallback_region
                .clone()
                .filter(|fallback| valid_region("region", fallback.region.clone()).is_ok()),
            base_url,
            endpoints,
            fips: environment.get("AWS_USE_FIPS_ENDPOINT").map(is_true),
            dual_stack: environment.get("AWS_USE_DUALSTACK_ENDPOINT").map(is_true),
        })
    }

    /// The same with another `baseUrl`: that of a model which is reached elsewhere than its provider.
    ///
    /// # Errors
    /// When the text is no address.
    pub fn with_base_url(&self, url: &str) -> Result<Self, AwsSettingsError> {
        let base_url =
            BaseUrl::parse(url).map_err(|source| AwsSettingsError::Url { place: "baseUrl", source })?;
        Ok(Self { base_url: Some(base_url), ..self.clone() })
    }

    /// Where credentials will be taken from, in the contract's order.
    pub fn credential_source(&self) -> CredentialSource {
        self.credentials.source()
    }

    /// Whether credentials that have expired may be found anew where they came from.
    pub(crate) fn can_refresh(&self) -> bool {
        match &self.credentials {
            CredentialSettings::ConfiguredProfile(_) | CredentialSettings::Chain { .. } => true,
            // Those that were handed in stay as they are, but a role is assumed with them again and again.
            CredentialSettings::Keys { .. } => self.role_arn.is_some(),
            CredentialSettings::Bearer { .. } | CredentialSettings::Unauthenticated => false,
        }
    }

    /// The profile whose settings hold, also where credentials come from elsewhere.
    pub(crate) fn profile<'s>(&'s self, environment: &'s Environment) -> &'s str {
        match &self.credentials {
            CredentialSettings::ConfiguredProfile(name) => name,
            CredentialSettings::Bearer { .. }
            | CredentialSettings::Keys { .. }
            | CredentialSettings::Chain { .. }
            | CredentialSettings::Unauthenticated => {
                environment.get("AWS_PROFILE").unwrap_or(DEFAULT_PROFILE)
            }
        }
    }

    /// The same without what decides only where requests for models go, so that connections share what they may.
    pub(crate) fn for_credentials(&self) -> Self {
        Self { base_url: None, fips: None, dual_stack: None, ..self.clone() }
    }

    /// The region as far as it is known without reading files; see the crate's table for the order.
    pub fn likely_region(&self) -> &str {
        self.configured_region
            .as_deref()
            .or(self.environment_region.as_ref().map(|(_, region)| region.as_str()))
            .or(self.suggested_region())
            .or(self.fallback_region.as_ref().map(|fallback| fallback.region.as_str()))
            .unwrap_or(crate::connection::DEFAULT_REGION)
    }

    pub(crate) fn suggested_region(&self) -> Option<&str> {
        match &self.base_url {
            Some(BaseUrl::Standard { region, .. }) => Some(region),
            Some(BaseUrl::Custom(_)) | None => None,
        }
    }
}

fn credentials(
    config: &ProviderConfig,
    environment: &Environment,
    profile: Option<String>,
) -> Result<CredentialSettings, AwsSettingsError> {
    let api_key = config.api_key.as_ref().map(Secret::expose).map(str::trim).filter(|key| !key.is_empty());
    if let Some(token) = api_key {
        return bearer(CredentialSource::ApiKey, token);
    }
    if let Some(profile) = profile {
        return Ok(CredentialSettings::ConfiguredProfile(profile));
    }
    // It is the environment's, so that it stands over what the environment says, and not over what the entry does.
    if environment.get("AWS_BEDROCK_SKIP_AUTH").is_some_and(is_true) {
        return Ok(CredentialSettings::Unauthenticated);
    }
    if let Some(token) = environment.get("AWS_BEARER_TOKEN_BEDROCK") {
        return bearer(CredentialSource::BearerToken, token);
    }
    // Half a key pair is no key pair: the chain goes on, as the SDK's does.
    if let (Some(id), Some(secret)) =
        (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))
    {
        return Ok(CredentialSettings::Keys {
            access_key_id: id.to_owned(),
            secret_access_key: Hidden::new(secret),
            session_token: environment.get("AWS_SESSION_TOKEN").map(Hidden::new),
        });
    }
    Ok(CredentialSettings::Chain { profile: environment.get("AWS_PROFILE").map(str::to_owned) })
}

fn bearer(source: CredentialSource, token: &str) -> Result<CredentialSettings, AwsSettingsError> {
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(CredentialSettings::Bearer { source, token: Hidden::new(token) })
    } else {
        Err(AwsSettingsError::Token { origin: source })
    }
}

fn valid_region(place: &'static str, region: String) -> Result<String, AwsSettingsError> {
    let valid = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if valid && !region.starts_with('-') && !region.ends_with('-') {
        Ok(region)
    } else {
        Err(AwsSettingsError::Region { place, region })
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsSettingsError {
    /// An address is none.
    #[error("`{place}` cannot be used")]
    Url {
        /// The member or variable it is written in.
        place: &'static str,
        /// What is wrong with it.
        source: InvalidUrl,
    },
    /// A region is none.
    #[error("`{place}` is `{region}`, which is no AWS region; write it like `us-east-1`")]
    Region {
        /// The member or variable it is written in.
        place: &'static str,
        /// What is written there.
        region: String,
    },
    /// A bearer token contains blanks or other characters that a header cannot carry.
    #[error("the bearer token of `{origin}` contains characters that a header cannot carry; copy it again")]
    Token {
        /// Where it comes from.
        origin: CredentialSource,
    },
}
