//! What all AWS plugins of a host share: connections, HTTP clients, and credentials with what is known about them.
//!
//! Separate from the connection itself: this part reads files, may ask the instance's metadata, and remembers. It lives
//! in the host's context and ends with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clawdia_core::{Environment, HostContext};
use tokio::sync::OnceCell;

use crate::chain::Prospect;
use crate::connection::{Connection, DEFAULT_REGION, Plane, PlaneSettings, Shared, hashed};
use crate::endpoint::{BaseUrl, shown};
use crate::failure::CredentialsFailure;
use crate::http_clients::HttpClients;
use crate::identity::{Detection, FoundCredentials, Identity};
use crate::lookup::Lookup;
use crate::origin::{EndpointOrigin, RegionOrigin};
use crate::profile::Plan;
use crate::proxy::UnusableProxy;
use crate::service::Service;
use crate::settings::{AwsSettings, CredentialSettings};
use crate::shared_files::SharedFiles;
use crate::source::instance::InstanceMetadata;
use crate::source::{FoundIn, container};
use crate::trust::{Trust, UnusableBundle};

/// What all AWS plugins of a host share.
#[derive(Debug)]
pub struct Aws {
    environment: Environment,
    /// Made when the first connection is, since it may read a file.
    http: OnceCell<HttpClients>,
    instance: Arc<InstanceMetadata>,
    /// By what decides about credentials.
    lookups: Mutex<HashMap<AwsSettings, Arc<Lookup>>>,
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
            http: OnceCell::new(),
            instance: Arc::default(),
            lookups: Mutex::default(),
            connections: Mutex::default(),
            made: AtomicU64::new(0),
        })
    }

    /// Everything a client needs to call as `settings` say; the same value again for the same settings.
    ///
    /// `arn_region` is the region of an ARN that is to be called, if any. Reads shared files once. Credentials are looked
    /// up when the first request is signed; only where nobody names a region, and an instance's role may be all there is,
    /// the instance is asked here, which takes less than a second where there is none.
    ///
    /// # Errors
    /// When the profile's region or endpoint, the proxy or the certificates cannot be used.
    pub async fn connect(
        &self,
        settings: &AwsSettings,
        arn_region: Option<&str>,
    ) -> Result<Connection, AwsError> {
        let key = (settings.clone(), arn_region.map(str::to_owned));
        let connection = self.connected(&key).await?;
        if !connection.shared.is_provisional {
            return Ok(connection);
        }
        // The region is a guess as long as no credentials are found; whoever asks later may find them.
        match &connection.shared.lookup {
            Some(lookup) if lookup.get().await.is_ok_and(|found| found.on_instance) => {
                self.forget(&key, connection.number());
                self.connected(&key).await
            }
            Some(_) | None => Ok(connection),
        }
    }

    async fn connected(&self, key: &ConnectionKey) -> Result<Connection, AwsError> {
        let cell = {
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(connections.entry(key.clone()).or_default())
        };
        cell.get_or_try_init(|| Box::pin(self.make(&key.0, key.1.as_deref()))).await.cloned()
    }

    /// Forgets a connection, unless another has taken its place.
    fn forget(&self, key: &ConnectionKey, number: u64) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = connections
            .get(key)
            .and_then(|cell| cell.get())
            .is_some_and(|connection| connection.number() == number);
        if is_meant {
            connections.remove(key);
        }
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
        self.forget(&(settings.clone(), arn_region.map(str::to_owned)), stale.number());
        if let Some(lookup) = &stale.shared.lookup {
            let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
            lookups.retain(|_, known| !Arc::ptr_eq(known, lookup));
        }
        self.connect(settings, arn_region).await.map(Some)
    }

    /// Finds out who we are: looks the credentials up, and says who decides about region and endpoints.
    ///
    /// Takes as long as the source of the credentials does, at most a minute for a program that a profile names, and less
    /// than a second where there are none. What is found is remembered for the calls that follow, also that there is
    /// nothing (for 30 seconds, or until a shared file changes). Dropping the future gives up the search.
    ///
    /// # Errors
    /// As [`connect`](Self::connect). That there are no credentials is no error but the answer.
    pub async fn identify(
        &self,
        settings: &AwsSettings,
        arn_region: Option<&str>,
    ) -> Result<Identity, AwsError> {
        let connection = self.connect(settings, arn_region).await?;
        let shared = &connection.shared;
        let (credentials, attempts) = if let Some(lookup) = &shared.lookup {
            let found = Box::pin(lookup.get()).await;
            let credentials = found.map(|found| FoundCredentials {
                found_in: found.place,
                account: found.credentials.account_id().map(|account| account.as_str().to_owned()),
                expires: found.credentials.expiry(),
                detail: found.detail,
            });
            (credentials, lookup.attempts())
        } else {
            let found_in = match &settings.credentials {
                CredentialSettings::Bearer { .. } => FoundIn::BearerToken,
                CredentialSettings::Keys { .. }
                | CredentialSettings::ConfiguredProfile(_)
                | CredentialSettings::Chain { .. }
                | CredentialSettings::Unauthenticated => FoundIn::Nowhere,
            };
            let found = FoundCredentials { found_in, detail: String::new(), account: None, expires: None };
            (Ok(found), Vec::new())
        };
        Ok(Identity {
            source: settings.credential_source(),
            credentials,
            attempts,
            region: shared.region.clone(),
            region_origin: shared.region_origin.clone(),
            endpoint: shown(&shared.runtime.address),
            endpoint_origin: shared.runtime.origin.clone(),
            control_plane_endpoint: shown(&shared.control.address),
            control_plane_endpoint_origin: shared.control.origin.clone(),
        })
    }

    /// Whether there are credentials at all, without trying them: variables and files are read, and only where they say
    /// nothing, the instance is asked once, which takes less than a second and is remembered.
    pub async fn detect(&self, settings: &AwsSettings) -> Detection {
        let source = settings.credential_source();
        let present = |detail: String| Detection { source: source.clone(), detail, failure: None };
        let absent =
            |failure| Detection { source: source.clone(), detail: String::new(), failure: Some(failure) };
        match &settings.credentials {
            CredentialSettings::Bearer { .. }
            | CredentialSettings::Keys { .. }
            | CredentialSettings::Unauthenticated => return present(String::new()),
            CredentialSettings::ConfiguredProfile(_) | CredentialSettings::Chain { .. } => {}
        }
        let files = SharedFiles::read(&self.environment).await;
        let lookup = match self.http().await {
            Ok(http) => self.lookup(settings, http, &files),
            Err(error) => return absent(CredentialsFailure::invalid(error.to_string(), "correct it")),
        };
        match lookup.prospect(&files) {
            Ok(Prospect::Planned(plan)) => present(plan.describe()),
            Ok(Prospect::Instance) => match Box::pin(lookup.get()).await {
                Ok(found) => present(found.detail),
                Err(failure) => absent(failure),
            },
            Err(failure) => absent(failure),
        }
    }

    pub(crate) async fn http(&self) -> Result<&HttpClients, AwsError> {
        let make = || async {
            let trust = Trust::read(&self.environment).await?;
            Ok(HttpClients::new(&self.environment, trust))
        };
        self.http.get_or_try_init(make).await
    }

    /// The credentials that settings lead to, shared by all connections that differ only in where they go.
    fn lookup(&self, settings: &AwsSettings, http: &HttpClients, files: &SharedFiles) -> Arc<Lookup> {
        let make = |settings: &AwsSettings| {
            let instance = Arc::clone(&self.instance);
            Arc::new(Lookup::new(settings.clone(), self.environment.clone(), http.clone(), instance))
        };
        let mut key = settings.for_credentials();
        // Where no role is assumed, which a region's service does, the same credentials are found from everywhere.
        let is_instance = matches!(
            make(&key).prospect(files),
            Ok(Prospect::Instance | Prospect::Planned(Plan::InstanceMetadata | Plan::Container))
        );
        if is_instance && key.role_arn.is_none() {
            key.configured_region = None;
        }
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lookups.entry(key).or_insert_with_key(make))
    }

    async fn make(&self, settings: &AwsSettings, arn_region: Option<&str>) -> Result<Connection, AwsError> {
        let http = self.http().await?;
        let files = SharedFiles::read(&self.environment).await;
        let profile = settings.profile(&self.environment);
        let lookup = match &settings.credentials {
            CredentialSettings::Bearer { .. } if settings.role_arn.is_some() => {
                return Err(AwsError::RoleNeedsKeys);
            }
            CredentialSettings::Bearer { .. } | CredentialSettings::Unauthenticated => None,
            CredentialSettings::Keys { .. }
            | CredentialSettings::ConfiguredProfile(_)
            | CredentialSettings::Chain { .. } => Some(self.lookup(settings, http, &files)),
        };
        let prospect = lookup.as_ref().map(|lookup| lookup.prospect(&files));
        let mut is_provisional = false;
        let (region, region_origin) = match named_region(settings, arn_region, &files, profile) {
            Some(named) => named,
            None => match (&lookup, &prospect) {
                (Some(lookup), Some(Ok(prospect))) if may_be_instance(prospect) => {
                    let found = Box::pin(lookup.get()).await;
                    is_provisional = found.is_err();
                    let region = match found {
                        Ok(found) if found.on_instance => lookup.instance_region(&files).await,
                        Ok(_) | Err(_) => None,
                    };
                    region.map_or_else(default_region, |region| (region, RegionOrigin::InstanceMetadata))
                }
                _ => default_region(),
            },
        };
        let runtime_endpoint = match &settings.base_url {
            Some(BaseUrl::Custom(url)) => Some((url.clone(), EndpointOrigin::BaseUrl)),
            Some(BaseUrl::Standard { .. }) | None => {
                settings.endpoints.find(Service::BedrockRuntime, &files, profile)
            }
        };
        let control_endpoint = settings.endpoints.find(Service::Bedrock, &files, profile);
        for (url, _) in runtime_endpoint.iter().chain(&control_endpoint) {
            BaseUrl::parse(url).map_err(|_| AwsError::Endpoint { url: shown(url) })?;
        }
        let fips = matches!(&settings.base_url, Some(BaseUrl::Standard { fips: true, .. }))
            || settings.fips.or(files.flag(profile, "use_fips_endpoint")).unwrap_or(false);
        let dual_stack =
            settings.dual_stack.or(files.flag(profile, "use_dualstack_endpoint")).unwrap_or(false);
        let plane = |host, endpoint| {
            let plane = PlaneSettings { http, region: &region, host, endpoint, fips, dual_stack };
            Plane::new(plane, &settings.credentials, lookup.as_ref())
        };
        let runtime = plane("bedrock-runtime", runtime_endpoint);
        let control = plane("bedrock", control_endpoint);
        http.check(&runtime.address)?;
        let shared = Shared {
            runtime,
            control,
            region_origin,
            credential_source: settings.credential_source(),
            is_instance: matches!(&prospect, Some(Ok(prospect)) if may_be_instance(prospect)),
            identity_key: self.identity_key(settings, prospect).await,
            lookup,
            number: self.made.fetch_add(1, Ordering::Relaxed),
            is_provisional,
            region,
        };
        Ok(Connection { shared: Arc::new(shared) })
    }

    /// A hash of what stays the same for an identity, as far as files and variables say.
    async fn identity_key(
        &self,
        settings: &AwsSettings,
        prospect: Option<Result<Prospect, CredentialsFailure>>,
    ) -> String {
        let base = match (&settings.credentials, prospect) {
            // A token is long and random: nothing of it can be found from a part of its hash.
            (CredentialSettings::Bearer { token, .. }, _) => format!("bearer {}", token.expose()),
            (CredentialSettings::Keys { access_key_id, .. }, _) => format!("keys {access_key_id}"),
            (CredentialSettings::Unauthenticated, _) => "unauthenticated".to_owned(),
            (_, Some(Ok(Prospect::Planned(plan)))) => {
                let is_container = plan.starts_at_container();
                let container =
                    if is_container { container::identity(&self.environment).await } else { String::new() };
                plan.stable_identity(&container)
            }
            (_, Some(Ok(Prospect::Instance))) => Plan::InstanceMetadata.stable_identity(""),
            (credentials, Some(Err(_)) | None) => format!("unknown {credentials:?}"),
        };
        let role = settings.role_arn.as_deref().unwrap_or_default();
        hashed(&format!("{base}\n{role}"))
    }
}

impl Aws {
    /// Whether the control plane can be reached as far as proxies are concerned; [`connect`](Self::connect) looks at the
    /// service that runs models only, since not everybody lists.
    ///
    /// # Errors
    /// When the proxy cannot be used.
    pub async fn check_control_plane(&self, connection: &Connection) -> Result<(), AwsError> {
        Ok(self.http().await?.check(connection.control_plane_address())?)
    }
}

/// The region that somebody names, in the documented order.
fn named_region(
    settings: &AwsSettings,
    arn_region: Option<&str>,
    files: &SharedFiles,
    profile: &str,
) -> Option<(String, RegionOrigin)> {
    if let Some(region) = &settings.configured_region {
        return Some((region.clone(), RegionOrigin::Option));
    }
    if let Some(region) = arn_region {
        return Some((region.to_owned(), RegionOrigin::Arn));
    }
    if let Some((variable, region)) = &settings.environment_region {
        return Some((region.clone(), RegionOrigin::Variable(variable)));
    }
    if let Some(region) = files.member(profile, "region") {
        return Some((region.to_owned(), RegionOrigin::Profile(profile.to_owned())));
    }
    if let Some(region) = settings.suggested_region() {
        return Some((region.to_owned(), RegionOrigin::BaseUrl));
    }
    let fallback = settings.fallback_region.as_ref()?;
    Some((fallback.region.clone(), RegionOrigin::Fallback(fallback.place.clone())))
}

fn default_region() -> (String, RegionOrigin) {
    (DEFAULT_REGION.to_owned(), RegionOrigin::Default)
}

/// Whether credentials may turn out to be those of the instance.
fn may_be_instance(prospect: &Prospect) -> bool {
    match prospect {
        Prospect::Instance => true,
        Prospect::Planned(plan) => plan.starts_at_instance(),
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
    /// A proxy is set that cannot be used.
    #[error(transparent)]
    Proxy(#[from] UnusableProxy),
    /// `AWS_CA_BUNDLE` cannot be used.
    #[error(transparent)]
    CaBundle(#[from] UnusableBundle),
}
