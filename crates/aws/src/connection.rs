//! Everything an AWS client needs, made once per identity, region and endpoint.
//!
//! Separate from the settings because this part reads files and holds what is expensive: the HTTP client with its TLS
//! roots and connection pool, and the credential cache. Both live in the host's context and end with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::{CredentialsError, TokenError};
use aws_credential_types::provider::token::SharedTokenProvider;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_credential_types::{Credentials, Token};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::tls::Provider as TlsProvider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::auth::http::HTTP_BEARER_AUTH_SCHEME_ID;
use aws_smithy_runtime_api::client::auth::{AuthSchemeId, AuthSchemePreference};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::app_name::AppName;
use aws_types::sdk_config::Builder as SdkConfigBuilder;
use clawdia_core::{Environment, HostContext};
use tokio::sync::OnceCell;

use crate::credential_source::CredentialSource;
use crate::endpoint::{BaseUrl, shown};
use crate::settings::{AwsSettings, CredentialSettings};
use crate::shared_files::ProfileSettings;

/// Where requests go when nothing names a region: the contract's default.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// The SDK behaviour this crate is written for. Pinned: `latest` would change retries and proxies under our feet.
fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// What all AWS plugins of a host share.
#[derive(Debug)]
pub struct Aws {
    environment: Environment,
    http_client: SharedHttpClient,
    /// By settings and the region of the ARN that is called.
    connections: Mutex<HashMap<ConnectionKey, Arc<OnceCell<Connection>>>>,
    /// How many connections were made.
    made: AtomicU64,
}

type ConnectionKey = (AwsSettings, Option<String>);

impl Aws {
    /// What the plugins of `host` share.
    pub fn of(host: &HostContext) -> Arc<Self> {
        host.slot(|| Self {
            environment: host.environment().clone(),
            http_client: aws_smithy_http_client::Builder::new()
                .tls_provider(TlsProvider::Rustls(CryptoMode::Ring))
                .build_https(),
            connections: Mutex::default(),
            made: AtomicU64::new(0),
        })
    }

    /// Everything a client needs to call as `settings` say; the same value again for the same settings.
    ///
    /// `arn_region` is the region of an ARN that is to be called, if any. Reads shared files at most once per profile;
    /// asks no other service, since credentials are looked up when the first request is signed.
    ///
    /// # Errors
    /// When the profile's region or endpoint cannot be used.
    pub async fn connect(
        &self,
        settings: &AwsSettings,
        arn_region: Option<&str>,
    ) -> Result<Connection, AwsError> {
        let key = (settings.clone(), arn_region.map(str::to_owned));
        let cell = {
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(connections.entry(key).or_default())
        };
        cell.get_or_try_init(|| self.make(settings, arn_region)).await.cloned()
    }

    /// As [`connect`](Self::connect), but with credentials looked up anew: for when the service says that those of `stale`
    /// have expired. Callers who say so of the same connection share the new one. `None` where nothing new can be found,
    /// since the credentials were handed in.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn refresh(
        &self,
        settings: &AwsSettings,
        arn_region: Option<&str>,
        stale: &Connection,
    ) -> Result<Option<Connection>, AwsError> {
        if !settings.can_refresh() {
            return Ok(None);
        }
        {
            let key = (settings.clone(), arn_region.map(str::to_owned));
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            let is_stale = |cell: &Arc<OnceCell<Connection>>| {
                cell.get().is_some_and(|connection| connection.number == stale.number)
            };
            if connections.get(&key).is_some_and(is_stale) {
                connections.remove(&key);
            }
        }
        self.connect(settings, arn_region).await.map(Some)
    }

    async fn make(&self, settings: &AwsSettings, arn_region: Option<&str>) -> Result<Connection, AwsError> {
        let profile_name = match &settings.credentials {
            CredentialSettings::ConfiguredProfile(name) => Some(name.as_str()),
            CredentialSettings::Bearer { .. }
            | CredentialSettings::Keys { .. }
            | CredentialSettings::Chain { .. } => None,
        };
        let profile = ProfileSettings::read(&self.environment, profile_name).await;
        let region = settings
            .configured_region
            .as_deref()
            .or(arn_region)
            .or(settings.environment_region.as_deref())
            .or(profile.region.as_deref())
            .or(settings.suggested_region())
            .unwrap_or(DEFAULT_REGION)
            .to_owned();
        let endpoint = match &settings.base_url {
            Some(BaseUrl::Custom(url)) => Some(url.clone()),
            Some(BaseUrl::Standard { .. }) | None => {
                settings.environment_endpoint.clone().or(profile.endpoint)
            }
        };
        if let Some(url) = &endpoint {
            BaseUrl::parse(url).map_err(|_| AwsError::Endpoint { url: shown(url) })?;
        }

        let base = self.base(&region);
        let mut config = match &settings.credentials {
            CredentialSettings::Bearer { token, .. } => base
                .to_builder()
                .token_provider(SharedTokenProvider::new(Token::new(token, None)))
                .auth_scheme_preference(AuthSchemePreference::from([HTTP_BEARER_AUTH_SCHEME_ID])),
            CredentialSettings::Keys { access_key_id, secret_access_key, session_token } => {
                let keys = Credentials::new(
                    access_key_id,
                    secret_access_key,
                    session_token.clone(),
                    None,
                    "environment",
                );
                signed(&base, SharedCredentialsProvider::new(keys))
            }
            CredentialSettings::ConfiguredProfile(name) => {
                // Pinned: through the default chain, access keys of the environment would win over the profile.
                let provider = ProfileFileCredentialsProvider::builder()
                    .profile_name(name)
                    .configure(&provider_config(&base))
                    .build();
                signed(&base, SharedCredentialsProvider::new(provider))
            }
            CredentialSettings::Chain { .. } => {
                let chain = LazyChain { base: base.clone(), chain: OnceCell::new() };
                signed(&base, SharedCredentialsProvider::new(chain))
            }
        };
        if let Some(role_arn) = &settings.role_arn {
            let caller = config.build();
            let provider = AssumeRoleProvider::builder(role_arn)
                .session_name("clawdia")
                .configure(&caller)
                .build_from_provider(caller.credentials_provider().ok_or(AwsError::RoleNeedsKeys)?)
                .await;
            config = signed(&base, SharedCredentialsProvider::new(provider));
        }
        if let Some(url) = &endpoint {
            config = config.endpoint_url(url);
        }
        Ok(Connection {
            sdk_config: config.build(),
            region,
            endpoint,
            credential_source: settings.credential_source(),
            number: self.made.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// What all identities have in common. Built by hand rather than loaded, so that nothing is taken from the process's
    /// environment behind the back of the one that was handed in.
    fn base(&self, region: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(behavior_version())
            .region(Region::new(region.to_owned()))
            .http_client(self.http_client.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .identity_cache(aws_config::identity::IdentityCache::lazy().build())
            .app_name(AppName::new("clawdia").expect("the name holds only letters"))
            .build()
    }
}

fn signed(base: &SdkConfig, provider: SharedCredentialsProvider) -> SdkConfigBuilder {
    base.to_builder()
        .credentials_provider(provider)
        .auth_scheme_preference(AuthSchemePreference::from([AuthSchemeId::from("sigv4")]))
}

/// The part of the configuration that credential providers take.
fn provider_config(base: &SdkConfig) -> aws_config::provider_config::ProviderConfig {
    let mut config = aws_config::provider_config::ProviderConfig::without_region()
        .with_region(base.region().cloned())
        .with_behavior_version(Some(behavior_version()));
    if let Some(http_client) = base.http_client() {
        config = config.with_http_client(http_client);
    }
    config
}

/// The SDK's default chain, put together when the first request is signed.
#[derive(Debug)]
struct LazyChain {
    base: SdkConfig,
    chain: OnceCell<DefaultCredentialsChain>,
}

impl ProvideCredentials for LazyChain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let chain = self
                .chain
                .get_or_init(|| async {
                    // The region is known, so that no provider asks the instance metadata service for it.
                    DefaultCredentialsChain::builder()
                        .configure(provider_config(&self.base))
                        .region(self.base.region().cloned().unwrap_or(Region::from_static(DEFAULT_REGION)))
                        .build()
                        .await
                })
                .await;
            chain.provide_credentials().await
        })
    }
}

/// Where to call, and as whom. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection {
    sdk_config: SdkConfig,
    region: String,
    endpoint: Option<String>,
    credential_source: CredentialSource,
    /// Tells it from those before and after it.
    number: u64,
}

impl Connection {
    /// A number that no other connection of the host has, not even one with the same settings.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What the SDK's service clients are built from.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.sdk_config
    }

    /// The region that is called.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The endpoint, where it is not AWS's own for the region.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Where credentials are taken from.
    pub fn credential_source(&self) -> &CredentialSource {
        &self.credential_source
    }
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsError {
    /// The profile's endpoint is no address.
    #[error("the profile's `endpoint_url` is `{url}`, which is no address; write it as `https://host`")]
    Endpoint {
        /// What is written there.
        url: String,
    },
    /// A role is to be assumed with a bearer token.
    #[error(
        "`roleArn` needs AWS credentials to assume the role with, and a bearer token is none; remove one of them"
    )]
    RoleNeedsKeys,
}

/// Whether an error of the SDK comes from looking for credentials: there are none, or their source failed.
pub fn is_credentials_failure(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() || error.is::<TokenError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
