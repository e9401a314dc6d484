//! The token service: roles assumed with keys and with web identities, and who one is.

use clawdia_bedrock_emulator::{CredentialSource, Emulator, Operation, Reply, Role};

use crate::client::{self, Client, outgoing};
use crate::prompts::{NOVA, prompt};

const CALLER: &str = "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fcaller";
const USER: &str = "arn:aws:sts::123456789012:assumed-role/emulated-role/client";

async fn pair() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .region("eu-west-1")
        .role("caller")
        .role(Role::new("audited").external_id("ticket-17"))
        .start()
        .await
        .unwrap();
    let client = Client::new(&emulator);
    (emulator, client)
}

fn form(body: &str) -> client::Outgoing {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    outgoing("POST", "/", &headers, &format!("Version=2011-06-15&{body}"))
}

async fn ask(client: &Client, body: &str) -> client::Reply {
    Client { service: "sts".to_owned(), ..client.clone() }.send(&form(body)).await
}

#[track_caller]
fn assert_error(reply: &client::Reply, status: u16, code: &str, text: &str) {
    let body = reply.text();
    assert_eq!((reply.status, element(&body, "Code")), (status, code), "{body}");
    assert!(element(&body, "Message").contains(text), "{body}");
    assert_eq!(element(&body, "Type"), if status < 500 { "Sender" } else { "Receiver" });
}

fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let start = format!("<{name}>");
    let Some((_, rest)) = xml.split_once(&start) else { return "" };
    rest.split_once(&format!("</{name}>")).map_or("", |(content, _)| content)
}

fn holder(client: &Client, reply: &client::Reply) -> Client {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.text();
    Client {
        access_key_id: element(&body, "AccessKeyId").to_owned(),
        secret_access_key: element(&body, "SecretAccessKey").to_owned(),
        session_token: Some(element(&body, "SessionToken").to_owned()),
        ..client.clone()
    }
}

#[tokio::test]
async fn a_role_is_assumed_with_other_keys() {
    let (emulator, client) = pair().await;
    let reply = ask(&client, &format!("Action=AssumeRole&RoleArn={CALLER}&RoleSessionName=one")).await;
    let body = reply.text();
    assert!(body.starts_with("<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"));
    assert_eq!(element(&body, "Arn"), "arn:aws:sts::123456789012:assumed-role/caller/one");
    assert!(element(&body, "AssumedRoleId").starts_with("AROA"));
    let holder = holder(&client, &reply);
    holder.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    let identity = ask(&holder, "Action=GetCallerIdentity").await.text();
    assert_eq!(element(&identity, "Arn"), "arn:aws:sts::123456789012:assumed-role/caller/one");
    assert_eq!(element(&identity, "Account"), "123456789012");
    // The global endpoint is signed for another region than that of the emulator.
    let global = Client { region: "us-east-1".to_owned(), ..client.clone() };
    assert_eq!(ask(&global, "Action=GetCallerIdentity").await.status, 200);
    emulator.expire_issued(CredentialSource::AssumedRole);
    holder.get("/foundation-models").await.assert_refused(403, "ExpiredTokenException", "");
    let expired = ask(&holder, "Action=GetCallerIdentity").await;
    assert_error(&expired, 403, "ExpiredToken", "is expired");
}

#[tokio::test]
async fn a_role_is_refused_by_name() {
    let (emulator, client) = pair().await;
    let text = |role: &str| {
        format!(
            "User: {USER} is not authorized to perform: sts:AssumeRole on resource: \
             arn:aws:iam::123456789012:role/{role}"
        )
    };
    let ask_for = |role: &str, more: &str| {
        format!("Action=AssumeRole&RoleArn={}&RoleSessionName=one{more}", CALLER.replace("caller", role))
    };
    for (role, more) in [("nobody", ""), ("audited", ""), ("audited", "&ExternalId=ticket-18")] {
        let reply = ask(&client, &ask_for(role, more)).await;
        assert_error(&reply, 403, "AccessDenied", &text(role));
    }
    assert_eq!(ask(&client, &ask_for("audited", "&ExternalId=ticket-17")).await.status, 200);
    emulator.deny("sts:AssumeRole");
    assert_error(&ask(&client, &ask_for("caller", "")).await, 403, "AccessDenied", &text("caller"));
    assert_eq!(emulator.requests().last().unwrap().refusal.as_ref().unwrap().status, 403);
}

#[tokio::test]
async fn signatures_are_checked_and_refused_in_older_words() {
    let (_emulator, client) = pair().await;
    let body = format!("Action=AssumeRole&RoleArn={CALLER}&RoleSessionName=one");
    let unsigned = client.send_as_is(&form(&body)).await;
    assert_error(&unsigned, 403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    let wrong = Client { secret_access_key: "wrong".into(), ..client.clone() };
    assert_error(&ask(&wrong, &body).await, 403, "SignatureDoesNotMatch", "does not match");
    let unknown = Client { access_key_id: "AKIANOBODY".into(), ..client.clone() };
    assert_error(&ask(&unknown, &body).await, 403, "InvalidClientTokenId", "security token");
    let for_bedrock = client.send(&form(&body)).await;
    assert_error(&for_bedrock, 403, "SignatureDoesNotMatch", "correct service: 'sts'");
}

#[tokio::test]
async fn requests_are_checked_before_anything_is_given() {
    let (_emulator, client) = pair().await;
    let long = format!("&RoleArn={CALLER}&RoleSessionName={}", "x".repeat(65));
    let cases = [
        ("", "roleArn"),
        (&format!("&RoleArn={CALLER}")[..], "roleSessionName"),
        (&long, "length less than or equal to 64"),
        (&format!("&RoleArn={CALLER}&RoleSessionName=a%20b"), "pattern: [\\w+=,.@-]*"),
        (
            &format!("&RoleArn={CALLER}&RoleSessionName=one&DurationSeconds=60"),
            "value greater than or equal to 900",
        ),
        (&format!("&RoleArn={CALLER}&RoleSessionName=one&DurationSeconds=7200"), "MaxSessionDuration"),
        ("&RoleArn=something-that-is-none&RoleSessionName=one", "is invalid"),
    ];
    for (members, text) in cases {
        let reply = ask(&client, &format!("Action=AssumeRole{members}")).await;
        assert_error(&reply, 400, "ValidationError", text);
    }
    let dance = ask(&client, "Action=Dance").await;
    assert_error(&dance, 400, "InvalidAction", "Could not find operation Dance for version 2011-06-15");
}

#[tokio::test]
async fn a_web_identity_is_worth_a_role() {
    let (emulator, client) = pair().await;
    let body = |role: &str, token: &str| {
        form(&format!(
            "Action=AssumeRoleWithWebIdentity&RoleArn={}&RoleSessionName=pod&WebIdentityToken={token}",
            CALLER.replace("caller", role)
        ))
    };
    let first = emulator.web_identity_token();
    assert_eq!(first.split('.').count(), 3);
    let second = emulator.renew_web_identity_token();
    for token in [&first, &second] {
        let reply = client.send_as_is(&body("caller", token)).await;
        assert_eq!(element(&reply.text(), "Arn"), "arn:aws:sts::123456789012:assumed-role/caller/pod");
        holder(&client, &reply).get("/foundation-models").await.assert_accepted();
    }
    let reply = client.send_as_is(&body("nobody", &first)).await;
    assert_error(&reply, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    for (token, text) in [("a.b.c", "verification key"), ("nonsense", "not a valid JWT")] {
        let reply = client.send_as_is(&body("caller", token)).await;
        assert_error(&reply, 400, "InvalidIdentityToken", text);
    }
    emulator.expire_web_identity_tokens();
    let reply = client.send_as_is(&body("caller", &second)).await;
    assert_error(&reply, 400, "ExpiredTokenException", "Token expired: current date/time ");
    let third = emulator.renew_web_identity_token();
    assert_eq!(client.send_as_is(&body("caller", &third)).await.status, 200);
    emulator.deny("sts:AssumeRoleWithWebIdentity");
    let reply = client.send_as_is(&body("caller", &third)).await;
    assert_error(&reply, 403, "AccessDenied", "Not authorized");
}

#[tokio::test]
async fn its_scripted_failures_are_xml() {
    let (emulator, client) = pair().await;
    emulator.enqueue_for(Operation::GetCallerIdentity, Reply::error(503, "ServiceUnavailable", "Later."));
    assert_error(&ask(&client, "Action=GetCallerIdentity").await, 503, "ServiceUnavailable", "Later.");
    emulator.enqueue_for(Operation::GetCallerIdentity, Reply::throttled());
    assert_error(&ask(&client, "Action=GetCallerIdentity").await, 429, "Throttling", "Too many");
}
