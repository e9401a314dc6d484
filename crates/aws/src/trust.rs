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

/// The trusted certificates.
#[derive(Debug, Clone)]
pub(crate) enum Trust {
    System,
    /// Those of a bundle, each as it is written.
    Bundle(Vec<String>),
}

impl Trust {
    /// What the environment says. A bundle takes the place of the system's certificates, as for the AWS CLI.
    pub(crate) async fn read(environment: &Environment) -> Result<Self, UnusableBundle> {
        let Some(path) = environment.get(VARIABLE) else { return Ok(Self::System) };
        let path = expand(environment, path);
        let unusable = |why: String| UnusableBundle { path: path.clone(), why };
        let text = tokio::fs::read_to_string(&path).await.map_err(|error| unusable(error.to_string()))?;
        let usable = certificates(&text).filter(|certificate| is_usable(certificate));
        let usable: Vec<_> = usable.map(str::to_owned).collect();
        if usable.is_empty() {
            return Err(unusable("there is no certificate in it".to_owned()));
        }
        Ok(Self::Bundle(usable))
    }

    /// As the SDK's HTTP client takes them.
    pub(crate) fn tls_context(&self) -> TlsContext {
        let store = match self {
            Self::System => TrustStore::default(),
            Self::Bundle(certificates) => certificates
                .iter()
                .fold(TrustStore::empty(), |store, pem| store.with_pem_certificate(pem.as_bytes())),
        };
        TlsContext::builder().with_trust_store(store).build().unwrap_or_default()
    }

    /// As rustls takes them.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        match self {
            Self::System => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            Self::Bundle(certificates) => {
                let read = |pem: &String| CertificateDer::from_pem_slice(pem.as_bytes()).ok();
                roots.add_parsable_certificates(certificates.iter().filter_map(read));
            }
        }
        roots
    }
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
