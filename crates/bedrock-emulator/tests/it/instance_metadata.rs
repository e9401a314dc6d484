//! The instance metadata service: tokens, the role and its keys, and what a machine knows of itself.

use std::time::Duration;

use clawdia_bedrock_emulator::{CredentialSource, Emulator, Gate, Operation, Reply};
use serde_json::{Value, json};

use crate::client::{self, Client, Outgoing, outgoing};
use crate::prompts::{NOVA, prompt};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN: &str = "x-aws-ec2-metadata-token";

async fn machine() -> (Emulator, Client) {
    let emulator = Emulator::builder().instance_role("clawdia-host").start().await.unwrap();
    let client = Client::new(&emulator);
    (emulator, client)
}

fn asking(method: &'static str, target: &str, headers: &[(&str, &str)]) -> Outgoing {
    outgoing(method, target, headers, "")
}

async fn token(client: &Client) -> String {
    client.send_as_is(&asking("PUT", "/latest/api/token", &[(TTL, "60")])).await.text()
}

async fn look_up(client: &Client, path: &str) -> client::Reply {
    let token = token(client).await;
    client.send_as_is(&asking("GET", path, &[(TOKEN, &token)])).await
}

/// The keys of a role, and a client that has them.
async fn fetch(client: &Client) -> (Value, Client) {
    let keys = look_up(client, &format!("{ROLE}clawdia-host")).await;
    keys.assert_accepted();
    let keys: Value = serde_json::from_str(&keys.text()).unwrap();
    let client = client.with_keys(&keys, "AccessKeyId", "SecretAccessKey", "Token");
    (keys, client)
}

#[tokio::test]
async fn a_token_is_had_for_a_time_to_live() {
    let (_emulator, client) = machine().await;
    let reply = client.send_as_is(&asking("PUT", "/latest/api/token", &[(TTL, "21600")])).await;
    reply.assert_accepted();
    assert_eq!(reply.headers[TTL], "21600");
    assert_eq!(reply.headers["content-type"], "text/plain");
    assert!(reply.text().len() > 50);
    for headers in [&[][..], &[(TTL, "0")], &[(TTL, "21601")], &[(TTL, "long")], &[(TTL, "-1")]] {
        let reply = client.send_as_is(&asking("PUT", "/latest/api/token", headers)).await;
        assert_eq!(reply.status, 400, "{headers:?}");
        assert!(reply.text().contains("<title>400 - Bad Request</title>"));
    }
    let forwarded = [(TTL, "60"), ("x-forwarded-for", "10.0.0.1")];
    let reply = client.send_as_is(&asking("PUT", "/latest/api/token", &forwarded)).await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn nothing_is_told_without_a_token() {
    let (emulator, client) = machine().await;
    let old = token(&client).await;
    client.send_as_is(&asking("GET", ROLE, &[(TOKEN, &old)])).await.assert_accepted();
    emulator.expire_instance_tokens();
    for headers in [&[][..], &[(TOKEN, "guessed")], &[(TOKEN, old.as_str())]] {
        for path in [ROLE, "/latest/meta-data/", "/latest/meta-data/nothing"] {
            let reply = client.send_as_is(&asking("GET", path, headers)).await;
            assert_eq!(reply.status, 401, "{path} {headers:?}");
        }
    }
    assert_eq!(emulator.count(Operation::InstanceRole), 4);
}

#[tokio::test]
async fn the_keys_of_the_role_are_good_for_bedrock() {
    let (emulator, client) = machine().await;
    assert_eq!(look_up(&client, ROLE).await.text(), "clawdia-host");
    assert_eq!(look_up(&client, ROLE.trim_end_matches('/')).await.text(), "clawdia-host");
    let (keys, holder) = fetch(&client).await;
    assert_eq!((&keys["Code"], &keys["Type"]), (&json!("Success"), &json!("AWS-HMAC")));
    assert!(keys["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert!(keys["Expiration"].as_str().unwrap().ends_with('Z'));
    holder.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    holder.get("/foundation-models").await.assert_accepted();
    // The token belongs to the key.
    let torn = Client { session_token: None, ..holder.clone() };
    torn.get("/foundation-models").await.assert_refused(403, "UnrecognizedClientException", "");
    // A denial names the role.
    emulator.deny("bedrock:ListFoundationModels");
    holder.get("/foundation-models").await.assert_refused(
        403,
        "AccessDeniedException",
        "User: arn:aws:sts::123456789012:assumed-role/clawdia-host/i-0123456789abcdef0 is not authorized",
    );
    // Until they are renewed, they are the same.
    assert_eq!(fetch(&client).await.0["AccessKeyId"], keys["AccessKeyId"]);
}

#[tokio::test]
async fn keys_rotate_and_expire() {
    let (emulator, client) = machine().await;
    let (first, first_holder) = fetch(&client).await;
    emulator.rotate(CredentialSource::InstanceRole);
    let (second, second_holder) = fetch(&client).await;
    assert_ne!(first["AccessKeyId"], second["AccessKeyId"]);
    first_holder.get("/foundation-models").await.assert_accepted();
    emulator.expire_issued(CredentialSource::InstanceRole);
    for holder in [&first_holder, &second_holder] {
        holder.get("/foundation-models").await.assert_refused(403, "ExpiredTokenException", "is expired");
    }
    let (_, third_holder) = fetch(&client).await;
    third_holder.get("/foundation-models").await.assert_accepted();

    emulator.set_credential_lifetime(Duration::ZERO);
    let (_, dead) = fetch(&client).await;
    dead.get("/foundation-models").await.assert_refused(403, "ExpiredTokenException", "is expired");

    let builder = Emulator::builder().instance_role("clawdia-host").rotating_credentials();
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let (first, first_holder) = fetch(&client).await;
    assert_ne!(first["AccessKeyId"], fetch(&client).await.0["AccessKeyId"]);
    first_holder.get("/foundation-models").await.assert_accepted();
}

#[tokio::test]
async fn a_machine_knows_where_and_what_it_is() {
    let builder = Emulator::builder().region("cn-north-1").instance_role("clawdia-host");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    for (path, text) in [
        ("placement/region", "cn-north-1"),
        ("placement/availability-zone", "cn-north-1a"),
        ("services/partition", "aws-cn"),
        ("services/domain", "amazonaws.com.cn"),
        ("instance-id", "i-0123456789abcdef0"),
    ] {
        assert_eq!(look_up(&client, &format!("/latest/meta-data/{path}")).await.text(), text);
    }
    let document = look_up(&client, "/latest/dynamic/instance-identity/document").await.json();
    assert_eq!((&document["region"], &document["accountId"]), (&json!("cn-north-1"), &json!("123456789012")));
    let information = look_up(&client, "/latest/meta-data/iam/info").await.json();
    assert_eq!(
        information["InstanceProfileArn"],
        "arn:aws-cn:iam::123456789012:instance-profile/clawdia-host"
    );
    assert_eq!(look_up(&client, "/latest/meta-data/nothing").await.status, 404);
    assert_eq!(look_up(&client, &format!("{ROLE}other")).await.status, 404);
}

#[tokio::test]
async fn a_machine_may_have_no_role() {
    let emulator = Emulator::builder().instance_without_role().start().await.unwrap();
    let client = Client::new(&emulator);
    assert_eq!(look_up(&client, ROLE).await.status, 404);
    emulator.set_instance_role(Some("late"));
    assert_eq!(look_up(&client, ROLE).await.text(), "late");
    emulator.set_instance_role(None);
    assert_eq!(look_up(&client, &format!("{ROLE}late")).await.status, 404);
    // Where there is no machine, there is no service.
    let emulator = Emulator::builder().start().await.unwrap();
    let reply = Client::new(&emulator).send_as_is(&asking("PUT", "/latest/api/token", &[(TTL, "60")])).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn its_failures_are_scripts() {
    let (emulator, client) = machine().await;
    emulator.reply_always(Operation::InstanceToken, Reply::http(403));
    assert_eq!(look_up(&client, ROLE).await.status, 401);
    emulator.reply_normally(Operation::InstanceToken);
    emulator.enqueue_for(Operation::InstanceRole, Reply::error(503, "Service Unavailable", ""));
    let reply = look_up(&client, ROLE).await;
    assert!(reply.status == 503 && reply.text().contains("503 - Service Unavailable"));
    let unassumable =
        json!({ "Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role" });
    emulator.reply_always(Operation::InstanceRoleCredentials, Reply::document(unassumable.clone()));
    assert_eq!(look_up(&client, &format!("{ROLE}clawdia-host")).await.json(), unassumable);
    // Silence: the request is read, and nothing comes back.
    let gate = Gate::new();
    emulator.enqueue_for(Operation::InstanceToken, Reply::answer().after(&gate));
    let before = emulator.count(Operation::InstanceToken);
    let mut connection = client.connect().await;
    connection.write(&asking("PUT", "/latest/api/token", &[(TTL, "60")]), &client.address).await;
    emulator.wait_for(Operation::InstanceToken, before + 1).await;
    assert_eq!(emulator.requests().last().unwrap().status, None);
    gate.open();
    assert_eq!(connection.read().await.status, 200);
}
