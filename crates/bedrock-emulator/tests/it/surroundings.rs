//! The AWS SDK's own search for credentials, in a process that has nothing but what the emulator gave it.
//!
//! The SDK reads the environment of its process, so the search is done by this binary, started again
//! with one test of its own.

use std::collections::HashMap;
use std::process::Command;

use aws_config::BehaviorVersion;
use aws_credential_types::provider::ProvideCredentials;
use clawdia_bedrock_emulator::{CredentialSource, Emulator, Operation, Role};

use crate::client::Client;

/// Tells the process that it is the one that searches.
const SEARCHING: &str = "EMULATOR_TEST_SEARCHES";

fn all() -> clawdia_bedrock_emulator::EmulatorBuilder {
    Emulator::builder()
        .region("eu-west-1")
        .instance_role("machine")
        .container_role("task")
        .role(Role::new("caller").external_id("ticket-17"))
        .sso_role("BedrockUser")
}

/// Searches for credentials in another process and says who they were found to be.
async fn search(emulator: &Emulator, source: CredentialSource) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "surroundings::searches", "--nocapture"]);
    command.env_clear().env(SEARCHING, "yes").envs(emulator.surroundings(source, home.path()).unwrap());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{source:?}: {output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = text.lines().find_map(|line| line.split_once("found: "));
    found.map(|(_, text)| text.to_owned()).unwrap_or(text)
}

/// Not a test of its own: what the other process does.
#[tokio::test]
async fn searches() {
    if std::env::var_os(SEARCHING).is_none() {
        return;
    }
    let http_client = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await;
    let found = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
    let url = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let client = Client {
        address: url.trim_start_matches("http://").to_owned(),
        region: config.region().unwrap().to_string(),
        access_key_id: found.access_key_id().to_owned(),
        secret_access_key: found.secret_access_key().to_owned(),
        session_token: found.session_token().map(str::to_owned),
        service: "bedrock".to_owned(),
        now: std::time::SystemTime::now(),
    };
    let reply = client.get("/foundation-models").await;
    println!("found: {} {}", reply.status, reply.message());
}

#[tokio::test]
async fn the_sdk_finds_credentials_wherever_they_are() {
    let emulator = all().deny("bedrock:ListFoundationModels").start().await.unwrap();
    for (source, session) in [
        (CredentialSource::AccessKeys, "emulated-role/client"),
        (CredentialSource::SharedFiles, "emulated-role/client"),
        (CredentialSource::InstanceRole, "machine/i-0123456789abcdef0"),
        (CredentialSource::Container, "task/0123456789abcdef0123456789abcdef"),
        (CredentialSource::PodIdentity, "task/eks-emulated-pod-0123456789"),
        (CredentialSource::WebIdentity, "caller/emulated"),
        (CredentialSource::AssumedRole, "caller/emulated"),
        (CredentialSource::SingleSignOn, "AWSReservedSSO_BedrockUser_"),
    ] {
        let found = search(&emulator, source).await;
        let user = format!("403 User: arn:aws:sts::123456789012:assumed-role/{session}");
        assert!(found.starts_with(&user), "{source:?}: {found}");
    }
}

#[tokio::test]
async fn the_sdk_renews_a_login() {
    let emulator = all().start().await.unwrap();
    emulator.expire_sso_token();
    assert_eq!(search(&emulator, CredentialSource::SingleSignOn).await, "200 ");
    assert_eq!(emulator.count(Operation::CreateToken), 1);
}

#[tokio::test]
async fn surroundings_need_what_they_are_made_of() {
    let emulator = Emulator::builder().bearer_token("token").start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    for (source, method) in [
        (CredentialSource::AccessKeys, "credentials"),
        (CredentialSource::InstanceRole, "instance_role"),
        (CredentialSource::Container, "container_role"),
        (CredentialSource::PodIdentity, "container_role"),
        (CredentialSource::WebIdentity, "role"),
        (CredentialSource::AssumedRole, "role"),
        (CredentialSource::SingleSignOn, "sso_role"),
    ] {
        let error = emulator.surroundings(source, home.path()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        assert!(error.to_string().ends_with(&format!("EmulatorBuilder::{method}`")), "{error}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_instance_is_told_nothing_but_where_to_ask() {
    let emulator = all().start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let variables: HashMap<_, _> =
        emulator.surroundings(CredentialSource::InstanceRole, home.path()).unwrap().into_iter().collect();
    let expected = ["AWS_ENDPOINT_URL", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    assert_eq!(variables, expected.map(|name| (name, emulator.url().to_owned())).into());
}
