//! Credentials for containers: what has to be shown for them, and what they are good for.

use clawdia_bedrock_emulator::{CredentialSource, Emulator};
use serde_json::{Value, json};

use crate::client::{Client, outgoing};

fn path_of(emulator: &Emulator, source: CredentialSource) -> String {
    let variables = emulator.surroundings(source, tempfile::tempdir().unwrap().path()).unwrap();
    let (_, url) = variables.iter().find(|(name, _)| *name == "AWS_CONTAINER_CREDENTIALS_FULL_URI").unwrap();
    url.strip_prefix(emulator.url()).unwrap().to_owned()
}

#[tokio::test]
async fn tasks_and_pods_are_given_keys_for_their_token() {
    let emulator = Emulator::builder().container_role("task").start().await.unwrap();
    let client = Client::new(&emulator);
    let token = emulator.container_token().unwrap();
    for (source, member, value) in [
        (CredentialSource::Container, "RoleArn", "arn:aws:iam::123456789012:role/task"),
        (CredentialSource::PodIdentity, "AccountId", "123456789012"),
    ] {
        let path = path_of(&emulator, source);
        let reply = client.send_as_is(&outgoing("GET", &path, &[("authorization", &token)], "")).await;
        reply.assert_accepted();
        let keys = reply.json();
        assert_eq!(keys[member], value);
        let holder = client.with_keys(&keys, "AccessKeyId", "SecretAccessKey", "Token");
        holder.get("/inference-profiles").await.assert_accepted();
        emulator.expire_issued(source);
        holder.get("/inference-profiles").await.assert_refused(403, "ExpiredTokenException", "");
    }
}

#[tokio::test]
async fn others_are_refused_in_its_words() {
    let emulator = Emulator::builder().container_role("task").start().await.unwrap();
    let client = Client::new(&emulator);
    let token = emulator.container_token().unwrap();
    // As it stands: not as a bearer token.
    let bearer = format!("Bearer {token}");
    for (path, shown, status, code) in [
        ("/v1/credentials", None, 401, "Unauthorized"),
        ("/v1/credentials", Some("guessed"), 403, "AccessDeniedException"),
        ("/v1/credentials", Some(bearer.as_str()), 403, "AccessDeniedException"),
        ("/v2/credentials/other", Some(token.as_str()), 400, "InvalidIdInRequest"),
    ] {
        let headers: Vec<_> = shown.map(|shown| ("authorization", shown)).into_iter().collect();
        let reply = client.send_as_is(&outgoing("GET", path, &headers, "")).await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)));
        assert_ne!(reply.json()["message"], Value::Null);
    }
    let emulator = Emulator::builder().start().await.unwrap();
    assert_eq!(emulator.container_token(), None);
    let bare = Client::new(&emulator).send_as_is(&outgoing("GET", "/v1/credentials", &[], "")).await;
    assert_eq!(bare.status, 404);
}
