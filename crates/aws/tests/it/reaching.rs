//! Whether the service is there, before anything is asked of it.

use clawdia_aws::{Reached, Unreachable};

use crate::caller::Caller;
use crate::loopback::Loopback;

async fn reach(caller: &Caller) -> Result<Reached, Unreachable> {
    let connection = caller.connect().await.unwrap();
    caller.aws().reach(&connection).await
}

fn at(url: &str) -> Caller {
    Caller::new().with("AWS_ENDPOINT_URL", url)
}

#[tokio::test]
async fn whoever_answers_is_there_whatever_it_says_and_nothing_is_signed() {
    let service = Loopback::answering(|_| (403, String::new())).await;
    let caller = at(service.url()).with("AWS_ACCESS_KEY_ID", "AKID").with("AWS_SECRET_ACCESS_KEY", "hidden");
    let reached = reach(&caller).await.unwrap();
    assert_eq!((reached.address.as_str(), reached.proxy), (service.url(), None));
    assert_eq!(service.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn where_nobody_listens_it_says_so_and_what_to_do() {
    // Bound and closed again.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = reach(&at(&format!("http://user:hidden@{address}"))).await.unwrap_err();
    let text = unreachable.to_string();
    assert!(text.starts_with(&format!("http://{address}: the connection failed: ")), "{text}");
    assert!(!text.contains("hidden"), "{text}");
    assert!(unreachable.hint().contains("HTTPS_PROXY"), "{}", unreachable.hint());
}

#[tokio::test]
async fn a_proxy_in_between_is_named() {
    let proxy = Loopback::answering(|_| (407, String::new())).await;
    let with_password = proxy.url().replace("http://", "http://user:hidden@");
    let caller = Caller::new().with("HTTPS_PROXY", with_password).with("AWS_REGION", "eu-west-1");
    let unreachable = reach(&caller).await.unwrap_err();
    let text = unreachable.to_string();
    assert!(
        text.contains(&format!("through the proxy {}", proxy.url())) && !text.contains("hidden"),
        "{text}"
    );
    assert!(unreachable.hint().contains("HTTPS_PROXY"), "{}", unreachable.hint());
    assert_eq!(proxy.asked(), ["CONNECT bedrock-runtime.eu-west-1.amazonaws.com:443"]);
}
