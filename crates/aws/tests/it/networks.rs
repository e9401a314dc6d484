//! Proxies and certificates.

use clawdia_aws::{AwsError, CredentialsFailureKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::caller::{Caller, check_failure};
use crate::loopback::Loopback;

const SSO: &str =
    "[default]\nsso_start_url = corp\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n";

/// Somebody whose sign-in has to be exchanged with a service elsewhere.
fn signed_in() -> Caller {
    Caller::new()
        .file(".aws/config", SSO)
        .file(
            ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
            r#"{"accessToken":"current","expiresAt":"2099-01-01T00:00:00Z"}"#,
        )
        .with("AWS_REGION", "eu-west-1")
}

#[tokio::test]
async fn services_elsewhere_are_reached_through_the_proxy() {
    let proxy = Loopback::answering(|_| (407, String::new())).await;
    let address = proxy.url().replace("http://", "http://user:hidden@");
    let caller = signed_in().with("HTTPS_PROXY", address);
    let failure = caller.failure().await;
    assert_eq!(failure.kind(), CredentialsFailureKind::Unavailable);
    assert!(!failure.to_string().contains("hidden"), "{failure}");
    assert_eq!(proxy.asked(), ["CONNECT portal.sso.eu-west-1.amazonaws.com:443"]);
    assert_eq!(proxy.requests()[0].header("proxy-authorization"), Some("Basic dXNlcjpoaWRkZW4="));
}

#[tokio::test]
async fn plain_requests_go_through_the_proxy_as_they_are() {
    let proxy = Loopback::answering(|_| (401, String::new())).await;
    let caller = signed_in()
        .with("AWS_ENDPOINT_URL_SSO", "http://gateway.example/sso")
        .with("http_proxy", proxy.url())
        .with("HTTP_PROXY", "http://127.0.0.1:9");
    check_failure(&caller.failure().await, &["the session has ended"], "aws sso login");
    let asked = proxy.asked();
    assert!(asked[0].starts_with("GET http://gateway.example/sso/federation/credentials?"), "{asked:?}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_an_error_and_no_wait() {
    let caller = Caller::new().with("HTTPS_PROXY", "socks5://user:secret@proxy:1080");
    let error = caller.connect().await.unwrap_err();
    assert!(matches!(error, AwsError::Proxy(_)));
    let text = error.to_string();
    assert!(text.contains("`socks5://proxy:1080` of HTTPS_PROXY") && !text.contains("secret"), "{text}");

    // It does not matter for hosts that are reached without it.
    let exempt = Caller::new().with("HTTPS_PROXY", "socks5://proxy").with("NO_PROXY", ".amazonaws.com");
    exempt.connect().await.unwrap();
    let local = Caller::new()
        .with("HTTP_PROXY", "socks5://proxy")
        .configured(|config| config.base_url = Some("http://localhost:1".to_owned()));
    local.connect().await.unwrap();
}

#[tokio::test]
async fn a_bundle_of_certificates_has_to_be_one() {
    for (text, says) in [
        (None, "No such file"),
        (Some(""), "no certificate"),
        (Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "no certificate"),
    ] {
        let caller = Caller::new().with("AWS_CA_BUNDLE", "HOME/roots.pem").with_home("HOME/roots.pem");
        if let Some(text) = text {
            caller.write("roots.pem", text);
        }
        let error = caller.connect().await.unwrap_err();
        assert!(matches!(error, AwsError::CaBundle(_)));
        assert!(error.to_string().contains("AWS_CA_BUNDLE") && error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn certificates_of_a_bundle_are_taken_one_by_one() {
    // A root that was made for this test, beside one that nobody can read.
    let bundle = format!(
        "a comment\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{}",
        include_str!("data/root.pem")
    );
    let caller = Caller::new()
        .with("AWS_CA_BUNDLE", "HOME/roots.pem")
        .with_home("HOME/roots.pem")
        .file("roots.pem", &bundle)
        .with("AWS_ACCESS_KEY_ID", "AKIA")
        .with("AWS_SECRET_ACCESS_KEY", "x");
    caller.connect().await.unwrap();
}

/// The protocols that somebody offers who connects over TLS.
async fn offered(force: &str, proxied: bool) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hello = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        if proxied {
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(bytes[..read].starts_with(b"CONNECT gateway.example:443 "));
            stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").await.unwrap();
        }
        let read = stream.read(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    });
    let caller = signed_in().with("AWS_BEDROCK_FORCE_HTTP1", force);
    let caller = if proxied {
        caller
            .with("AWS_ENDPOINT_URL_SSO", "https://gateway.example")
            .with("HTTPS_PROXY", format!("http://{address}"))
    } else {
        caller.with("AWS_ENDPOINT_URL_SSO", format!("https://{address}"))
    };
    assert_eq!(caller.failure().await.kind(), CredentialsFailureKind::Unavailable);
    hello.await.unwrap()
}

#[tokio::test]
async fn http_2_is_not_offered_where_that_is_said() {
    for proxied in [false, true] {
        assert!(offered("0", proxied).await.contains("\u{2}h2"));
        assert!(!offered("1", proxied).await.contains("\u{2}h2"));
    }
}
