//! Why no connection could be made, and what to do about it.
//!
//! Separate because everything that connects tells it in these words: trying the connection, listing models and calling
//! one. What is wrong is taken from the error itself where it says so, and from a text only where nothing else does.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use clawdia_core::{ErrorKind, ProviderError};
use rustls::CertificateError;

/// How a service is reached, as far as it matters when it is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Way {
    /// The region that is called.
    pub region: String,
    /// The proxy in between, without its password.
    pub proxy: Option<String>,
    /// Whether `AWS_CA_BUNDLE` says which certificates are trusted.
    pub has_bundle: bool,
}

/// Why no connection could be made.
///
/// `Display` says what went wrong, [`hint`](Self::hint) what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionFailure {
    flaw: Flaw,
    why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// The address is none.
    Address,
    /// No machine has this name.
    Name,
    /// Nobody that is trusted vouches for the certificate.
    Authority,
    /// The certificate is wrong, whoever vouches for it.
    Certificate(CertificateFlaw),
    /// The proxy wants another user or password.
    ProxyLogin,
    /// The proxy does not let us through.
    ProxyRefusal,
    Silence,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CertificateFlaw {
    Time,
    Name,
    IsAuthority,
    Other,
}

/// What hyper's tunnel says of a proxy's answer 407. Its errors are of no public type.
const LOGIN_REFUSED: &str = "tunnel error: proxy authorization required";
/// The same for any other answer than 200.
const TUNNEL_REFUSED: &str = "tunnel error: unsuccessful";

impl ConnectionFailure {
    /// What an error of an HTTP connector means, with the causes it has.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let causes = causes(error);
        let find = |flaw: fn(&(dyn Error + 'static)) -> Option<(Flaw, String)>| {
            causes.iter().find_map(|cause| flaw(*cause))
        };
        let (flaw, why) = find(secured).or_else(|| find(said)).unwrap_or_else(|| {
            let innermost = causes.last().map(|cause| one_line(&cause.to_string())).unwrap_or_default();
            let is_late = causes.iter().any(|cause| is_timeout(*cause));
            (if is_late { Flaw::Silence } else { Flaw::Other }, innermost)
        });
        Self { flaw, why }
    }

    pub(crate) fn no_address(why: String) -> Self {
        Self { flaw: Flaw::Address, why }
    }

    pub(crate) fn other(why: String) -> Self {
        Self { flaw: Flaw::Other, why }
    }

    pub(crate) fn silence(limit: Duration) -> Self {
        Self { flaw: Flaw::Silence, why: format!("no answer within {} s", limit.as_secs()) }
    }

    /// For a time limit of connecting that somebody else kept.
    pub fn timeout() -> Self {
        Self { flaw: Flaw::Silence, why: "connecting took too long".to_owned() }
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        self.flaw == Flaw::Silence
    }

    /// Whether the same may work in a moment. Names, certificates and passwords do not mend themselves.
    pub fn is_retryable(&self) -> bool {
        match self.flaw {
            Flaw::Silence | Flaw::ProxyRefusal | Flaw::Other => true,
            Flaw::Address | Flaw::Name | Flaw::Authority | Flaw::Certificate(_) | Flaw::ProxyLogin => false,
        }
    }

    /// What to do next.
    pub fn hint(&self, way: &Way) -> String {
        let at_proxy =
            way.proxy.as_ref().map(|proxy| format!("check the proxy {proxy} (HTTPS_PROXY, NO_PROXY)"));
        let region = &way.region;
        match (self.flaw, at_proxy) {
            (Flaw::Address, _) => "correct the address".to_owned(),
            (Flaw::Authority, _) if way.has_bundle => {
                "add the certificate of the authority behind it to the file of AWS_CA_BUNDLE, which takes the place of the system's"
                    .to_owned()
            }
            (Flaw::Authority, _) => {
                "where a company's proxy or endpoint has certificates of its own, name their file in AWS_CA_BUNDLE".to_owned()
            }
            (Flaw::Certificate(flaw), _) => match flaw {
                CertificateFlaw::Time => "have the certificate renewed, and check this machine's clock",
                CertificateFlaw::Name => "check the endpoint, or have its name added to the certificate",
                CertificateFlaw::IsAuthority => {
                    "have the server given a certificate of its own, which this one may sign"
                }
                CertificateFlaw::Other => "have the server given another certificate",
            }
            .to_owned(),
            (Flaw::ProxyLogin, _) => "correct the user and the password in HTTPS_PROXY".to_owned(),
            (Flaw::Name | Flaw::ProxyRefusal | Flaw::Silence | Flaw::Other, Some(at_proxy)) => at_proxy,
            (Flaw::Name, None) => format!(
                "check the region ({region}), the endpoint and the name service; behind a proxy, set HTTPS_PROXY"
            ),
            (Flaw::ProxyRefusal | Flaw::Silence | Flaw::Other, None) => format!(
                "check the network, the region ({region}) and the endpoint; behind a proxy, set HTTPS_PROXY"
            ),
        }
    }

    /// The same as an error of a provider's, without what was attempted and without a cause.
    pub fn to_error(&self, way: &Way) -> ProviderError {
        let (kind, hint) = if self.is_timeout() {
            (ErrorKind::Timeout, format!("{}, or raise `timeouts.connectMs`", self.hint(way)))
        } else {
            (ErrorKind::Transport, self.hint(way))
        };
        let error = ProviderError::new(kind, self.to_string()).with_hint(hint);
        if self.is_retryable() { error } else { error.with_retryable(false) }
    }
}

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.flaw {
            Flaw::Address => "no address",
            Flaw::Name => "the name is not known",
            Flaw::Authority => "the certificate is not trusted",
            Flaw::Certificate(_) => "the certificate cannot be accepted",
            Flaw::ProxyLogin => "the proxy's user and password are refused",
            Flaw::ProxyRefusal => "the proxy refuses to connect",
            Flaw::Silence => "nobody answers",
            Flaw::Other => "the connection failed",
        };
        formatter.write_str(what)?;
        if self.why.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.why) }
    }
}

impl Error for ConnectionFailure {}

/// An error and its causes. What is wrapped in an error of the system's is no cause of it to `source`, and comes here.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let inner = |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &'e (dyn Error + 'static)),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), inner).collect()
}

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    error.downcast_ref::<ConnectorError>().is_some_and(ConnectorError::is_timeout)
        || error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

/// What TLS has to complain about.
fn secured(error: &(dyn Error + 'static)) -> Option<(Flaw, String)> {
    use CertificateError as Bad;
    let bad = match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(bad) => bad,
        rustls::Error::InvalidMessage(_) => {
            return Some((Flaw::Other, "what answers does not speak TLS".to_owned()));
        }
        rustls::Error::AlertReceived(alert) => {
            let alert = in_words(&format!("{alert:?}"));
            return Some((Flaw::Other, format!("the other side ends the TLS handshake: {alert}")));
        }
        other => return Some((Flaw::Other, one_line(&other.to_string()))),
    };
    let itself = Flaw::Certificate;
    let (flaw, why) = match bad {
        Bad::UnknownIssuer => (Flaw::Authority, "nobody who is trusted here vouches for it"),
        Bad::BadSignature => (Flaw::Authority, "it is not signed by the authority that it names"),
        Bad::Expired | Bad::ExpiredContext { .. } => (itself(CertificateFlaw::Time), "it has expired"),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            (itself(CertificateFlaw::Time), "it is not valid yet")
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            (itself(CertificateFlaw::Name), "it is for another name")
        }
        Bad::Revoked => (itself(CertificateFlaw::Other), "it is revoked"),
        Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => {
            (itself(CertificateFlaw::Other), "it is not for servers")
        }
        // What rustls has no name for comes from the library below it, whose types are not to be had here.
        Bad::Other(other) => {
            let name = other.to_string();
            if name.contains("CaUsedAsEndEntity") {
                (itself(CertificateFlaw::IsAuthority), "it is an authority's, and not a server's")
            } else {
                return Some((itself(CertificateFlaw::Other), in_words(&name)));
            }
        }
        other => return Some((itself(CertificateFlaw::Other), in_words(&format!("{other:?}")))),
    };
    Some((flaw, why.to_owned()))
}

/// What only the text says.
fn said(error: &(dyn Error + 'static)) -> Option<(Flaw, String)> {
    let text = error.to_string();
    if text == LOGIN_REFUSED {
        return Some((Flaw::ProxyLogin, String::new()));
    }
    if text == TUNNEL_REFUSED {
        return Some((Flaw::ProxyRefusal, String::new()));
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("dns error") || lower.contains("lookup address") {
        let innermost = causes(error).last().map(ToString::to_string).unwrap_or_default();
        return Some((Flaw::Name, one_line(&innermost)));
    }
    None
}

/// The first name of a text that is made for programmers, in words: `UnsupportedCertVersion {` is `unsupported cert version`.
fn in_words(debug: &str) -> String {
    let name = debug.split(|letter: char| !letter.is_ascii_alphanumeric()).find(|name| !name.is_empty());
    let mut words = String::new();
    for letter in name.unwrap_or_default().chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;

    use super::*;

    /// As TLS errors come: in errors of the system's, one in the other.
    fn wrapped(error: rustls::Error) -> io::Error {
        io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[track_caller]
    fn check(error: &io::Error, has_bundle: bool, text: &str, hint: &str) -> ConnectionFailure {
        let failure = ConnectionFailure::of(error);
        let way = Way { has_bundle, region: "eu-west-1".to_owned(), ..Way::default() };
        assert_eq!(failure.to_string(), text);
        assert!(failure.hint(&way).contains(hint), "{}", failure.hint(&way));
        failure
    }

    fn certificate(bad: CertificateError) -> io::Error {
        wrapped(rustls::Error::InvalidCertificate(bad))
    }

    #[test]
    fn a_certificate_that_nobody_vouches_for_leads_to_the_bundle() {
        let error = certificate(CertificateError::UnknownIssuer);
        let text = "the certificate is not trusted: nobody who is trusted here vouches for it";
        let failure = check(&error, false, text, "name their file in AWS_CA_BUNDLE");
        assert!(!failure.is_retryable());
        check(&error, true, text, "to the file of AWS_CA_BUNDLE");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("CaUsedAsEndEntity")]
    struct Unnamed;

    #[test]
    fn a_certificate_that_is_wrong_itself_does_not() {
        let unnamed = CertificateError::Other(OtherError(Arc::new(Unnamed)));
        for (bad, why) in [
            (unnamed, "it is an authority's, and not a server's"),
            (CertificateError::Expired, "it has expired"),
            (CertificateError::NotValidForName, "it is for another name"),
            (CertificateError::BadEncoding, "bad encoding"),
        ] {
            let text = format!("the certificate cannot be accepted: {why}");
            let failure = check(&certificate(bad), true, &text, "certificate");
            assert!(!failure.hint(&Way::default()).contains("AWS_CA_BUNDLE"));
            assert!(!failure.is_retryable());
        }
    }

    #[test]
    fn whoever_speaks_no_tls_is_told_from_whoever_has_no_certificate() {
        let plain = wrapped(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType));
        check(&plain, false, "the connection failed: what answers does not speak TLS", "check the network");
    }
}
