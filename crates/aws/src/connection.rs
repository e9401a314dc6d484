//! Where to call, and as whom: everything that a client of an AWS service is built from.
//!
//! Separate from [`Aws`](crate::Aws), which makes it: this is a value, the same for all who ask with the same settings.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::Token;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::{CredentialsError, TokenError};
use aws_credential_types::provider::token::SharedTokenProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::auth::http::HTTP_BEARER_AUTH_SCHEME_ID;
use aws_smithy_runtime_api::client::auth::{AuthSchemeId, AuthSchemePreference};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use sha2::{Digest, Sha256};

use crate::connection_failure::Way;
use crate::credential_source::CredentialSource;
use crate::hex::hex;
use crate::http_clients::HttpClients;
use crate::lookup::{Lookup, SharedLookup};
use crate::origin::{EndpointOrigin, RegionOrigin};
use crate::partition::Partition;
use crate::settings::CredentialSettings;

/// Where requests go when nothing names a region: the contract's default.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// The SDK behaviour this crate is written for. Pinned: `latest` would change retries and proxies under our feet.
pub(crate) fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Where to call, and as whom. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection {
    pub(crate) shared: Arc<Shared>,
}

/// What is settled once for a connection.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) runtime: Plane,
    pub(crate) control: Plane,
    pub(crate) region: String,
    pub(crate) region_origin: RegionOrigin,
    pub(crate) credential_source: CredentialSource,
    /// `None` where there is nothing to look up.
    pub(crate) lookup: Option<Arc<Lookup>>,
    /// A hash of what files and variables say of who it is.
    pub(crate) identity_key: String,
    /// Whether they leave it to the instance's role.
    pub(crate) is_instance: bool,
    /// Tells it from those before and after it.
    pub(crate) number: u64,
    /// Whether the region is only a guess, since the instance could not be asked.
    pub(crate) is_provisional: bool,
}

/// One of the two services: the one that runs models, and the control plane.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) sdk_config: SdkConfig,
    /// The endpoint, where it is not AWS's own.
    pub(crate) endpoint: Option<String>,
    pub(crate) origin: EndpointOrigin,
    /// The address in any case.
    pub(crate) address: String,
    /// The proxy that leads there, as it may be shown.
    pub(crate) proxy: Option<String>,
    /// Whether a bundle says which certificates are trusted.
    pub(crate) has_bundle: bool,
}

/// What a [`Plane`] is made from.
#[derive(Debug)]
pub(crate) struct PlaneSettings<'a> {
    pub(crate) http: &'a HttpClients,
    pub(crate) region: &'a str,
    /// What AWS's own hosts of the service are called.
    pub(crate) host: &'static str,
    pub(crate) endpoint: Option<(String, EndpointOrigin)>,
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

impl Plane {
    pub(crate) fn new(
        settings: PlaneSettings<'_>,
        credentials: &CredentialSettings,
        lookup: Option<&Arc<Lookup>>,
    ) -> Self {
        let PlaneSettings { http, region, host, endpoint, fips, dual_stack } = settings;
        let mut config = SdkConfig::builder()
            .behavior_version(behavior_version())
            .region(Region::new(region.to_owned()))
            .http_client(SharedHttpClient::new(http.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            // Credentials are remembered by their lookup.
            .identity_cache(IdentityCache::no_cache())
            .app_name(AppName::new("clawdia").expect("the name holds only letters"));
        config = match (credentials, lookup) {
            (CredentialSettings::Bearer { token, .. }, _) => config
                .token_provider(SharedTokenProvider::new(Token::new(token.expose(), None)))
                .auth_scheme_preference(AuthSchemePreference::from([HTTP_BEARER_AUTH_SCHEME_ID])),
            (_, Some(lookup)) => config
                .credentials_provider(SharedCredentialsProvider::new(SharedLookup(Arc::clone(lookup))))
                .auth_scheme_preference(signed()),
            // The SDK sends nothing unsigned to a service that wants signatures: gateways get one that means nothing.
            (_, None) => config
                .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                    "unauthenticated",
                    "unauthenticated",
                    None,
                    None,
                    "clawdia",
                )))
                .auth_scheme_preference(signed()),
        };
        let (endpoint, origin) = match endpoint {
            Some((url, origin)) => (Some(url), origin),
            None => (None, EndpointOrigin::Region),
        };
        let address = if let Some(url) = &endpoint {
            config = config.endpoint_url(url);
            url.clone()
        } else {
            // Beside an endpoint, which says all by itself, the SDK refuses both flags.
            config = config.use_fips(fips).use_dual_stack(dual_stack);
            Partition::of(region).address(host, region, fips, dual_stack)
        };
        let proxy = address.parse().ok().and_then(|uri| http.proxy_of(&uri));
        let has_bundle = http.has_bundle();
        Self { sdk_config: config.build(), endpoint, origin, address, proxy, has_bundle }
    }
}

fn signed() -> AuthSchemePreference {
    AuthSchemePreference::from([AuthSchemeId::from("sigv4")])
}

impl Connection {
    /// A number that no other connection of the host has, not even one with the same settings.
    pub fn number(&self) -> u64 {
        self.shared.number
    }

    /// What the clients of the service that runs models are built from.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.shared.runtime.sdk_config
    }

    /// What the clients of the control plane, which lists models, are built from.
    pub fn control_plane_config(&self) -> &SdkConfig {
        &self.shared.control.sdk_config
    }

    /// The region that is called.
    pub fn region(&self) -> &str {
        &self.shared.region
    }

    /// Who says so.
    pub fn region_origin(&self) -> &RegionOrigin {
        &self.shared.region_origin
    }

    /// The endpoint, where it is not AWS's own for the region.
    pub fn endpoint(&self) -> Option<&str> {
        self.shared.runtime.endpoint.as_deref()
    }

    /// Who says so.
    pub fn endpoint_origin(&self) -> &EndpointOrigin {
        &self.shared.runtime.origin
    }

    /// The proxy that requests go through, without its password.
    pub fn proxy(&self) -> Option<&str> {
        self.shared.runtime.proxy.as_deref()
    }

    /// How the service that runs models is reached.
    pub fn way(&self) -> Way {
        self.way_to(&self.shared.runtime)
    }

    /// How the control plane is reached.
    pub fn control_plane_way(&self) -> Way {
        self.way_to(&self.shared.control)
    }

    fn way_to(&self, plane: &Plane) -> Way {
        Way { region: self.shared.region.clone(), proxy: plane.proxy.clone(), has_bundle: plane.has_bundle }
    }

    /// The control plane's endpoint, where it is not AWS's own for the region. A `baseUrl` is not one: it is where models
    /// are called.
    pub fn control_plane_endpoint(&self) -> Option<&str> {
        self.shared.control.endpoint.as_deref()
    }

    /// The control plane's address, whoever it is from.
    pub fn control_plane_address(&self) -> &str {
        &self.shared.control.address
    }

    /// Who says so.
    pub fn control_plane_endpoint_origin(&self) -> &EndpointOrigin {
        &self.shared.control.origin
    }

    /// Whether the control plane is at another address than the service that runs models.
    pub fn has_separate_control_plane(&self) -> bool {
        self.shared.control.address != self.shared.runtime.address
    }

    /// The proxy that requests to the control plane go through, without its password.
    pub fn control_plane_proxy(&self) -> Option<&str> {
        self.shared.control.proxy.as_deref()
    }

    /// Where credentials are taken from.
    pub fn credential_source(&self) -> &CredentialSource {
        &self.shared.credential_source
    }

    /// Tells this identity from others, for the names of caches: a hash of what stays the same while keys are renewed.
    /// Region and endpoint are not part of it.
    ///
    /// Where it is the instance's role, the instance is asked for its name, once a minute at most, and no credentials are;
    /// where no instance answers, that is found out within a second and remembered.
    pub async fn identity_key(&self) -> String {
        let Shared { lookup, identity_key, is_instance, .. } = &*self.shared;
        match lookup {
            Some(lookup) if *is_instance => {
                let role = Box::pin(lookup.instance_role()).await;
                hashed(&format!("{identity_key}\n{}", role.unwrap_or_default()))
            }
            Some(_) | None => identity_key.clone(),
        }
    }
}

/// A hash that tells identities apart and says nothing of them.
pub(crate) fn hashed(identity: &str) -> String {
    hex(&Sha256::digest(identity.as_bytes())[..12])
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
