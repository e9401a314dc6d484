//! Which proxy stands between here and a host, as the usual variables say.
//!
//! Separate because it is pure and has many cases. The SDK would read the process's environment for it, and looks at
//! the variables in another order than most programs do.

use std::fmt;
use std::net::IpAddr;

use clawdia_core::Environment;
use http::Uri;

use crate::endpoint::shown;
use crate::hidden::Hidden;

/// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say; names in lower case go before those in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProxySettings {
    http: Option<Proxy>,
    https: Option<Proxy>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Proxy {
    variable: &'static str,
    /// Its address, with the credentials in it.
    address: Result<Hidden, UnusableProxy>,
}

/// Hosts that are reached without a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Exception {
    All,
    Host { host: String, port: Option<u16> },
}

impl ProxySettings {
    pub(crate) fn new(environment: &Environment) -> Self {
        let exceptions = environment.get("no_proxy").or_else(|| environment.get("NO_PROXY"));
        Self {
            http: Proxy::new(environment, ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            https: Proxy::new(environment, ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            exceptions: exceptions
                .unwrap_or_default()
                .split(|character: char| character == ',' || character.is_whitespace())
                .filter(|entry| !entry.is_empty())
                .map(Exception::parse)
                .collect(),
        }
    }

    /// The address of the proxy for requests to `uri`, with the credentials in it; `None` means directly.
    ///
    /// # Errors
    /// When a proxy is set for it that cannot be used.
    pub(crate) fn route(&self, uri: &Uri) -> Result<Option<&str>, UnusableProxy> {
        let is_tls = uri.scheme_str() != Some("http");
        let Some(proxy) = (if is_tls { &self.https } else { &self.http }) else { return Ok(None) };
        let host = bare(uri.host().unwrap_or_default());
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        if is_loopback(&host) || self.exceptions.iter().any(|exception| exception.covers(&host, port)) {
            return Ok(None);
        }
        match &proxy.address {
            Ok(address) => Ok(Some(address.expose())),
            Err(unusable) => Err(unusable.clone()),
        }
    }
}

impl Proxy {
    fn new(environment: &Environment, names: [&'static str; 4]) -> Option<Self> {
        let (variable, value) =
            names.into_iter().find_map(|name| environment.get(name).map(|value| (name, value)))?;
        // As curl and the AWS CLI do: what is reached through a proxy says nothing of how the proxy is.
        let address = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        Some(Self { variable, address: check(variable, address) })
    }
}

fn check(variable: &'static str, address: String) -> Result<Hidden, UnusableProxy> {
    let unusable = |why: &str| UnusableProxy { variable, address: shown(&address), why: why.to_owned() };
    let (scheme, _) = address.split_once("://").unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(unusable("only http and https proxies are supported"));
    }
    match address.parse::<Uri>() {
        Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => Ok(Hidden::new(address)),
        Ok(_) | Err(_) => Err(unusable("it is no address; write it like `http://host:port`")),
    }
}

impl Exception {
    fn parse(entry: &str) -> Self {
        let entry = entry.to_ascii_lowercase();
        if entry == "*" {
            return Self::All;
        }
        let (host, port) = split_port(&entry);
        let host = bare(host);
        Self::Host { host: host.trim_start_matches('*').trim_start_matches('.').to_owned(), port }
    }

    fn covers(&self, target: &str, target_port: u16) -> bool {
        match self {
            Self::All => true,
            Self::Host { host, port } => {
                let is_within = target
                    .strip_suffix(host.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                !host.is_empty() && is_within && port.is_none_or(|port| port == target_port)
            }
        }
    }
}

/// Host and port of an exception. An address of IPv6 has a port only behind brackets.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let is_bare_ipv6 = !entry.starts_with('[') && entry.matches(':').count() > 1;
    match entry.rsplit_once(':') {
        Some((host, port)) if !is_bare_ipv6 && !port.ends_with(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

/// A host in lower case, without the brackets of IPv6 and the dot at the end.
fn bare(host: &str) -> String {
    let host = host.trim_end_matches('.');
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_ascii_lowercase()
}

/// Whether a host is this machine, to which no proxy leads back.
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A proxy that is set and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableProxy {
    variable: &'static str,
    address: String,
    why: String,
}

impl fmt::Display for UnusableProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, address, why } = self;
        write!(
            formatter,
            "the proxy `{address}` of {variable} cannot be used: {why}; change {variable}, or name the host in NO_PROXY"
        )
    }
}

impl std::error::Error for UnusableProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], target: &str, expected: Option<&str>) {
        let settings = ProxySettings::new(&variables.iter().copied().collect());
        assert_eq!(settings.route(&target.parse().unwrap()).unwrap(), expected);
    }

    const BEDROCK: &str = "https://bedrock-runtime.us-east-1.amazonaws.com/model";

    #[test]
    fn the_scheme_of_the_request_decides_and_lower_case_goes_first() {
        check(&[], BEDROCK, None);
        check(&[("HTTPS_PROXY", "http://upper:1")], BEDROCK, Some("http://upper:1"));
        check(
            &[("HTTPS_PROXY", "http://upper:1"), ("https_proxy", "http://lower:1")],
            BEDROCK,
            Some("http://lower:1"),
        );
        check(&[("HTTP_PROXY", "http://plain:1")], BEDROCK, None);
        check(&[("HTTP_PROXY", "http://plain:1")], "http://gateway.example", Some("http://plain:1"));
        check(&[("ALL_PROXY", "http://all:1")], BEDROCK, Some("http://all:1"));
        check(
            &[("all_proxy", "http://all:1"), ("HTTPS_PROXY", "http://tls:1")],
            BEDROCK,
            Some("http://tls:1"),
        );
        check(&[("https_proxy", " "), ("HTTPS_PROXY", "http://upper:1")], BEDROCK, Some("http://upper:1"));
    }

    #[test]
    fn a_value_without_a_scheme_gets_that_of_the_request() {
        check(&[("HTTPS_PROXY", "proxy:3128")], BEDROCK, Some("http://proxy:3128"));
        check(&[("HTTP_PROXY", "proxy:3128")], "http://gateway.example", Some("http://proxy:3128"));
    }

    #[test]
    fn exceptions_are_hosts_domains_and_ports() {
        let proxied = Some("http://p:1");
        let with = |exceptions: &'static str| [("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", exceptions)];
        for all in
            ["*", "other.example,*", ".amazonaws.com", "amazonaws.com", "*.amazonaws.com", "*amazonaws.com"]
        {
            check(&with(all), BEDROCK, None);
        }
        check(&with("a.example  bedrock-runtime.us-east-1.amazonaws.com"), BEDROCK, None);
        check(&with("a.example, BEDROCK-runtime.us-east-1.amazonaws.com:443"), BEDROCK, None);
        check(&with("bedrock-runtime.us-east-1.amazonaws.com:8443"), BEDROCK, proxied);
        check(&with("aws.com,mazonaws.com,."), BEDROCK, proxied);
        check(&with("[fd00::1]:8443"), "https://[fd00::1]:8443/x", None);
        check(&with("[fd00::1]"), "https://[fd00::1]:8443/x", None);
        check(&with("fd00::1"), "https://[fd00::1]/x", None);
        check(&with("[fd00::1]:1"), "https://[fd00::1]/x", proxied);
        check(
            &[("https_proxy", "http://p:1"), ("no_proxy", "x.example"), ("NO_PROXY", "*")],
            BEDROCK,
            proxied,
        );
    }

    #[test]
    fn this_machine_is_reached_directly() {
        for target in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1", "http://a.localhost"]
        {
            check(&[("HTTP_PROXY", "http://p:1")], target, None);
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
        for (value, told) in [
            ("socks5://user:secret@proxy:1080", "`socks5://proxy:1080` of HTTPS_PROXY"),
            ("http://user:secret@a b", "`http://a b` of HTTPS_PROXY"),
            ("http://", "`http://` of HTTPS_PROXY"),
        ] {
            let settings = ProxySettings::new(&[("HTTPS_PROXY", value)].into_iter().collect());
            let error = settings.route(&BEDROCK.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains(told) && !error.contains("secret"), "{error}");
            assert!(!format!("{settings:?}").contains("secret"));
        }
    }
}
