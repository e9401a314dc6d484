//! Who gets in: signatures and bearer tokens, good and bad.

use std::time::{Duration, SystemTime};

use clawdia_bedrock_emulator::{Credentials, Emulator};

use crate::client::{Client, Outgoing, invocation, pair};
use crate::prompts::{NOVA, SONNET_4_5, prompt};

const ARN: &str =
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

#[tokio::test]
async fn good_signatures_are_accepted_whatever_the_path_and_query() {
    let (_emulator, client) = pair().await;
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    client.converse(SONNET_4_5, &prompt("Hi")).await.assert_accepted();
    client.converse(ARN, &prompt("Hi")).await.assert_accepted();
    client.get("/foundation-models?byProvider=Mistral%20AI&byOutputModality=TEXT").await.assert_accepted();
    client.get("/inference-profiles?type=SYSTEM_DEFINED&maxResults=7").await.assert_accepted();
}

#[tokio::test]
async fn a_session_token_must_be_sent_signed_and_right() {
    let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
    let emulator = Emulator::builder().credentials(credentials).start().await.unwrap();
    let client = Client::new(&emulator);
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();

    for token in [None, Some("other".to_owned())] {
        let client = Client { session_token: token, ..client.clone() };
        let reply = client.converse(NOVA, &prompt("Hi")).await;
        reply.assert_refused(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        );
    }
    let tokenless = Client { session_token: None, ..client.clone() };
    let mut unsigned = tokenless.sign(&invocation(NOVA, "converse", &prompt("Hi")));
    unsigned.headers.push(("x-amz-security-token".to_owned(), "token".to_owned()));
    let reply = client.send_as_is(&unsigned).await;
    reply.assert_refused(403, "InvalidSignatureException", "'x-amz-security-token' must be a 'SignedHeader'");
}

#[tokio::test]
async fn a_token_that_nobody_expects_is_refused() {
    let (_emulator, client) = pair().await;
    let client = Client { session_token: Some("stale".to_owned()), ..client };
    let reply = client.converse(NOVA, &prompt("Hi")).await;
    reply.assert_refused(403, "UnrecognizedClientException", "security token");
}

#[tokio::test]
async fn a_changed_request_does_not_fit_its_signature() {
    let (_emulator, client) = pair().await;
    let signed = client.sign(&invocation(NOVA, "converse", &prompt("Hi")));
    let edits: [fn(&mut Outgoing); 4] = [
        |request| request.body[3] ^= 1,
        |request| request.target = request.target.replace("nova-lite", "nova-pro"),
        |request| request.target.push_str("?x=1"),
        |request| request.headers.retain(|(name, _)| name != "content-type"),
    ];
    for edit in edits {
        let mut request = signed.clone();
        edit(&mut request);
        let reply = client.send_as_is(&request).await;
        reply.assert_refused(403, "InvalidSignatureException", "signature");
    }
    client.send_as_is(&signed).await.assert_accepted();
}

#[tokio::test]
async fn a_stated_hash_of_the_body_must_be_its_hash() {
    let (_emulator, client) = pair().await;
    let stating = |hash: &str| {
        let mut request = invocation(NOVA, "converse", &prompt("Hi"));
        request.headers.push(("x-amz-content-sha256".to_owned(), hash.to_owned()));
        client.sign(&request)
    };
    // The SHA-256 of {"messages":[{"role":"user","content":[{"text":"Hi"}]}]}.
    let right = "45e583fed2564dc00e823303d7609f8587af7f685b993cb0f998afc0d480b01d";
    client.send_as_is(&stating(right)).await.assert_accepted();
    let reply = client.send_as_is(&stating(&right.replace('0', "1"))).await;
    reply.assert_refused(403, "InvalidSignatureException", "x-amz-content-sha256");
}

#[tokio::test]
async fn secrets_keys_regions_and_services_must_be_right() {
    let (_emulator, client) = pair().await;
    let wrong = [
        (
            Client { secret_access_key: "wrong".into(), ..client.clone() },
            "InvalidSignatureException",
            "does not match",
        ),
        (
            Client { access_key_id: "AKIANOBODY".into(), ..client.clone() },
            "UnrecognizedClientException",
            "invalid",
        ),
        (
            Client { region: "eu-west-1".into(), ..client.clone() },
            "InvalidSignatureException",
            "Credential should be scoped to a valid region",
        ),
        (
            Client { service: "bedrock-runtime".into(), ..client.clone() },
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'bedrock'",
        ),
    ];
    for (client, exception, text) in wrong {
        client.converse(NOVA, &prompt("Hi")).await.assert_refused(403, exception, text);
        client.get("/foundation-models").await.assert_refused(403, exception, text);
    }
}

#[tokio::test]
async fn clocks_may_differ_by_less_than_five_minutes() {
    let (_emulator, client) = pair().await;
    let at = |now| Client { now, ..client.clone() };
    let now = SystemTime::now();
    at(now - Duration::from_mins(4)).converse(NOVA, &prompt("Hi")).await.assert_accepted();
    at(now + Duration::from_mins(4)).converse(NOVA, &prompt("Hi")).await.assert_accepted();
    let early = at(now - Duration::from_mins(6)).converse(NOVA, &prompt("Hi")).await;
    early.assert_refused(403, "InvalidSignatureException", "Signature expired: ");
    let late = at(now + Duration::from_mins(6)).converse(NOVA, &prompt("Hi")).await;
    late.assert_refused(403, "InvalidSignatureException", "Signature not yet current: ");
}

#[tokio::test]
async fn expired_credentials_are_told_apart() {
    let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token").expired();
    let emulator = Emulator::builder().credentials(credentials).start().await.unwrap();
    let reply = Client::new(&emulator).converse(NOVA, &prompt("Hi")).await;
    reply.assert_refused(
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
}

#[tokio::test]
async fn authorization_must_be_there_and_readable() {
    let (_emulator, client) = pair().await;
    let request = invocation(NOVA, "converse", &prompt("Hi"));
    let reply = client.send_as_is(&request).await;
    reply.assert_refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    for header in [
        "nonsense",
        "Basic dXNlcjpwYXNz",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=0",
    ] {
        let mut request = request.clone();
        request.headers.push(("authorization".to_owned(), header.to_owned()));
        request.headers.push(("x-amz-date".to_owned(), "20260101T000000Z".to_owned()));
        client.send_as_is(&request).await.assert_refused(400, "IncompleteSignatureException", "");
    }
}

#[tokio::test]
async fn bearer_tokens_are_accepted_when_known() {
    let emulator = Emulator::builder().bearer_token("first").bearer_token("second").start().await.unwrap();
    assert!(emulator.environment().contains(&("AWS_BEARER_TOKEN_BEDROCK", "first".to_owned())));
    let client = Client::new(&emulator);
    let with = |token: &str| {
        let mut request = invocation(NOVA, "converse", &prompt("Hi"));
        request.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        request
    };
    client.send_as_is(&with("first")).await.assert_accepted();
    client.send_as_is(&with("second")).await.assert_accepted();
    for token in ["third", "", "firs", "first "] {
        let reply = client.send_as_is(&with(token)).await;
        if token.trim() == "first" {
            reply.assert_accepted();
        } else {
            reply.assert_refused(403, "AccessDeniedException", "API Key");
        }
    }
}

#[tokio::test]
async fn secrets_stay_out_of_debug_texts() {
    let credentials = Credentials::new("AKIDEXAMPLE", "hush-key").with_session_token("hush-token");
    let builder = Emulator::builder().credentials(credentials).bearer_token("hush-bearer");
    let shown = format!("{builder:?}");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    let shown = format!("{shown} {emulator:?} {:?}", emulator.requests());
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("AKIDEXAMPLE"));
}
