//! Single sign-on: keys for a login, and logins that are renewed, lost and made again.

use clawdia_bedrock_emulator::{CredentialSource, Emulator};
use serde_json::{Value, json};

use crate::client::{self, Client, outgoing};

async fn pair() -> (Emulator, Client) {
    let emulator = Emulator::builder().sso_role("BedrockUser").sso_role("Auditor").start().await.unwrap();
    let client = Client::new(&emulator);
    (emulator, client)
}

/// What a login left on the disk.
fn cache(emulator: &Emulator) -> Value {
    let home = tempfile::tempdir().unwrap();
    emulator.surroundings(CredentialSource::SingleSignOn, home.path()).unwrap();
    let path = home.path().join(".aws/sso/cache/b6886d8d615c11b80805b0bea6cd9c449aa8a0b6.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn keys(client: &Client, token: &Value, account: &str, role: &str) -> client::Reply {
    let target = format!("/federation/credentials?role_name={role}&account_id={account}");
    let headers = [("x-amz-sso_bearer_token", token.as_str().unwrap_or_default())];
    client.send_as_is(&outgoing("GET", &target, &headers, "")).await
}

async fn post(client: &Client, path: &str, body: &Value) -> client::Reply {
    let headers = [("content-type", "application/json")];
    client.send_as_is(&outgoing("POST", path, &headers, &body.to_string())).await
}

fn renewal(cache: &Value) -> Value {
    json!({
        "clientId": cache["clientId"],
        "clientSecret": cache["clientSecret"],
        "grantType": "refresh_token",
        "refreshToken": cache["refreshToken"],
    })
}

#[tokio::test]
async fn a_login_is_worth_the_keys_of_its_roles() {
    let (emulator, client) = pair().await;
    let token = &cache(&emulator)["accessToken"];
    let reply = keys(&client, token, "123456789012", "BedrockUser").await;
    reply.assert_accepted();
    let given = &reply.json()["roleCredentials"];
    assert!(given["expiration"].as_u64().unwrap() > 1_700_000_000_000);
    let holder = client.with_keys(given, "accessKeyId", "secretAccessKey", "sessionToken");
    holder.get("/foundation-models").await.assert_accepted();

    for (account, role) in [("123456789012", "Admin"), ("210987654321", "BedrockUser")] {
        let reply = keys(&client, token, account, role).await;
        reply.assert_refused(403, "ForbiddenException", "No access");
    }
    let reply = keys(&client, &json!("guessed"), "123456789012", "BedrockUser").await;
    reply.assert_refused(401, "UnauthorizedException", "Session token not found or invalid");
    assert_eq!(reply.json()["__type"], "com.amazonaws.switchboard.portal#UnauthorizedException");

    let list = |path: &str| outgoing("GET", path, &[("x-amz-sso_bearer_token", token.as_str().unwrap())], "");
    let accounts = client.send_as_is(&list("/assignment/accounts")).await.json();
    assert_eq!(accounts["accountList"][0]["accountId"], "123456789012");
    let roles = client.send_as_is(&list("/assignment/roles?account_id=123456789012")).await.json();
    assert_eq!(roles["roleList"][1]["roleName"], "Auditor");
}

#[tokio::test]
async fn a_login_is_renewed_until_its_session_ends() {
    let (emulator, client) = pair().await;
    emulator.expire_sso_token();
    let old = cache(&emulator);
    assert_eq!(old["expiresAt"], "1970-01-02T00:00:00Z");
    keys(&client, &old["accessToken"], "123456789012", "Auditor").await.assert_refused(
        401,
        "UnauthorizedException",
        "",
    );
    let reply = post(&client, "/token", &renewal(&old)).await;
    reply.assert_accepted();
    let renewed = reply.json();
    assert_eq!((&renewed["tokenType"], &renewed["expiresIn"]), (&json!("Bearer"), &json!(28_800)));
    keys(&client, &renewed["accessToken"], "123456789012", "Auditor").await.assert_accepted();

    emulator.end_sso_session();
    let reply = post(&client, "/token", &renewal(&old)).await;
    assert_eq!((reply.status, reply.exception()), (400, "InvalidGrantException"));
    assert_eq!(
        reply.json(),
        json!({ "error": "invalid_grant", "error_description": "Invalid grant provided" })
    );
    assert_eq!(cache(&emulator).get("refreshToken"), None);

    emulator.sso_login();
    keys(&client, &cache(&emulator)["accessToken"], "123456789012", "Auditor").await.assert_accepted();
}

#[tokio::test]
async fn clients_and_grants_have_to_be_known() {
    let (emulator, client) = pair().await;
    let stranger = json!({ "clientId": "x", "clientSecret": "y", "grantType": "refresh_token" });
    let reply = post(&client, "/token", &stranger).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("invalid_client")));
    let mut other = renewal(&cache(&emulator));
    other["grantType"] = json!("password");
    let reply = post(&client, "/token", &other).await;
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("unsupported_grant_type")));
    let reply = client.send_as_is(&outgoing("POST", "/token", &[], "no JSON")).await;
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("invalid_request")));
}

#[tokio::test]
async fn a_device_is_authorized_at_once() {
    let (_emulator, client) = pair().await;
    let mut known =
        post(&client, "/client/register", &json!({ "clientName": "x", "clientType": "public" })).await.json();
    known["startUrl"] = json!("https://emulated.awsapps.com/start");
    let device = post(&client, "/device_authorization", &known).await.json();
    assert!(device["verificationUriComplete"].as_str().unwrap().contains("user_code="));
    known["grantType"] = json!("urn:ietf:params:oauth:grant-type:device_code");
    known["deviceCode"] = device["deviceCode"].clone();
    let token = post(&client, "/token", &known).await;
    token.assert_accepted();
    keys(&client, &token.json()["accessToken"], "123456789012", "Auditor").await.assert_accepted();
    // A code is good once.
    assert_eq!(post(&client, "/token", &known).await.status, 400);
}

#[tokio::test]
async fn without_roles_nobody_is_logged_in() {
    let emulator = Emulator::builder().start().await.unwrap();
    let reply = keys(&Client::new(&emulator), &json!("guessed"), "123456789012", "BedrockUser").await;
    reply.assert_refused(401, "UnauthorizedException", "Session token not found or invalid");
}
