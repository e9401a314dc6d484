//! Every other place that gives credentials, over its real exchange.

use clawdia_aws::{CredentialSource, CredentialsFailureKind, FoundIn};

use crate::caller::{Caller, check_failure};
use crate::loopback::{Answer, Asked, Loopback};

const FOREVER: &str = "2099-01-01T00:00:00Z";

fn container_keys() -> String {
    format!(
        r#"{{"accessKeyId":"ASIACONTAINER","SecretAccessKey":"hush","Token":"t","Expiration":"{FOREVER}"}}"#
    )
}

/// What STS answers; one session token for each role.
fn sts(asked: &Asked) -> Answer {
    let action = if asked.body.contains("Action=AssumeRoleWithWebIdentity") {
        "AssumeRoleWithWebIdentity"
    } else {
        "AssumeRole"
    };
    let role = asked.body.split("RoleArn=").nth(1).unwrap().split('&').next().unwrap();
    let role = role.rsplit("%2F").next().unwrap();
    (
        200,
        format!(
            "<{action}Response><{action}Result><Credentials><AccessKeyId>ASIA{role}</AccessKeyId>\
             <SecretAccessKey>hush</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{FOREVER}</Expiration>\
             </Credentials></{action}Result></{action}Response>"
        ),
    )
}

fn sts_refusing(code: &'static str) -> impl Fn(&Asked) -> Answer {
    move |_| {
        let error = format!("<Code>{code}</Code><Message>no</Message>");
        (403, format!("<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"))
    }
}

const ROLE: &str = "arn:aws:iam::111122223333:role/app";

#[tokio::test]
async fn a_container_is_asked_with_the_token_of_its_file() {
    let server = Loopback::answering(|_| (200, container_keys())).await;
    let caller = Caller::new()
        .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/v1/credentials", server.url()))
        .with("AWS_CONTAINER_AUTHORIZATION_TOKEN", "other")
        .file("token", "from-file\n");
    let caller = caller.with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "HOME/token").with_home("HOME/token");
    assert!(caller.detect().await.is_present());
    assert_eq!(server.asked(), Vec::<String>::new(), "detecting asks nobody");
    let identity = caller.identify().await;
    assert_eq!(identity.source, CredentialSource::DefaultChain);
    assert_eq!(identity.credentials.unwrap().found_in, FoundIn::Container);
    assert_eq!(server.requests()[0].header("authorization"), Some("from-file"));
    assert_eq!(server.asked(), ["GET /v1/credentials"]);
}

#[tokio::test]
async fn a_container_may_refuse_be_silent_or_be_nowhere_to_send_a_token_to() {
    let refusing =
        Loopback::answering(|_| (403, r#"{"code":"AccessDenied","message":"no"}"#.to_owned())).await;
    let failure = Caller::new().with("AWS_CONTAINER_CREDENTIALS_FULL_URI", refusing.url()).failure().await;
    check_failure(&failure, &["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AccessDenied: no"], "role");
    assert_eq!(failure.kind(), CredentialsFailureKind::Invalid, "it is no permission that is missing");

    let elsewhere = Caller::new()
        .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://gateway.example/keys")
        .failure()
        .await;
    check_failure(&elsewhere, &["`gateway.example`"], "https");

    let no_file = Caller::new()
        .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", refusing.url())
        .with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nonexistent/token");
    check_failure(&no_file.failure().await, &["/nonexistent/token"], "volumes");
}

#[tokio::test(start_paused = true)]
async fn a_silent_container_is_given_up() {
    let silent = Loopback::silent().await;
    let failure = Caller::new().with("AWS_CONTAINER_CREDENTIALS_FULL_URI", silent.url()).failure().await;
    assert_eq!(failure.kind(), CredentialsFailureKind::Unavailable, "{failure}");
}

#[tokio::test]
async fn a_web_identity_is_read_anew_from_its_file() {
    let server = Loopback::answering(sts).await;
    let caller = Caller::new()
        .with("AWS_ENDPOINT_URL_STS", server.url())
        .with("AWS_ROLE_ARN", ROLE)
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/token")
        .with("AWS_REGION", "eu-west-1")
        .file("token", "first\n")
        .with_home("HOME/token");
    let identity = caller.identify().await;
    let found = identity.credentials.unwrap();
    assert_eq!((found.found_in, found.account.as_deref()), (FoundIn::WebIdentity, Some("111122223333")));
    let asked = &server.requests()[0];
    assert!(asked.body.contains("WebIdentityToken=first&") || asked.body.ends_with("WebIdentityToken=first"));
    assert_eq!(asked.header("authorization"), None, "the token is all there is");

    caller.write("token", "second");
    let connection = caller.connect().await.unwrap();
    caller.aws().refresh(&caller.settings(), None, &connection).await.unwrap();
    assert_eq!(caller.credentials().await.access_key_id(), "ASIAapp");
    assert!(server.requests()[1].body.contains("WebIdentityToken=second"));
}

#[tokio::test]
async fn a_token_that_was_renewed_is_tried_although_the_last_one_was_refused() {
    let server = Loopback::answering(|asked| {
        if asked.body.contains("WebIdentityToken=stale") {
            sts_refusing("ExpiredToken")(asked)
        } else {
            sts(asked)
        }
    })
    .await;
    let caller = Caller::new()
        .with("AWS_ENDPOINT_URL_STS", server.url())
        .with("AWS_ROLE_ARN", ROLE)
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/token")
        .file("token", "stale")
        .with_home("HOME/token");
    for _ in 0..2 {
        check_failure(&caller.failure().await, &["ExpiredToken"], "");
    }
    assert_eq!(server.requests().len(), 1, "the refusal is remembered");
    caller.write("token", "renewed");
    assert_eq!(caller.credentials().await.access_key_id(), "ASIAapp");
}

#[tokio::test]
async fn a_web_identity_without_its_parts_says_which() {
    let half = Caller::new().with("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token");
    check_failure(&half.failure().await, &["without AWS_ROLE_ARN"], "AWS_ROLE_ARN");
    let no_file = half.with("AWS_ROLE_ARN", ROLE);
    check_failure(
        &no_file.failure().await,
        &["/nonexistent/token", "AWS_WEB_IDENTITY_TOKEN_FILE"],
        "service account",
    );
    let server = Loopback::answering(sts_refusing("AccessDenied")).await;
    let denied = Caller::new()
        .with("AWS_ENDPOINT_URL", server.url())
        .with("AWS_ROLE_ARN", ROLE)
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/token")
        .file("token", "t")
        .with_home("HOME/token");
    let failure = denied.failure().await;
    check_failure(&failure, &[ROLE, "AccessDenied"], "sts:AssumeRoleWithWebIdentity");
    assert_eq!(failure.kind(), CredentialsFailureKind::Denied);
}

#[tokio::test]
async fn roles_are_assumed_in_chains() {
    let server = Loopback::answering(sts).await;
    let caller = Caller::new()
        .with("AWS_ENDPOINT_URL_STS", server.url())
        .with("AWS_PROFILE", "outer")
        .file(
            ".aws/config",
            "[profile outer]\nrole_arn = arn:aws:iam::111122223333:role/outer\nsource_profile = inner\n\
             external_id = secret-handshake\nduration_seconds = 1800\nrole_session_name = me\n\
             [profile inner]\nrole_arn = arn:aws:iam::111122223333:role/inner\nsource_profile = base\n",
        )
        .file(".aws/credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush\n");
    let identity = caller.identify().await;
    assert_eq!(identity.credentials.unwrap().found_in, FoundIn::AssumedRole);
    assert_eq!(caller.credentials().await.access_key_id(), "ASIAouter");
    let asked = server.requests();
    assert!(asked[0].header("authorization").unwrap().contains("Credential=AKIABASE/"));
    assert!(asked[1].header("authorization").unwrap().contains("Credential=ASIAinner/"));
    for part in ["ExternalId=secret-handshake", "DurationSeconds=1800", "RoleSessionName=me"] {
        assert!(asked[1].body.contains(part), "{}", asked[1].body);
    }
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn the_entrys_role_is_assumed_with_what_was_found() {
    let server = Loopback::answering(sts).await;
    let caller = Caller::new()
        .with("AWS_ENDPOINT_URL_STS", server.url())
        .with("AWS_ACCESS_KEY_ID", "AKIAENV")
        .with("AWS_SECRET_ACCESS_KEY", "hush")
        .configured(|config| config.role_arn = Some(ROLE.to_owned()));
    let other = Caller::new().with("AWS_ACCESS_KEY_ID", "AKIAENV").with("AWS_SECRET_ACCESS_KEY", "hush");
    assert_eq!(caller.credentials().await.access_key_id(), "ASIAapp");
    assert_eq!(other.credentials().await.access_key_id(), "AKIAENV");
    let keys = (caller.connect().await.unwrap(), other.connect().await.unwrap());
    assert_ne!(keys.0.identity_key().await, keys.1.identity_key().await);
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_names_the_permission() {
    let server = Loopback::answering(sts_refusing("AccessDenied")).await;
    let failure = Caller::new()
        .with("AWS_ENDPOINT_URL_STS", server.url())
        .with("AWS_ACCESS_KEY_ID", "AKIAENV")
        .with("AWS_SECRET_ACCESS_KEY", "hush")
        .configured(|config| config.role_arn = Some(ROLE.to_owned()))
        .failure()
        .await;
    check_failure(
        &failure,
        &[ROLE, "`roleArn`", "access keys of the environment"],
        "allow sts:AssumeRole on",
    );
}

#[tokio::test]
async fn profiles_that_contradict_themselves_are_refused() {
    for (text, says) in [
        ("[default]\naws_access_key_id = A\n", "`aws_access_key_id` without `aws_secret_access_key`"),
        ("[default]\naws_secret_access_key = A\n", "`aws_secret_access_key` without `aws_access_key_id`"),
        ("[default]\nrole_arn = r\n", "neither by `source_profile` nor"),
        ("[default]\nrole_arn = r\nsource_profile = b\ncredential_source = Environment\n", "both"),
        ("[default]\nrole_arn = r\ncredential_source = Moon\n", "`Moon`"),
        ("[default]\nrole_arn = r\nsource_profile = lost\n", "`lost`, which does not exist"),
        ("[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = x\n", "`b` has no credentials"),
        (
            "[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\nsource_profile = default\n",
            "circle",
        ),
        ("[default]\nrole_arn = r\nsource_profile = b\nmfa_serial = m\n[profile b]\n", "mfa_serial"),
        ("[default]\nrole_arn = r\nsource_profile = default\nduration_seconds = 5\n", "900 to 43200"),
        ("[default]\nsso_session = lost\nsso_account_id = 1\nsso_role_name = r\n", "[sso-session lost]"),
        ("[default]\nsso_start_url = u\nsso_account_id = 1\nsso_role_name = r\n", "lacks `sso_region`"),
        ("[default\n", ".aws/config"),
        ("[default]\nlogin_session = s\n", "`aws login`"),
    ] {
        let failure = Caller::new().file(".aws/config", text).failure().await;
        check_failure(&failure, &[says], "");
        assert!(!failure.hint().is_empty());
    }
}

#[cfg(unix)]
mod processes {
    use super::*;

    fn caller(command: &str) -> Caller {
        Caller::new()
            .with("PATH", "/usr/bin:/bin")
            .file(".aws/config", &format!("[default]\ncredential_process = {command}\n"))
    }

    #[tokio::test]
    async fn a_program_gets_the_environment_that_was_handed_in() {
        let command = r#"echo "{\"Version\":1,\"AccessKeyId\":\"$WHO\",\"SecretAccessKey\":\"hush\"}""#;
        let caller = caller(command).with("WHO", "AKIAPROCESS");
        assert_eq!(caller.credentials().await.access_key_id(), "AKIAPROCESS");
        assert_eq!(caller.identify().await.credentials.unwrap().found_in, FoundIn::Process);
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told_without_what_it_printed() {
        for (command, says) in [
            ("echo hush; echo hush >&2; exit 3", "it ended with status 3"),
            ("echo hush", "no JSON object"),
            (r#"echo '{"SecretAccessKey":"hush"}'"#, "`Version` is missing"),
            (r#"echo '{"Version":2,"SecretAccessKey":"hush"}'"#, "`Version` is 2"),
            (r#"echo '{"Version":1,"SecretAccessKey":"hush"}'"#, "`AccessKeyId` is missing"),
        ] {
            let failure = caller(command).failure().await;
            check_failure(&failure, &["`echo`", "`default`", says], "by hand");
            assert!(!failure.to_string().contains("hush"), "{failure}");
        }
    }
}
