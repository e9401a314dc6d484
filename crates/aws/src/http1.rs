//! HTTPS over HTTP/1.1 only, as `AWS_BEDROCK_FORCE_HTTP1` demands: some gateways and proxies break HTTP/2.
//!
//! Separate because the SDK's HTTP client always offers HTTP/2. This one is made of the same parts, and offers nothing.

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connect, HttpConnector as TcpConnector};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

/// A pool of connections that speak HTTP/1.1, through a proxy if one is named.
pub(crate) fn connector(
    roots: RootCertStore,
    connect_timeout: Option<Duration>,
    proxy: Option<&str>,
) -> SharedHttpConnector {
    let config = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring speaks the default versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = TcpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(connect_timeout);
    let Some((address, authorization)) = proxy.and_then(parts) else {
        return pool(secured(config, tcp));
    };
    // The way to the proxy may itself be secured.
    let mut tunnel = Tunnel::new(address, secured(config.clone(), tcp));
    if let Some(authorization) = authorization {
        tunnel = tunnel.with_auth(authorization);
    }
    pool(secured(config, tunnel))
}

fn secured<C>(config: ClientConfig, inner: C) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(inner)
}

fn pool<C: Connect + Clone + Send + Sync + 'static>(connector: C) -> SharedHttpConnector {
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
    SharedHttpConnector::new(Pool(client))
}

/// A proxy's address and what it wants to hear, from an address with a user name and a password in it.
fn parts(proxy: &str) -> Option<(Uri, Option<http::HeaderValue>)> {
    let matcher = Matcher::builder().all(proxy.to_owned()).build();
    let intercept = matcher.intercept(&Uri::from_static("https://any.example"))?;
    Some((intercept.uri().clone(), intercept.basic_auth().cloned()))
}

struct Pool<C>(Client<C, SdkBody>);

impl<C> fmt::Debug for Pool<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pool(HTTP/1.1)")
    }
}

impl<C: Connect + Clone + Send + Sync + 'static> HttpConnector for Pool<C> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(failed)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What kind of failure it is, as the SDK's own client tells it.
fn failed(error: Error) -> ConnectorError {
    match system_error(&error) {
        Some(std::io::ErrorKind::TimedOut) => ConnectorError::timeout(error.into()),
        Some(_) => ConnectorError::io(error.into()),
        None if error.is_connect() => ConnectorError::io(error.into()),
        None => ConnectorError::other(error.into(), Some(ErrorKind::TransientError)),
    }
}

fn system_error(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}
