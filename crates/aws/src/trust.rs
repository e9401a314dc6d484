//! Which certificates are trusted: the system's, or those of `AWS_CA_BUNDLE`.
//!
//! Separate because the SDK never reads the variable, and because its HTTP client panics on a certificate that it
//! cannot read: what is handed to it is looked at here first.

use std::path::PathBuf;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use clawdia_core::Environment;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::shared_files::expand;

const VARIABLE: &str = "AWS_CA_BUNDLE";

/// A bundle of certificates that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificates in `{}` of AWS_CA_BUNDLE cannot be used: {why}; correct or unset the variable", path.display())]
pub struct UnusableBundle {
    path: PathBuf,
    why: String,
}

/// The trusted certificates. Those of the variable take the place of the system's, as for the AWS CLI.
pub(crate) async fn tls_context(environment: &Environment) -> Result<TlsContext, UnusableBundle> {
    let Some(path) = environment.get(VARIABLE) else { return Ok(TlsContext::default()) };
    let path = expand(environment, path);
    let unusable = |why: String| UnusableBundle { path: path.clone(), why };
    let text = tokio::fs::read_to_string(&path).await.map_err(|error| unusable(error.to_string()))?;
    let usable: Vec<_> = certificates(&text).filter(|certificate| is_usable(certificate)).collect();
    if usable.is_empty() {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    let store =
        usable.into_iter().fold(TrustStore::empty(), |store, pem| store.with_pem_certificate(pem.as_bytes()));
    TlsContext::builder().with_trust_store(store).build().map_err(|error| unusable(error.to_string()))
}

/// The certificates in a text, as they are written.
fn certificates(text: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    text.match_indices(BEGIN).filter_map(|(start, _)| {
        let rest = &text[start..];
        rest.find(END).map(|end| &rest[..end + END.len()])
    })
}

/// Bundles of systems hold certificates that are too old to be read; they are left out there, too.
fn is_usable(certificate: &str) -> bool {
    CertificateDer::from_pem_slice(certificate.as_bytes())
        .is_ok_and(|der| RootCertStore::empty().add(der).is_ok())
}
