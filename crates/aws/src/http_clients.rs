//! The HTTP connections of a host: directly, or through a proxy where one is set.
//!
//! Separate because the decision is made for the address a request is really sent to, not for one that a configuration
//! names, and because nothing here may be read from the process's environment. All AWS clients of a host share it, and
//! with it the trusted certificates and the pool of connections.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider as TlsProvider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use clawdia_core::Environment;
use http::Uri;

use crate::endpoint::shown;
use crate::http1;
use crate::proxy::{ProxySettings, UnusableProxy};
use crate::shared_files::is_true;
use crate::trust::Trust;

/// Shared by all that sends requests. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HttpClients(Arc<Shared>);

struct Shared {
    proxies: ProxySettings,
    trust: Trust,
    /// Whether HTTP/2 is not to be spoken.
    http1_only: bool,
    /// One pool of connections for each pair of time limits and each proxy, as the SDK keeps them.
    connectors: Mutex<HashMap<ConnectorKey, SharedHttpConnector>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpClients").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// Time limits of connecting and of waiting for a response, the address of the proxy, and whether HTTP/2 is left out.
type ConnectorKey = (Option<Duration>, Option<Duration>, Option<String>, bool);

impl HttpClients {
    pub(crate) fn new(environment: &Environment, trust: Trust) -> Self {
        let proxies = ProxySettings::new(environment);
        let http1_only = environment.get("AWS_BEDROCK_FORCE_HTTP1").is_some_and(is_true);
        Self(Arc::new(Shared { proxies, trust, http1_only, connectors: Mutex::default() }))
    }

    /// For addresses that no proxy leads to: those of instance and container metadata.
    pub(crate) fn direct(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        self.connector(settings, None, false)
    }

    /// For all other addresses.
    pub(crate) fn routed(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        SharedHttpConnector::new(Routed { clients: self.clone(), settings: settings.clone() })
    }

    /// Whether an address can be reached as far as proxies are concerned.
    pub(crate) fn check(&self, url: &str) -> Result<(), UnusableProxy> {
        match url.parse::<Uri>() {
            Ok(uri) => self.0.proxies.route(&uri).map(drop),
            // What is no address fails later, with an error of its own.
            Err(_) => Ok(()),
        }
    }

    /// The proxy that leads to an address, as it may be shown.
    pub(crate) fn proxy_of(&self, uri: &Uri) -> Option<String> {
        self.0.proxies.route(uri).ok().flatten().map(shown)
    }

    /// Whether a bundle says which certificates are trusted.
    pub(crate) fn has_bundle(&self) -> bool {
        matches!(self.0.trust, Trust::Bundle(_))
    }

    fn connector(
        &self,
        settings: &HttpConnectorSettings,
        proxy: Option<&str>,
        http1_only: bool,
    ) -> SharedHttpConnector {
        let key = (settings.connect_timeout(), settings.read_timeout(), proxy.map(str::to_owned), http1_only);
        let mut connectors = self.0.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            if http1_only {
                http1::connector(self.0.trust.roots(), settings.connect_timeout(), proxy)
            } else {
                SharedHttpConnector::new(self.make(settings, proxy))
            }
        };
        connectors.entry(key).or_insert_with(make).clone()
    }

    fn make(&self, settings: &HttpConnectorSettings, proxy: Option<&str>) -> Connector {
        let mut builder = Connector::builder()
            .connector_settings(settings.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()));
        // What is no address was refused when the settings were read.
        builder.set_proxy_config(proxy.and_then(|address| ProxyConfig::all(address.to_owned()).ok()));
        builder
            .tls_provider(TlsProvider::Rustls(CryptoMode::Ring))
            .tls_context(self.0.trust.tls_context())
            .build()
    }
}

impl HttpClient for HttpClients {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.routed(settings)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

/// Chooses the way for each request.
#[derive(Debug)]
struct Routed {
    clients: HttpClients,
    settings: HttpConnectorSettings,
}

impl HttpConnector for Routed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(uri) = request.uri().parse::<Uri>() else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("the address is none".into())));
        };
        match self.clients.0.proxies.route(&uri) {
            Ok(proxy) => {
                // Without TLS nothing else than HTTP/1.1 is ever spoken.
                let http1_only = self.clients.0.http1_only && uri.scheme_str() == Some("https");
                self.clients.connector(&self.settings, proxy, http1_only).call(request)
            }
            Err(unusable) => HttpConnectorFuture::ready(Err(ConnectorError::user(unusable.into()))),
        }
    }
}
