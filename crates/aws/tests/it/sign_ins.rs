//! Sign-in through SSO: the session of `aws sso login`, its end, and its renewal.

use std::time::Duration;

use clawdia_aws::{CredentialsFailureKind, FoundIn};
use serde_json::{Value, json};

use crate::caller::{Caller, check_failure};
use crate::loopback::{Answer, Asked, Loopback};

/// The file in which the AWS CLI keeps a session: named by SHA-1.
fn session_file(session: &str) -> String {
    let hash = match session {
        "corp" => "ee0bfd2552fbd840c02cc48b6e823320543c450f",
        "https://corp.example/start" => "f7c9b39d0b4c7a7d82c79307585f77e1c5e74378",
        other => panic!("no hash for {other}"),
    };
    format!(".aws/sso/cache/{hash}.json")
}

const CONFIG: &str = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev/Ops\n\
                      [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";

const FOREVER: &str = "2099-01-01T00:00:00Z";

fn portal(asked: &Asked) -> Answer {
    if asked.method == "POST" {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["grantType"], "refresh_token");
        return (
            200,
            json!({"accessToken": "renewed", "expiresIn": 28_800, "refreshToken": "next"}).to_string(),
        );
    }
    match asked.header("x-amz-sso_bearer_token") {
        Some("current" | "renewed") => (
            200,
            json!({"roleCredentials": {
                "accessKeyId": "ASIASSO", "secretAccessKey": "hush", "sessionToken": "t",
                "expiration": 4_070_908_800_000_u64
            }})
            .to_string(),
        ),
        Some("unassigned") => (403, json!({"message": "No access"}).to_string()),
        _ => (401, json!({"message": "Session token not found or invalid"}).to_string()),
    }
}

fn caller(server: &Loopback) -> Caller {
    Caller::new()
        .with("AWS_ENDPOINT_URL_SSO", server.url())
        .with("AWS_ENDPOINT_URL_SSO_OIDC", server.url())
        .with("AWS_PROFILE", "work")
        .file(".aws/config", CONFIG)
}

fn session(access_token: &str, expires_at: &str) -> String {
    json!({"accessToken": access_token, "expiresAt": expires_at}).to_string()
}

#[tokio::test]
async fn a_session_gives_the_credentials_of_the_profiles_role() {
    let server = Loopback::answering(portal).await;
    let caller = caller(&server).file(&session_file("corp"), &session("current", FOREVER));
    let found = caller.identify().await.credentials.unwrap();
    assert_eq!((found.found_in, found.account.as_deref()), (FoundIn::Sso, Some("111122223333")));
    assert_eq!(found.detail, "SSO role `Dev/Ops` in account 111122223333 (profile `work`)");
    assert_eq!(caller.credentials().await.access_key_id(), "ASIASSO");
    assert_eq!(server.asked(), ["GET /federation/credentials?role_name=Dev%2FOps&account_id=111122223333"]);
}

#[tokio::test]
async fn the_older_form_is_named_by_its_address() {
    let server = Loopback::answering(portal).await;
    let caller = Caller::new()
        .with("AWS_ENDPOINT_URL", server.url())
        .file(
            ".aws/config",
            "[default]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
             sso_account_id = 1\nsso_role_name = r\n",
        )
        .file(&session_file("https://corp.example/start"), &session("current", FOREVER));
    assert_eq!(caller.credentials().await.access_key_id(), "ASIASSO");
}

#[tokio::test]
async fn whoever_has_to_sign_in_is_told_the_command() {
    let server = Loopback::answering(portal).await;
    let expired = session("current", "2020-01-01T00:00:00UTC");
    for (file, says) in [
        (None, "there is no session"),
        (Some(expired.as_str()), "the session has expired"),
        (Some("{}"), "cannot be read"),
        (Some(&session("unknown", FOREVER)), "the session has ended"),
    ] {
        let caller = caller(&server);
        if let Some(text) = file {
            caller.write(&session_file("corp"), text);
        }
        let failure = caller.failure().await;
        check_failure(&failure, &["profile `work`", says], "run `aws sso login --sso-session corp`");
        assert_eq!(failure.kind(), CredentialsFailureKind::SignIn);
    }
    for (profile, command) in
        [("default", "run `aws sso login`"), ("work", "run `aws sso login --profile work`")]
    {
        let section = if profile == "default" { "default".to_owned() } else { format!("profile {profile}") };
        let failure = Caller::new()
            .with("AWS_PROFILE", profile)
            .file(
                ".aws/config",
                &format!(
                    "[{section}]\nsso_start_url = u\nsso_region = x\nsso_account_id = 1\nsso_role_name = r\n"
                ),
            )
            .failure()
            .await;
        assert_eq!(failure.hint(), command);
    }
}

#[tokio::test]
async fn a_role_that_is_not_assigned_is_no_matter_of_signing_in() {
    let server = Loopback::answering(portal).await;
    let caller = caller(&server).file(&session_file("corp"), &session("unassigned", FOREVER));
    let failure = caller.failure().await;
    check_failure(&failure, &["`Dev/Ops`", "111122223333", "No access"], "IAM Identity Center");
    assert_eq!(failure.kind(), CredentialsFailureKind::Denied);
}

#[tokio::test]
async fn a_sign_in_made_meanwhile_is_noticed_at_once() {
    let server = Loopback::answering(portal).await;
    let caller = caller(&server);
    check_failure(&caller.failure().await, &["there is no session"], "aws sso login");
    caller.write(&session_file("corp"), &session("current", FOREVER));
    assert_eq!(caller.credentials().await.access_key_id(), "ASIASSO");
}

#[tokio::test]
async fn a_session_that_ends_is_renewed_and_written_back() {
    let server = Loopback::answering(portal).await;
    let text = json!({
        "accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z", "refreshToken": "once", "clientId": "id",
        "clientSecret": "client-secret", "registrationExpiresAt": FOREVER, "startUrl": "https://corp.example/start",
        "unknown": {"kept": true}
    });
    let caller = caller(&server).file(&session_file("corp"), &text.to_string());
    assert_eq!(caller.credentials().await.access_key_id(), "ASIASSO");
    let body: Value = serde_json::from_str(&server.requests()[0].body).unwrap();
    assert_eq!(
        (&body["clientId"], &body["clientSecret"], &body["refreshToken"]),
        (&json!("id"), &json!("client-secret"), &json!("once"))
    );
    let path = caller.path(session_file("corp"));
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!((&written["accessToken"], &written["refreshToken"]), (&json!("renewed"), &json!("next")));
    assert_eq!(written["unknown"], json!({"kept": true}), "what others wrote stays");
    assert!(written["expiresAt"].as_str().unwrap().ends_with('Z'));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test(start_paused = true)]
async fn a_silent_portal_is_given_up() {
    let server = Loopback::silent().await;
    let caller = caller(&server).file(&session_file("corp"), &session("current", FOREVER));
    let begun = tokio::time::Instant::now();
    assert_eq!(caller.failure().await.kind(), CredentialsFailureKind::Unavailable);
    assert!(begun.elapsed() <= Duration::from_secs(11));
}
