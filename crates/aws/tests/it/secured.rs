//! TLS with a server whose certificates are the tests' own, directly and through a proxy.

use std::sync::Arc;

use clawdia_aws::{Reached, Unreachable};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::caller::Caller;
use crate::loopback::Loopback;

const AUTHORITY: &str = include_str!("data/tls/authority.pem");
const SERVER: &str = include_str!("data/tls/server.pem");
const SELF_SIGNED: &str = include_str!("data/tls/self-signed.pem");
const KEY: &str = include_str!("data/tls/server-key.pem");
/// An authority that vouches for nobody here.
const STRANGER: &str = include_str!("data/root.pem");

/// A server that shows a certificate and answers 403; its port.
async fn server(certificate: &str) -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    listening(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = BufReader::new(acceptor.accept(stream).await.ok()?);
            read_head(&mut stream).await?;
            stream.write_all(b"HTTP/1.1 403 x\r\ncontent-length: 0\r\n\r\n").await.ok()
        }
    })
    .await
}

/// A proxy that leads everywhere to one port of this machine; its own port.
async fn proxy(to: u16) -> u16 {
    listening(move |stream| async move {
        let mut stream = BufReader::new(stream);
        let head = read_head(&mut stream).await?;
        assert!(head.starts_with("CONNECT gateway.example:443 "), "{head}");
        stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").await.ok()?;
        let mut server = TcpStream::connect(("127.0.0.1", to)).await.ok()?;
        copy_bidirectional(&mut stream, &mut server).await.ok().map(drop)
    })
    .await
}

async fn listening<F: Future<Output = Option<()>> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

async fn read_head(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        stream.read_line(&mut head).await.ok().filter(|read| *read > 0)?;
    }
    Some(head)
}

/// Tries to reach a server that shows `certificate`, trusting those of `bundle` or else the system's.
async fn reach(
    certificate: &str,
    bundle: Option<&str>,
    proxied: bool,
    http1: bool,
) -> Result<Reached, Unreachable> {
    let port = server(certificate).await;
    let mut caller = Caller::new().with("AWS_BEDROCK_FORCE_HTTP1", if http1 { "1" } else { "0" });
    caller = if proxied {
        let proxy = proxy(port).await;
        caller
            .with("AWS_ENDPOINT_URL", "https://gateway.example")
            .with("HTTPS_PROXY", format!("http://127.0.0.1:{proxy}"))
    } else {
        caller.with("AWS_ENDPOINT_URL", format!("https://127.0.0.1:{port}"))
    };
    if let Some(bundle) = bundle {
        caller = caller.file("bundle.pem", bundle);
        caller = caller.with("AWS_CA_BUNDLE", "HOME/bundle.pem").with_home("HOME/bundle.pem");
    }
    let connection = caller.connect().await.unwrap();
    caller.aws().reach(&connection).await
}

const WAYS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[tokio::test]
async fn whoever_an_authority_of_the_bundle_vouches_for_is_trusted() {
    for (proxied, http1) in WAYS {
        let reached = reach(SERVER, Some(AUTHORITY), proxied, http1).await;
        assert_eq!(reached.unwrap().proxy.is_some(), proxied);
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_leads_to_the_bundle() {
    let told = "the certificate is not trusted: nobody who is trusted here vouches for it";
    for (proxied, http1) in WAYS {
        for (bundle, hint) in
            [(None, "name their file in AWS_CA_BUNDLE"), (Some(STRANGER), "to the file of AWS_CA_BUNDLE")]
        {
            let refused = reach(SERVER, bundle, proxied, http1).await.unwrap_err();
            assert!(refused.to_string().ends_with(told), "{refused}");
            assert!(refused.hint().contains(hint), "{}", refused.hint());
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_wrong_itself_does_not() {
    let told = "the certificate cannot be accepted: it is an authority's, and not a server's";
    for (proxied, http1) in [(false, false), (false, true)] {
        let refused = reach(SELF_SIGNED, Some(SELF_SIGNED), proxied, http1).await.unwrap_err();
        assert!(refused.to_string().ends_with(told), "{refused}");
        assert!(!refused.hint().contains("AWS_CA_BUNDLE"), "{}", refused.hint());
    }
}

#[tokio::test]
async fn what_speaks_no_tls_is_no_matter_of_certificates() {
    let service = Loopback::answering(|_| (403, String::new())).await;
    let caller = Caller::new().with("AWS_ENDPOINT_URL", service.url().replace("http://", "https://"));
    let connection = caller.connect().await.unwrap();
    let refused = caller.aws().reach(&connection).await.unwrap_err();
    assert!(!refused.hint().contains("AWS_CA_BUNDLE"), "{}: {}", refused, refused.hint());
}

#[tokio::test]
async fn a_proxy_that_refuses_the_password_is_said_to() {
    for (status, told, hint) in [
        (
            407,
            "the proxy's user and password are refused",
            "correct the user and the password in HTTPS_PROXY",
        ),
        (403, "the proxy refuses to connect", "check the proxy http://127.0.0.1:"),
    ] {
        for http1 in ["0", "1"] {
            let proxy = Loopback::answering(move |_| (status, String::new())).await;
            let caller = Caller::new()
                .with("AWS_BEDROCK_FORCE_HTTP1", http1)
                .with("AWS_REGION", "eu-west-1")
                .with("HTTPS_PROXY", proxy.url().replace("http://", "http://user:hidden@"));
            let connection = caller.connect().await.unwrap();
            let refused = caller.aws().reach(&connection).await.unwrap_err();
            assert!(refused.to_string().ends_with(told), "{refused}");
            assert!(refused.hint().starts_with(hint), "{}", refused.hint());
        }
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_said_to_be_unknown() {
    let caller = Caller::new().with("AWS_ENDPOINT_URL", "https://nobody.invalid");
    let connection = caller.connect().await.unwrap();
    let refused = caller.aws().reach(&connection).await.unwrap_err();
    assert!(refused.to_string().contains("the name is not known"), "{refused}");
    assert!(refused.hint().contains("the name service"), "{}", refused.hint());
}
